from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    *("joblib", "jinja2", "matplotlib", "onnx", "pandas", "pydantic"),
    *("pyflink", "rich", "scipy", "skl2onnx", "sklearn", "typer"),
}


@pytest.mark.parametrize(
    "module", ["artifact", "features", "histogram", "manifest", "onnx_model", "reasons", "scorer"]
)
def test_what_workers_import_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, headrace.models.{module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert HEAVY & set(loaded.stdout.split()) == set()
