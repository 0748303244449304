"""Dependencies go one way: cli → library → runtime; what workers load stands by itself."""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest

from tests.structure.source import OURS, imports, modules, package_of, reachable

PACKAGES = sorted({package_of(name) for name in modules()})
LIBRARY = [
    name
    for name in PACKAGES
    if name.startswith("headrace.") and name not in {"headrace.cli", "headrace.errors", "headrace.__main__"}
]
SUITE = {
    "jobs": {"headrace.runtime"},
    "udfs": {"headrace.deployments", "headrace.errors", "headrace.models"},
    "models": {"headrace.models"},
    "datasets": {"headrace.errors"},
    "demos": {"headrace.demo", "headrace.training", "datasets"},
}
"""What each folder of a use case may import."""
WORKERS = {f"headrace.{name}" for name in ("deployments", "documents", "errors", "models", "names")}
"""Packages of the library that are loaded in workers."""


def imported_by(package: str) -> set[str]:
    """Packages that a package imports."""
    found = {package_of(each) for name in modules() if package_of(name) == package for each in imports(name)}
    return found - {package}


def test_packages_do_not_import_each_other_in_a_circle() -> None:
    TopologicalSorter({package: imported_by(package) for package in PACKAGES}).prepare()


@pytest.mark.parametrize("package", LIBRARY)
def test_the_library_does_not_know_the_command_line(package: str) -> None:
    assert "headrace.cli" not in imported_by(package)


def test_the_runtime_knows_nothing_of_the_library_but_its_errors_and_what_a_name_is() -> None:
    assert imported_by("headrace.runtime") <= {"headrace.errors", "headrace.names"}


def test_errors_know_nothing() -> None:
    assert imported_by("headrace.errors") == set()


def test_names_know_nothing_but_errors_and_documents_nothing_but_names() -> None:
    assert imported_by("headrace.names") == {"headrace.errors"}
    assert imported_by("headrace.documents") == {"headrace.names"}


@pytest.mark.parametrize("package", ["headrace.cli", *LIBRARY])
def test_the_library_imports_a_use_case_by_name_at_run_time_only(package: str) -> None:
    assert not imported_by(package) & {*OURS} - {"headrace"}


@pytest.mark.parametrize("folder", SUITE)
def test_a_folder_of_the_use_case_imports_what_it_is_allowed_to(folder: str) -> None:
    assert imported_by(folder) <= SUITE[folder]


@pytest.mark.parametrize("module", sorted(name for name in modules() if name.startswith("udfs.")))
def test_workers_load_nothing_but_their_own_models(module: str) -> None:
    packages = {package_of(name) for name in reachable(module)} - {"headrace"}
    assert packages <= {"udfs", *WORKERS}


def test_setting_up_needs_nothing_that_is_set_up() -> None:
    assert imported_by("bootstrap") == set()
