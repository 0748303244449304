"""Who decides on events of the past: a version that scores them again, or those that did decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from headrace.deployments.commands import standing
from headrace.deployments.log import read_log
from headrace.deployments.store import open_store
from headrace.deployments.versions import load_deployed, manifest_sha256
from headrace.models.artifact import MANIFEST, load_artifact
from headrace.models.scorer import Scorer
from headrace.names import is_name
from headrace.whatif.result import DECIDED, REPLAYED, Side, WhatIfError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from headrace.models.artifact import Artifact
    from headrace.whatif.history import History

ROWS = 100_000
"""Events scored at once."""


@dataclass(frozen=True)
class Version:
    """A version that is to decide.

    Args:
        artifact: the version.
        threshold: alerts from this score on; None: its own.
        champion: whether it is the champion.
    """

    artifact: Artifact
    threshold: float | None = None
    champion: bool = False

    @property
    def alerts_from(self) -> float:
        """Alerts from this score on."""
        return self.artifact.manifest.threshold if self.threshold is None else self.threshold


@dataclass(frozen=True)
class Decisions:
    """What a side decides on n events.

    Args:
        side: who.
        alerts: n decisions.
        scores: n scores, NaN where there is none; None for what was decided.
    """

    side: Side
    alerts: NDArray[np.bool_]
    scores: NDArray[np.float64] | None = None

    @property
    def unscored(self) -> int:
        """Events that could not be scored; they are no alerts."""
        return 0 if self.scores is None else int(np.isnan(self.scores).sum())


def replayed(version: Version, history: History) -> Decisions:
    """Score all events by the function that workers score by.

    Raises:
        InvalidFeaturesError: the events have features of other types than the version was trained on.
    """
    manifest = version.artifact.manifest
    inputs, scorer = history.inputs(manifest.features), Scorer(version.artifact, reasons=0)
    found = [
        np.nan if each.score is None else each.score
        for begin in range(0, len(history.labels), ROWS)
        for each in scorer.score_rows(inputs, slice(begin, begin + ROWS))
    ]
    scores = np.array(found, dtype=np.float64)
    side = Side(
        kind=REPLAYED,
        versions=(manifest.version,),
        manifest_sha256=manifest_sha256(version.artifact.path),
        threshold=version.alerts_from,
        own_threshold=version.alerts_from == manifest.threshold,
        champion=version.champion,
        trained_to=_trained_to(version.artifact),
    )
    return Decisions(side, scores >= version.alerts_from, scores)


def as_decided(history: History) -> Decisions:
    """What the predictions say.

    Raises:
        WhatIfError: the history was read without them.
    """
    if history.alerts is None:
        raise WhatIfError("the history was read without what was decided")
    return Decisions(Side(kind=DECIDED, versions=history.deciders), history.alerts)


def champion_of(location: str) -> Artifact | None:
    """The champion once every record of a deployment log has taken effect; None when there is none.

    Args:
        location: of the log.

    Raises:
        DeploymentLogError: the log is damaged.
        ArtifactError: the champion is missing, damaged, or another one than was deployed.
    """
    store = open_store(location)
    record = standing(read_log(store)).champion
    return load_deployed(record, store.home) if record else None


def version_of(name: str, models: Path) -> Artifact:
    """A version by its name below a folder, or by the path of its artifact.

    Raises:
        WhatIfError: there is none; names those that there are.
        ArtifactError: it is damaged.
    """
    from pathlib import Path

    for folder in (*([models / name] if is_name(name) else []), Path(name)):
        if (folder / MANIFEST).is_file():
            return load_artifact(folder)
    known = ", ".join(sorted(path.parent.name for path in models.glob(f"*/{MANIFEST}")))
    raise WhatIfError(
        f"there is no version {name!r} in {models}, and no artifact of that path; there are: {known or 'none'}",
        "Train one with headrace train, or give the folder of an artifact.",
    )


def _trained_to(artifact: Artifact) -> datetime:
    """The last event that the version was fitted to, or its threshold chosen on."""
    document = artifact.manifest.document
    windows = [window for window in (document["training"], document["evaluation"]) if window]
    return max(datetime.fromisoformat(window["to"]) for window in windows)
