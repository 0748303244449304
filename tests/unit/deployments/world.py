"""A world of authors, workers and their clocks in which everything may be held up, cut off or out of reach."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from headrace.deployments.author import Author, Draft
from headrace.deployments.follower import Follower
from headrace.deployments.record import CHAMPION
from headrace.deployments.timing import TIMING, Timing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.deployments.record import Record

START = 1_700_000_000_000
"""When every world begins, in milliseconds since 1970."""


class CutOffError(Exception):
    """The author's process was killed."""


@dataclass
class Memory:
    """A store in memory, as one participant sees it.

    Args:
        clock: what time it is there.
        files: shared by all participants.
        reachable: whether this participant gets an answer.
        before: called before a file is created, for whatever holds the participant up.
        after: called when it is there.
    """

    clock: Callable[[], int]
    files: dict[str, bytes] = field(default_factory=dict)
    reachable: bool = True
    before: Callable[[str], None] = lambda _name: None
    after: Callable[[str], None] = lambda _name: None
    location: str = "memory"
    home: str = "memory"
    accuracy: int = 0

    def where(self, name: str) -> str:
        return f"memory/{name}"

    def names(self) -> list[str]:
        self._answer()
        return list(self.files)

    def read(self, name: str) -> bytes | None:
        self._answer()
        return self.files.get(name)

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        return [self.read(name) for name in names]

    def create(self, name: str, content: bytes) -> bool:
        self._answer()
        self.before(name)
        if name in self.files:
            return False
        self.files[name] = content
        self.after(name)
        return True

    def _answer(self) -> None:
        if not self.reachable:
            raise OSError(5, "out of reach")


@dataclass
class World:
    """True time, one log, and who looks at it."""

    timing: Timing = TIMING
    now: int = START
    files: dict[str, bytes] = field(default_factory=dict)

    def store(self) -> Memory:
        return Memory(lambda: self.now, self.files)

    def author(self, skew: int = 0, store: Memory | None = None, kind: type[Author] = Author) -> Author:
        return kind(store or self.store(), self.timing, lambda: self.now + skew, lambda _seconds: None)

    def follower(
        self, skew: int = 0, store: Memory | None = None, kind: type[Follower] = Follower
    ) -> Follower:
        return kind(store or self.store(), self.timing, lambda: self.now + skew, lambda: self.now - START)

    def publish(self, version: str = "v1", role: str = CHAMPION, **options: object) -> Record:
        """Deploy, by an author whom nothing holds up."""
        author = self.author()
        return author.publish(draft(version, role, **options), author.read())


def draft(version: str = "v1", role: str = CHAMPION, **options: object) -> Draft:
    """A draft with everything that does not matter filled in."""
    given = {"artifact": f"models/{version}", "manifest_sha256": "ab" * 32, "command": "deploy"}
    return Draft(role, version, **{**given, "author": "kim", "reason": "better", **options})  # type: ignore[arg-type]
