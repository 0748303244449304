"""The suite in one file, with a job in it that joins stages as a way says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

from headrace.cluster.archive import pack_suite

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.runtime.job import Job

MODULE = "of_parity"
_JOB = '''"""A way of the features, for ``flink run``."""

from headrace.runtime.job import Job
from headrace.runtime.submit import main

if __name__ == "__main__":
    main({job!r})
'''


def pack(root: Path, job: Job, folder: Path) -> Path:
    """Write the suite as an archive that ``flink run -pyfs`` takes, with a job ``jobs.of_parity`` in it.

    Args:
        root: the suite.
        job: what the module submits.
        folder: where the archive goes; made if it is not there.

    Returns:
        The archive.
    """
    archive = pack_suite(root, folder)
    with ZipFile(archive, "a") as suite:
        suite.writestr(f"jobs/{MODULE}.py", _JOB.format(job=job))
    return archive
