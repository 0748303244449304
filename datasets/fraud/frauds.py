"""The three frauds of the benchmark: an amount too high, a stolen terminal, a stolen card.

A later scenario overwrites the label of an earlier one.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from datasets.fraud.population import CUSTOMERS, TERMINALS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from datasets.fraud.spending import Spending

HIGH_AMOUNT = 220
LAST_COMPROMISE = 181
"""The last day on which a terminal or a card is stolen."""
TERMINAL_DAYS = 28
CARD_DAYS = 14
_TERMINALS_A_DAY = 2
_CARDS_A_DAY = 3
_CARD_FACTOR = 5


class Rows:
    """Where the transactions of a key are.

    Args:
        keys: a key for each transaction, from 0 to ``count`` - 1.
        days: the day of each transaction, never falling.
        count: how many keys there are.
    """

    def __init__(self, keys: NDArray[np.int64], days: NDArray[np.int64], count: int) -> None:
        order = np.argsort(keys, kind="stable")
        self._of_key = np.split(order, np.searchsorted(keys[order], np.arange(1, count)))
        self._days = days

    def between(self, key: int, first_day: int, end_day: int) -> NDArray[np.int64]:
        """The positions, ascending, of a key's transactions with ``first_day`` ≤ day < ``end_day``."""
        rows = self._of_key[key]
        start, end = np.searchsorted(self._days[rows], (first_day, end_day))
        return rows[start:end]


def commit_frauds(paid: Spending, days: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Amounts and scenarios after all frauds.

    Args:
        paid: honest transactions, in the order of time, with 13 days more than are wanted: a stolen card's
            frauds are a sample of the 14 days after the theft.
        days: the day of each.

    Returns:
        The amounts (a stolen card pays five times as much) and the scenarios (0 for honest, else 1 to 3).
    """
    scenario = np.where(paid.amount > HIGH_AMOUNT, 1, 0).astype(np.int8)
    scenario[_stolen_terminals(paid, days)] = 2
    amount = paid.amount.copy()
    for rows in _stolen_cards(paid, days):
        amount[rows] *= _CARD_FACTOR
        scenario[rows] = 3
    return np.round(amount, 2), scenario


def _thefts(days: NDArray[np.int64]) -> range:
    return range(min(int(days[-1]), LAST_COMPROMISE) + 1) if len(days) else range(0)


def _stolen(day: int, population: int, count: int) -> list[int]:
    """Which of a population are stolen on a day: a sample as ``pandas.Series.sample`` draws it."""
    drawn: list[int] = np.random.RandomState(day).choice(population, size=count, replace=False).tolist()
    return drawn


def _stolen_terminals(paid: Spending, days: NDArray[np.int64]) -> NDArray[np.int64]:
    rows = Rows(paid.terminal_id, days, TERMINALS)
    return np.concatenate(
        [
            rows.between(terminal, day, day + TERMINAL_DAYS)
            for day in _thefts(days)
            for terminal in _stolen(day, TERMINALS, _TERMINALS_A_DAY)
        ]
    )


def _stolen_cards(paid: Spending, days: NDArray[np.int64]) -> list[list[int]]:
    rows = Rows(paid.customer_id, days, CUSTOMERS)
    return [
        _a_third(
            day,
            [rows.between(card, day, day + CARD_DAYS) for card in _stolen(day, CUSTOMERS, _CARDS_A_DAY)],
        )
        for day in _thefts(days)
    ]


def _a_third(day: int, rows: list[NDArray[np.int64]]) -> list[int]:
    positions: list[int] = np.sort(np.concatenate(rows)).tolist()
    thief = random.Random(day)  # noqa: S311 -- simulation, not cryptography
    return thief.sample(positions, k=len(positions) // 3)
