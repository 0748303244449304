"""The forms that features are computed in, and the SQL that a measured job is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.place import ROOT
from headrace.runtime.resolve import Resolver
from headrace.runtime.statement import Statement
from headrace.runtime.suite import Suite, UseCase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.runtime.resolve import Step

USE_CASE = "fraud"


@dataclass(frozen=True)
class Form:
    """A way to compute the features.

    Attributes:
        title: what a reader sees.
        stand_ins: view that the others read → the view that stands in for it.
    """

    title: str
    stand_ins: Mapping[str, str]

    def bindings(self) -> dict[str, Statement]:
        """What an environment would say to make the stand-ins take effect."""
        return {name: _stand_in(name, view) for name, view in self.stand_ins.items()}


FORMS = {
    "over": Form(
        "chain of OVER views",
        {"customer_features": "customer_over_30d", "terminal_features": "terminal_over_30d"},
    ),
    "arrival": Form(
        "rolling, on arrival",
        {
            "customer_features": "customer_features_on_arrival",
            "terminal_features": "terminal_features_on_arrival",
        },
    ),
    "in_order": Form("rolling_in_order", {}),
    "read": Form("read only", {}),
}


def job(
    form: str, pipeline: str, environment: str, values: Mapping[str, str]
) -> tuple[Statement, list[Step]]:
    """The statement set of a measured job and what must be created before.

    Args:
        form: a key of ``FORMS``.
        pipeline: a file in sql/fraud/pipelines/ of this folder.
        environment: a folder in connectors/ of this folder.
        values: what stands for ``${NAME}``.

    Raises:
        HeadraceError: on anything wrong in the SQL that can be seen without Flink.
    """
    bindings = {**Suite(Path(__file__).parent).bindings(environment, USE_CASE), **FORMS[form].bindings()}
    use_case = measured_use_case()
    statements = use_case.pipeline(pipeline)
    return statements, Resolver(use_case, bindings, environment, values).need(statements)


def measured_use_case() -> UseCase:
    """The shipped use case, with the OVER views of its oracle and with the sinks and pipelines that are measured."""
    shipped = Suite(ROOT).use_case(USE_CASE)
    ours = Suite(Path(__file__).parent).use_case(USE_CASE)
    over = {path.stem: Statement.read(path) for path in (ROOT / "tests/oracle" / USE_CASE).glob("*.sql")}
    return replace(
        shipped,
        contracts={**shipped.contracts, **ours.contracts},
        views={**shipped.views, **over},
        pipelines=ours.pipelines,
    )


def _stand_in(name: str, view: str) -> Statement:
    text = f"CREATE TEMPORARY VIEW {name} AS SELECT * FROM {view}"  # noqa: S608 -- both are names of our own views
    return Statement(name, Path(f"{view}.sql"), text)
