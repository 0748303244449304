"""What was submitted to a cluster of this machine, kept in its folder: what ``resume`` and ``upgrade`` start from."""

from __future__ import annotations

import json
from collections.abc import Mapping  # noqa: TC003 -- pydantic reads it at run time
from dataclasses import asdict, dataclass, field
from pathlib import Path  # noqa: TC003 -- as above
from urllib.parse import quote

from pydantic import ConfigDict, TypeAdapter, ValidationError

from headrace.errors import HeadraceError
from headrace.runtime.folders import write_private


@dataclass(frozen=True)
class Submission:
    """What was, or will be, submitted.

    Attributes:
        job: a module in jobs/.
        name: the job's name in the web UI.
        archive: the suite, packed.
        options: Flink's own, such as ``-p 2``.
        arguments: the job's own, such as ``--model``; no secrets.
        job_id: what the cluster called it.
        savepoint: what it was stopped with; empty while it runs.
        jars: URIs of what the job's tables need and the cluster does not have, as all its processes see them.
        variables: names in ``${…}`` of its tables. Their values are among the arguments; only those of secrets are in
            the environment of ``flink``.
        places: where its tables are, by ``source <table>`` or ``output <table>``; empty when it is not known.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    job: str
    name: str
    archive: str
    options: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    job_id: str = ""
    savepoint: str = ""
    jars: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_SUBMISSION = TypeAdapter(Submission)


@dataclass(frozen=True)
class Submissions:
    """The last submission of each job.

    Args:
        folder: holds a file a job, which only its owner can read.
    """

    folder: Path

    def all(self) -> list[Submission]:
        """All of them, by job.

        Raises:
            HeadraceError: when a file is no submission.
        """
        return [_read(path) for path in sorted(self.folder.glob("*.json"))]

    def find(self, job: str) -> Submission | None:
        """That of a job: a module in jobs/, a name or an id; None when there is none."""
        return next((known for known in self.all() if job in {known.job, known.name, known.job_id}), None)

    def require(self, job: str) -> Submission:
        """As :meth:`find`.

        Raises:
            HeadraceError: when there is none.
        """
        found = self.find(job)
        if found is None:
            raise HeadraceError(f"{job} was never submitted to this cluster", "headrace submit does that.")
        return found

    def write(self, submission: Submission) -> None:
        """Keep a submission in place of the job's last one."""
        self.folder.mkdir(exist_ok=True)
        path = self.folder / f"{quote(submission.name, safe=' ')}.json"
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        write_private(unfinished, json.dumps(asdict(submission), indent=2))
        unfinished.replace(path)


def _read(path: Path) -> Submission:
    try:
        return _SUBMISSION.validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise HeadraceError(
            f"{path}: not a submission: {f'{where}: ' if where else ''}{first['msg']}",
            "Move it away. A job that runs goes on; stop it by its id, and submit it with --from and that savepoint.",
        ) from error
