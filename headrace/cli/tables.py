"""The folder that a command reads tables from: the data folder, or a copy of an environment's topics."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import console
from headrace.cli.topics import creation
from headrace.cluster.places import OUTPUT
from headrace.cluster.request import request_of
from headrace.cluster.submission import Submissions
from headrace.connectors.kafka import tables_of
from headrace.connectors.topic_copy import copy_topic
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Callable

    from headrace.connectors.kafka import KafkaTable
    from headrace.runtime.suite import Suite

Environment = Annotated[
    str,
    typer.Option(
        help="Where the tables are: a folder under connectors/; those of the data folder if not given."
    ),
]
_CONNECTOR = re.compile(r"'connector'\s*=\s*'([^']+)'")
FILES = "filesystem"


@dataclass(frozen=True)
class Place:
    """Where tables are.

    Attributes:
        suite: has the connectors.
        use_case: a folder under sql/.
        environment: a folder under connectors/; empty for the data folder.
        data: the data folder.
        values: by name in ``${…}``.
    """

    suite: Suite
    use_case: str
    environment: str
    data: Path
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Where, for people."""
        return f"the topics of {self.environment}" if self.environment else str(self.data)

    def on_files(self, table: str) -> bool:
        """Whether a table is in the data folder.

        Raises:
            HeadraceError: the environment does not have it.
        """
        return not self.environment or self._connector(table) == FILES

    @contextmanager
    def folder(
        self, names: Iterable[str], wanted: Mapping[str, Callable[[bytes], bool]] | None = None
    ) -> Iterator[Path]:
        """A folder with some tables; while it is open.

        Args:
            names: of the tables, all in files or all on topics.
            wanted: by table, which records are copied; all if not given.

        Raises:
            HeadraceError: one can not be read from here.
        """
        on_topics = [name for name in names if not self.on_files(name)]
        if not on_topics:
            yield self.data
            return
        with TemporaryDirectory(prefix="headrace-") as copied:
            self._copy(on_topics, Path(copied), wanted or {})
            yield Path(copied)

    def readable(self, names: Iterable[str]) -> list[str]:
        """Those of some tables that the environment has as JSON on a topic."""
        topics = self._topics()
        return [name for name in names if name in topics and topics[name].format == "json"]

    def _copy(self, names: list[str], folder: Path, wanted: Mapping[str, Callable[[bytes], bool]]) -> None:
        topics, command = self._topics(), creation(self.use_case, self.environment, self.values)
        for name in names:
            if name not in topics:
                raise HeadraceError(
                    f"{name} of {self.environment} is on {self._connector(name)}, which can not be read here"
                )
            path = folder / name / "topic.jsonl"
            count = copy_topic(topics[name], path, command, wanted.get(name, lambda _: True))
            console.err.print(f"{count:,} records of topic {topics[name].topic}", markup=False)

    def _topics(self) -> Mapping[str, KafkaTable]:
        return tables_of(self.suite, self.environment, self.use_case, self.values)

    def _connector(self, table: str) -> str:
        bindings = self.suite.bindings(self.environment, self.use_case)
        if table not in bindings:
            raise HeadraceError(
                f"{self.environment} has no table {table}",
                f"Environments: {', '.join(self.suite.environments)}.",
            )
        found = _CONNECTOR.search(bindings[table].text)
        return found.group(1) if found else "an unknown connector"


def say_topics(table: str, environment: str, cluster: Path) -> None:
    """Asked for files, say which jobs of the cluster write a table to a topic instead, and how that is read."""
    if environment:
        return
    with suppress(HeadraceError):  # a damaged submission is for the commands about jobs to say
        for known in Submissions(cluster / "jobs").all():
            topic = known.places.get(f"{OUTPUT} {table}", {}).get("topic")
            if topic:
                request = request_of(known)
                given = " ".join(f"--set {name}={value}" for name, value in request.values.items())
                console.err.print(
                    f"{known.name} writes {table} to topic {topic}, which is not looked at here: "
                    f"--environment {request.environment} {given} reads it",
                    markup=False,
                    soft_wrap=True,
                )
