"""Flink options: the profile's own file, and the few that only a run can know."""

from __future__ import annotations

import json
import re
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import yaml

from headrace.errors import HeadraceError
from headrace.runtime.network import EMBEDDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

VALUES = "headrace.values."
"""Before the names in ``${NAME}`` that a profile has values for."""
UNQUOTED = re.compile(r"[\s*?\[]")
JOB_PARAMETERS = "pipeline.global-job-parameters"
_UNALIGNED = ("execution.checkpointing.unaligned.enabled", "execution.checkpointing.unaligned")
"""The option, and the name it had before."""


def profile_names(root: Path) -> list[str]:
    """Names of the profiles in flink-conf/, sorted."""
    return sorted(path.parent.name for path in (root / "flink-conf").glob("*/config.yaml"))


def read_profile(root: Path, name: str) -> dict[str, str]:
    """Flink's options in ``flink-conf/<name>/config.yaml``, flattened to dotted keys.

    Raises:
        HeadraceError: when there is no such profile, the file is no YAML mapping, an option has no value, or
            checkpoints are unaligned: what is in flight is restored behind watermarks that had not passed it, and
            features of a resumed job differ from those of an undisturbed one (docs/parity.md).
    """
    read = _read(root, name)
    require_aligned(read, str(_path(root, name)))
    return {key: value for key, value in read.items() if not key.startswith(VALUES)}


def require_aligned(options: Mapping[str, str], place: str) -> None:
    """Refuse unaligned checkpoints.

    Args:
        options: of Flink, by dotted key.
        place: where they stand, for the message.

    Raises:
        HeadraceError: when an option asks for them.
    """
    for key in _UNALIGNED:
        if options.get(key, "false") != "false":
            raise HeadraceError(
                f"{place}: {key} is {options[key]}; expected aligned checkpoints, or features differ after a resume",
                "Take it out; docs/parity.md says what was seen.",
            )


def profile_values(root: Path, name: str) -> dict[str, str]:
    """What stands for ``${NAME}`` in connectors/, by name, as a profile says; a run and its environment win over it.

    Raises:
        HeadraceError: when there is no such profile, the file is no YAML mapping, or an option has no value.
    """
    return {key[len(VALUES) :]: value for key, value in _read(root, name).items() if key.startswith(VALUES)}


def operator_jars(root: Path) -> list[Path]:
    """The jars in operators/, which hold the functions that SQL registers with ``LANGUAGE JAVA``, sorted."""
    return sorted((root / "operators").glob("*.jar"))


def add_jar(jar: Path) -> str:
    """The statement that adds a jar to a session."""
    quoted = str(jar).replace("'", "''")
    return f"ADD JAR '{quoted}'"


def embedded(
    profile: Mapping[str, str], name: str, parameters: Mapping[str, str], jars: Iterable[Path] = ()
) -> dict[str, str]:
    """Options of a job in this process's own mini-cluster, which only this machine reaches unless a profile opens it.

    Args:
        profile: the options of the profile.
        name: the job's name in the web UI.
        parameters: what user-defined functions read with ``get_job_parameter``.
        jars: what the job needs on its classpath.
    """
    urls = ";".join(jar.resolve().as_uri() for jar in jars)
    return {
        **EMBEDDED,
        **profile,
        "pipeline.name": name,
        **python_programs(),
        "python.executable": worker_python(sys.executable),
        **({"pipeline.jars": urls} if urls else {}),
        **({JOB_PARAMETERS: as_option(parameters)} if parameters else {}),
    }


def python_programs() -> dict[str, str]:
    """Options that make this Python that of workers and of clients that look at functions."""
    return dict.fromkeys(("python.executable", "python.client.executable"), sys.executable)


def worker_python(executable: str) -> str:
    """The Python of workers that this process starts: its path, or its name alone.

    PyFlink's script takes what stands behind a blank for another argument; found on the PATH, where
    :func:`headrace.runtime.java.set_up_jvm` puts its folder first, it is a name without one.

    >>> worker_python("/a/bin/python"), worker_python("/a b/bin/python")
    ('/a/bin/python', 'python')
    """
    return PurePath(executable).name if UNQUOTED.search(executable) else executable


def as_option(parameters: Mapping[str, str]) -> str:
    """Job parameters as the value of :data:`JOB_PARAMETERS`: JSON, in which apostrophes, commas and colons are safe."""
    return json.dumps(dict(sorted(parameters.items())))


def read_parameters(option: str) -> dict[str, str]:
    """Job parameters as Flink reads them from the value of :data:`JOB_PARAMETERS`, in whatever form that is.

    Raises:
        HeadraceError: when Flink can not read it.
    """
    from py4j.protocol import Py4JJavaError
    from pyflink.java_gateway import get_gateway

    flink = get_gateway().jvm.org.apache.flink.configuration
    given = flink.Configuration()
    given.setString(JOB_PARAMETERS, option)
    try:
        return dict(given.get(flink.PipelineOptions.GLOBAL_JOB_PARAMETERS))
    except Py4JJavaError as error:
        raise HeadraceError(
            f"{JOB_PARAMETERS}: Flink can not read the value", 'Write it as JSON: {"headrace.reasons": "0"}.'
        ) from error


def _path(root: Path, name: str) -> Path:
    return root / "flink-conf" / name / "config.yaml"


def _read(root: Path, name: str) -> dict[str, str]:
    path = _path(root, name)
    if not path.is_file():
        raise HeadraceError(f"there is no profile {name!r}; there are: {', '.join(profile_names(root))}")
    options = dict(_flatten(_mapping(path)))
    empty = [key for key, value in options.items() if value is None]
    if empty:
        raise HeadraceError(f"{path}: {', '.join(empty)} has no value", "Give it one, or leave the line out.")
    return {key: _option(value) for key, value in options.items()}


def _mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_bytes())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise HeadraceError(f"{path}:{line}: not YAML: {error.problem}", "Mind the indentation.") from error
    except yaml.YAMLError as error:
        raise HeadraceError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise HeadraceError(f"{path}: expected a mapping of Flink options, found {type(content).__name__}")
    return content


def _flatten(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _option(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
