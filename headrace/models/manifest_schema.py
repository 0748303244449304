"""What a manifest has to say, field by field: what headrace reads of it; what it does not read may be anything.

Worker side: standard library only.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from headrace.documents.kinds import (
    ANYTHING,
    COLUMN,
    FLAG,
    LINES,
    NAME,
    SHA256,
    fields,
    integer,
    listed,
    mapped,
    matching,
    nullable,
    number,
    one_of,
    scalar,
)
from headrace.documents.reading import DocumentError, at
from headrace.models.features import TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

LINEAR = "linear"
OCCLUSION = "occlusion"
"""How scores are explained, see `headrace.models.reasons`."""
NEEDED = ("model.onnx", "golden.jsonl")
"""Files without which an artifact can not score."""

_NANOSECONDS = re.compile(r"(\.\d{6})\d{3}")


def check_manifest(document: Mapping[str, Any]) -> None:
    """Hold a manifest against the schema, and its parts against each other.

    Raises:
        DocumentError: a field is missing, or is not what it has to be.
    """
    _MANIFEST.check(document, "")
    for name in NEEDED:
        if name not in document["files"]:
            raise DocumentError(f"{at('files', name)} is missing, expected its SHA-256")
    names = [feature["name"] for feature in document["features"]]
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise DocumentError(f"features has {twice} twice, expected each feature once")
    _check_reasons(document["reasons"], names)
    if not (document["training"] or document["evaluation"]):
        raise DocumentError(
            "training and evaluation are null, expected one of them to say what it was judged on"
        )


def _check_reasons(reasons: Mapping[str, Any], names: list[str]) -> None:
    for part in ("baseline", "weights") if reasons["method"] == LINEAR else ("baseline",):
        for name in names:
            if name not in reasons.get(part, ()):
                raise DocumentError(
                    f"{at(f'reasons.{part}', name)} is missing, expected a number for each feature"
                )


def _is_moment(value: Any) -> bool:
    try:
        datetime.fromisoformat(_NANOSECONDS.sub(r"\1", value))
    except (TypeError, ValueError):
        return False
    return True


_BY_COLUMN = mapped(COLUMN, number())
_HASH = matching("a SHA-256 of 64 hexadecimal digits, or empty", "(?:[0-9a-f]{64})?")
_MOMENT = scalar("a time in ISO 8601", _is_moment)
_FILES = mapped(NAME, SHA256)
_FEATURE = fields({"name": COLUMN, "type": one_of(*TYPES), "unit": LINES})
_JUDGED = fields(
    {
        "from": _MOMENT,
        "to": _MOMENT,
        "rows": integer(1),
        "positives": integer(0),
        "sha256": SHA256,
        "metrics": mapped(LINES, nullable(number())),
    },
    more=True,
)
_HISTOGRAM = fields({"counts": ANYTHING, "edges": ANYTHING}, more=True)
_MANIFEST = fields(
    {
        "format": integer(1),
        "model": NAME,
        "version": NAME,
        "files": _FILES,
        "features": listed(_FEATURE, least=1),
        "columns": fields(dict.fromkeys(("key", "entity", "event_time", "label"), LINES), more=True),
        "decision": fields({"threshold": number()}, more=True),
        "reasons": fields(
            {"method": one_of(LINEAR, OCCLUSION), "baseline": _BY_COLUMN},
            optional={"weights": _BY_COLUMN},
            more=True,
        ),
        "estimator": LINES,
        "provenance": fields({"feature_sql_sha256": _HASH, "source": LINES}, more=True),
        "libraries": mapped(LINES, LINES),
        "training": nullable(_JUDGED),
        "evaluation": nullable(_JUDGED),
    },
    optional={
        "imported": fields(
            {"kind": LINES, "sha256": _HASH},
            optional={"notes": listed(LINES), "columns_named": FLAG},
            more=True,
        ),
        "histograms": fields({"features": mapped(COLUMN, _HISTOGRAM), "score": _HISTOGRAM}, more=True),
    },
    more=True,
)
