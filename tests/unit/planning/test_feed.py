"""Messages without end, made of recorded ones."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from headrace.connectors.kafka import KafkaTable
from headrace.errors import HeadraceError
from headrace.planning.feed import Feed, recorded_feed

if TYPE_CHECKING:
    from pathlib import Path

RAW = KafkaTable("raw", {"topic": "raw", "value.format": "raw"})


def dated(message: bytes, at: datetime) -> bytes | None:
    found = json.loads(message)
    return json.dumps({**found, "at": at.isoformat()}).encode() if found.get("at") else None


def feed() -> Feed:
    return Feed([{"id": 7, "who": "a", "at": "x"}, {"id": 7, "who": "b", "at": "x"}], "who", "id", dated)


def test_each_message_has_an_id_of_its_own_and_a_later_time() -> None:
    values = [json.loads(record.value) for record in feed().take(5)]
    assert [value["id"] for value in values] == [0, 1, 2, 3, 4]
    assert [value["who"] for value in values] == ["a", "b", "a", "b", "a"]
    times = [datetime.fromisoformat(value["at"]) for value in values]
    assert times == sorted({*times})


def test_ids_go_on_where_they_stopped() -> None:
    asked = feed()
    assert [record.id for record in asked.take(2) + asked.take(2)] == [0, 1, 2, 3]
    assert (asked.taken, asked.keys) == (4, 2)


def test_what_is_refused_is_not_sent_again() -> None:
    asked = feed()
    asked.take(4)
    asked.leave_out([1, 3])
    assert {record.key for record in asked.take(4)} == {"a"}


def test_when_all_is_refused_nothing_is_left() -> None:
    asked = feed()
    asked.take(2)
    with pytest.raises(HeadraceError, match="answered none of the recorded messages"):
        asked.leave_out([0, 1])


def test_dirt_that_can_be_seen_is_left_out(tmp_path: Path) -> None:
    messages = [b"no json", b"[]", b'{"id":1}', b'{"id":1,"who":"a"}', b'{"id":1,"who":"a","at":"x"}']
    lines = [json.dumps({"payload": b64encode(each).decode(), "arrived_at": None}) for each in messages]
    (tmp_path / "log.jsonl").write_text("\n".join(lines))
    assert [each["id"] for each in recorded_feed(RAW, tmp_path, "who", "id", dated).messages] == [1]


def test_a_log_of_dirt_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(json.dumps({"payload": None, "arrived_at": None}))
    with pytest.raises(HeadraceError, match="no message with who and id"):
        recorded_feed(RAW, tmp_path, "who", "id", dated)
