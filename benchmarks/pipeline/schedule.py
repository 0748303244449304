"""What is measured of the whole job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.pipeline.wide import WIDTHS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

GROUPS = ("latency", "throughput", "score", "hot", "history", "model", "state", "windows", "features", "keys")
"""What can be measured by itself."""
ONCE = ("hot", "history", "model", "state", "windows", "features", "keys")
"""Groups that are measured in the first round only: how figures grow, not what they are."""
LATENCY_PROFILES = ("low-latency",)
THROUGHPUT_PROFILES = ("throughput",)
"""Profiles of flink-conf/ that are measured; a new one is a new name here."""
DEFAULTS = "defaults"
"""PyFlink as it comes; the file is in ``flink-conf/`` here."""
PEERS = ("quix", "redis", "bytewax", "spark")
FAR_OFF = ("redis", "spark", DEFAULTS)
"""Measured in the first round only: what they differ by is more than any spread."""
MODELS = ("logistic", "trees100", "trees1000")
HOT_PERCENT = (1, 10, 50)
WINDOW_COUNTS = (6, 12)
"""Of each of two entities; three are the shipped ones."""
FEATURE_COUNTS = tuple(WIDTHS)
"""Of a payment; fifteen are the shipped ones."""
KEY_COUNTS = (1_000, 10_000, 100_000)
"""Customers, and as many terminals."""
STATE_SHARES = {"tenth": 10, "full": 1}
"""Of how many customers one is taken."""
BACKENDS = ("hashmap", "rocksdb")
UNCHECKED = ("echo",)
COMPILING = ("spark",)
"""Those beside ours that run in a JVM, which compiles while they run."""
SLOW = ("redis",)
"""Those that get a third of the backlog, which changes no rate."""


@dataclass(frozen=True)
class Case:
    """One thing that is measured.

    Attributes:
        group: one of ``GROUPS``.
        contender: who does it: a job of ours, ``realtime``, ``score`` or ``backfill``; a name of ``PEERS``; ``duckdb``
            or ``pandas``; ``echo``, the broker alone.
        profile: of a job of ours.
        backend: of its state.
        slots: its parallelism.
        model: one of ``MODELS``, or that of so many features.
        variant: what else is different, by the group: percent of events on one key, windows, features, share of the
            customers, keys.
    """

    group: str
    contender: str
    profile: str = ""
    backend: str = ""
    slots: int = 0
    model: str = "logistic"
    variant: str = ""

    @property
    def name(self) -> str:
        """As it is called in the results, and in ``--only`` by its beginning."""
        slots = f"{self.slots}" if self.slots else ""
        model = self.model if self.group == "model" else ""
        parts = (self.group, self.contender, self.profile, self.backend, slots, model, self.variant)
        return "/".join(filter(None, parts))

    @property
    def checked_as(self) -> str:
        """What is compared with the oracle before it is timed, once for all cases that share it."""
        width = self.variant if self.group == "features" else ""
        return "/".join(filter(None, (self.contender, self.profile, self.backend, width)))

    def is_in(self, round_number: int) -> bool:
        """Whether it is measured in a round, from 0."""
        far_off = self.contender in FAR_OFF or self.profile in FAR_OFF
        return round_number == 0 or not (far_off or self.group in ONCE)

    @property
    def is_flink(self) -> bool:
        """Whether it is a job of ours."""
        return bool(self.profile)

    @property
    def is_compiling(self) -> bool:
        """Whether it gets faster for a while after its start."""
        return self.is_flink or self.contender in COMPILING


def cases(groups: Collection[str] = GROUPS, *, quick: bool = False) -> list[Case]:
    """Those of some groups, each group together.

    Args:
        groups: of ``GROUPS``.
        quick: the fewest that show each group but ``model``, ``state``, ``windows``, ``features`` and ``keys``.
    """
    everything = [*_latency(), *_throughput(), *_score(), *_hot(), *_history(), *_growth()]
    if quick:
        everything = [case for case in everything if case.name in QUICK]
    return [case for case in everything if case.group in groups]


def case_named(name: str) -> Case:
    """The case of a name."""
    return next(case for case in cases() if case.name == name)


def to_check(wanted: Iterable[Case]) -> list[Case]:
    """One case for each thing that is to be compared with the oracle, in one slot.

    In several, payments of one customer that are in flight at the same time may overtake each other between shuffles.
    """
    compared = (case for case in wanted if case.contender not in UNCHECKED)
    return list({case.checked_as: replace(case, slots=min(case.slots, 1)) for case in compared}.values())


def _latency() -> list[Case]:
    ours = [Case("latency", "realtime", profile, "hashmap", 1) for profile in (*LATENCY_PROFILES, DEFAULTS)]
    return [Case("latency", "echo"), *ours, *(Case("latency", peer) for peer in PEERS)]


def _throughput() -> list[Case]:
    ours = [
        Case("throughput", "realtime", profile, backend, slots)
        for profile in THROUGHPUT_PROFILES
        for backend in BACKENDS
        for slots in (1, 2)
    ]
    defaults = Case("throughput", "realtime", DEFAULTS, "hashmap", 2)
    return [*ours, defaults, *(Case("throughput", peer) for peer in PEERS)]


def _score() -> list[Case]:
    return [Case("score", "score", profile, "hashmap", 1) for profile in THROUGHPUT_PROFILES]


def _hot() -> list[Case]:
    return [
        Case("hot", "realtime", profile, "hashmap", 2, variant=f"{share}")
        for profile in THROUGHPUT_PROFILES
        for share in HOT_PERCENT
    ]


def _history() -> list[Case]:
    return [
        *(Case("history", "backfill", "throughput", backend, 2) for backend in BACKENDS),
        Case("history", "duckdb"),
        Case("history", "pandas"),
    ]


def _growth() -> list[Case]:
    best = ("realtime", THROUGHPUT_PROFILES[0])
    state = [Case("state", *best, backend, 2, variant=it) for backend in BACKENDS for it in STATE_SHARES]
    windows = [Case("windows", *best, "hashmap", 2, variant=f"{count}") for count in WINDOW_COUNTS]
    features = [
        Case("features", *best, "hashmap", 2, f"features{count}", f"{count}") for count in FEATURE_COUNTS
    ]
    keys = [Case("keys", *best, backend, 2, variant=f"{it}") for backend in BACKENDS for it in KEY_COUNTS]
    models = [Case("model", *best, "hashmap", 2, model) for model in MODELS[1:]]
    return [*models, *features, *keys, *state, *windows]


QUICK = {
    "latency/echo",
    "latency/realtime/low-latency/hashmap/1",
    "latency/quix",
    "throughput/realtime/throughput/hashmap/2",
    "throughput/quix",
}
