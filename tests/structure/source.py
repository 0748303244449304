"""The tree as it is tracked, and what its Python files import."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from typing import TYPE_CHECKING

from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OURS = ("bootstrap", "headrace", "jobs", "udfs", "models", "datasets", "demos", "benchmarks")
"""Top-level packages that are not tests."""


@cache
def tracked() -> tuple[Path, ...]:
    """All files that git knows and that are there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607 -- git is where the developer has it
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


@cache
def modules() -> dict[str, Path]:
    """Our own modules, tests left out, by dotted name."""
    found = {}
    for path in tracked():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if path.suffix == ".py" and parts[0] in OURS:
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(module: str) -> set[str]:
    """Our modules that a module imports: at its top, in a function or for type checkers only."""
    names = set(_imported(tree_of(modules()[module])))
    return {known for name in names if (known := _known(name)) and known != module}


def reachable(module: str) -> set[str]:
    """Our modules that are loaded when a module is used, those imported for type checkers left out."""
    found, ahead = set(), [module]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += [
                known for each in _imported(_running(tree_of(modules()[name]))) if (known := _known(each))
            ]
    return found


def package_of(module: str) -> str:
    """``headrace.models`` for what is in it, else the top-level package."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "headrace" else parts[0]


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _running(tree: ast.Module) -> ast.Module:
    """A tree without its ``if TYPE_CHECKING``."""
    typed = [
        node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    ]
    return ast.Module([node for node in tree.body if node not in typed], [])


def _known(name: str) -> str:
    """The module of ours that an imported name is, or is in; empty when it is not ours."""
    while name and name not in modules():
        name = name.rpartition(".")[0]
    return name
