"""The suite in one file, with a job in it that joins stages as a way says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import headrace
from headrace.runtime.configuration import operator_jars

if TYPE_CHECKING:
    from headrace.runtime.job import Job

LAYERS = ("connectors", "flink-conf", "jobs", "sql", "udfs")
MODULE = "of_parity"
_JOB = '''"""A way of the features, for ``flink run``."""

from headrace.runtime.job import Job
from headrace.runtime.submit import main

if __name__ == "__main__":
    main({job!r})
'''


def pack(root: Path, job: Job, archive: Path) -> Path:
    """Write the suite and this library as an archive that ``flink run -pyfs`` takes, with the job ``jobs.of_parity``.

    Args:
        root: the suite.
        job: what the module submits.
        archive: the file; its folder must be there.

    Returns:
        The file.
    """
    library = Path(headrace.__file__).parent
    files = {path: path.relative_to(root) for layer in LAYERS for path in _files(root / layer)}
    files.update({path: path.relative_to(library.parent) for path in _files(library)})
    files.update({path: path.relative_to(root) for path in operator_jars(root)})
    with ZipFile(archive, "w") as suite:
        for path, name in sorted(files.items()):
            suite.write(path, name)
        suite.writestr(f"jobs/{MODULE}.py", _JOB.format(job=job))
    return archive


def _files(folder: Path) -> list[Path]:
    """What a folder holds; the copy of a suite within an installed library is the suite's own root then."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not {"__pycache__", "suite"} & {*path.relative_to(folder).parts}]
