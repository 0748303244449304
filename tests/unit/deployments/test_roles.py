from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.deployments.record import CANARY, CHAMPION, SHADOW, Record
from headrace.deployments.roles import boundaries, choose, place_of, roles_at, version

SEARCH = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
KEYS = [str(number) for number in range(10_000)]


def record(number: int, role: str, name: str, start: int | None, share: float = 1.0) -> Record:
    return Record(number, role, name, f"models/{name}", "ab", share, start, "kim", "why", "deploy", 0)


def scored_by(records: list[Record], time: int, key: str | None = "k") -> str | None:
    found = version(records, time, key).scored_by
    return found and found.version


@st.composite
def logs(draw: st.DrawFn) -> list[Record]:
    """A first champion, then records of any role, version, share and time."""
    parts = st.tuples(
        st.sampled_from([CHAMPION, CANARY, SHADOW]),
        st.sampled_from("abcd"),
        st.integers(0, 20),
        st.sampled_from([0.0, 0.3, 1.0]),
    )
    later = [
        record(number, role, name, start, 1.0 if role == CHAMPION else share)
        for number, (role, name, start, share) in enumerate(draw(st.lists(parts, max_size=8)), start=2)
    ]
    return [record(1, CHAMPION, "a", None), *later]


def test_before_the_first_champion_nothing_scores() -> None:
    records = [record(1, CHAMPION, "a", 100)]
    assert [scored_by(records, time) for time in (99, 100)] == [None, "a"]


def test_the_first_champion_without_a_time_scores_everything() -> None:
    assert scored_by([record(1, CHAMPION, "a", None)], -(10**15)) == "a"


def test_a_champion_scores_from_its_time_on() -> None:
    records = [record(1, CHAMPION, "a", None), record(2, CHAMPION, "b", 100)]
    assert [scored_by(records, time) for time in (99, 100, 101)] == ["a", "b", "b"]


def test_of_two_for_the_same_time_the_one_written_last_counts() -> None:
    records = [record(1, CHAMPION, "a", None), record(2, CHAMPION, "b", 100), record(3, CHAMPION, "c", 100)]
    assert scored_by(records, 100) == "c"


def test_a_rollback_ends_a_promotion_that_was_to_come() -> None:
    records = [record(1, CHAMPION, "a", None), record(2, CHAMPION, "b", 200), record(3, CHAMPION, "a", 100)]
    assert {scored_by(records, time) for time in (100, 200, 300)} == {"a"}


def test_a_canary_scores_its_share_of_the_keys() -> None:
    records = [record(1, CHAMPION, "a", None), record(2, CANARY, "b", 0, 0.2)]
    share = sum(scored_by(records, 0, key) == "b" for key in KEYS) / len(KEYS)
    assert share == pytest.approx(0.2, abs=0.02)


def test_a_larger_share_keeps_the_keys_that_it_had() -> None:
    small, large = ({key for key in KEYS if place_of("b", key) < share} for share in (0.1, 0.3))
    assert small < large


def test_another_canary_tries_other_keys() -> None:
    one, other = ({key for key in KEYS if place_of(name, key) < 0.1} for name in "bc")
    assert len(one & other) < len(one) / 2


def test_the_place_of_a_key_never_changes() -> None:
    assert place_of("fraud-0a1b", "596") == 0.20663668703790206


def test_an_event_without_a_key_is_never_a_canary_s() -> None:
    records = [record(1, CHAMPION, "a", None), record(2, CANARY, "b", 0, 0.999)]
    assert scored_by(records, 0, None) == "a"


@pytest.mark.parametrize("command", ["promote", "roll back", "end"])
def test_whoever_promotes_rolls_back_or_ends_it_ends_the_canary(command: str) -> None:
    last = {
        "promote": record(3, CHAMPION, "b", 100),
        "roll back": record(3, CHAMPION, "a", 100),
        "end": record(3, CANARY, "b", 100, 0.0),
    }[command]
    records = [record(1, CHAMPION, "a", None), record(2, CANARY, "b", 0, 1.0), last]
    assert roles_at(records, 99).canary is not None
    assert roles_at(records, 100).canary is None


def test_a_shadow_goes_on_through_promotions_until_it_is_ended() -> None:
    records = [
        record(1, CHAMPION, "a", None),
        record(2, SHADOW, "c", 0),
        record(3, CHAMPION, "b", 100),
        record(4, SHADOW, "c", 200, 0.0),
    ]
    assert [[each.version for each in roles_at(records, time).shadows] for time in (0, 100, 200)] == [
        ["c"],
        ["c"],
        [],
    ]


def test_nobody_is_a_shadow_of_itself() -> None:
    records = [record(1, CHAMPION, "a", None), record(2, SHADOW, "b", 0), record(3, CANARY, "b", 0, 0.5)]
    said = {
        (choice.scored_by.version, len(choice.shadows))
        for key in KEYS[:50]
        if (choice := version(records, 0, key)).scored_by
    }
    assert said == {("a", 1), ("b", 0)}
    assert version([*records, record(4, CHAMPION, "b", 50)], 50, "k").shadows == ()


@SEARCH
@given(logs(), st.integers(-5, 25), st.sampled_from(["x", "y", None]))
def test_a_record_that_is_to_come_changes_nothing_before_its_time(
    records: list[Record], time: int, key: str | None
) -> None:
    known = [each for each in records if each.start <= time]
    assert version(records, time, key) == version(known, time, key)


@SEARCH
@given(logs(), st.sampled_from(["x", "y", None]))
def test_between_two_boundaries_nothing_changes(records: list[Record], key: str | None) -> None:
    starts = boundaries(records)
    for start, following in zip(starts, [*starts[1:], starts[-1] + 10]):
        assert version(records, following - 1, key) == version(records, start, key)


@SEARCH
@given(logs(), st.integers(-5, 25), st.sampled_from(["x", "y", None]))
def test_exactly_one_version_decides_and_those_beside_it_are_others(
    records: list[Record], time: int, key: str | None
) -> None:
    choice = choose(roles_at(records, time), key)
    assert choice.scored_by is not None
    names = [choice.scored_by.version, *(shadow.version for shadow in choice.shadows)]
    assert len(set(names)) == len(names)
