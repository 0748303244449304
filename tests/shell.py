"""The environment of a shell, for commands that tests start."""

from __future__ import annotations

import os

LEFT_BEHIND = ("FLINK_LOG_DIR", "JVM_ARGS", "LOG4J_PROPERTIES", "PYFLINK_GATEWAY_DISABLED")
"""What PyFlink, or headrace for it, sets in a process that has run a job or a function, as the tests' own has."""


def shell() -> dict[str, str]:
    """The environment as a user's shell has it."""
    return {name: value for name, value in os.environ.items() if name not in LEFT_BEHIND}
