"""What starts the Python workers of a session in this process, reached by a socket that is this user's alone.

PyFlink 2.3.0 lets its own listen on every address of the machine, on a random port, and it imports whatever the one who
asks names: who can reach the port runs code. A socket in a folder that only this user may enter has no port at all.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from headrace.runtime import beam_servers

GATEWAY = "PYFLINK_GATEWAY_PORT"
"""Set by ``flink run`` for the Python process it starts."""
LIBRARIES = "FLINK_LIB_DIR"
"""Where PyFlink takes the jars of a JVM from that it starts."""
_numbers = count()


def keep_private() -> None:
    """Let worker pools of sessions that are opened from now on listen on such a socket, and Beam's servers here alone.

    Under ``flink run`` the JVM is there already, and the cluster's own.
    """
    if GATEWAY in os.environ:
        return
    _start_jvm()
    from pyflink.fn_execution.beam.beam_worker_pool_service import BeamFnLoopbackWorkerPoolServicer

    BeamFnLoopbackWorkerPoolServicer.start = _start


def _start(pool: Any) -> str:
    """Stands in for the method of PyFlink, whose address is written into it; returns where the pool listens."""
    import grpc
    from apache_beam.portability.api import beam_fn_api_pb2_grpc
    from apache_beam.utils import thread_pool_executor

    server = grpc.server(thread_pool_executor.shared_unbounded_instance())
    address = f"unix:{_folder() / str(next(_numbers))}"
    server.add_insecure_port(address)
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    server.start()
    atexit.register(server.stop, 1)
    return address


@cache
def _start_jvm() -> None:
    """Start the JVM of this process on Flink's jars with ours before them."""
    from pyflink.find_flink_home import _find_flink_home
    from pyflink.java_gateway import get_gateway

    _find_flink_home()  # names the folder of PyFlink's own jars, once
    before = os.environ.get(LIBRARIES)
    os.environ[LIBRARIES] = str(_own_jars(before))
    try:
        get_gateway()
    finally:
        os.environ.pop(LIBRARIES)
        if before is not None:
            os.environ[LIBRARIES] = before


def _own_jars(libraries: str | None) -> Path:
    """A folder of links to Flink's jars, from which PyFlink lets a JVM take them before its own; and our jar."""
    pyflink = Path(str(getattr(find_spec("pyflink"), "origin", ""))).parent
    own = _folder() / "lib"
    own.mkdir(exist_ok=True)
    for jar in Path(libraries or pyflink / "lib").glob("*.jar"):
        if not (own / jar.name).exists():
            (own / jar.name).symlink_to(jar.resolve())
    beam_servers.write_jar(next((pyflink / "opt").glob("flink-python*.jar")), own)
    return own


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="headrace-"))  # for this user only
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
