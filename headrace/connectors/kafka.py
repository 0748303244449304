"""The topics behind an environment's tables, and how Python reaches their broker with the tables' own settings."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headrace.connectors.refusal import AUTHORITY, SECRET, refusal
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headrace.runtime.resolve import Step
    from headrace.runtime.statement import Statement
    from headrace.runtime.suite import Suite

PATIENCE_SECONDS = 10.0
QUIET = {"log_level": "2"}
"""What counts comes as an error, not as a line on stderr."""
CREATION = "headrace topics --create"
"""Creates the topics of the environment that is meant when none is named."""
TRUSTED = "ssl.truststore.location"
SHARED = ("bootstrap.servers", "security.protocol", "sasl.mechanism")
"""What Flink's Kafka client and the one of Python call the same."""
TOPIC_OPTIONS = {
    # A replayed log bears its own times: by them all of it would be too old to keep.
    "retention.ms": "-1",
}
COMPACTED = {"cleanup.policy": "compact"}
"""The newest record of each key is kept, and it alone."""
_OPTION = re.compile(r"^\s*'([^']+)'\s*=\s*'((?:[^']|'')*)'", re.MULTILINE)
_CREDENTIAL = re.compile(r'(username|password)="([^"]*)"')


@dataclass(frozen=True)
class KafkaTable:
    """A table on a topic.

    Attributes:
        name: of the contract.
        options: those in its WITH.
    """

    name: str
    options: Mapping[str, str]

    @property
    def topic(self) -> str:
        """The topic."""
        return self.options["topic"]

    @property
    def key_fields(self) -> list[str]:
        """Columns that make the key of a record; none when records have no key."""
        return [name for name in self.options.get("key.fields", "").split(";") if name]

    @property
    def format(self) -> str:
        """How a record's value is written: ``raw``, ``json``, ``avro``, …."""
        return self.options.get("value.format", self.options.get("format", ""))

    @property
    def is_raw(self) -> bool:
        """Whether a record's value is the message itself, not JSON of the columns."""
        return self.format == "raw"

    @property
    def is_compacted(self) -> bool:
        """Whether only the newest record of a key counts."""
        return self.options.get("connector") == "upsert-kafka"

    def client(self, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Settings of a confluent-kafka client for this table's broker.

        Args:
            environment: has ``KAFKA_SASL_JAAS_CONFIG`` when the broker wants a login.

        Raises:
            HeadraceError: when it does, and that has no username and password; when it speaks TLS, and there is no
                file of certificates.
        """
        said = {name: self.options.get(f"properties.{name}") for name in SHARED}
        found = {**QUIET, **{name: value for name, value in said.items() if value}}
        protocol = found.get("security.protocol", "")
        if protocol.endswith("SSL") and f"properties.{TRUSTED}" in self.options:
            found["ssl.ca.location"] = self._authority(protocol)
        if protocol.startswith("SASL"):
            return {**found, **_login(protocol, environment.get(SECRET, ""))}
        found.pop("sasl.mechanism", None)
        return found

    def _authority(self, protocol: str) -> str:
        """Flink's workers and Python read the same file; theirs is another working folder."""
        place = Path(self.options[f"properties.{TRUSTED}"])
        if not place.is_absolute() or not place.is_file():
            what = "there is no such file" if place.is_absolute() else "expected an absolute path"
            raise HeadraceError(
                f"{AUTHORITY} is {place}: {what}",
                f"{protocol} wants a PEM file with the certificates of those who may sign the broker's.",
            )
        return str(place)


def _login(protocol: str, secret: str) -> dict[str, str]:
    found = dict(_CREDENTIAL.findall(secret))
    if {*found} != {"username", "password"}:
        raise HeadraceError(
            f"{protocol} wants a login, and {SECRET} has no username and password",
            'It reads: <login module> required username="…" password="…"; docs/kafka.md has the modules.',
        )
    return {f"sasl.{name}": value for name, value in found.items()}


def kafka_tables(bindings: Mapping[str, Statement], values: Mapping[str, str]) -> dict[str, KafkaTable]:
    """The tables of an environment that stand on topics, by contract.

    Args:
        bindings: ``CREATE TABLE`` by contract.
        values: what stands for ``${NAME}``; names without value and default stand for themselves.
    """
    tables = {}
    for name, statement in bindings.items():
        known = {**dict.fromkeys(statement.placeholders, "job"), **values}
        found = _OPTION.findall(statement.bound(known).text)
        options = {option: value.replace("''", "'") for option, value in found}
        if options.get("connector") in {"kafka", "upsert-kafka"}:
            tables[name] = KafkaTable(name, options)
    return tables


def tables_of(
    suite: Suite, environment: str, use_case: str, values: Mapping[str, str]
) -> dict[str, KafkaTable]:
    """As :func:`kafka_tables`, of a use case in an environment; process variables stand behind the values."""
    return kafka_tables(suite.bindings(environment, use_case), {**os.environ, **values})


def partitions(tables: Iterable[KafkaTable]) -> dict[str, int]:
    """Topic → how many partitions it has; 0 when it is not there.

    Raises:
        HeadraceError: when the broker can not be reached or refuses the login.
    """
    wanted = list(tables)
    if not wanted:
        return {}
    metadata = _ask(wanted[0], lambda admin: admin.list_topics(timeout=PATIENCE_SECONDS)).topics
    return {
        table.topic: len(metadata[table.topic].partitions) if table.topic in metadata else 0
        for table in wanted
    }


def create_topics(tables: Iterable[KafkaTable], count: int) -> list[str]:
    """Create the topics that are not there, each with ``count`` partitions; returns their names.

    Raises:
        HeadraceError: when the broker can not be reached, or refuses one.
    """
    from confluent_kafka.admin import NewTopic

    wanted = {table.topic: table for table in tables}
    missing = [name for name, found in partitions(wanted.values()).items() if not found]
    if missing:
        new = [NewTopic(name, count, 1, config=_topic_options(wanted[name])) for name in missing]
        _ask(next(iter(wanted.values())), lambda admin: _results(admin.create_topics(new)))
    return missing


def require_topics_of(steps: Iterable[Step], creation: str = CREATION) -> None:
    """As :func:`require_topics`, for the tables that a job is about to create; nothing for those on files.

    Raises:
        HeadraceError: as :func:`require_topics`.
    """
    tables = kafka_tables({step.statement.name: step.statement for step in steps}, {})
    require_topics(tables.values(), creation)


def require_topics(tables: Iterable[KafkaTable], creation: str = CREATION) -> None:
    """Refuse to go on without a broker, or without a topic.

    Args:
        tables: those on the topics.
        creation: the command that creates the topics, for the hint.

    Raises:
        HeadraceError: says which topic is missing, or why the broker can not be asked.
    """
    missing = [name for name, found in partitions(tables).items() if not found]
    if missing:
        raise HeadraceError(f"there are no topics {', '.join(missing)}", f"Create them: {creation}")


def _topic_options(table: KafkaTable) -> dict[str, str]:
    return {**TOPIC_OPTIONS, **(COMPACTED if table.is_compacted else {})}


def _results(answers: Mapping[str, Any]) -> list[Any]:
    return [answer.result(PATIENCE_SECONDS) for answer in answers.values()]


def _ask(table: KafkaTable, question: Any) -> Any:
    """Ask the broker; what the client only logs (a refused login) comes out as an error."""
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient

    client = table.client()
    said: list[Any] = []
    admin = AdminClient({**client, "error_cb": said.append, "socket.timeout.ms": 10_000})
    try:
        return question(admin)
    except KafkaException as error:
        admin.poll(0)  # what was only logged comes now
        raise refusal(client, [*said, error.args[0]]) from error
