"""Small tables of payments and verdicts, and what their features are, counted one by one."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from headrace.parity.declaration import Declaration, Window
from headrace.tables.contract import Column, Table
from headrace.tables.database import connect

if TYPE_CHECKING:
    import duckdb

HOUR = 3_600_000
WINDOWS = {"1h": HOUR, "1d": 24 * HOUR}


class Paid(NamedTuple):
    """A row: who, when in milliseconds, how many cents or None."""

    who: int
    at: int
    cents: int | None


times = st.one_of(
    st.integers(0, 3).map(lambda hours: hours * HOUR),
    st.integers(0, 2).map(lambda days: days * 24 * HOUR),
    st.integers(0, 30 * HOUR),
)
"""Many of them equal, or a window apart to the millisecond."""
cents = st.one_of(st.none(), st.integers(-500, 500), st.sampled_from([10**12 - 1, 1 - 10**12]))
payments = st.lists(st.builds(Paid, st.integers(0, 2), times, cents), max_size=12)


def database(paid: list[Paid], others: list[Paid]) -> duckdb.DuckDBPyConnection:
    """The tables ``paid``, whose ids go down while their order in the table goes up, and ``others``."""
    connection = connect()
    for table, rows in (("paid", paid), ("others", others)):
        connection.execute(
            f"CREATE TABLE {table} (id BIGINT, who BIGINT, paid_at TIMESTAMPTZ, amount DECIMAL(12, 2), x DOUBLE)"
        )
        for number, row in enumerate(reversed(rows)):
            amount = None if row.cents is None else Decimal(row.cents).scaleb(-2)
            connection.execute(
                f"INSERT INTO {table} VALUES (?, ?, make_timestamptz(?), ?, ?)",  # noqa: S608 -- one of two names
                [len(rows) - 1 - number, row.who, row.at * 1000, amount, row.cents],
            )
    return connection


def declared(**window: Any) -> Declaration:
    """The declaration of one aggregate."""
    way = {"pipeline": "none", "writes": "none", "reads": []}
    asked = Window(name="w_{window}", by="who", windows=[*WINDOWS], **window)
    rows = {"tables": ["paid"], "key": "id", "time": "paid_at"}
    return Declaration.model_validate(
        {"contract": "features", "rows": rows, "windows": [asked], "history": way, "raw": way}
    )


def contract(kind: str) -> Table:
    """Id and one feature a window."""
    return Table("features", (Column("id", "BIGINT"), *(Column(f"w_{each}", kind) for each in WINDOWS)))


def seen_by(number: int, paid: list[Paid], window: int, delay: int) -> list[Paid]:
    """What a row sees of the rows themselves."""
    own = paid[number]
    return [
        row
        for position, row in enumerate(paid)
        if row.who == own.who
        and own.at - delay - window < row.at <= own.at - delay
        and (delay > 0 or row.at < own.at or position <= number)
    ]


def seen_of_others(own: Paid, others: list[Paid], window: int, delay: int, *, equals: bool) -> list[Paid]:
    """What a row sees of another table."""
    end = own.at - delay
    return [
        row
        for row in others
        if row.who == own.who and end - window < row.at and (row.at <= end if equals else row.at < end)
    ]


def counted(aggregate: str, seen: list[Paid]) -> Any:
    """An aggregate of cents as amounts, None when there are none."""
    known = [row.cents for row in seen if row.cents is not None]
    if aggregate == "count":
        return len(known)
    if aggregate == "distinct":
        return len({*known})
    if not known:
        return None
    exact = {"sum": sum(known), "min": min(known), "max": max(known)}
    return (
        (float(Fraction(sum(known), 100)) / len(known))
        if aggregate == "avg"
        else Fraction(exact[aggregate], 100)
    )
