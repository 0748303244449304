"""Sessions of one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyflink.java_gateway import get_gateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.runtime.session import Session

pytestmark = pytest.mark.flink


def class_loaders() -> int:
    """How many Java searches for a class of this thread."""
    loader, found = get_gateway().jvm.Thread.currentThread().getContextClassLoader(), 0
    while loader is not None:
        loader, found = loader.getParent(), found + 1
    return found


def test_a_session_does_not_stand_on_the_one_before(open_session: Callable[..., Session]) -> None:
    depths = []
    for _ in range(2):
        open_session()
        depths.append(class_loaders())
    assert depths[0] == depths[1]


def test_an_earlier_session_goes_on_beside_a_later_one(open_session: Callable[..., Session]) -> None:
    earlier, later = open_session(), open_session()
    for session in (later, earlier):
        rows = session.environment.execute_sql("SELECT 1 + 1").collect()
        assert [[*row] for row in rows] == [[2]]
