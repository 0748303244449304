"""What Flink says of wrong SQL is said with the line of the file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.resolve import Step
from headrace.runtime.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.runtime.session import Session

TABLE = "CREATE TABLE visits (id INT) WITH ('connector' = 'filesystem', 'path' = 'visits', 'format' = 'json')"


def view(*lines: str) -> Step:
    text = "\n".join(["-- One row is one visit.", "CREATE TEMPORARY VIEW seen AS", *lines])
    return Step(Statement("seen", Path("sql/seen.sql"), text + "\n"))


@pytest.mark.flink
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["SELECT", "  idd", "FROM visits"], "4: Column 'idd' not found in any table"),
        (["SELECT id", "FORM visits"], "4: "),
        (["SELECT id", "FROM visists"], "4: Object 'visists' not found"),
        (["SELECT", "  id,", "  guess(id) AS guess", "FROM visits"], "5: No match found for function"),
        (["SELECT id", "FROM visits", "WHERE id = ROW(1)"], "5: "),
    ],
    ids=["column", "syntax", "table", "function", "type"],
)
def test_wrong_sql_is_refused_at_its_line(
    open_session: Callable[..., Session], lines: list[str], said: str
) -> None:
    session = open_session()
    session.create([Step(Statement("visits", Path("visits.sql"), TABLE))])
    with pytest.raises(HeadraceError) as raised:
        session.create([view(*lines)])
    assert raised.value.args[0].startswith(f"sql/seen.sql:{said}")
    assert "\n" not in raised.value.args[0]
