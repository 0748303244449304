"""Scores each event with the version that the deployment log gives it.

Worker side: imports what `headrace.models` needs in a worker and nothing heavier.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from headrace.deployments.follower import Follower
from headrace.deployments.record import CHAMPION, DeploymentLogError, Record, to_text
from headrace.deployments.roles import Choice, Roles, boundaries, choose, roles_at
from headrace.deployments.store import open_store
from headrace.deployments.versions import Versions
from headrace.errors import HeadraceError
from headrace.models.scorer import Scored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

NO_TIME = np.iinfo(np.int64).min
"""What stands for NULL among event times."""


class DeployedScorer:
    """Scores events by a log: the same event always gets the same `Scored`, whoever scores it, and whenever.

    Args:
        follower: the log.
        versions: loads what it names.

    Raises:
        DeploymentLogError: the log can not be read, or has no champion.
        ArtifactError: the champion of this moment can not be loaded.
    """

    def __init__(self, follower: Follower, versions: Versions) -> None:
        self._follower = follower
        self._versions = versions
        self._records: tuple[Record, ...] = ()
        self._boundaries = np.empty(0, dtype=np.int64)
        self._roles: list[Roles] = []
        records = follower.settled(int(NO_TIME)).in_force
        if not any(record.role == CHAMPION for record in records):
            raise DeploymentLogError(
                f"deployment log {follower.store.location} has no champion",
                "Deploy a version first: headrace deploy.",
            )
        self._adopt(records)
        champion = roles_at(records, follower.wall()).champion
        if champion:
            versions.get(champion)

    def score_batch(
        self, columns: Mapping[str, NDArray[Any]], event_times: NDArray[np.int64], keys: Sequence[str | None]
    ) -> list[Scored]:
        """Score n events at once.

        Args:
            columns: an array of n values a feature, in any order.
            event_times: n event times in milliseconds since 1970; `NO_TIME` for NULL.
            keys: n entity keys as text.

        Returns:
            n results in the order of the rows, each by its own version; see `headrace.models.scorer.Scorer`.

        Raises:
            StaleLogError: which version scores one of them can not be known now.
            DeploymentLogError: the log is damaged, or a record came too late.
            ArtifactError: a version that is needed can not be loaded.
            InvalidFeaturesError: the features are not those of a version that decides.
        """
        if not len(event_times):
            return []
        self._adopt(self._follower.settled(int(event_times.max())).in_force)
        choices = self._choose(event_times, keys)
        results = [_undeployed(int(time)) for time in event_times]
        decided = ((choice.scored_by, row) for row, choice in enumerate(choices))
        for record, rows in _by_record(decided):
            scored = self._versions.get(record).scorer.score_rows(columns, _selection(rows, len(choices)))
            for row, result in zip(rows, scored):
                results[row] = result
        return self._with_shadows(results, choices, columns)

    def score_one(self, values: Mapping[str, object], event_time: int, key: str | None) -> Scored:
        """Score one event; as `score_batch`, for Python values, None being NULL."""
        self._adopt(self._follower.settled(event_time).in_force)
        choice = self._choose(np.array([event_time]), [key])[0]
        if choice.scored_by is None:
            return _undeployed(event_time)
        result = self._versions.get(choice.scored_by).scorer.score_one(values)
        return result._replace(shadows=_shadows([self._shadow_one(each, values) for each in choice.shadows]))

    def _adopt(self, records: tuple[Record, ...]) -> None:
        """Take over a longer log; load what it will need before it is needed."""
        if len(records) == len(self._records):
            return
        self._records = records
        starts = boundaries(records)
        self._boundaries = np.array(starts, dtype=np.int64)
        self._roles = [Roles(None, None, ()), *(roles_at(records, start) for start in starts)]
        now = int(np.searchsorted(self._boundaries, self._follower.wall(), side="right"))
        self._versions.prepare(_ahead(self._roles[now:]))

    def _choose(self, event_times: NDArray[np.int64], keys: Sequence[str | None]) -> list[Choice]:
        """As `headrace.deployments.roles.version`, for many."""
        periods = np.searchsorted(self._boundaries, event_times, side="right")
        simple = {number: _same_for_all(self._roles[number]) for number in np.unique(periods)}
        return [
            simple[period] or choose(self._roles[period], key) for period, key in zip(periods.tolist(), keys)
        ]

    def _with_shadows(
        self, results: list[Scored], choices: list[Choice], columns: Mapping[str, NDArray[Any]]
    ) -> list[Scored]:
        said: dict[int, list[Scored]] = defaultdict(list)
        pairs = ((shadow, row) for row, choice in enumerate(choices) for shadow in choice.shadows)
        for record, rows in _by_record(pairs):
            for row, result in zip(rows, self._shadow_rows(record, columns, rows, len(choices))):
                said[row].append(result)
        for row, shadows in said.items():
            results[row] = results[row]._replace(shadows=_shadows(shadows))
        return results

    def _shadow_rows(
        self, record: Record, columns: Mapping[str, NDArray[Any]], rows: list[int], number: int
    ) -> list[Scored]:
        """What a shadow says; nothing that is wrong with it stops the champion."""
        try:
            return self._versions.get(record).shadow.score_rows(columns, _selection(rows, number))
        except HeadraceError as error:
            return [_failed(record, error)] * len(rows)

    def _shadow_one(self, record: Record, values: Mapping[str, object]) -> Scored:
        try:
            return self._versions.get(record).shadow.score_one(values)
        except HeadraceError as error:
            return _failed(record, error)


def follow(location: str, reasons: int) -> DeployedScorer:
    """A scorer that follows the log at a path or URI.

    Raises:
        DeploymentLogError: there is no log, or it has no champion.
        ArtifactError: the champion of this moment can not be loaded.
    """
    store = open_store(location)
    return DeployedScorer(Follower(store), Versions(store.location, reasons))


def _by_record(pairs: Iterable[tuple[Record | None, int]]) -> list[tuple[Record, list[int]]]:
    """Row numbers by record; rows without one left out."""
    groups: dict[int, tuple[Record, list[int]]] = {}
    for record, row in pairs:
        if record:
            groups.setdefault(record.number, (record, []))[1].append(row)
    return [groups[number] for number in sorted(groups)]


def _selection(rows: list[int], number: int) -> NDArray[np.intp] | slice:
    return slice(None) if len(rows) == number else np.array(rows, dtype=np.intp)


def _same_for_all(roles: Roles) -> Choice | None:
    """The choice for all keys; None when it depends on them."""
    depends = roles.canary or any(shadow.share < 1 for shadow in roles.shadows)
    return None if depends else choose(roles, None)


def _ahead(periods: Iterable[Roles]) -> list[Record]:
    """The records that count in some periods, each once."""
    found = {
        record.number: record
        for roles in periods
        for record in (roles.champion, roles.canary, *roles.shadows)
        if record
    }
    return list(found.values())


def _undeployed(event_time: int) -> Scored:
    if event_time == NO_TIME:
        return Scored(None, None, None, None, "the event has no event time")
    return Scored(None, None, None, None, f"no version was deployed for events of {to_text(event_time)}")


def _failed(record: Record, error: HeadraceError) -> Scored:
    return Scored(None, None, record.version, None, str(error.args[0]))


def _shadows(results: list[Scored]) -> str | None:
    if not results:
        return None
    names = ("model_version", "score", "decision", "error")
    return json.dumps(
        [{name: getattr(result, name) for name in names} for result in results], separators=(",", ":")
    )
