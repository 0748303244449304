"""What a customer spends, before any fraud."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from datasets.fraud.population import customers, reachable, terminals
from datasets.fraud.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from datasets.fraud.population import Customer

DAY_SECONDS = 86_400
_NOON, _SPREAD = 43_200, 20_000
_REPORT_EVERY = 100


class Spending(NamedTuple):
    """Transactions as equally long columns.

    Attributes:
        seconds: time of the transaction in seconds since the start of day 0.
        customer_id: who paid.
        terminal_id: where.
        amount: how much, in whole cents, as a float.
    """

    seconds: NDArray[np.int64]
    customer_id: NDArray[np.int64]
    terminal_id: NDArray[np.int64]
    amount: NDArray[np.float64]


def spending(days: int, progress: Progress = silent) -> Spending:
    """All transactions of the first ``days`` days, in the order of time.

    Transactions of the same second stand in the order of their customers' ids.
    """
    every = by_customer(days, progress)
    order = np.argsort(every.seconds, kind="stable")
    return Spending._make(column[order] for column in every)


def spending_of(customer: Customer, choices: list[int], days: int) -> Spending:
    """The transactions of one customer in the first ``days`` days, in the order they are drawn, not of time.

    Args:
        customer: who pays.
        choices: the terminals the customer uses; with none there are no transactions.
        days: how many days from day 0 on; more days only add transactions, they change none.
    """
    seconds, amounts = _purchases(customer, days if choices else 0)
    pick = random.Random(customer.customer_id)  # noqa: S311 -- simulation, not cryptography
    return Spending(
        np.array(seconds, np.int64),
        np.full(len(seconds), customer.customer_id, np.int64),
        np.array([pick.choice(choices) for _ in seconds], np.int64),
        np.array(amounts, np.float64).round(2),
    )


def by_customer(days: int, progress: Progress) -> Spending:
    """All transactions of the first ``days`` days in the order in which they are drawn: by customer, then by day."""
    parts = list(_parts(days, progress))
    return Spending._make(np.concatenate(column) for column in zip(*parts))


def _parts(days: int, progress: Progress) -> Iterator[Spending]:
    people, places = customers(), terminals()
    for done, customer in enumerate(people, start=1):
        yield spending_of(customer, reachable(customer, places), days)
        if done % _REPORT_EVERY == 0:
            progress("customers", done, len(people))


def _purchases(customer: Customer, days: int) -> tuple[list[int], list[float]]:
    """Seconds and unrounded amounts.

    Each draw depends on the one before (an amount is drawn only for a time inside the day, a second amount
    only for a negative one), so nothing here can be drawn in bulk.
    """
    rng = np.random.RandomState(customer.customer_id)
    poisson, normal, uniform = rng.poisson, rng.normal, rng.uniform
    mean, daily_mean = customer.amount_mean, customer.daily_mean
    deviation = mean / 2
    seconds: list[int] = []
    amounts: list[float] = []
    for midnight in range(0, days * DAY_SECONDS, DAY_SECONDS):
        for _ in range(poisson(daily_mean)):
            second = int(normal(_NOON, _SPREAD))
            if 0 < second < DAY_SECONDS:
                amount = normal(mean, deviation)
                seconds.append(midnight + second)
                amounts.append(amount if amount >= 0 else uniform(0, 2 * mean))
    return seconds, amounts
