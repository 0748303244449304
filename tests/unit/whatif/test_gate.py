from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.cli.gate import ALLOWED
from headrace.training.period import moment
from headrace.whatif.gate import AGE, MARGIN, Gate, GateRefusedError, Sealed
from headrace.whatif.measures import MEASURES
from headrace.whatif.result import Estimate, Events, Measured, Side, WhatIf
from tests.unit.whatif.conftest import COSTS

if TYPE_CHECKING:
    from datetime import datetime

NEW, OLD = Sealed("fraud-new", "b" * 64), Sealed("fraud-old", "a" * 64)
UNTIL = moment("2018-07-21")
ZERO = Estimate(value=0.0, lower=0.0, upper=0.0)


def side(sealed: Sealed, **changes: Any) -> Side:
    made: dict[str, Any] = {
        "kind": "replayed",
        "versions": (sealed.version,),
        "manifest_sha256": sealed.manifest_sha256,
        "threshold": 0.5,
        "trained_to": moment("2018-06-30"),
        **changes,
    }
    return Side(**made)


def result(lower: float | None = 0.0, base: float = 1000.0, **changes: Any) -> WhatIf:
    """A replay in favour of the new version, with changes."""
    same = dict.fromkeys(MEASURES, ZERO)
    difference = Estimate(value=lower and lower + 50, lower=lower, upper=lower and lower + 100)
    measured = Measured(
        candidate=same,
        baseline={**same, "net_saved": Estimate(value=base, lower=base - 9, upper=base + 9)},
        difference={**same, "net_saved": difference},
    )
    made: dict[str, Any] = {
        "use_case": "fraud",
        "candidate": side(NEW),
        "baseline": side(OLD, champion=True),
        "replayed": events(),
        "costs": COSTS,
        "confidence": 0.95,
        "resamples": 2000,
        "seed": 0,
        "measured": measured,
        "slices": (),
        "by_day": (),
        "thresholds": (),
        **changes,
    }
    return WhatIf(**made)


def events(**changes: Any) -> Events:
    made: dict[str, Any] = {
        "begin": moment("2018-07-01"),
        "end": moment("2018-07-15"),
        "as_of": None,
        "features": "features",
        "events": 1000,
        "first": moment("2018-07-01"),
        "days": 14,
        "entity": "customer_id",
        "entities": 100,
        "positives": 50,
        "positive_amount": 5000.0,
        "unlabelled": 0,
        "undecided": 0,
        "unscored": {},
        "labels_until": UNTIL,
        "sha256": "0" * 64,
        **changes,
    }
    return Events(**made)


def gate(newest: datetime | None = UNTIL, margin: float = MARGIN, **changes: Any) -> Gate:
    return Gate(**{"candidate": NEW, "champion": OLD, "newest_label": newest, "margin": margin, **changes})


def test_the_default_of_the_command_line_is_that_of_the_gate() -> None:
    assert ALLOWED == MARGIN


def test_a_version_that_loses_no_more_than_the_margin_is_let_through_and_the_numbers_are_said() -> None:
    assert gate().check(result(lower=-50.0)) == (
        "gate: net saved 0 EUR (95 %: −50 … +50) against 1,000 of fraud-old; a loss of 50 EUR (5 %) was allowed"
    )


def test_a_version_that_may_lose_more_is_refused_with_the_numbers() -> None:
    with pytest.raises(
        GateRefusedError, match="fraud-new may be worse than fraud-old by more than is allowed"
    ) as raised:
        gate().check(result(lower=-51.0))
    assert "net saved −1 EUR (95 %: −51 … +49) against 1,000 of fraud-old" in str(raised.value)
    assert "expected a lower bound of at least −50 EUR (5 %)" in str(raised.value)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 2))
def test_exactly_what_is_below_minus_the_margin_is_refused(lower: float, base: float, margin: float) -> None:
    refused = False
    try:
        gate(margin=margin).check(result(lower=lower, base=base))
    except GateRefusedError:
        refused = True
    assert refused == (lower < -margin * max(base, 0))


@given(st.floats(-1e4, 0), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_margin_lets_through_what_a_smaller_one_does(lower: float, one: float, other: float) -> None:
    def passes(margin: float) -> bool:
        try:
            return bool(gate(margin=margin).check(result(lower=lower)))
        except GateRefusedError:
            return False

    assert passes(max(one, other)) >= passes(min(one, other))


def test_the_same_decisions_pass_a_margin_of_nothing() -> None:
    assert "a loss of 0 EUR (0 %) was allowed" in gate(margin=0.0).check(result(lower=0.0))


def test_where_the_champion_saves_nothing_nothing_may_be_lost() -> None:
    with pytest.raises(GateRefusedError, match="expected a lower bound of at least −0 EUR"):
        gate(margin=0.5).check(result(lower=-1.0, base=-1000.0))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"candidate": side(OLD)},
            r"the replay is of fraud-old \(aaaaaaaaaaaa\), to be promoted is fraud-new \(bbbb",
        ),
        ({"candidate": side(Sealed("fraud-new", "c" * 64))}, r"the replay is of fraud-new \(cccc"),
        ({"candidate": side(NEW, own_threshold=False)}, "alert from score 0.5, not from its own threshold"),
        ({"baseline": side(Sealed("fraud-x", "d" * 64))}, "compares with fraud-x, champion is fraud-old"),
        ({"baseline": side(Sealed("fraud-old", "d" * 64))}, "compares with fraud-old, champion is fraud-old"),
        (
            {"baseline": side(OLD, own_threshold=False)},
            "compares with fraud-old at 0.5, champion is fraud-old",
        ),
        (
            {"baseline": Side(kind="decided", versions=("fraud-old", "fraud-x"))},
            "compares with decided by fraud-old, fraud-x, champion is fraud-old",
        ),
        (
            {"candidate": side(NEW, trained_to=moment("2018-07-02"))},
            "made from events up to 2018-07-02 00:00",
        ),
        ({"replayed": events(positives=29)}, "has 29 positives of 100 different customer_id and 2,000 draws"),
        ({"replayed": events(entities=29)}, "has 50 positives of 29 different customer_id"),
        ({"resamples": 999}, "999 draws, expected at least 30, 30 and 1,000"),
    ],
)
def test_a_replay_that_does_not_speak_for_the_version_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(GateRefusedError, match=said) as raised:
        gate().check(result(**changes))
    assert raised.value.hint


def test_what_only_the_champion_decided_is_as_good_as_the_champion_replayed() -> None:
    assert gate().check(result(baseline=Side(kind="decided", versions=("fraud-old",))))


def test_the_first_day_that_may_be_replayed_is_named() -> None:
    with pytest.raises(GateRefusedError) as raised:
        gate().check(result(candidate=side(NEW, trained_to=moment("2018-07-02T23:59"))))
    assert "headrace whatif --from 2018-07-03" in raised.value.hint


def test_a_replay_is_too_old_when_labels_of_more_than_a_week_have_come_since() -> None:
    assert gate(newest=UNTIL + AGE).check(result())
    assert gate(newest=None).check(result())
    with pytest.raises(
        GateRefusedError, match="knows labels up to 2018-07-21 00:00, there are some of 2018-07-29"
    ):
        gate(newest=UNTIL + AGE + timedelta(days=1)).check(result())


def test_a_measure_that_could_not_be_taken_lets_nobody_through() -> None:
    with pytest.raises(GateRefusedError, match="may be worse"):
        gate().check(result(lower=None))
