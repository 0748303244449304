"""What an audit found: of an event, of each prediction of it, and of the records that were refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from headrace.dead_letters.letter import Letter
    from headrace.deployments.record import Record
    from headrace.deployments.roles import Roles
    from headrace.models.features import Feature
    from headrace.models.manifest import Manifest
    from headrace.models.scorer import Scored

REPRODUCED = "reproduced"
DIFFERS = "differs"
NOT_SCORED = "not scored again"


class AuditError(HeadraceError):
    """There is nothing to audit, or what is needed for an answer is not there."""


@dataclass(frozen=True)
class Features:
    """What the model saw of an event.

    Attributes:
        table: where it stands.
        values: by feature, in the types of the version.
        row: what the table has in common with the predictions, by column.
        computed_again: whether a bounded job computed it later, and not the live one when the event was scored.
    """

    table: str
    values: Mapping[str, Any]
    row: Mapping[str, Any]
    computed_again: bool


@dataclass(frozen=True)
class Deployment:
    """What the deployment log says of an event.

    Attributes:
        log: where it lies.
        time: of the event, in milliseconds since 1970.
        key: of its entity, as text.
        decided: the record whose version scores the event; None before the first champion.
        roles: all records that counted at that time.
        place: where the key stands between 0 and 1 for the canary; None without one, or without a key.
    """

    log: str
    time: int
    key: str | None
    decided: Record | None
    roles: Roles
    place: float | None


@dataclass(frozen=True)
class TrainingData:
    """The training set that is kept, beside the one that a version learned from.

    Attributes:
        path: where it is kept.
        same: whether it is that one; None where that can not be known.
        because: why it can not.
    """

    path: Path
    same: bool | None
    because: str = ""


@dataclass(frozen=True)
class Version:
    """The version that a prediction names.

    Attributes:
        path: its artifact.
        manifest: what it is.
        manifest_sha256: of its manifest, which seals all its other files.
        feature_sql_here: hash of the SQL of the features in this checkout; empty where there is none to compare with.
        training_data: what is left of what it learned from; None when it was trained elsewhere.
    """

    path: Path
    manifest: Manifest
    manifest_sha256: str
    feature_sql_here: str
    training_data: TrainingData | None

    @property
    def same_sql(self) -> bool | None:
        """Whether its features were computed by the SQL of this checkout; None where that can not be known."""
        trained_on = self.manifest.document["provenance"]["feature_sql_sha256"]
        return trained_on == self.feature_sql_here if trained_on and self.feature_sql_here else None


@dataclass(frozen=True)
class Truth:
    """The label of an event.

    Attributes:
        column: what it is called.
        label: 0 or 1.
        known_at: when it was known.
    """

    column: str
    label: int
    known_at: datetime | None


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was served.

    Attributes:
        what: score, decision, reasons, …
        served: as it stands in the predictions.
        found: as it is found now.
    """

    what: str
    served: Any
    found: Any


@dataclass(frozen=True)
class Audit:
    """One prediction, followed back.

    Attributes:
        prediction: as it was served, by column.
        times: how often it stands there.
        features: what the model saw; None when it is not known.
        deployment: what the log says; None when there is none.
        version: None when its artifact is not there.
        again: what it says now; None when it was not scored again.
        truth: None when it is not known.
        differences: what is not as it was served.
        missing: what could not be found, in sentences.
    """

    prediction: Mapping[str, Any]
    times: int
    features: Features | None = None
    deployment: Deployment | None = None
    version: Version | None = None
    again: Scored | None = None
    truth: Truth | None = None
    differences: tuple[Difference, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """``differs``, ``not scored again`` or ``reproduced``."""
        if self.differences:
            return DIFFERS
        return REPRODUCED if self.again else NOT_SCORED


@dataclass(frozen=True)
class Report:
    """All there is of one event.

    Attributes:
        use_case: a folder in sql/.
        key: column that names an event.
        event: its key.
        log: where the deployments are looked for.
        audits: of each prediction of it that is another one.
        letters: dead letters that name it.
    """

    use_case: str
    key: str
    event: str
    log: str
    audits: tuple[Audit, ...]
    letters: tuple[Letter, ...]

    @property
    def reproduced(self) -> bool:
        """Whether every prediction was scored again and is the same; also when there is none."""
        return all(audit.verdict == REPRODUCED for audit in self.audits)


@dataclass(frozen=True)
class Columns:
    """Which columns say what; from the version's manifest, else from the definition in the checkout.

    Attributes:
        entity: whose event it is.
        event_time: when it was.
        label: the truth.
        features: what the model wants.
    """

    entity: str
    event_time: str
    label: str
    features: tuple[Feature, ...]
