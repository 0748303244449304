"""Containers, by testcontainers."""

from __future__ import annotations

import functools
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from docker.errors import DockerException
from testcontainers.core.container import DockerContainer

import docker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@functools.cache
def answers() -> bool:
    """Whether there is a Docker engine."""
    try:
        with closing(docker.from_env(timeout=5)) as client:
            return bool(client.ping())
    except DockerException:
        return False


@contextmanager
def container(
    image: str, port: int, settings: Mapping[str, str], outside: int | None = None
) -> Iterator[tuple[str, int]]:
    """A container of an image; gives where a port of it is.

    Args:
        image: name and tag.
        port: of a program in it.
        settings: its environment.
        outside: the port on this machine; any free one if not given.
    """
    made = DockerContainer(image)
    for name, value in settings.items():
        made.with_env(name, value)
    made.with_bind_ports(port, outside)
    with made:
        yield made.get_container_host_ip(), int(made.get_exposed_port(port))
