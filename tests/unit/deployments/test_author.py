from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headrace.deployments.author import Author, DeploymentRefusedError
from headrace.deployments.follower import StaleLogError
from headrace.deployments.log import read_log
from headrace.deployments.record import CANARY, DeploymentLogError
from headrace.deployments.timing import MARGIN, TIMING
from tests.unit.deployments.world import START, CutOffError, World, draft

if TYPE_CHECKING:
    from headrace.deployments.log import Log

HOUR = 3_600_000


@pytest.fixture
def world() -> World:
    """A world in which v0 is champion."""
    world = World()
    world.publish("v0")
    return world


def versions(world: World) -> list[str]:
    return [record.version for record in read_log(world.store()).in_force]


def refused(author: Author, seen: Log, **options: Any) -> str:
    with pytest.raises(DeploymentRefusedError) as error:
        author.publish(draft("v1", **options), seen)
    return str(error.value)


def test_the_first_champion_scores_everything_and_later_ones_from_lead_and_margin_on(world: World) -> None:
    assert read_log(world.store()).in_force[0].effective_from is None
    assert world.publish("v1").effective_from == START + TIMING.lead + MARGIN


@pytest.mark.parametrize("early", [1, 10_000, HOUR])
def test_closer_than_the_lead_is_refused(world: World, early: int) -> None:
    author = world.author()
    said = refused(author, author.read(), effective_from=START + TIMING.lead - early)
    assert "expected at least 20 s from now" in said
    assert "--backdated" in said
    assert versions(world) == ["v0"]


def test_backdated_is_allowed_when_it_is_said(world: World) -> None:
    assert world.publish("v1", effective_from=START - HOUR, backdated=True).start == START - HOUR


def test_without_a_champion_there_is_no_canary() -> None:
    world = World()
    author = world.author()
    assert "has no champion" in refused(author, author.read(), role=CANARY, effective_from=START + HOUR)
    assert world.files == {}


def test_of_two_at_the_same_moment_one_wins_and_the_other_is_told(world: World) -> None:
    one, other = world.author(), world.author()
    seen_by_one, seen_by_other = one.read(), other.read()
    one.publish(draft("v1", author="ann", reason="faster"), seen_by_one)
    said = refused(other, seen_by_other)
    assert "somebody else made record 2 at the same moment: deploy v1 by ann: faster" in said
    assert versions(world) == ["v0", "v1"]


def test_an_author_who_is_held_up_while_writing_deploys_nothing(world: World) -> None:
    slow = world.store()

    def hold_up(_name: str) -> None:
        world.now += MARGIN + 1

    slow.before = hold_up
    author = world.author(store=slow)
    assert "record 2 is void: its author was held up" in refused(author, author.read())
    assert versions(world) == ["v0"]
    assert world.publish("v2").number == 3


def test_an_author_who_is_killed_between_the_steps_deploys_nothing(world: World) -> None:
    killed = world.store()

    def kill(name: str) -> None:
        raise CutOffError(name)

    killed.after = kill
    author = world.author(store=killed)
    with pytest.raises(CutOffError):
        author.publish(draft("v1"), author.read())
    assert read_log(world.store()).undecided is not None
    assert world.publish("v2").number == 3
    assert versions(world) == ["v0", "v2"]


def test_an_author_whose_record_was_voided_meanwhile_is_told(world: World) -> None:
    slow = world.store()
    slow.after = lambda name: None if "verdict" in name else world.author().read() and None
    author = world.author(store=slow)
    assert "record 2 is void: its author was cut off" in refused(author, author.read())


def test_whoever_finds_an_undecided_record_first_waits_for_its_author(world: World) -> None:
    slow = world.store()
    author = world.author(store=slow)
    seen = author.read()

    def look(name: str) -> None:
        if name == "000002.json":
            patient = Author(world.store(), TIMING, lambda: world.now, lambda _: finish())
            assert patient.read().undecided is None

    def finish() -> None:
        world.files["000002.verdict.json"] = b'{"format": 1, "number": 2, "in_force": true, "because": ""}'

    slow.after = look
    author.publish(draft("v1"), seen)
    assert versions(world) == ["v0", "v1"]


@pytest.mark.parametrize("wrong", [HOUR, -HOUR, TIMING.skew + 1])
def test_a_clock_that_is_wrong_is_refused(world: World, wrong: int) -> None:
    author = world.author(skew=wrong)
    said = refused(author, author.read())
    assert "this machine's clock says" in said
    assert "that of memory 2023-11-14T22:13:20.000Z" in said
    assert versions(world) == ["v0"]


def test_a_clock_behind_the_newest_record_is_refused(world: World) -> None:
    world.now -= HOUR
    author = world.author()
    assert "that of the newest record's author 2023-11-14T22:13:20.000Z" in refused(author, author.read())


@pytest.mark.parametrize("what", ["read", "written"])
def test_a_log_out_of_reach_is_said_and_nothing_is_deployed(world: World, what: str) -> None:
    store = world.store()
    author = world.author(store=store)
    seen = author.read()
    store.reachable = False
    with pytest.raises(DeploymentLogError, match=f"deployment log memory can not be {what}: out of reach"):
        author.read() if what == "read" else author.publish(draft("v1"), seen)
    assert versions(world) == ["v0"]


def test_a_worker_knows_a_new_version_before_it_takes_effect(world: World) -> None:
    follower = world.follower()
    follower.settled(world.now)
    record = world.publish("v1")
    world.now += TIMING.poll
    assert record in follower.settled(world.now).in_force
    assert world.now < record.start - TIMING.horizon + TIMING.poll + 2 * MARGIN


def test_a_worker_stops_when_the_log_was_out_of_reach_for_too_long(world: World) -> None:
    store = world.store()
    follower = world.follower(store=store)
    follower.settled(world.now)
    store.reachable = False
    world.now += TIMING.stale
    follower.settled(world.now)
    world.now += 1
    with pytest.raises(StaleLogError, match=r"memory could not be read for 8.0 s: .*out of reach"):
        follower.settled(world.now)
    store.reachable = True
    follower.settled(world.now)


def test_a_worker_does_not_ask_a_dead_store_for_every_batch(world: World) -> None:
    asked = []
    store = world.store()
    follower = world.follower(store=store)
    follower.settled(world.now)
    store.names = lambda: asked.append(1) or []  # type: ignore[method-assign, func-returns-value]
    for _ in range(100):
        follower.settled(world.now)
    assert asked == []


def test_a_worker_that_can_not_begin_says_why(world: World) -> None:
    store = world.store()
    store.reachable = False
    with pytest.raises(StaleLogError, match=r"memory can not be read: .*out of reach"):
        world.follower(store=store).settled(0)


def test_a_worker_waits_for_the_verdict_on_a_record_that_governs_its_events(world: World) -> None:
    follower = world.follower()
    record = world.publish("v1")
    del world.files["000002.verdict.json"]
    world.now += 2 * MARGIN + TIMING.skew
    assert [each.version for each in follower.settled(record.start - 1).in_force] == ["v0"]
    world.now = record.start
    with pytest.raises(
        StaleLogError, match=r"000002\.json would count from .* headrace deployments decides it"
    ):
        follower.settled(record.start)
    world.author().read()
    assert [each.version for each in follower.settled(record.start).in_force] == ["v0"]


def test_a_worker_does_not_score_what_is_dated_too_far_ahead_of_its_clock(world: World) -> None:
    with pytest.raises(StaleLogError, match="records may still come for events dated 18 s ahead"):
        world.follower().settled(world.now + TIMING.horizon)


def test_a_worker_that_scored_what_a_backdated_record_governs_starts_again(world: World) -> None:
    follower = world.follower()
    follower.settled(world.now)
    world.publish("v1", effective_from=world.now - HOUR, backdated=True)
    world.now += TIMING.poll
    with pytest.raises(DeploymentLogError, match="scored before it was there: it is backdated"):
        follower.settled(world.now)
    assert [each.version for each in world.follower().settled(world.now).in_force] == ["v0", "v1"]


def test_a_rollback_serves_within_lead_and_two_seconds(world: World) -> None:
    world.publish("v1")
    world.now += HOUR
    decided = world.now
    assert world.publish("v0", command="rollback").start <= decided + TIMING.lead + 2_000
