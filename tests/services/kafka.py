"""A Kafka broker."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from confluent_kafka.admin import AdminClient

from headrace.cluster.broker import ALONE
from headrace.cluster.ports import free_ports, wait_until
from headrace.cluster.standalone import running_broker
from tests.services.docker import answers, container

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMAGE = "apache/kafka:4.4.0"
INSIDE = 9092
PATIENCE_SECONDS = 120.0


@contextmanager
def kafka(root: Path, folder: Path) -> Iterator[str]:
    """A broker without topics; gives its ``host:port``.

    Args:
        root: the suite, whose manifest pins the programs.
        folder: for the log of a broker on this machine.
    """
    with _in_docker() if answers() else _on_this_machine(root, folder) as servers:
        client = AdminClient({"bootstrap.servers": servers, "log_level": 0})
        wait_until(lambda: _answers(client), PATIENCE_SECONDS, "the broker does not answer")
        yield servers


def _answers(client: AdminClient) -> bool:
    try:
        return bool(client.list_topics(timeout=5).brokers)
    except Exception:  # noqa: BLE001 -- whatever it is, it does not answer yet
        return False


@contextmanager
def _in_docker() -> Iterator[str]:
    # A broker calls itself in transactions, and in its container nothing listens at the port that this machine has.
    (port,) = free_ports(1)
    settings = {
        **{f"KAFKA_{name.replace('.', '_').upper()}": value for name, value in ALONE.items()},
        "KAFKA_LISTENERS": f"PLAINTEXT://:{INSIDE},BROKER://:9094,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port},BROKER://localhost:9094",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    }
    with container(IMAGE, INSIDE, settings, port):
        yield f"127.0.0.1:{port}"


@contextmanager
def _on_this_machine(root: Path, folder: Path) -> Iterator[str]:
    with running_broker(root, folder) as broker:
        yield broker.address
