from __future__ import annotations

import sys
from importlib import metadata
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from headrace.doctor import python

if TYPE_CHECKING:
    from pathlib import Path

NUMPY = metadata.version("numpy")


@pytest.mark.parametrize("minor", [9, 12])
def test_a_supported_python_is_well(minor: int) -> None:
    assert python.version((3, minor, 1)).status == "ok"


@pytest.mark.parametrize("minor", [8, 13])
def test_another_python_is_a_problem(minor: int) -> None:
    finding = python.version((3, minor, 1))
    assert finding.status == "problem"
    assert f"Python 3.{minor}.1 in {sys.prefix}" in finding.said
    assert "3.9 to 3.12" in finding.advice


def checkout(root: Path, requirements: str) -> Path:
    (root / "requirements").mkdir()
    (root / "requirements" / "runtime.txt").write_text(requirements, encoding="utf-8")
    return root


def test_packages_as_pinned_are_well(tmp_path: Path) -> None:
    here = f"numpy=={NUMPY} \\\n    --hash=sha256:aa\n"
    elsewhere = "numpy==1.0 ; python_full_version < '3.0' \\\n    --hash=sha256:bb\n"
    finding = python.pins(checkout(tmp_path, here + elsewhere))
    assert (finding.status, finding.said) == ("ok", "1 packages are as requirements/runtime.txt says.")


def test_packages_otherwise_than_pinned_are_named(tmp_path: Path) -> None:
    finding = python.pins(checkout(tmp_path, "numpy==0.1 \\\n    --hash=sha256:aa\nheadrace-not-there==2\n"))
    assert finding.status == "warning"
    assert f"numpy {NUMPY} (==0.1), headrace-not-there missing (==2)" in finding.said
    assert "make demo" in finding.advice


def test_many_differences_are_counted(tmp_path: Path) -> None:
    text = "".join(f"headrace-not-there-{number}==1\n" for number in range(8))
    assert "and 3 more." in python.pins(checkout(tmp_path, text)).said


def test_without_a_checkout_the_packages_own_metadata_is_compared(tmp_path: Path) -> None:
    assert "headrace's metadata" in python.pins(tmp_path).said
    assert "headrace's metadata" in python.pins(None).said


def test_a_prerelease_that_the_pin_names_is_as_pinned() -> None:
    assert list(python.differences([Requirement(f"numpy>={NUMPY}rc1")])) == []


def test_no_variable_is_well() -> None:
    assert python.variables({}).status == "ok"
    harmless = {
        "PYTHONPATH": "/srv/suite",
        "PYFLINK_CLIENT_EXECUTABLE": sys.executable,
        "no_proxy": "localhost",
    }
    assert python.variables(harmless).status == "ok"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FLINK_HOME", "/opt/flink"),
        ("FLINK_LIB_DIR", "/opt/flink/lib"),
        ("FLINK_CONF_DIR", "/no/conf"),
        ("PYFLINK_CLIENT_EXECUTABLE", "/usr/bin/python"),
        ("PYTHONPATH", "/usr/lib/python3/dist-packages"),
        ("http_proxy", "http://proxy:3128"),
    ],
)
def test_a_variable_that_leads_astray_is_named_with_what_to_do(name: str, value: str) -> None:
    finding = python.variables({name: value})
    assert finding.status == "warning"
    assert name in finding.said
    assert finding.advice.startswith(("unset ", "export no_proxy="))


def test_a_configuration_folder_of_flink_1_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "flink-conf.yaml").touch()
    assert "Flink 2 ignores flink-conf.yaml" in python.variables({"FLINK_CONF_DIR": str(tmp_path)}).said
    (tmp_path / "config.yaml").touch()
    assert "sets options that no profile names" in python.variables({"FLINK_CONF_DIR": str(tmp_path)}).said


def test_a_proxy_that_spares_localhost_is_well() -> None:
    assert (
        python.variables({"http_proxy": "http://proxy:3128", "no_proxy": "example.org, 127.0.0.1"}).status
        == "ok"
    )


def test_a_pythonpath_that_brings_another_pyflink_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyflink").mkdir()
    assert f"PYTHONPATH={tmp_path} brings" in python.variables({"PYTHONPATH": f"/srv:{tmp_path}"}).said
