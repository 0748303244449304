"""A plan: this model and this machine measured, all ways to run the job weighed, one of them recommended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.planning.calibration import digest_of, keep, kept
from headrace.planning.choice import chosen, options, untried
from headrace.planning.inference import measure_inference
from headrace.planning.machine import Extent, calibrate
from headrace.planning.memory import memory_for
from headrace.planning.quantities import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headrace.models.artifact import Artifact
    from headrace.planning.calibration import Calibration
    from headrace.planning.choice import Budget, Option
    from headrace.planning.inference import Inference
    from headrace.planning.machine import Say
    from headrace.planning.memory import Memory
    from headrace.planning.profile import Profile
    from headrace.planning.trial import Course


@dataclass(frozen=True)
class Question:
    """What is to be planned.

    Attributes:
        course: the job and its events.
        artifact: the model that scores.
        budget: rate and p99.
        profiles: those that may be recommended.
        keys: that the job's state is to hold; None when nobody knows.
        events_a_key: that it holds of each.
    """

    course: Course
    artifact: Artifact
    budget: Budget
    profiles: Sequence[Profile]
    keys: int | None = None
    events_a_key: float = 1.0


@dataclass(frozen=True)
class Plan:
    """A recommendation, with what it rests on.

    Attributes:
        inference: what scoring costs.
        options: all ways that were weighed, the cheapest first.
        option: the one that is recommended.
        memory: for one task manager.
    """

    inference: Inference
    options: list[Option]
    option: Option
    memory: Memory


@dataclass(frozen=True)
class Planner:
    """Measures, or takes from its folder what was measured before.

    Args:
        folder: of calibrations.
        say: told what is being done.
        recalibrate: measure anew what is in the folder.
        extent: how much is measured.
    """

    folder: Path
    say: Say
    recalibrate: bool = False
    extent: Extent = field(default_factory=Extent)

    def plan(self, asked: Question) -> Plan:
        """The cheapest way to run the job within the budget.

        Raises:
            HeadraceError: when there is none, or something can not be measured.
        """
        worth, hopeless = untried(asked.profiles, asked.budget)
        for each in hopeless:
            self.say(
                f"{each.name}: left out, events wait up to {shown(each.waiting)} for company by themselves"
            )
        self.say(f"scoring with {asked.artifact.manifest.version}, by itself")
        inference = measure_inference(asked.artifact)
        found = options([(each, self._calibrated(asked, each)) for each in worth], inference, asked.budget)
        option = chosen(found, inference, asked.budget)
        memory = memory_for(option, inference, asked.keys, asked.events_a_key)
        return Plan(inference, found, option, memory)

    def _calibrated(self, asked: Question, profile: Profile) -> Calibration:
        digest = digest_of(asked.course, profile)
        known = None if self.recalibrate else kept(self.folder, profile.name, digest)
        if known:
            self.say(f"{profile.name}: calibrated {known.measured}; --recalibrate measures it anew")
            return known
        self.say(f"{profile.name}: calibrating this machine, once; about three minutes")
        found = calibrate(asked.course, profile, asked.artifact, self.say, self.extent)
        self.say(f"{profile.name}: calibrated in {found.seconds:.0f} s; kept in {keep(self.folder, found)}")
        return found
