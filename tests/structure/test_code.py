"""Sizes, and a library that knows no use case."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.structure.source import modules, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES = 250
BODY = 25
LONGER = {"headrace.runtime.submit._parser": "one entry an option"}
"""Functions that may be longer, and why."""

USE_CASE = re.compile(r"fraud|transaction|(?<!is_)terminal|customer|payment|\bcards?\b", re.IGNORECASE)
NAMED = {
    "headrace.cli.cluster": "as data",
    "headrace.cli.data": "the use case that is meant when none is named",
    "headrace.cli.demo": "as data",
    "headrace.cli.produce": "as data",
    "headrace.cli.sql": "as data",
    "headrace.cli.topics": "as data",
    "headrace.cluster.broker": "transactions are Kafka's own too",
    "headrace.cli.train": "an example in a help text",
}
"""Modules of the library that may name the use case outside of docstrings, and why."""

LIBRARY = sorted(name for name in modules() if name.startswith("headrace"))
Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree_of(modules()[module])) if isinstance(node, Function))


def without_docstring(node: ast.AST) -> list[ast.stmt]:
    body: list[ast.stmt] = getattr(node, "body", [])
    documented = body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return body[1:] if documented and len(body) > 1 else body


def words(module: str) -> Iterator[tuple[int, str]]:
    """Names and literals of a module with their lines; docstrings and comments are not among them."""
    tree = tree_of(modules()[module])
    documentation = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documentation:
            yield node.lineno, node.value
        for field in ("id", "attr", "arg", "name"):
            if isinstance(said := getattr(node, field, None), str):
                yield getattr(node, "lineno", 0), said


def size_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement to the last, comments and blank lines between them included."""
    return (function.end_lineno or 0) - without_docstring(function)[0].lineno + 1


def test_a_module_fits_on_a_few_screens() -> None:
    sizes = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules().items()}
    assert {name: size for name, size in sizes.items() if size > LINES} == {}


def test_a_function_does_one_thing() -> None:
    sizes = {f"{name}.{each.name}": size_of(each) for name in modules() for each in functions(name)}
    assert {name for name, size in sizes.items() if size > BODY} == {*LONGER}


def test_the_library_knows_no_use_case() -> None:
    found = {name: [(line, said) for line, said in words(name) if USE_CASE.search(said)] for name in LIBRARY}
    assert {name: said for name, said in found.items() if said and name not in NAMED} == {}
    assert {name for name in NAMED if not found[name]} == set()
