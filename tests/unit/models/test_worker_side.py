from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    *("joblib", "jinja2", "matplotlib", "onnx", "pandas", "pydantic"),
    *("pyflink", "rich", "scipy", "skl2onnx", "sklearn", "typer"),
}


MODELS = ("artifact", "features", "histogram", "manifest", "onnx_model", "reasons", "remote", "scorer")
DEPLOYMENTS = ("follower", "log", "record", "roles", "scorer", "store", "timing", "versions")


@pytest.mark.parametrize(
    "module",
    [
        *(f"models.{name}" for name in MODELS),
        *(f"deployments.{name}" for name in DEPLOYMENTS),
        *("names", "documents.kinds", "documents.reading"),
    ],
)
def test_what_workers_import_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, headrace.{module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert HEAVY & set(loaded.stdout.split()) == set()
