"""Follows an event back: from its predictions to features, deployment, version and label, and scores it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.audit import evidence
from headrace.audit.result import AuditError, Report
from headrace.audit.trail import Question, Trail
from headrace.deployments.log import read_log
from headrace.deployments.store import open_store

if TYPE_CHECKING:
    from headrace.audit.evidence import Event


def audit(question: Question) -> Report:
    """Follow an event back; nothing is written.

    Returns:
        What is there. What is not there is said in `headrace.audit.result.Audit.missing` and never guessed.

    Raises:
        AuditError: there is neither a prediction of the event nor a dead letter that names it.
        DeploymentLogError: the deployment log is damaged.
        HeadraceError: there is no data folder, or a table can not be read.
    """
    event = evidence.open_event(question.tables, question.tables_in or question.data, question.event)
    store = open_store(question.log)
    trail = Trail(question, event, read_log(store).in_force, store.home, store.location)
    audits = tuple(trail.follow(*found) for found in evidence.predictions(event))
    letters = tuple(evidence.letters(event))
    if not audits and not letters:
        raise _unknown(question, event)
    return Report(question.use_case, event.key, event.value, store.location, audits, letters)


def _unknown(question: Question, event: Event) -> AuditError:
    there = evidence.tables_with(event)
    where = f"; it stands in {', '.join(there)}" if there else ""
    place = question.place or question.data
    return AuditError(
        f"no prediction of {event.key} {event.value} in {place}, and no dead letter that names it{where}",
        "It is not scored yet, or only fills windows, or the job wrote elsewhere: --data, --environment.",
    )
