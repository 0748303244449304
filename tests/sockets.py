"""What processes listen on, as anybody on the network would find it."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable


def tree(pid: int) -> list[psutil.Process]:
    """A process and all that it has started."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def listening(processes: Iterable[psutil.Process]) -> list[tuple[str, str, int]]:
    """Program, address and port of each socket that waits for others, TCP and UDP."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            own = [
                each.laddr for each in process.net_connections(kind="inet") if each.laddr and not each.raddr
            ]
            found += [(process.name(), address.ip, address.port) for address in own]
    return found


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address; Java writes 127.0.0.1 as ::ffff:127.0.0.1 as well."""
    parsed = ip_address(address)
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
