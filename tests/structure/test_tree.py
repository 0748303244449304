"""What must not be in the tree."""

from __future__ import annotations

import re

from tests.local_tables import ROOT
from tests.structure.source import tracked

BYTES = 2_000_000
MACHINE = re.compile(r"(?<![\w.${}*])/(?:root|home|Users|work|mnt)/\w+")
HOST = re.compile(r"https?://([\w.-]+\.[a-z]{2,})", re.IGNORECASE)
REFERENCES = {
    "developers.google.com",
    "fraud-detection-handbook.github.io",
    "github.com",
    "issues.apache.org",
    "nightlies.apache.org",
    "www.confluent.io",
}
"""Where a link may lead that says where a fact comes from."""
LINKS = {"LICENSE": {"www.apache.org"}, "docs/": REFERENCES, "headrace/doctor/failures.yaml": REFERENCES}
"""Files, or folders, that may have links."""


def texts() -> dict[str, str]:
    """Tracked files that are text, by name."""
    contents = {str(path.relative_to(ROOT)): path.read_bytes() for path in tracked()}
    return {name: content.decode() for name, content in contents.items() if b"\0" not in content}


def links_allowed_in(name: str) -> set[str]:
    return {host for place, hosts in LINKS.items() if name.startswith(place) for host in hosts}


def test_no_file_is_large() -> None:
    assert [path for path in tracked() if path.stat().st_size > BYTES] == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = {name: MACHINE.findall(text) for name, text in texts().items()}
    assert {name: places for name, places in found.items() if places} == {}


def test_links_lead_where_they_may() -> None:
    found = {name: {*HOST.findall(text)} - links_allowed_in(name) for name, text in texts().items()}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}
