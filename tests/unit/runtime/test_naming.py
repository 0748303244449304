"""What operators are called: plans made up of a few operators."""

from __future__ import annotations

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.naming import LONGEST, Naming, Operator, Relation

VISIT = ("id", "seen_at", "shop")
RELATIONS = {
    "visits": Relation(VISIT),
    "visits_counted": Relation((*VISIT, "place"), frozenset({"visits"})),
    "first_visits": Relation(VISIT, frozenset({"visits_counted"})),
    "far_visits": Relation(VISIT, frozenset({"first_visits"})),
}


def named(*operators: Operator, relations: dict[str, Relation] = RELATIONS) -> list[str]:
    return [*Naming(operators, relations).names.values()]


SOURCE = Operator(1, "visits", VISIT, named="visits")
COUNTED = Operator(4, "Calc", (*VISIT, "$3"), (3,))
CHAIN = (
    SOURCE,
    Operator(2, "Calc", (*VISIT, "$3"), (1,)),
    Operator(3, "OverAggregate", (*VISIT, "$3", "w0$o0"), (2,)),
    COUNTED,
    Operator(5, "Calc", VISIT, (4,)),
)


def test_an_operator_is_called_after_the_view_whose_columns_it_gives() -> None:
    assert named(*CHAIN) == [
        "visits",
        "visits_counted: Calc",
        "visits_counted: OverAggregate",
        "visits_counted",
        "first_visits",
    ]


def test_of_views_with_the_same_columns_it_is_the_first_that_reads_what_it_reads() -> None:
    first, far = Operator(2, "Calc", VISIT, (1,)), Operator(3, "Calc", VISIT, (2,))
    assert named(SOURCE, first, far) == ["visits", "first_visits", "far_visits"]


def test_what_gives_a_tables_own_columns_belongs_to_the_table() -> None:
    alone = {"visits": RELATIONS["visits"]}
    assert named(SOURCE, Operator(2, "Calc", VISIT, (1,)), relations=alone) == ["visits", "visits: Calc"]


def test_branches_of_one_view_are_counted() -> None:
    both = {"web": Relation(VISIT), "shop": Relation(VISIT)}
    relations = {**both, "known": Relation((*VISIT, "live"), frozenset(both))}
    branches = [Operator(number, "Calc", (*VISIT, "live"), (number - 2,)) for number in (3, 4)]
    sources = [Operator(1, "web", VISIT, named="web"), Operator(2, "shop", VISIT, named="shop")]
    assert named(*sources, *branches, relations=relations) == ["web", "shop", "known", "known 2"]


def test_what_no_view_gives_is_called_after_what_is_made_of_it() -> None:
    odd = Operator(2, "Correlate", ("id", "word"), (1,))
    assert named(SOURCE, odd, Operator(3, "Calc", VISIT, (2,)))[1] == "first_visits: Correlate"
    written = Operator(3, "stays", named="stays", writes="stays", inputs=(2,))
    assert named(SOURCE, odd, written) == ["visits", "stays: Correlate", "stays"]


def test_what_flink_puts_at_a_table_is_one_word() -> None:
    kinds = ("WatermarkAssigner", "ConstraintEnforcer", "StreamRecordTimestampInserter")
    beside = [Operator(number, kind, VISIT, (number - 1,)) for number, kind in enumerate(kinds, start=2)]
    assert named(SOURCE, *beside) == ["visits", "watermark", "NOT NULL", "timestamp"]


def test_files_have_a_writer_as_other_sinks_do() -> None:
    writer, end = Operator(2, "StreamingFileWriter", (), (1,)), Operator(3, "end", (), (2,), writes="stays")
    assert named(SOURCE, writer, end) == ["visits", "stays: Writer", "stays: end"]


def test_a_stand_in_without_columns_gives_no_name_and_is_looked_through() -> None:
    known = {name: relation for name, relation in RELATIONS.items() if name != "far_visits"}
    stays = Relation((), frozenset({"first_visits"}))
    relations = {**known, "stays": stays, "far_visits": Relation(VISIT, frozenset({"stays"}))}
    first, far = Operator(2, "Calc", VISIT, (1,)), Operator(3, "Calc", VISIT, (2,))
    assert named(SOURCE, first, far, relations=relations) == ["visits", "first_visits", "far_visits"]


def test_a_name_that_nobody_can_read_at_a_glance_is_refused_with_its_file() -> None:
    long = "visits_of_those_who_came_on_foot_or_by_boat"
    relations = {"visits": Relation(VISIT), long: Relation(("id",), frozenset({"visits"}))}
    naming = Naming([SOURCE, Operator(2, "Calc", ("id",), (1,))], relations)
    with pytest.raises(HeadraceError, match=rf"stay\.sql: expected names of 1 to {LONGEST} .* got: {long}"):
        naming.require_short("stay.sql")


def test_an_operator_that_leads_nowhere_has_no_name_and_is_refused() -> None:
    naming = Naming([SOURCE, Operator(2, "Correlate", ("id",), (1,))], RELATIONS)
    with pytest.raises(HeadraceError, match=": Correlate"):
        naming.require_short("stay.sql")


def test_short_names_are_fine() -> None:
    Naming(CHAIN, RELATIONS).require_short("stay.sql")
