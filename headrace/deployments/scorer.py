"""Scores each event with the version that the deployment log gives it.

Worker side: imports what `headrace.models` needs in a worker and nothing heavier.
"""

from __future__ import annotations

import json
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from headrace.deployments.follower import Follower
from headrace.deployments.head import parse_head
from headrace.deployments.record import CHAMPION, DeploymentLogError, Record, to_text
from headrace.deployments.roles import Choice, Roles, boundaries, choose, roles_at
from headrace.deployments.store import open_store
from headrace.deployments.versions import LOADED, Versions
from headrace.errors import HeadraceError
from headrace.models.scorer import Scored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Rows = list[tuple[Record, NDArray[np.intp]]]

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

    def trained_until(self, version: str) -> str | None:
        """As `headrace.models.scorer.Scorer.trained_until`, of the versions in memory."""
        return self._versions.trained_until(version)

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
        decided, beside = self._by_record(event_times, keys)
        results: list[Scored | None] = [None] * len(event_times)
        for record, rows in decided:
            scored = self._versions.get(record).scorer.score_rows(columns, _selection(rows, len(results)))
            for row, result in zip(rows.tolist(), scored):
                results[row] = result
        known = [each or _undeployed(int(event_times[row])) for row, each in enumerate(results)]
        return self._with_shadows(known, beside, columns)

    def score_one(self, values: Mapping[str, object], event_time: int, key: str | None) -> Scored:
        """Score one event; as `score_batch`, for Python values, None being NULL."""
        self._adopt(self._follower.settled(event_time).in_force)
        period = int(np.searchsorted(self._boundaries, event_time, side="right"))
        choice = choose(self._roles[period], key)
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

    def _by_record(self, event_times: NDArray[np.int64], keys: Sequence[str | None]) -> tuple[Rows, Rows]:
        """Which rows each record decides on, and which it scores beside; as `headrace.deployments.roles.version`."""
        decided: dict[int, tuple[Record, list[NDArray[np.intp]]]] = {}
        beside: dict[int, tuple[Record, list[NDArray[np.intp]]]] = {}
        periods = np.searchsorted(self._boundaries, event_times, side="right")
        for period in np.unique(periods):
            for choice, rows in _choices(self._roles[period], np.flatnonzero(periods == period), keys):
                if choice.scored_by:
                    decided.setdefault(choice.scored_by.number, (choice.scored_by, []))[1].append(rows)
                for shadow in choice.shadows:
                    beside.setdefault(shadow.number, (shadow, []))[1].append(rows)
        return _joined(decided), _joined(beside)

    def _with_shadows(
        self, results: list[Scored], beside: Rows, columns: Mapping[str, NDArray[Any]]
    ) -> list[Scored]:
        said: dict[int, list[Scored]] = defaultdict(list)
        for record, rows in beside:
            for row, result in zip(rows.tolist(), self._shadow_rows(record, columns, rows, len(results))):
                said[row].append(result)
        for row, shadows in said.items():
            results[row] = Scored(*results[row][:-1], _shadows(shadows))
        return results

    def _shadow_rows(
        self, record: Record, columns: Mapping[str, NDArray[Any]], rows: NDArray[np.intp], number: int
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


def follow(location: str, reasons: int, head: str = "") -> DeployedScorer:
    """A scorer that follows the log at a path or URI.

    ``head`` is what was seen of the log when the job was submitted, see `headrace.deployments.head`; may be empty.

    Raises:
        DeploymentLogError: there is no log, it went back, or it has no champion.
        ArtifactError: the champion of this moment can not be loaded.
    """
    store = open_store(location)
    return DeployedScorer(Follower(store, head=parse_head(head)), Versions(store.home, reasons))


def _choices(
    roles: Roles, rows: NDArray[np.intp], keys: Sequence[str | None]
) -> Iterator[tuple[Choice, NDArray[np.intp]]]:
    """The choices for rows of one period, each with its rows."""
    same = _same_for_all(roles)
    if same:
        yield same, rows
        return
    groups: dict[Choice, list[int]] = defaultdict(list)
    for key, of_key in _by_key(rows, keys).items():
        groups[choose(roles, key)] += of_key
    for choice, chosen in groups.items():
        yield choice, np.array(chosen, dtype=np.intp)


def _by_key(rows: NDArray[np.intp], keys: Sequence[str | None]) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = defaultdict(list)
    for row in rows.tolist():
        found[keys[row]].append(row)
    return found


def _joined(groups: Mapping[int, tuple[Record, list[NDArray[np.intp]]]]) -> Rows:
    """Records in order, each with its rows in order."""
    return [(groups[number][0], np.sort(np.concatenate(groups[number][1]))) for number in sorted(groups)]


def _selection(rows: NDArray[np.intp], number: int) -> NDArray[np.intp] | slice:
    return slice(None) if len(rows) == number else rows


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
    return f"[{','.join(map(_shadow, results))}]" if results else None


def _shadow(result: Scored) -> str:
    """What a shadow said as JSON: written by hand, since it is written for each event."""
    version = _quoted(result.model_version)
    if result.score is None:
        error = json.dumps(result.error)
        return f'{{"model_version":{version},"score":null,"decision":null,"error":{error}}}'
    return (
        f'{{"model_version":{version},"score":{result.score!r},"decision":"{result.decision}","error":null}}'
    )


@lru_cache(maxsize=LOADED)
def _quoted(version: str | None) -> str:
    return json.dumps(version)
