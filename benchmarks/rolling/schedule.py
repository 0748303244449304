"""What is measured, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

HOT_PERCENT = (10, 50)
GROUPS = ("customer", "both", "hot", "latency", "state")
"""What can be measured by itself; ``hot`` is compared with ``customer``, sizes of ``state`` are no cases."""
SLOW = ("over", "quix")
BOTH_BACKENDS = ("hashmap", "rocksdb")


@dataclass(frozen=True)
class Case:
    """One thing that is measured.

    Attributes:
        group: what it is compared with: ``customer`` (three windows of one entity), ``both`` (six windows of two),
            ``hot10``, ``hot50`` (percent of the rows on one key), ``latency``.
        form: a key of ``FORMS``; ``quix``, the peer; ``echo``, the broker alone.
        backend: of the state; empty for what has none of Flink's.
    """

    group: str
    form: str
    backend: str = ""

    @property
    def name(self) -> str:
        """As it is called in the results."""
        return "/".join(filter(None, (self.group, self.form, self.backend)))

    @property
    def pipeline(self) -> str:
        """The file of its statement set."""
        if self.form == "read":
            return "read"
        return "both" if self.group == "both" else "customer"

    @property
    def topics(self) -> str:
        """What the names of its topics begin with: what is slow reads a part of the customers only."""
        if self.group.startswith("hot"):
            return f"{self.group}."
        return "part." if self.form in SLOW else "full."

    @property
    def warm_up(self) -> str:
        """As ``topics``, of what its JVM reads before it is timed."""
        return "warm." if self.form in SLOW else "part."


def cases(groups: Collection[str] = GROUPS) -> list[Case]:
    """Those of some groups, each group together."""
    forms = ("over", "arrival", "in_order")
    each = [
        Case(group, form, backend)
        for group in ("customer", "both")
        for form in forms
        for backend in BOTH_BACKENDS
    ]
    hot = [Case(f"hot{share}", "arrival", backend) for share in HOT_PERCENT for backend in BOTH_BACKENDS]
    latency = [Case("latency", form) for form in ("echo", "arrival", "quix")]
    everything = [Case("customer", "read", "hashmap"), Case("customer", "quix"), *each, *hot, *latency]
    return [case for case in everything if case.group.rstrip("0123456789") in groups]
