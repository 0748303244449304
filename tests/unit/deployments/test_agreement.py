"""No two workers score one event with different versions, and none scores it otherwise than the log says in the end.

First every timeline of one record on a coarse grid, then random histories of several authors and workers that are held
up, killed, restarted and cut off from the log, with clocks that differ. Rules that were left out, or weakened, are
found out by the same search: otherwise it would prove nothing.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    rule,
    run_state_machine_as_test,
)

from headrace.deployments.author import Author
from headrace.deployments.encoded import DeploymentRefusedError
from headrace.deployments.follower import Follower, StaleLogError
from headrace.deployments.log import read_log
from headrace.deployments.record import CANARY, CHAMPION, SHADOW, DeploymentLogError
from headrace.deployments.roles import version
from headrace.deployments.timing import TIMING, Timing
from tests.unit.deployments.world import START, CutOffError, World, draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.deployments.log import Log
    from headrace.deployments.record import Record

COARSE = Timing(lead=9, poll=1, tolerance=4, skew=2)
SKEWS = (-1, 0, 1)
SECOND = 1000


class DisagreementError(AssertionError):
    """An event was scored by a version that the log, in the end, does not give to it."""


@dataclass(frozen=True)
class Ahead(Timing):
    """The first design: trusts what was read for the lead less a poll, and forgets that events may be dated ahead."""

    @property
    def stale(self) -> int:
        return self.lead - self.poll


class Hasty(Author):
    """Does not look at the clock a second time."""

    def _in_time(self, record: Any) -> bool:  # noqa: ARG002 -- overrides
        return True


class Trusting(Follower):
    """Scores by a log that it can not read any more."""

    def _doubt(self, latest: int) -> str:
        return "" if self._read_wall is not None else super()._doubt(latest)


class Impatient(Follower):
    """Does not wait for the verdict on a record."""

    def _doubt(self, latest: int) -> str:
        doubt = super()._doubt(latest)
        return "" if "not decided" in doubt else doubt


# ---------------------------------------------------------------- every timeline of one record, on a grid


@dataclass(frozen=True)
class Rules:
    """What is searched: by default, what is in use."""

    timing: Timing = COARSE
    author: type[Author] = Author
    follower: type[Follower] = Follower
    clocks: bool = False
    """The worker's clock is within the skew, else it is far ahead."""
    tolerance: bool = True
    """Events are dated at most so far beyond their arrival, else as far as they like."""


def timelines(rules: Rules) -> Counter[str]:
    """Search all timelines: an author reads the clock, writes, and looks again, with delays between; a worker reads
    the log once, at any time, is then cut off from it, and scores events of any date at any later time.
    """
    outcomes: Counter[str] = Counter()
    for skew, before, after, margin in product(SKEWS, range(3), range(3), range(3)):
        world, created = one_record(rules, skew, (before, after), margin)
        for read_at, worker in product(range(START - 2, world.now + 9), SKEWS if rules.clocks else (3600,)):
            files = {name: world.files[name] for name, time in created.items() if time <= read_at}
            outcomes += scorings(rules, files, worker, read_at, read_log(world.store()).in_force)
    return outcomes


def one_record(rules: Rules, skew: int, delays: tuple[int, int], margin: int) -> tuple[World, dict[str, int]]:
    """Let an author who is held up write a record with a margin; returns when each file was there."""
    world, created = World(rules.timing), {}
    world.publish("old")
    created = dict.fromkeys(world.files, 0)
    store = world.store()

    def hold_up(_name: str) -> None:
        world.now += delays[0] if len(created) == 2 else 0

    def write(name: str) -> None:
        created[name] = world.now
        world.now += delays[1] if len(created) == 3 else 0

    store.before, store.after = hold_up, write
    author = world.author(skew, store, rules.author)
    with suppress(DeploymentRefusedError):
        author.publish(
            draft("new", effective_from=author.clock() + rules.timing.lead + margin), author.read()
        )
    return world, created


def scorings(
    rules: Rules, files: dict[str, bytes], skew: int, read_at: int, final: Sequence[Record]
) -> Counter[str]:
    """Let a worker read what is there, then, cut off from the log, score events of all dates as time goes by."""
    world, outcomes = World(rules.timing, read_at, files), Counter[str]()
    store = world.store()
    follower = world.follower(skew, store, rules.follower)
    follower.settled(0)
    store.reachable = False
    ahead = COARSE.tolerance + max(SKEWS) if rules.tolerance else 2 * COARSE.lead
    for later in range(COARSE.lead + 2):
        world.now = read_at + later
        for event_time in range(world.now - 2, world.now + ahead + 1):
            try:
                found = version(follower.settled(event_time).in_force, event_time, "k").scored_by
            except StaleLogError:
                outcomes["stopped"] += 1
                continue
            expected = version(final, event_time, "k").scored_by
            if found != expected:
                raise DisagreementError(f"{found} at {event_time}, in the end {expected}")
            outcomes[found.version if found else "none"] += 1
    return outcomes


@pytest.mark.parametrize(
    ("clocks", "tolerance"), [(True, False), (False, True)], ids=["by the clocks", "by the tolerance"]
)
def test_no_timeline_of_one_record_gives_an_event_two_versions(clocks: bool, tolerance: bool) -> None:
    outcomes = timelines(Rules(clocks=clocks, tolerance=tolerance))
    assert min(outcomes["old"], outcomes["new"], outcomes["stopped"]) > 1000


@pytest.mark.parametrize(
    "rules",
    [
        Rules(Ahead(lead=4, poll=1, tolerance=4, skew=0)),
        Rules(Ahead(lead=9, poll=1, tolerance=4, skew=2)),
        Rules(Timing(lead=9, poll=1, tolerance=4, skew=0)),
        Rules(Timing(lead=9, poll=1, tolerance=2, skew=2)),
        Rules(author=Hasty),
        Rules(follower=Trusting),
        Rules(follower=Impatient, author=Hasty),
        Rules(author=Hasty, clocks=True, tolerance=False),
        Rules(follower=Trusting, clocks=True, tolerance=False),
    ],
    ids=repr,
)
def test_a_weaker_rule_is_found_out_on_the_grid(rules: Rules) -> None:
    with pytest.raises(DisagreementError):
        timelines(rules)


# ---------------------------------------------------------------- random histories


@dataclass(frozen=True)
class Interference:
    """What happens to an author while he writes: seconds lost at each step, a kill, workers that score meanwhile."""

    delays: tuple[int, ...]
    cut_off: str
    during: tuple[tuple[int, int], ...]


INTERFERENCES = st.builds(
    Interference,
    delays=st.lists(st.sampled_from([0, 0, 1, 3, 25]), min_size=4, max_size=4).map(tuple),
    cut_off=st.sampled_from(["", "", "", "000002.json", "000003.json"]),
    during=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20)), max_size=3).map(tuple),
)


class History(RuleBasedStateMachine):
    """Three workers, two authors, one log."""

    timing: Timing = TIMING
    author_kind: type[Author] = Author
    follower_kind: type[Follower] = Follower
    worker_clocks_are_right = True
    events_keep_the_tolerance = True
    events = Bundle("events")
    looks = Bundle("looks")

    @initialize(skews=st.lists(st.integers(-1, 1), min_size=6, max_size=6), wrong=st.integers(-3600, 3600))
    def begin(self, skews: list[int], wrong: int) -> None:
        self.world = World(self.timing)
        self.world.publish("v0")
        half = (self.timing.skew - 1) // 2
        self.authors = [skew * half for skew in skews[:2]]
        self.arrival_skew = skews[2] * half
        ahead = 0 if self.worker_clocks_are_right else abs(wrong) * SECOND
        self.worker_skews = [skew * half + ahead for skew in skews[3:]]
        self.stores = [self.world.store() for _ in self.worker_skews]
        self.workers = [self.follower(number) for number in range(3)]
        self.scored: list[tuple[int, str, Any]] = []
        self.versions = 0

    def follower(self, number: int) -> Follower:
        return self.world.follower(self.worker_skews[number], self.stores[number], self.follower_kind)

    @rule(seconds=st.sampled_from([0.5, 1, 2, 5, 8, 12, 25]))
    def wait(self, seconds: float) -> None:
        self.world.now += int(seconds * SECOND)

    @rule(target=events, dated=st.integers(-4, 20), key=st.sampled_from("abc"))
    def arrive(self, dated: int, key: str) -> tuple[int, str]:
        ahead = dated * SECOND // 2
        if not self.events_keep_the_tolerance:
            ahead = dated * 2 * SECOND
        return self.world.now + self.arrival_skew + ahead, key

    @rule(event=events, worker=st.integers(0, 2))
    def score(self, event: tuple[int, str], worker: int) -> None:
        try:
            log = self.workers[worker].settled(event[0])
        except StaleLogError:
            self.workers[worker] = self.follower(worker)
        else:
            self.scored.append((*event, version(log.in_force, *event)))

    @rule(worker=st.integers(0, 2), reachable=st.booleans())
    def reach(self, worker: int, reachable: bool) -> None:
        self.stores[worker].reachable = reachable

    @rule(worker=st.integers(0, 2))
    def restart(self, worker: int) -> None:
        self.workers[worker] = self.follower(worker)

    @rule(target=looks, author=st.integers(0, 1))
    def look(self, author: int) -> Log:
        return self.world.author(self.authors[author]).read()

    @rule(
        seen=consumes(looks),
        author=st.integers(0, 1),
        what=st.tuples(st.sampled_from([CHAMPION, CHAMPION, CANARY, SHADOW]), st.sampled_from([None, 0, 3])),
        interference=INTERFERENCES,
    )
    def publish(
        self, seen: Log, author: int, what: tuple[str, int | None], interference: Interference
    ) -> None:
        role, ahead = what
        waits = iter(interference.delays)

        def held_up(_name: str) -> None:
            self.world.now += next(waits, 0) * SECOND
            for worker, dated in interference.during:
                self.score((self.world.now + self.arrival_skew + dated * SECOND // 2, "a"), worker)

        def written(name: str) -> None:
            if name == interference.cut_off:
                raise CutOffError
            held_up(name)

        store = self.world.store()
        store.before, store.after = held_up, written
        self.versions += 1
        writer = self.world.author(self.authors[author], store, self.author_kind)
        when = None if ahead is None else writer.clock() + self.timing.lead + ahead * SECOND
        share = 1.0 if role == CHAMPION else 0.5
        with suppress(DeploymentRefusedError, CutOffError):
            writer.publish(draft(f"v{self.versions}", role, effective_from=when, share=share), seen)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            final = self.world.author().read().in_force
            for event_time, key, found in self.scored:
                if found != version(final, event_time, key):
                    raise DisagreementError(f"{found}, in the end {version(final, event_time, key)}")


class ByTheClocks(History):
    """Events are dated as far ahead as they like; what holds are the clocks of the workers."""

    events_keep_the_tolerance = False


class ByTheTolerance(History):
    """The clocks of the workers are ahead by anything; what holds is that ingest refuses events dated ahead."""

    worker_clocks_are_right = False


SEARCH = settings(
    max_examples=300,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("machine", [ByTheClocks, ByTheTolerance])
def test_whatever_happens_an_event_is_scored_by_the_version_that_the_log_gives_it(
    machine: type[History],
) -> None:
    run_state_machine_as_test(machine, settings=SEARCH)


class HastyAuthors(ByTheTolerance):
    """Authors do not look at the clock a second time."""

    author_kind = Hasty


class TrustingWorkers(ByTheTolerance):
    """Workers score by a log that they can not read."""

    follower_kind = Trusting


class ImpatientWorkers(ByTheTolerance):
    """Workers do not wait for verdicts."""

    follower_kind = Impatient


@pytest.mark.parametrize("machine", [HastyAuthors, TrustingWorkers, ImpatientWorkers])
def test_a_weaker_rule_is_found_out_by_random_histories(machine: type[History]) -> None:
    with pytest.raises((DisagreementError, DeploymentLogError)):
        run_state_machine_as_test(machine, settings=settings(SEARCH, max_examples=2000))
