"""What is read from Flink's transformations."""

from __future__ import annotations

from headrace.runtime.graph import Graph
from tests.unit.runtime.transformations import Plan, described


def test_sources_of_every_kind_bear_their_tables_name() -> None:
    plan = Plan()
    files = plan.add("visits[1]", description=described("visits"))
    topic = plan.add("KafkaSource-default_catalog.default_database.stays")
    union = plan.add("Union", files, topic, kind="UnionTransformation")
    graph = Graph([plan.add("sales[4]", union)], ["sales"])
    assert [each.named for each in graph.operators] == ["visits", "stays", "sales"]


def test_an_operator_has_its_kind_its_columns_and_what_it_reads_behind_shuffles() -> None:
    plan = Plan()
    source = plan.add("visits[1]", description=described("visits"))
    shuffle = plan.add("Exchange[2]", source, kind="PartitionTransformation")
    over = plan.add("OverAggregate[3]", shuffle, columns=["id", "w0$o0"])
    _, found, end = Graph([plan.add("end", over, columns=[])], ["sales"]).operators
    assert (found.kind, found.columns, found.inputs, found.named) == (
        "OverAggregate",
        ("id", "w0$o0"),
        (1,),
        "",
    )
    assert (end.kind, end.columns, end.inputs, end.named, end.writes) == ("end", (), (3,), "", "sales")


def test_a_process_table_function_bears_its_uid() -> None:
    plan = Plan()
    source = plan.add("visits[1]", description=described("visits"))
    text = "[2]:ProcessTableFunction(invocation=[rolling(TABLE(#0))], uid=[visits_counted], select=[id])"
    rolled = plan.add("ProcessTableFunction[2]", source, description=text)
    assert Graph([rolled], ["sales"]).operators[-1].named == "visits_counted"


def test_what_two_sinks_share_is_one_operator_and_comes_first() -> None:
    plan = Plan()
    shared = plan.add("Calc[2]", plan.add("visits[1]", description=described("visits")))
    graph = Graph([plan.add("sales[3]", shared), plan.add("stays[4]", shared)], ["sales", "stays"])
    assert [each.number for each in graph.operators] == [1, 2, 3, 4]
    assert [each.writes for each in graph.operators] == ["", "", "sales", "stays"]


def test_names_are_given_to_transformations() -> None:
    plan = Plan()
    graph = Graph([plan.add("sales[2]", plan.add("visits[1]", description=described("visits")))], ["sales"])
    graph.rename({1: "visits", 2: "sales"})
    assert plan.names == {1: "visits", 2: "sales"}
