"""The verdict of a chaos run can fail: what is lost, doubled or different is seen."""

from __future__ import annotations

import json

from chaos.observed import Seen, differing, doubled, results
from chaos.story import lost_and_doubled


def prediction(number: int, score: float = 0.5, key: bytes | None = None) -> Seen:
    value = json.dumps({"transaction_id": number, "score": score}).encode()
    return Seen("predictions", key or str(number).encode(), value, 0.0)


def refused(offset: int, reason: str = "not_json", source: str = "a/0") -> Seen:
    row = {"reason": reason, "payload": "eA==", "source": source, "source_offset": offset}
    return Seen("dead_letters", b"", json.dumps(row).encode(), 0.0)


CALM = [prediction(1), prediction(2), refused(7)]


def test_the_same_in_another_order_is_the_same() -> None:
    assert lost_and_doubled([refused(7), prediction(2), prediction(1)], CALM) == (0, 0, 0)


def test_where_a_message_stood_does_not_matter_when_runs_are_compared() -> None:
    assert results([refused(9, source="b/1")]) == results([refused(7)])


def test_what_is_missing_is_lost() -> None:
    assert lost_and_doubled(CALM[:2], CALM) == (1, 0, 0)


def test_what_comes_again_the_same_is_doubled_and_nothing_else() -> None:
    assert lost_and_doubled([*CALM, prediction(1), refused(7)], CALM) == (0, 2, 0)


def test_a_repeat_with_another_score_or_key_differs() -> None:
    other_score, other_key = prediction(1, 0.6), prediction(2, key=b"two")
    assert doubled([*CALM, other_score, other_key]) == 2
    assert differing([*CALM, other_score, other_key]) == [("predictions", 1), ("predictions", 2)]


def test_another_score_for_all_is_another_result() -> None:
    lost, _, _ = lost_and_doubled([prediction(1, 0.6), *CALM[1:]], CALM)
    assert lost == 2


def test_one_message_refused_for_two_reasons_is_not_the_same_twice() -> None:
    assert doubled([refused(7), refused(7, "late")]) == 0
