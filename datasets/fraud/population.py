"""Who pays and where: the customers and terminals of the fraud benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CUSTOMERS = 5000
TERMINALS = 10000
REACH = 5.0
"""A customer uses terminals nearer than this; the map is 100 by 100."""

_CUSTOMER_SEED = 0
_TERMINAL_SEED = 1


class Customer(NamedTuple):
    """One customer.

    Attributes:
        customer_id: 0 … 4999; also the seed of the customer's spending.
        x: place on the map, 0 … 100.
        y: place on the map, 0 … 100.
        amount_mean: mean amount of a transaction; half of it is the standard deviation.
        daily_mean: mean number of transactions a day.
    """

    customer_id: int
    x: float
    y: float
    amount_mean: float
    daily_mean: float


def customers() -> list[Customer]:
    """Every customer, by id."""
    # A row is a customer: NumPy fills an array row by row, so the draws come in the specification's order.
    low, high = (0, 0, 5, 0), (100, 100, 100, 4)
    profiles = np.random.RandomState(_CUSTOMER_SEED).uniform(low, high, size=(CUSTOMERS, 4))
    return [Customer(number, *profile) for number, profile in enumerate(profiles.tolist())]


def terminals() -> NDArray[np.float64]:
    """The places of all terminals, by id: an array of shape (10000, 2)."""
    return np.random.RandomState(_TERMINAL_SEED).uniform(0, 100, size=(TERMINALS, 2))


def reachable(customer: Customer, places: NDArray[np.float64]) -> list[int]:
    """The ids of the terminals that a customer uses, ascending; empty for one who lives out of reach of all.

    Args:
        customer: whose terminals.
        places: where the terminals are, as ``terminals`` returns them.
    """
    east, north = (places - (customer.x, customer.y)).T
    near = np.sqrt(east * east + north * north) < REACH
    ids: list[int] = np.flatnonzero(near).tolist()
    return ids
