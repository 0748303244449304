"""An audit as a document for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from headrace.deployments.record import encode, to_text
from headrace.tables.values import as_json

if TYPE_CHECKING:
    from headrace.audit.result import Audit, Deployment, Report, Version
    from headrace.deployments.record import Record

FORMAT = 1


def document(report: Report) -> dict[str, Any]:
    """All of a report; what is not known is None, and said in ``missing``."""
    return {
        "format": FORMAT,
        "use_case": report.use_case,
        "key": report.key,
        "event": report.event,
        "reproduced": report.reproduced if report.audits else None,
        "predictions": [_audit(each) for each in report.audits],
        "dead_letters": [as_json({**asdict(each), "payload": each.text}) for each in report.letters],
    }


def _audit(audit: Audit) -> dict[str, Any]:
    features, again, truth = audit.features, audit.again, audit.truth
    return {
        "verdict": audit.verdict,
        "served": as_json(dict(audit.prediction)),
        "rows": audit.times,
        "features": features and as_json({"table": features.table, "values": dict(features.values)}),
        "deployment": audit.deployment and _deployment(audit.deployment),
        "version": audit.version and _version(audit.version),
        "scored_again": again
        and {name: value for name, value in again._asdict().items() if name != "shadows"},
        "label": truth and as_json(asdict(truth)),
        "differences": [as_json(asdict(each)) for each in audit.differences],
        "missing": list(audit.missing),
    }


def _deployment(deployment: Deployment) -> dict[str, Any]:
    roles = deployment.roles
    return {
        "log": deployment.log,
        "event_time": to_text(deployment.time),
        "key": deployment.key,
        "place": deployment.place,
        "decided": _record(deployment.decided),
        "champion": _record(roles.champion),
        "canary": _record(roles.canary),
        "shadows": [_record(each) for each in roles.shadows],
    }


def _record(record: Record | None) -> dict[str, Any] | None:
    """A record as it stands in its file."""
    return json.loads(encode(record)) if record else None


def _version(version: Version) -> dict[str, Any]:
    return {
        "artifact": str(version.path),
        "manifest_sha256": version.manifest_sha256,
        "feature_sql_of_this_checkout": version.feature_sql_here or None,
        "same_feature_sql": version.same_sql,
        "training_set": version.training_data and as_json(asdict(version.training_data)),
        "manifest": dict(version.manifest.document),
    }
