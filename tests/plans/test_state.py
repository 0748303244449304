# ruff: noqa: SLF001 -- looks at what Flink makes of a plan with names and of one without
"""Names are for people: what state belongs to in a savepoint does not depend on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headrace.runtime.job import load_job
from headrace.runtime.run import Run, open_session, prepare

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.flink
def test_names_change_nothing_of_what_state_belongs_to(root: Path, tmp_path: Path) -> None:
    run = Run(root, load_job(root, "realtime"), tmp_path)
    pipeline, steps = prepare(run)
    session = open_session(run, {})
    session.create(steps)
    planner = session._java.getPlanner()
    statements = session._java.getParser().parse(pipeline.executable).get(0).getOperations()
    unnamed = vertices(planner, planner.translate(statements))
    plan = session._planned(pipeline)
    session._named(plan, steps)
    named = vertices(planner, planner.translatePlan(plan))
    assert [name for name, _ in named] != [name for name, _ in unnamed]
    assert [ids for _, ids in named] == [ids for _, ids in unnamed]


def vertices(planner: Any, transformations: Any) -> list[tuple[str, list[str]]]:
    """The name of each vertex, and the ids by which its operators find their state in a savepoint."""
    graph = planner.getExecEnv().generateStreamGraph(transformations).getJobGraph()
    return [
        (vertex.getName(), [str(each.getGeneratedOperatorID()) for each in vertex.getOperatorIDs()])
        for vertex in graph.getVerticesSortedTopologicallyFromSources()
    ]
