"""A Kafka broker of one process (KRaft), from its Maven jars: for this machine and for tests, not for production."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.cluster.ports import HOST
from headrace.errors import HeadraceError
from headrace.runtime.folders import write_private
from headrace.runtime.java import find_java_home

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CLUSTER_ID = "headrace-------------g"
"""Any 16 bytes in URL-safe base64 name a cluster."""
SMALL = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Starts soon; under thousands of requests a second it wants more of the cores than Java's second compiler would."""
BUSY = ("-Xmx1g", "-XX:+UseSerialGC")
ALONE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "transaction.max.timeout.ms": "900000",
    # A replayed log bears its own times: by them all of it would be too old to keep.
    "log.retention.ms": "-1",
    # A misspelt topic is an error, not a new topic.
    "auto.create.topics.enable": "false",
}
_LOGGING = """status = warn
appender.stdout.type = Console
appender.stdout.name = stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = %d{ISO8601} %-5p %c - %m%n
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = stdout
"""


@dataclass(frozen=True)
class Certificate:
    """What a broker shows to its clients, both as PEM files.

    Args:
        chain: its private key, not encrypted, and its certificate.
        authority: the certificate of who signed it; the broker calls itself and trusts it too.
    """

    chain: Path
    authority: Path


@dataclass(frozen=True)
class Broker:
    """Where a broker keeps its log, and how it is reached.

    Args:
        folder: its configuration and its log; made when it is configured.
        port: clients' port.
        controller_port: the broker's own.
        jars: the group ``broker`` of the manifest.
        users: name → password; with them clients must log in (SASL/PLAIN), without they need not.
        certificate: with it clients must speak TLS.
        jvm: options of its Java.
    """

    folder: Path
    port: int
    controller_port: int
    jars: Sequence[Path]
    users: Mapping[str, str] = field(default_factory=dict)
    certificate: Certificate | None = None
    jvm: Sequence[str] = SMALL

    @property
    def address(self) -> str:
        """``host:port``, what clients call bootstrap servers."""
        return f"{HOST}:{self.port}"

    def configure(self) -> None:
        """Write the configuration; the log is laid out unless it is there.

        Raises:
            HeadraceError: when the broker's own tool refuses to.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{key}={value}\n" for key, value in self._properties().items())
        write_private(self._file, text)
        (self.folder / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
        if not (self.folder / "log" / "meta.properties").is_file():
            self._lay_out()

    def command(self) -> list[str]:
        """What starts the broker."""
        return [*self._java("kafka.Kafka"), str(self._file)]

    @property
    def _file(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, main: str) -> list[str]:
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        path = ":".join(str(jar) for jar in self.jars)
        return [str(find_java_home() / "bin" / "java"), *self.jvm, logging, "-cp", path, main]

    def _lay_out(self) -> None:
        command = [*self._java("kafka.tools.StorageTool"), "format", "-t", CLUSTER_ID, "-c", str(self._file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 -- ours
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise HeadraceError(
                f"{self.folder}: no log could be laid out: {said[-1] if said else 'no reason'}"
            )

    def _properties(self) -> dict[str, str]:
        clients = self._protocol
        return {
            **ALONE,
            "log.dirs": str(self.folder / "log"),
            "controller.quorum.voters": f"1@{HOST}:{self.controller_port}",
            "listeners": f"{clients}://{self.address},CONTROLLER://{HOST}:{self.controller_port}",
            "advertised.listeners": f"{clients}://{self.address}",
            "listener.security.protocol.map": f"CONTROLLER:PLAINTEXT,{clients}:{clients}",
            **(self._login() if self.users else {}),
            **(self._tls(self.certificate) if self.certificate else {}),
        }

    @property
    def _protocol(self) -> str:
        transport = "SSL" if self.certificate else "PLAINTEXT"
        return f"SASL_{transport}" if self.users else transport

    def _tls(self, certificate: Certificate) -> dict[str, str]:
        return {
            "inter.broker.listener.name": self._protocol,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(certificate.chain),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(certificate.authority),
        }

    def _login(self) -> dict[str, str]:
        first, password = next(iter(self.users.items()))
        module = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        known = " ".join(f'user_{name}="{secret}"' for name, secret in self.users.items())
        return {
            "inter.broker.listener.name": self._protocol,
            "sasl.enabled.mechanisms": "PLAIN",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            f"listener.name.{self._protocol.lower()}.plain.sasl.jaas.config": (
                f'{module} username="{first}" password="{password}" {known};'
            ),
        }
