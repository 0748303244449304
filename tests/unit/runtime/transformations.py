"""Transformations as the planner of Flink 2.3.0 gives them, made up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def java(name: str, **methods: Any) -> SimpleNamespace:
    """An object of a Java class whose methods take nothing."""
    given = {method: lambda value=value: value for method, value in methods.items()}
    return SimpleNamespace(getClass=lambda: SimpleNamespace(getSimpleName=lambda: name), **given)


class Plan:
    """Transformations, numbered as they are made."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}

    def add(
        self,
        name: str,
        *inputs: Any,
        columns: Sequence[str] = ("id",),
        description: str | None = None,
        kind: str = "OneInputTransformation",
    ) -> Any:
        number = len(self.names) + 1
        self.names[number] = name
        rows = java("InternalTypeInfo", toRowFieldNames=columns) if columns else java("PojoTypeInfo")
        made = java(kind, getId=number, getInputs=inputs, getDescription=description, getOutputType=rows)
        made.getName = lambda: self.names[number]
        made.setName = lambda new: self.names.update({number: new})
        return made


def described(table: str) -> str:
    return (
        f"[1]:TableSourceScan(table=[[default_catalog, default_database, {table}, metadata=[]]], fields=[id])"
    )
