from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headrace.cluster.broker import Broker, Certificate
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Mapping


def properties(
    folder: Path, users: Mapping[str, str], certificate: Certificate | None = None
) -> dict[str, str]:
    broker = Broker(folder, 19092, 19093, [Path("a.jar"), Path("b.jar")], users, certificate)
    (folder / "log").mkdir(parents=True)
    (folder / "log" / "meta.properties").touch()
    broker.configure()
    lines = (folder / "server.properties").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_broker_listens_on_this_machine_only(tmp_path: Path) -> None:
    found = properties(tmp_path / "broker", {})
    assert found["listeners"] == "PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093"
    assert found["log.dirs"] == str(tmp_path / "broker" / "log")


def test_a_broker_creates_no_topic_by_mistake_and_forgets_no_replayed_log(tmp_path: Path) -> None:
    found = properties(tmp_path / "broker", {})
    assert (found["auto.create.topics.enable"], found["log.retention.ms"]) == ("false", "-1")


def test_with_users_clients_must_log_in_and_passwords_are_for_the_owner_alone(tmp_path: Path) -> None:
    found = properties(tmp_path / "broker", {"jobs": "secret", "tools": "other"})
    assert found["listeners"].startswith("SASL_PLAINTEXT://")
    assert (
        'user_jobs="secret" user_tools="other"'
        in found["listener.name.sasl_plaintext.plain.sasl.jaas.config"]
    )
    mode = (tmp_path / "broker" / "server.properties").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize(("users", "protocol"), [({}, "SSL"), ({"jobs": "secret"}, "SASL_SSL")])
def test_with_a_certificate_clients_must_speak_tls(
    users: dict[str, str], protocol: str, tmp_path: Path
) -> None:
    found = properties(tmp_path / "broker", users, Certificate(Path("key.pem"), Path("ca.pem")))
    assert found["advertised.listeners"] == f"{protocol}://127.0.0.1:19092"
    assert found["inter.broker.listener.name"] == protocol
    assert (found["ssl.keystore.location"], found["ssl.truststore.location"]) == ("key.pem", "ca.pem")
    assert ("listener.name.sasl_ssl.plain.sasl.jaas.config" in found) is bool(users)


def test_its_classes_are_its_own(tmp_path: Path) -> None:
    command = Broker(tmp_path, 1, 2, [Path("a.jar"), Path("b.jar")]).command()
    assert command[command.index("-cp") + 1] == "a.jar:b.jar"
    assert command[-2:] == ["kafka.Kafka", str(tmp_path / "server.properties")]


def test_a_log_that_can_not_be_laid_out_is_said(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="no log could be laid out"):
        Broker(tmp_path / "broker", 1, 2, [Path("none.jar")]).configure()
