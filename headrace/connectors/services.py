"""Whether what an environment's tables stand on answers, said in a sentence before a job is started."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.connectors.kafka import CREATION, require_topics_of
from headrace.connectors.registry import require_registries_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.runtime.resolve import Step


def require_services_of(steps: Sequence[Step], creation: str = CREATION) -> None:
    """Refuse to go on without the broker, a topic or the schema registry of a table that a job is about to create.

    Args:
        steps: of the job.
        creation: the command that creates missing topics.

    Raises:
        HeadraceError: what is not there, and what to do.
    """
    require_topics_of(steps, creation)
    require_registries_of(steps)
