"""Prepares a job and runs it in this process's own mini-cluster, with the web UI on."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headrace.errors import HeadraceError
from headrace.runtime import folders
from headrace.runtime.configuration import embedded, operator_jars, profile_values, read_profile
from headrace.runtime.execution import EXECUTION_MODE, Execution, execution
from headrace.runtime.failure import job_failure
from headrace.runtime.java import TASK_MANAGER_OPTIONS, set_up_jvm, use_java
from headrace.runtime.network import web_ui, web_ui_ports
from headrace.runtime.outputs import CHECKPOINTS, claim_outputs, outdated, recovery
from headrace.runtime.resolve import DEFAULT, Resolver
from headrace.runtime.rest import JobMonitor
from headrace.runtime.session import Session
from headrace.runtime.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from headrace.runtime.job import Job
    from headrace.runtime.lock import Lock
    from headrace.runtime.resolve import Step
    from headrace.runtime.statement import Statement

LOGS = "logs"


@dataclass(frozen=True)
class Run:
    """One run of a job on local folders.

    Attributes:
        root: the suite.
        job: which job.
        data: the folder that holds the tables; stands for ``${HEADRACE_DATA}``, as the pipeline's name does for
            ``${HEADRACE_JOB}``.
        environment: a folder under connectors/.
        profile: a folder under flink-conf/.
        parameters: what user-defined functions read with ``get_job_parameter``.
        values: further values for ``${NAME}``; environment variables stand behind them, then the profile's.
        resume: go on from the newest savepoint or checkpoint of an earlier run.
        overwrite: delete what an earlier run wrote.
        ui_port: port of the web UI; the first one from 8081 on that it gets when None.
        options: Flink options that win over the profile.
        jars: what the environment's connectors are in.
    """

    root: Path
    job: Job
    data: Path
    environment: str = "local"
    profile: str = "throughput"
    parameters: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    resume: bool = False
    overwrite: bool = False
    ui_port: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    jars: tuple[Path, ...] = ()

    @property
    def checkpoints(self) -> Path:
        """Where this job's checkpoints and savepoints are kept."""
        return self.data.resolve() / CHECKPOINTS / self.job.pipeline


def prepare(run: Run) -> tuple[Statement, list[Step]]:
    """The pipeline of a run and the steps before it, without touching Flink.

    Raises:
        HeadraceError: on anything wrong in the suite's SQL that can be seen without Flink.
    """
    resolver = resolver_of(run)
    pipeline = resolver.use_case.pipeline(run.job.pipeline)
    return pipeline, resolver.need(pipeline)


def resolver_of(run: Run) -> Resolver:
    """Finds what a run needs: its use case, its environment's bindings, its values.

    Raises:
        HeadraceError: when there is no such use case or environment, or a file breaks a rule.
    """
    suite = Suite(run.root)
    use_case = suite.use_case(run.job.use_case, by_row=execution_of(run).by_row)
    bindings = suite.bindings(run.environment, run.job.use_case)
    of_profile = profile_values(run.root, run.profile)
    values = {**of_profile, **os.environ, **_own_values(run), **run.values}
    return Resolver(use_case, bindings, run.environment, values, run.job.views)


def execution_of(run: Run) -> Execution:
    """How the Python functions of a run run: as its options say, else as its profile asks, where that is safe."""
    if EXECUTION_MODE in run.options:
        return Execution(run.options[EXECUTION_MODE])
    asked = read_profile(run.root, run.profile).get(EXECUTION_MODE, "")
    bindings = Suite(run.root).bindings(run.environment, run.job.use_case).values()
    return execution(asked, bindings, paths=[str(run.root), *_import_paths()])


def _own_values(run: Run) -> dict[str, str]:
    return {"HEADRACE_DATA": str(run.data.resolve()), "HEADRACE_JOB": run.job.pipeline}


def explain(run: Run) -> str:
    """The optimized plan of a run's pipeline.

    Raises:
        HeadraceError: what is wrong in the suite's SQL, with file and line.
    """
    pipeline, steps = prepare(run)
    session = open_session(run, {})
    session.create(steps)
    return session.explain(pipeline)


def start(run: Run) -> RunningJob:
    """Submit a run to a mini-cluster of this process.

    Raises:
        HeadraceError: on wrong SQL, folders that can not be written, outputs of an earlier run, a taken port.
    """
    pipeline, steps = prepare(run)
    lock = claim_outputs(run, steps)
    try:
        return _started(run, pipeline, steps, lock)
    except BaseException:
        lock.release()
        raise


def _started(run: Run, pipeline: Statement, steps: list[Step], lock: Lock) -> RunningJob:
    left = outdated(run, steps)
    ports = web_ui_ports(run.ui_port)
    folders.create_writable(steps)
    session = open_session(run, {**recovery(run), "rest.bind-port": ports})
    session.create(steps)
    folders.clear(left)
    result = session.submit(pipeline, steps)
    monitor = JobMonitor(web_ui(result), str(result.get_job_client().get_job_id()))
    return RunningJob(result, monitor, run, lock)


def open_session(run: Run, options: Mapping[str, str]) -> Session:
    """A session with the run's profile, its parameters and further options."""
    profile = read_profile(run.root, run.profile)
    use_java()
    jvm = {**profile, **run.options}.get(TASK_MANAGER_OPTIONS, "")
    set_up_jvm(run.data.resolve() / LOGS, jvm)
    make_importable(run.root)
    configuration = embedded(profile, run.job.name, run.parameters, [*operator_jars(run.root), *run.jars])
    return Session({**configuration, **execution_of(run).flink_options, **options, **run.options})


@dataclass
class RunningJob:
    """A job in this process's mini-cluster.

    Attributes:
        result: PyFlink's TableResult.
        monitor: the job seen through REST; its ``address`` is the web UI's.
        run: what was asked for.
        lock: keeps others from writing what it writes; given back when the job has ended.
    """

    result: Any
    monitor: JobMonitor
    run: Run
    lock: Lock | None = None

    def wait(self, on_rows: Callable[[dict[str, int]], None] | None = None, every: float = 0.5) -> None:
        """Wait until the job has ended; an interrupt stops it with a savepoint first.

        Args:
            on_rows: called with the rows so far, by table.
            every: seconds between two calls.

        Raises:
            HeadraceError: when the job failed; says the innermost cause.
            KeyboardInterrupt: after the job was stopped.
        """
        finished = self.result.get_job_client().get_job_execution_result()
        try:
            while not finished.done():
                if on_rows:
                    on_rows(self.monitor.rows())
                time.sleep(every)
        except KeyboardInterrupt:
            self._stop()
            raise
        finally:
            if self.lock:
                self.lock.release()
        _raise_failure(finished, self.run)

    def _stop(self) -> None:
        try:
            self.monitor.stop_with_savepoint(folders.flink_path(self.run.checkpoints))
        except HeadraceError:
            self.result.get_job_client().cancel().result()


def make_importable(root: Path) -> None:
    """Jobs and functions are imported from the suite, here and in the workers, which inherit PYTHONPATH.

    Raises:
        HeadraceError: when its path can not stand there.
    """
    if os.pathsep in str(root):
        raise HeadraceError(
            f"{root}: Python can not import from a path with {os.pathsep!r}, which separates paths in PYTHONPATH",
            "Give the folder of the suite another name.",
        )
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    parts = _import_paths()
    if str(root) not in parts:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(root), *parts])


def _import_paths() -> list[str]:
    return [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def _raise_failure(finished: Any, run: Run) -> None:
    try:
        finished.result()
    except Exception as error:
        read = [folders.folder_of(step) for step in prepare(run)[1] if step.database == DEFAULT]
        raise job_failure(str(error), filter(None, read)) from error
