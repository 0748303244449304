"""The cheapest way within the budget, or what could be reached instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headrace.errors import HeadraceError
from headrace.planning import choice
from headrace.planning.choice import Budget, chosen, highest_rate, options, untried
from headrace.planning.memory import memory_for
from tests.unit.planning.costs import MODEL, calibration, profile


@pytest.fixture(autouse=True)
def _eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "cores", lambda: 8)


def weighed(budget: Budget, **changed: float) -> list[choice.Option]:
    return options([(profile(), calibration(**changed))], MODEL, budget)


def at_once(budget: Budget) -> choice.Option:
    return next(each for each in weighed(budget) if not each.wish.exactly_once)


def test_the_fewest_slots_that_keep_the_budget_are_recommended() -> None:
    budget = Budget(rate=10_000, p99=0.05)
    found = chosen(weighed(budget), MODEL, budget)
    assert found.wish.parallelism == 2
    assert found.prediction.utilisation <= budget.busiest < 2 * found.prediction.utilisation


def test_exactly_once_is_recommended_where_there_is_time_for_it() -> None:
    delivery = {
        p99: chosen(weighed(budget), MODEL, budget).delivery
        for p99 in (0.05, 2.0)
        for budget in [Budget(1_000, p99)]
    }
    assert delivery == {0.05: "at-least-once", 2.0: "exactly-once"}


def test_of_two_profiles_the_one_with_less_work_is_recommended() -> None:
    both = [(profile("dear"), calibration("dear", slot=200e-6)), (profile("cheap"), calibration("cheap"))]
    budget = Budget(1_000, 0.1)
    assert chosen(options(both, MODEL, budget), MODEL, budget).profile.name == "cheap"


def test_an_impossible_budget_says_what_can_be_reached() -> None:
    budget = Budget(rate=1_000, p99=0.008)
    with pytest.raises(HeadraceError) as refused:
        chosen(weighed(budget), MODEL, budget)
    said = str(refused.value)
    assert "keep p99 within 8 ms at 1,000 events/s" in said
    assert "at that rate" in said
    assert "with live, parallelism" in said
    assert said.splitlines()[0].endswith("; within that time no rate")


def test_a_rate_beyond_all_cores_says_which_one_is_not() -> None:
    budget = Budget(rate=1_000_000, p99=0.05)
    found = weighed(budget)
    with pytest.raises(HeadraceError, match=r"at that rate none is steady; within that time [\d,]+ events/s"):
        chosen(found, MODEL, budget)


def test_the_highest_rate_is_one_that_keeps_the_budget() -> None:
    budget = Budget(rate=100_000, p99=0.05)
    rate = highest_rate(at_once(budget), MODEL, budget)
    less, more = (at_once(Budget(each, 0.05)) for each in (rate * 0.99, rate * 1.01))
    assert less.keeps(budget)
    assert not more.keeps(budget)


def test_profiles_that_wait_too_long_by_themselves_are_not_calibrated() -> None:
    quick, slow = profile("quick", seconds=0.001), profile("slow", seconds=0.2)
    assert untried([quick, slow], Budget(1_000, 0.05)) == ([quick], [slow])
    with pytest.raises(HeadraceError, match="slow alone lets events wait up to 200 ms"):
        untried([slow], Budget(1_000, 0.05))


def test_memory_is_for_a_worker_a_slot_and_for_the_keys() -> None:
    budget = Budget(10_000, 0.05)
    option = chosen(weighed(budget), MODEL, budget)
    found = memory_for(option, MODEL, keys=1_000, events_a_key=50)
    assert found.workers == found.managed == 2 * (150 * 2**20 + 5_000_000)
    assert found.state == 2 * 1_000 * 50 * 100
    assert found.options["taskmanager.memory.managed.size"] == "310m"
    assert memory_for(option, MODEL, keys=None, events_a_key=50).state == 0


def test_memory_is_never_less_than_what_the_profile_sets_aside() -> None:
    budget, aside = Budget(10_000, 0.05), {"taskmanager.memory.managed.size": "2g"}
    option = options([(replace(profile(), options=aside), calibration())], MODEL, budget)[0]
    assert memory_for(option, MODEL, None, 1).options["taskmanager.memory.managed.size"] == "2048m"
