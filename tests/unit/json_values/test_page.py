"""docs/json-values.md says what a strict reader in Python does; what Flink does: tests/hostile/test_json_values.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.json_drawn import ROWS, STRATEGIES, expected, page_table
from tests.json_values import READERS, fields, read

if TYPE_CHECKING:
    from tests.json_drawn import Drawn


def test_every_row_of_the_page_has_values_and_no_row_is_missing() -> None:
    assert sorted(ROWS) == sorted(STRATEGIES)
    assert len(ROWS) == len(page_table())
    assert all([*kinds] == [*READERS] for kinds in ROWS.values())


@pytest.mark.parametrize("row", STRATEGIES)
def test_values_of_a_row_become_what_the_page_says(row: str) -> None:
    @settings(max_examples=30, deadline=None)
    @given(STRATEGIES[row])
    def holds(drawn: Drawn) -> None:
        pairs = fields(drawn.message.encode())
        assert pairs is not None
        assert {kind: read(pairs, "v", kind).outcome for kind in READERS} == {
            kind: expected(drawn, kind) for kind in READERS
        }

    holds()


@given(st.binary(max_size=30))
def test_bytes_of_any_kind_are_fields_or_no_json(payload: bytes) -> None:
    pairs = fields(payload)
    assert pairs is None or payload.strip().startswith(b"{")
