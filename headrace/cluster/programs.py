"""The programs of a cluster, in the order in which they start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.cluster.home import NOT_INHERITED, temporary_files
from headrace.cluster.ports import HOST
from headrace.runtime.java import find_java_home

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headrace.cluster.broker import Broker
    from headrace.cluster.home import Home
    from headrace.cluster.layout import Layout

KEEPER = "keeper"
"""Looks after the others, and is none of them."""
ZOOKEEPER = "zookeeper"
BROKER = "broker"
JOB_MANAGER = "jobmanager"
SQL_GATEWAY = "sql-gateway"
TASK_MANAGER = "taskmanager-"
"""Begins the names of task managers."""
QUORUM_PEER = "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer"
_ZOO_CFG = """dataDir={data}
clientPort={port}
clientPortAddress={host}
tickTime=500
initLimit=10
syncLimit=5
admin.enableServer=false
"""


@dataclass(frozen=True)
class Program:
    """One program.

    Attributes:
        name: unique in the cluster.
        command: how it is started.
        environment: all its environment variables.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


def programs(home: Home, broker: Broker, layout: Layout) -> list[Program]:
    """ZooKeeper, broker, job manager, task managers, SQL gateway.

    Args:
        home: the cluster's Flink home, configured.
        broker: the cluster's broker, configured.
        layout: how many of them, and where the gateway listens.
    """
    plain = {key: value for key, value in os.environ.items() if key not in NOT_INHERITED}
    task_managers = (f"{TASK_MANAGER}{number}" for number in range(1, layout.task_managers + 1))
    return [
        Program(ZOOKEEPER, _zookeeper(home), plain),
        Program(BROKER, broker.command(), plain),
        _flink(home, JOB_MANAGER, [home.program("jobmanager.sh"), "start-foreground"]),
        *(_flink(home, name, [home.program("taskmanager.sh"), "start-foreground"]) for name in task_managers),
        _flink(home, SQL_GATEWAY, _gateway(home, layout.sql_gateway)),
    ]


def _flink(home: Home, name: str, command: Sequence[str]) -> Program:
    return Program(name, command, home.environment_of(name))


def configure_zookeeper(home: Home, port: int) -> None:
    """Write the configuration of a ZooKeeper of one process."""
    text = _ZOO_CFG.format(data=home.folder / "zookeeper", port=port, host=HOST)
    (home.conf / "zoo.cfg").write_text(text, encoding="utf-8")


def _gateway(home: Home, port: int) -> list[str]:
    endpoint = {"address": HOST, "bind-address": HOST, "port": port, "bind-port": port}
    options = [f"-Dsql-gateway.endpoint.rest.{name}={value}" for name, value in endpoint.items()]
    return [home.program("sql-gateway.sh"), "start-foreground", *options]


def _zookeeper(home: Home) -> list[str]:
    logging = f"-Dlog4j.configurationFile=file:{home.conf / 'log4j-console.properties'}"
    # The configuration names a file as well, from a property that Flink's own scripts set.
    file = f"-Dlog.file={home.logs / 'zookeeper.log'}"
    scratch = temporary_files(home.scratch_of(ZOOKEEPER))
    java = [str(find_java_home() / "bin" / "java"), "-Xmx128m", "-XX:+UseSerialGC", scratch]
    return [
        *java,
        logging,
        file,
        "-cp",
        f"{home.part('lib')}/*",
        QUORUM_PEER,
        "--zkConfigFile",
        str(home.conf / "zoo.cfg"),
        "--peerId",
        "1",
    ]
