# ruff: noqa: INP001 -- a script, not a package
"""Put the options of ``flink-conf/cluster`` into the ``config.yaml`` that the Flink of the base image has.

The image's own options stay where the suite has none: Flink does not start on Java 17 without them. Addresses, folders
and slots come later, from ``FLINK_PROPERTIES``, and win.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

SUITE = Path("/opt/headrace/suite/flink-conf/cluster/config.yaml")
FLINK = Path("/opt/flink/conf/config.yaml")


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Both, section by section; what both have is as ``above`` says."""
    result = {**below}
    for key, value in above.items():
        section = below.get(key)
        if isinstance(section, dict) and isinstance(value, dict):
            result[key] = merged(section, value)
        else:
            result[key] = value
    return result


def main(suite: Path = SUITE, flink: Path = FLINK) -> None:
    """Rewrite the file of Flink."""
    below, above = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (flink, suite))
    flink.write_text(yaml.safe_dump(merged(below, above)), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
