"""What demos, runs and clusters of this user listen on, and whether others reach it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from headrace.cluster.process import MARK
from headrace.doctor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FLINK = "org.apache.flink"
OPEN = "Who reaches them can run programs as you: take out the option that opens them (such as rest.bind-address)."


@dataclass(frozen=True)
class Socket:
    """A socket that waits for others.

    Attributes:
        owner: whose it is, for a person: ``headrace demo (java)``.
        pid: its process.
        address: where it listens; ``0.0.0.0`` and ``::`` are all addresses of the machine.
        port: the TCP port.
    """

    owner: str
    pid: int
    address: str
    port: int

    @property
    def is_open(self) -> bool:
        """Whether others than this machine may reach it."""
        parsed = ip_address(self.address)
        return not (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port} {self.owner}, process {self.pid}"


def listening() -> Finding:
    """The sockets of this user's demos, runs and clusters."""
    return judged(sorted(sockets(), key=lambda socket: (socket.owner, socket.port)))


def judged(found: Sequence[Socket]) -> Finding:
    """Whether all of them are this machine's alone."""
    said = "\n".join(map(str, found)) or "No demo, run or cluster of yours listens."
    doors = [f"{socket.address} port {socket.port}" for socket in found if socket.is_open]
    if not doors:
        return Finding("sockets", "ok", said)
    return Finding("sockets", "warning", said, f"Open to other machines: {', '.join(doors)}. {OPEN}")


def sockets() -> Iterator[Socket]:
    """What processes of this user that belong to headrace, or to Flink, listen on."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            owner = _owner(process)
            if owner:
                yield from _of(process, owner)


def _of(process: psutil.Process, owner: str) -> Iterator[Socket]:
    for each in process.net_connections(kind="tcp"):
        if each.status == psutil.CONN_LISTEN and each.laddr:
            yield Socket(owner, process.pid, each.laddr.ip, each.laddr.port)


def _owner(process: psutil.Process) -> str:
    """Whose a process is; empty when it is none of headrace or Flink, or another user's."""
    if process.uids().real != psutil.Process().uids().real:
        return ""
    folder, mark, name = process.environ().get(MARK, "").rpartition("#")
    if mark:
        return f"cluster {Path(folder).parent}: {name}"
    for each in (process, *process.parents()):
        command = command_of(each.cmdline())
        if command:
            return command if each == process else f"{command} ({process.name()})"
    return "Flink" if any(FLINK in argument for argument in process.cmdline()) else ""


def command_of(arguments: Sequence[str]) -> str:
    """``headrace demo`` for the process of that command; empty for others."""
    names = [Path(argument).name for argument in arguments[:3]]
    if names[1:2] == ["headrace"]:
        return " ".join(["headrace", *arguments[2:3]])
    return " ".join(["headrace", *arguments[3:4]]) if names[1:3] == ["-m", "headrace"] else ""
