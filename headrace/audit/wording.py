"""An audit in words: rows of tables, and sentences."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from headrace.audit.comparison import DECISION, REASONS, SAID, SCORE, VERSION
from headrace.audit.result import DIFFERS, REPRODUCED
from headrace.deployments.record import to_text
from headrace.deployments.roles import choose
from headrace.tables.values import as_text, utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.audit.result import Audit, Deployment, Report, TrainingData, Version
    from headrace.dead_letters.letter import Letter
    from headrace.deployments.record import Record
    from headrace.models.scorer import Scored

Rows = list[tuple[str, ...]]
NOT_KNOWN = "not known"
NO_REASONS: Rows = [(REASONS, "none")]
VERDICTS = {REPRODUCED: "reproduced to the last digit", DIFFERS: "NOT reproduced: {what}"}


def headline(report: Report, audit: Audit) -> str:
    """What was served, by whom, and whether it is reproduced."""
    said = audit.prediction
    what = ", ".join(each.what for each in audit.differences)
    verdict = VERDICTS.get(audit.verdict, audit.verdict).format(what=f"{what} differ" if what else "")
    served = f"{said[DECISION]} with score {said[SCORE]!r} by {said[VERSION]}"
    return f"{report.key} {report.event}: {served}, {verdict}"


def served(audit: Audit) -> Rows:
    """The prediction as it stands in the table, a reason a row."""
    rows = [(name, as_text(value)) for name, value in audit.prediction.items() if name != REASONS]
    times = [("rows", f"{audit.times:,}, all alike")] if audit.times > 1 else []
    return [*rows, *reasons(str(audit.prediction[REASONS])), *times]


def reasons(text: str) -> Rows:
    """Reasons, one a row; the text as it is when it is not as reasons are written."""
    try:
        parts = [(each["feature"], each["value"], each["contribution"]) for each in json.loads(text)]
    except (KeyError, TypeError, ValueError):
        return [(REASONS, as_text(text))]
    named = (f"{feature} {value!r} → {moved:+}" for feature, value, moved in parts)
    return [(f"reason {number}", each) for number, each in enumerate(named, start=1)] or NO_REASONS


def features(audit: Audit) -> Rows:
    """Name, value and unit of what the model saw."""
    values = audit.features.values if audit.features else {}
    known = audit.version.manifest.features if audit.version else ()
    units = {each.name: each.unit for each in known}
    return [(name, as_text(value), units.get(name, "")) for name, value in values.items()]


def deployed(deployment: Deployment) -> Rows:
    """The record that decided, by its fields, and what it says of this event."""
    record = deployment.decided
    if record is None:
        return [("record", f"none: before the first champion, at {to_text(deployment.time)}")]
    start = "the beginning" if record.effective_from is None else to_text(record.effective_from)
    return [
        ("record", f"{record.number} of {deployment.log}"),
        ("version", record.version),
        ("role", f"{record.role}{_share(record)}"),
        ("this event", _place(deployment, record)),
        ("counts from", f"{start}{' (backdated)' if record.backdated else ''}"),
        ("command", record.command),
        ("author", record.author),
        ("reason", record.reason),
        ("written", to_text(record.created_at)),
    ]


def beside(deployment: Deployment) -> Iterator[str]:
    """The other records that counted at that time."""
    roles, decided = deployment.roles, deployment.decided
    scoring = (roles.champion, *choose(roles, deployment.key).shadows)
    for record in (roles.champion, roles.canary, *roles.shadows):
        if record and record is not decided:
            taken = "" if record in scoring else ", not for this one"
            by = f"{record.author}: {record.reason}"
            yield f"beside it: record {record.number}, {record.version} as {record.role}{_share(record)}{taken} ({by})"


def version(audit: Audit, known: Version) -> Rows:
    """What the version is, where it comes from, and what of that is as here."""
    document = known.manifest.document
    decided = audit.deployment.decided if audit.deployment else None
    sealed = decided and decided.manifest_sha256 == known.manifest_sha256
    return [
        ("version", known.manifest.version),
        ("model", f"{known.manifest.model}, {document['estimator']}"),
        ("artifact", str(known.path)),
        ("SHA-256 of its manifest", f"{known.manifest_sha256}{', as deployed' if sealed else ''}"),
        ("alerts from", repr(known.manifest.threshold)),
        *_learned(document.get("training"), known.training_data),
        ("SQL of features", document["provenance"]["feature_sql_sha256"] or NOT_KNOWN),
        ("SQL of this checkout", _sql(known)),
        *((name.replace("_", " "), str(value)) for name, value in _further(document["provenance"])),
        ("libraries", ", ".join(f"{name} {value}" for name, value in document["libraries"].items())),
        ("libraries here", _here(document["libraries"])),
    ]


def rescored(audit: Audit, again: Scored) -> Rows:
    """Score, decision and reasons: as served, as scored again, and whether they are the same."""
    if again.error is not None:
        return [(SCORE, repr(audit.prediction[SCORE]), f"none: {again.error}", "no")]
    plain = [(what, str(audit.prediction[what]), str(getattr(again, what))) for what in (SCORE, DECISION)]
    rows = [*plain, *_reasons_beside(str(audit.prediction[REASONS]), str(again.reasons))]
    return [(what, one, other, "yes" if one == other else "no") for what, one, other in rows]


def ending(audit: Audit) -> Iterator[str]:
    """What differs beyond what the model said, the label, and what could not be found."""
    if audit.features and audit.features.computed_again:
        yield f"the features are those of {audit.features.table}, computed later: the live job's are not there"
    for each in audit.differences:
        if each.what not in SAID:
            yield f"differs: {each.what} is {each.found}, served was {each.served}"
    if _fewer(audit):
        yield "only the number of reasons differs: pass the job's own (headrace.reasons) with --reasons"
    if audit.truth:
        known = f", known since {utc(audit.truth.known_at)}" if audit.truth.known_at else ""
        yield f"truth: {audit.truth.column} {audit.truth.label}{known}"
    yield from (f"missing: {sentence}" for sentence in audit.missing)


def letter(found: Letter) -> str:
    """A dead letter: why, from where, when, what became of it."""
    arrived = utc(found.arrived_at) if found.arrived_at else "an unknown time"
    replay = f" by replay {found.replay:04}" if found.replay is not None else ""
    refused = f" as {found.refused_as}" if found.refused_as else ""
    head = f"{found.reason} (stage {found.stage}), from {found.where}, arrived {arrived}"
    return f"{head}: {found.status}{refused}{replay}"


def _share(record: Record) -> str:
    return "" if record.share == 1 else f" for {100 * record.share:g}% of the keys"


def _place(deployment: Deployment, record: Record) -> str:
    at = f"{to_text(deployment.time)}, key {deployment.key}"
    if deployment.place is None:
        return at
    side = "below" if deployment.roles.canary is record else "not below"
    share = deployment.roles.canary.share if deployment.roles.canary else 0
    return f"{at}, whose place is {deployment.place:.4f}, {side} the canary's share {share:g}"


def _learned(training: dict[str, Any] | None, kept: TrainingData | None) -> Rows:
    if training is None or kept is None:
        return [("trained on", "elsewhere: it was imported")]
    return [
        ("trained on", " – ".join(training[end].replace("+00:00", "Z") for end in ("from", "to"))),
        ("training data", f"{training['rows']:,} rows, {training['positives']:,} of them positive"),
        ("its fingerprint", training["sha256"]),
        ("training set here", f"{kept.path}, {_same_data(kept)}"),
    ]


def _same_data(kept: TrainingData) -> str:
    if kept.same is None:
        return f"{NOT_KNOWN}: {kept.because}"
    return "the same" if kept.same else "another: of another training"


def _sql(known: Version) -> str:
    if known.same_sql is None:
        return (
            NOT_KNOWN if not known.feature_sql_here else f"{known.feature_sql_here}, nothing to compare with"
        )
    return "the same" if known.same_sql else f"{known.feature_sql_here}, another"


def _further(provenance: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in provenance.items() if name != "feature_sql_sha256" and value]


def _here(libraries: dict[str, str]) -> str:
    """Which of the libraries are others here."""
    here = {name: _installed(name) for name in libraries}
    others = [f"{name} {here[name]}" for name, value in libraries.items() if here[name] != value]
    return f"others: {', '.join(others)}" if others else "the same"


def _installed(name: str) -> str:
    if name == "python":
        return platform.python_version()
    try:
        return installed(name)
    except PackageNotFoundError:
        return "not installed"


def _reasons_beside(one: str, other: str) -> Iterator[tuple[str, str, str]]:
    """Reasons, one a row; as text when only the text differs."""
    sides = reasons(one), reasons(other)
    if sides[0] == sides[1] and one != other:
        yield REASONS, one, other
        return
    for (what, left), (again, right) in zip_longest(*sides, fillvalue=("", "–")):
        yield again if what in {"", REASONS} else what, left, right


def _fewer(audit: Audit) -> bool:
    """Whether nothing differs but that one side has more reasons."""
    if [each.what for each in audit.differences] != [REASONS]:
        return False
    sides = [reasons(str(each)) for each in (audit.differences[0].served, audit.differences[0].found)]
    shorter, longer = sorted(([] if side == NO_REASONS else side for side in sides), key=len)
    return len(shorter) < len(longer) and longer[: len(shorter)] == shorter
