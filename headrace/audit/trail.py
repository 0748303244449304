"""The way back from one prediction: to what decided, its version, its features, its label, and forth again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Callable, Optional, TypeVar

from headrace.audit import comparison, evidence
from headrace.audit.deployed import deployment_of, load, naming, where_is
from headrace.audit.result import Audit, AuditError, Columns, Version
from headrace.audit.training_data import training_data
from headrace.deployments.record import to_millis
from headrace.deployments.versions import manifest_sha256
from headrace.errors import HeadraceError
from headrace.models.artifact import MANIFEST, read_file
from headrace.models.definition import load_definition
from headrace.models.manifest import parse
from headrace.models.scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from headrace.audit.evidence import Event, Row
    from headrace.audit.result import Deployment, Difference
    from headrace.deployments.record import Record
    from headrace.models.manifest import Manifest
    from headrace.tables.contract import Table

T = TypeVar("T")
UNSCORED = ", so it was not scored again"


@dataclass(frozen=True)
class Question:
    """Where do the predictions of an event come from.

    Args:
        use_case: a folder in sql/.
        root: the suite; its definition names columns where a manifest is not there.
        tables: of the use case.
        data: the data folder.
        event: key of the event, as text.
        log: where the deployments are.
        models: the folder of versions.
        feature_sql: hash of the SQL of the features in this checkout; empty when it is not known.
        reasons: how many reasons the job gave at most.
        tables_in: folder of the tables, when it is not the data folder.
        place: where the tables are, for people.
    """

    use_case: str
    root: Path
    tables: Mapping[str, Table]
    data: Path
    event: str
    log: str
    models: Path
    feature_sql: str = ""
    reasons: int = 3
    tables_in: Optional[Path] = None
    place: str = ""


@dataclass(frozen=True)
class Trail:
    """What is needed to follow a prediction back.

    Args:
        question: what was asked.
        event: whose prediction it is.
        records: those in force, in order.
        home: where the log lies, with the account if it has one.
        log: where it lies, as people are told.
    """

    question: Question
    event: Event
    records: Sequence[Record]
    home: str
    log: str

    def follow(self, prediction: Row, times: int) -> Audit:
        """Follow one prediction back; what can not be found is said, and the rest goes on without it.

        Args:
            prediction: by column.
            times: how often it stands there.
        """
        gaps = _Gaps()
        name = prediction[comparison.VERSION]
        columns = gaps.tried(lambda: self._columns(name), UNSCORED)
        if columns is None:
            return Audit(prediction, times, missing=tuple(gaps))
        deployment = self._deployment(prediction, columns)
        named = naming(name, self.records, deployment.decided if deployment else None)
        path = gaps.tried(lambda: where_is(name, named, self.home, self.question.models), UNSCORED)
        artifact = gaps.tried(lambda: load(path, next(iter(named), None)), UNSCORED) if path else None
        features = gaps.tried(lambda: evidence.features(self.event, columns), UNSCORED)
        scorer = Scorer(artifact, self.question.reasons) if artifact and features else None
        found = Audit(
            prediction,
            times,
            features=features,
            deployment=deployment,
            version=gaps.tried(lambda: self._version(path)) if path else None,
            again=scorer.score_one(features.values) if scorer and features else None,
            truth=gaps.tried(lambda: evidence.truth(self.event, columns.label)),
        )
        return replace(found, differences=tuple(_differences(found)), missing=tuple(gaps))

    def _columns(self, version: str) -> Columns:
        """Those of a version's manifest, else of the definition that bears the use case's name."""
        try:
            path = where_is(version, naming(version, self.records, None), self.home, self.question.models)
            return _of_manifest(_manifest(path))
        except HeadraceError as error:
            return self._of_definition(str(error.args[0]))

    def _of_definition(self, instead_of: str) -> Columns:
        try:
            definition = load_definition(self.question.root, self.question.use_case)
        except HeadraceError as error:
            raise AuditError(f"{instead_of}; {error.args[0]}") from error
        return Columns(definition.entity, definition.event_time, definition.label, definition.features)

    def _version(self, path: Path) -> Version:
        asked, manifest = self.question, _manifest(path)
        learned = training_data(manifest, asked.data, asked.root)
        return Version(path, manifest, manifest_sha256(path), asked.feature_sql, learned)

    def _deployment(self, prediction: Row, columns: Columns) -> Deployment | None:
        time, entity = prediction.get(columns.event_time), prediction.get(columns.entity)
        if time is None:
            return None
        key = None if entity is None else str(entity)
        return deployment_of(self.records, self.log, to_millis(time), key)


class _Gaps(list[str]):
    """What could not be found, in sentences."""

    def tried(self, make: Callable[[], T], consequence: str = "") -> Optional[T]:
        """What a function makes; None, and a sentence more, when it can not."""
        try:
            return make()
        except HeadraceError as error:
            if not any(sentence.startswith(str(error.args[0])) for sentence in self):
                self.append(f"{error.args[0]}{consequence}")
            return None


def _manifest(path: Path) -> Manifest:
    return parse(read_file(path / MANIFEST), str(path / MANIFEST))


def _of_manifest(manifest: Manifest) -> Columns:
    named = manifest.document["columns"]
    return Columns(named["entity"], named["event_time"], named["label"], manifest.features)


def _differences(found: Audit) -> Iterator[Difference]:
    if found.again:
        yield from comparison.rescored(found.prediction, found.again)
    if found.features:
        yield from comparison.of_features(found.prediction, found.features)
    if found.deployment:
        yield from comparison.of_deployment(found.prediction, found.deployment)
