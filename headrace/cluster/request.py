"""How a job is asked for, in the words of ``headrace submit``, and what one request changes of another."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.errors import HeadraceError
from headrace.runtime.secrecy import is_secret, shown
from headrace.runtime.submit import pair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headrace.cluster.submission import Submission

MODEL, DEPLOYMENTS, HEAD = "model", "deployments", "deployments-head"
SCORED_BY = (MODEL, DEPLOYMENTS, HEAD)
OF_ONE_START = ("execution.state-recovery.", "execution.savepoint.")
"""Beginnings of Flink options of one start: what it goes on from, and that state may be dropped."""
NONE = "none"


@dataclass(frozen=True)
class Request:
    """How a job is asked for.

    Attributes:
        environment: a folder under connectors/.
        profile: a folder under flink-conf/.
        data: the folder of local tables; empty when none was named.
        scored_by: ``model`` or ``deployments``, and where that is, ``deployments-head``, and how far it was seen; empty
            for a job that scores nothing.
        values: by name in ``${…}``; those of secrets are passed to nobody but the environment of ``flink``.
        parallelism: how wide.
        flink: Flink options by dotted key.
    """

    environment: str = "local"
    profile: str = "throughput"
    data: str = ""
    scored_by: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    parallelism: int = 1
    flink: Mapping[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The job's own of ``flink run``."""
        named = {
            "environment": self.environment,
            "profile": self.profile,
            "data": self.data,
            **self.scored_by,
        }
        places = (part for name, value in named.items() if value for part in (f"--{name}", value))
        values = {name: value for name, value in self.values.items() if not is_secret(name)}
        return (*places, *(part for name, value in values.items() for part in ("--set", f"{name}={value}")))

    @property
    def options(self) -> tuple[str, ...]:
        """Flink's own of ``flink run``."""
        return ("-p", str(self.parallelism), *(f"-D{key}={value}" for key, value in self.flink.items()))

    @property
    def told(self) -> dict[str, str]:
        """Everything by name, for people; nothing of a secret."""
        named = {
            "environment": self.environment,
            "profile": self.profile,
            "data": self.data,
            **self.scored_by,
            "parallelism": str(self.parallelism),
        }
        options = {f"-D {key}": value for key, value in self.flink.items()}
        return {name: shown(name, value) for name, value in {**named, **self.values, **options}.items()}

    def changed(self, **fields: Any) -> Request:
        """Another one that differs in the fields that are not None; of values and options, in those that are named."""
        given = {name: value for name, value in fields.items() if value is not None}
        for name in {"values", "flink"} & {*given}:
            given[name] = {**getattr(self, name), **given[name]}
        return replace(self, **given)


@dataclass(frozen=True)
class Change:
    """One setting that is another now.

    Attributes:
        what: its name.
        before: what it was.
        after: what it is.
    """

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        """``parallelism 2 → 3``."""
        return f"{self.what} {self.before} → {self.after}"


def request_of(submission: Submission) -> Request:
    """How a job was asked for, so that it can be asked for again.

    Raises:
        HeadraceError: when that can not be told from what is kept of it.
    """
    arguments, options = _parsed(submission)
    flink = dict(pair(option, "-D wants key=value") for option in options.D)
    return Request(
        environment=arguments.environment,
        profile=arguments.profile,
        data=arguments.data,
        scored_by={
            name: given for name in SCORED_BY if (given := getattr(arguments, name.replace("-", "_")))
        },
        values=dict(map(pair, arguments.set)),
        parallelism=options.p,
        flink={key: value for key, value in flink.items() if not key.startswith(OF_ONE_START)},
    )


def changes(before: Request, after: Request) -> Iterator[Change]:
    """What a request changes of another."""
    old, new = before.told, after.told
    for name in dict.fromkeys([*old, *new]):
        change = Change(name, old.get(name) or NONE, new.get(name) or NONE)
        if change.before != change.after:
            yield change


def suite_change(before: Submission, after: Submission) -> Iterator[Change]:
    """The suite, when it is another."""
    old, new = Path(before.archive).stem, Path(after.archive).stem
    if old != new:
        yield Change("suite", old or NONE, new or NONE)


def parallelism_of(submission: Submission) -> int:
    """How wide a job is asked to be."""
    return int(_OPTIONS.parse_known_args(submission.options)[0].p)


def _parsed(submission: Submission) -> tuple[argparse.Namespace, argparse.Namespace]:
    try:
        return _ARGUMENTS.parse_args(submission.arguments), _OPTIONS.parse_args(submission.options)
    except _NotUnderstoodError as error:
        raise HeadraceError(
            f"how {submission.name} was submitted is not understood: {error}",
            "headrace stop, then headrace submit with --from and its savepoint.",
        ) from error


class _NotUnderstoodError(Exception):
    """Words on a command line that no version of ours wrote."""


class _Parser(argparse.ArgumentParser):
    """Raises where argparse would end the process."""

    def error(self, message: str) -> None:  # type: ignore[override] # ends by raising
        raise _NotUnderstoodError(message)


def _arguments() -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("--environment", default="local")
    parser.add_argument("--profile", default="throughput")
    for name in ("data", *SCORED_BY):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--set", action="append", default=[])
    return parser


def _options() -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("-p", type=int, default=1)
    parser.add_argument("-D", action="append", default=[])
    return parser


_ARGUMENTS, _OPTIONS = _arguments(), _options()
