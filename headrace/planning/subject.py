"""A job on its topics in a process of its own, with Python workers in processes of theirs, as on a cluster.

``python -m headrace.planning.subject <file>``: the file holds a `Subject` as JSON. It runs until it is ended.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from headrace.connectors.environment import environment_jars
from headrace.runtime.job import MODEL, load_job
from headrace.runtime.run import Run, make_importable, start
from headrace.runtime.suite import Suite

LOOPBACK_OFF = {"_python_worker_execution_mode": "process"}


@dataclass(frozen=True)
class Subject:
    """What is run. Paths are text, so that it can be handed on as JSON.

    Attributes:
        root: the suite.
        job: a module in jobs/.
        environment: a folder under connectors/.
        profile: a folder under flink-conf/.
        model: folder of the artifact that scores.
        folder: for checkpoints and logs.
        ui_port: of the REST interface.
        values: what stands for ``${NAME}``.
        options: Flink options that win over the profile.
    """

    root: str
    job: str
    environment: str
    profile: str
    model: str
    folder: str
    ui_port: int
    values: dict[str, str]
    options: dict[str, str]

    def write(self, path: Path) -> list[str]:
        """Write it to a file; returns the command that runs it."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return [sys.executable, "-m", "headrace.planning.subject", str(path)]

    def run(self) -> Run:
        """The run, as ``headrace run`` would make it."""
        root = Path(self.root)
        return Run(
            root=root,
            job=load_job(root, self.job),
            data=Path(self.folder),
            environment=self.environment,
            profile=self.profile,
            parameters={MODEL: self.model},
            values=self.values,
            ui_port=self.ui_port,
            options=self.options,
            jars=environment_jars(Suite(root), self.environment),
        )


def main(path: str) -> None:
    """Run the subject of a file until this process is ended."""
    os.environ.update(LOOPBACK_OFF)
    subject = Subject(**json.loads(Path(path).read_text(encoding="utf-8")))
    make_importable(Path(subject.root))
    start(subject.run()).wait(every=60.0)


if __name__ == "__main__":
    main(sys.argv[1])
