from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.resolve import CONTRACTS, DEFAULT, SINKS, resolve
from tests.unit.runtime.conftest import lay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from headrace.runtime.resolve import Resolver, Step
    from headrace.runtime.suite import Suite

    Resolvers = Callable[..., Resolver]


def order(steps: Iterable[Step]) -> list[str]:
    """Steps as ``database.name``."""
    return [f"{step.database}.{step.statement.name}" for step in steps]


def pipeline_steps(resolver: Resolver) -> list[Step]:
    return resolver.need(resolver.use_case.pipeline("guess_sales"))


def test_what_is_needed_comes_before_what_needs_it_and_each_once(resolver_of: Resolvers) -> None:
    assert order(pipeline_steps(resolver_of())) == [
        "default_database.guess",
        "contracts.visits",
        "default_database.visits",
        "default_database.long_visits",
        "default_database.guesses",
        "contracts.sales",
        "sinks.sales",
    ]


def test_bindings_carry_the_values_of_the_environment(resolver_of: Resolvers) -> None:
    texts = {step.statement.text for step in pipeline_steps(resolver_of({"FOLDER": "/f"}))}
    assert any("'/f/visits'" in text for text in texts)
    assert not any("${" in text for text in texts)


def test_a_table_read_and_written_is_bound_in_both_databases(shop: Suite, resolver_of: Resolvers) -> None:
    text = "-- Sales again.\nEXECUTE STATEMENT SET BEGIN INSERT INTO sinks.sales SELECT id FROM sales; END;"
    lay(shop.root, {"sql/shop/pipelines/again.sql": text})
    resolver = resolver_of()
    steps = resolver.need(resolver.use_case.pipeline("again"))
    assert {f"{DEFAULT}.sales", f"{SINKS}.sales"} < set(order(steps))
    assert order(steps).count("contracts.sales") == 1


def test_a_contract_like_another_comes_after_it(resolver_of: Resolvers) -> None:
    steps = order(resolver_of().require("contracts.sales"))
    assert steps == ["contracts.visits", "contracts.sales"]


def test_several_statements_share_what_they_need(resolver_of: Resolvers) -> None:
    resolver = resolver_of()
    pipeline = resolver.use_case.pipeline("guess_sales")
    assert order(resolve(resolver, [pipeline, pipeline])) == order(pipeline_steps(resolver_of()))


def test_an_object_can_be_asked_for_by_name(resolver_of: Resolvers) -> None:
    assert order(resolver_of().require("long_visits"))[-1] == f"{DEFAULT}.long_visits"


def test_an_unknown_object_is_refused_with_the_closest_there_is(resolver_of: Resolvers) -> None:
    with pytest.raises(HeadraceError, match=r"shop has no object named 'long_visit'") as raised:
        resolver_of().require("long_visit")
    assert raised.value.hint == "Did you mean long_visits?"


def test_an_unknown_object_like_no_other_is_refused_without_a_guess(resolver_of: Resolvers) -> None:
    with pytest.raises(HeadraceError, match=r"no object named 'zzz'") as raised:
        resolver_of().require("zzz")
    assert not raised.value.hint


def test_a_view_is_no_contract(resolver_of: Resolvers) -> None:
    with pytest.raises(HeadraceError, match=r"shop has no object named 'contracts.guesses'"):
        resolver_of().require("contracts.guesses")


def test_a_binding_like_no_contract_is_refused_with_its_file(shop: Suite, resolver_of: Resolvers) -> None:
    lay(shop.root, {"connectors/disk/shop/visits.sql": "CREATE TABLE visits WITH () LIKE contracts.vists;"})
    with pytest.raises(
        HeadraceError, match=r"disk/shop/visits\.sql:1: there is no contract 'vists'"
    ) as raised:
        pipeline_steps(resolver_of())
    assert raised.value.hint == "Expected sql/shop/contracts/vists.sql."


def test_an_unbound_source_is_refused_at_the_line_that_reads_it(shop: Suite, resolver_of: Resolvers) -> None:
    (shop.root / "connectors/disk/shop/visits.sql").unlink()
    expected = r"views/long_visits\.sql:3: contract visits is not bound in environment disk"
    with pytest.raises(HeadraceError, match=expected) as raised:
        pipeline_steps(resolver_of())
    assert raised.value.hint == "Expected connectors/disk/shop/visits.sql."


def test_an_unbound_sink_is_refused_at_the_line_that_writes_it(shop: Suite, resolver_of: Resolvers) -> None:
    (shop.root / "connectors/disk/shop/sales.sql").unlink()
    with pytest.raises(HeadraceError, match=r"guess_sales\.sql:4: contract sales is not bound"):
        pipeline_steps(resolver_of())


def test_the_line_of_an_unbound_contract_is_not_that_of_a_longer_name(
    shop: Suite, resolver_of: Resolvers
) -> None:
    text = (
        "-- One.\nCREATE TEMPORARY VIEW guesses AS\nSELECT visits_id\n  AS id FROM long_visits,\n  visits;\n"
    )
    lay(shop.root, {"sql/shop/views/guesses.sql": text, "sql/shop/views/long_visits.sql": _view("guess")})
    (shop.root / "connectors/disk/shop/visits.sql").unlink()
    with pytest.raises(HeadraceError, match=r"views/guesses\.sql:5: contract visits"):
        pipeline_steps(resolver_of())


def test_a_missing_value_is_refused_at_the_line_that_wants_it(resolver_of: Resolvers) -> None:
    with pytest.raises(HeadraceError, match=r"disk/shop/visits\.sql:3: \$\{FOLDER\} has no value"):
        pipeline_steps(resolver_of({}))


def test_views_that_read_each_other_are_refused(shop: Suite, resolver_of: Resolvers) -> None:
    lay(shop.root, {"sql/shop/views/long_visits.sql": _view("guesses")})
    with pytest.raises(
        HeadraceError, match=r"long_visits\.sql:2: guesses → long_visits → guesses is a circle"
    ):
        pipeline_steps(resolver_of())


def test_an_environment_may_have_a_view_in_a_form_of_its_own(shop: Suite, resolver_of: Resolvers) -> None:
    lay(shop.root, {"connectors/disk/shop/long_visits.sql": _view("sales")})
    steps = pipeline_steps(resolver_of())
    (own,) = [step.statement for step in steps if step.statement.name == "long_visits"]
    assert own.path == shop.root / "connectors/disk/shop/long_visits.sql"
    assert "default_database.visits" not in order(steps)


def test_a_view_stands_in_for_a_contract_and_must_keep_its_promise(
    shop: Suite, resolver_of: Resolvers
) -> None:
    lay(shop.root, {"sql/shop/views/some_visits.sql": _view("sales", "some_visits")})
    (shop.root / "connectors/disk/shop/visits.sql").unlink()
    steps = pipeline_steps(resolver_of(views={"visits": "some_visits"}))
    (stand_in,) = [step for step in steps if step.conforms_to]
    assert (stand_in.conforms_to, stand_in.statement.name) == ("visits", "visits")
    assert "FROM some_visits" in stand_in.statement.text
    names = order(steps)
    position = names.index(f"{DEFAULT}.visits")
    assert {f"{DEFAULT}.some_visits", f"{CONTRACTS}.visits"} <= set(names[:position])


def test_the_sink_of_a_contract_with_a_stand_in_is_its_binding(shop: Suite, resolver_of: Resolvers) -> None:
    lay(shop.root, {"sql/shop/views/guessed_sales.sql": _view("visits", "guessed_sales")})
    steps = pipeline_steps(resolver_of(views={"sales": "guessed_sales"}))
    assert order(steps)[-1] == f"{SINKS}.sales"
    assert not steps[-1].conforms_to


def test_a_stand_in_that_does_not_exist_is_refused_with_the_views_there_are(resolver_of: Resolvers) -> None:
    with pytest.raises(HeadraceError, match=r"contract visits is bound to view few_visits") as raised:
        pipeline_steps(resolver_of(views={"visits": "few_visits"}))
    assert "guesses, long_visits" in raised.value.hint


def _view(reads: str, name: str = "long_visits") -> str:
    return f"CREATE TEMPORARY VIEW {name} AS\nSELECT id FROM {reads};\n"
