"""An object store on this machine: the few lines of S3's protocol that logs and artifacts take. Nothing is checked."""

from __future__ import annotations

import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    Objects = dict[str, "Stored"]


@dataclass(frozen=True)
class Stored:
    """An object."""

    content: bytes
    metadata: dict[str, str] = field(default_factory=dict)


class ObjectStore(ThreadingHTTPServer):
    """What is in it, what it saw, and what is wrong with it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Requests)
        self.lock = Lock()
        self.objects: Objects = {}
        self.accounts: set[str] = set()
        self.page = 1000
        self.ahead = 0.0
        """Seconds by which its clock is ahead."""
        self.overwrites = False
        """It does not know If-None-Match."""
        self.lost = 0
        """So many answers to writes are lost on their way."""
        self.broken: list[tuple[int, str]] = []
        """Status and code of the next answers; the last one of all that follow."""
        self.broken_writes: list[tuple[int, str]] = []
        """Status and code of the next answers to writes."""

    def uri(self, path: str, account: str = "ann:secret@") -> str:
        """URI of a place in it."""
        endpoint = f"endpoint_override=127.0.0.1:{self.server_port}&scheme=http&region=us-east-1"
        return f"s3://{account}{path}?{endpoint}"

    def put_folder(self, folder: Path, place: str) -> None:
        """Put the files of a folder into it."""
        for path in folder.iterdir():
            self.objects[f"{place}/{path.name}"] = Stored(path.read_bytes())

    def answer_all_with(self, status: int, code: str) -> None:
        """Answer every request so from now on."""
        self.broken = [(status, code)]

    def handle_error(self, *_: object) -> None:
        """Say nothing about a client who is gone."""


class Requests(BaseHTTPRequestHandler):
    """GET, HEAD, PUT of objects, and the list of those with a prefix."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ObjectStore

    def do_GET(self) -> None:
        if self._is_broken(self.server.broken, keep_last=True):
            return
        parts = urlsplit(self.path)
        if "list-type" in parts.query:
            self._list(
                parts.path.strip("/"), {name: values[0] for name, values in parse_qs(parts.query).items()}
            )
            return
        found = self.server.objects.get(unquote(parts.path).lstrip("/"))
        if found is None:
            self._refuse(404, "NoSuchKey")
            return
        self._send(*self._part(found))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_broken(self.server.broken, keep_last=True) or self._is_broken(self.server.broken_writes):
            return
        key = unquote(urlsplit(self.path).path).lstrip("/")
        conditional = self.headers.get("If-None-Match") == "*" and not self.server.overwrites
        with self.server.lock:
            is_there = conditional and key in self.server.objects
            if not is_there:
                self.server.objects[key] = Stored(content, self._metadata())
            is_lost, self.server.lost = self.server.lost > 0, max(self.server.lost - 1, 0)
        if is_lost:
            self.close_connection = True
        elif is_there:
            self._refuse(412, "PreconditionFailed")
        else:
            self._send(200, b"", {"ETag": '"x"'})

    def _is_broken(self, answers: list[tuple[int, str]], *, keep_last: bool = False) -> bool:
        account = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        self.server.accounts.add(account.group(1) if account else "nobody")
        if not answers:
            return False
        self._refuse(*(answers[0] if keep_last and len(answers) == 1 else answers.pop(0)))
        return True

    def _metadata(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name.lower().startswith("x-amz-meta-")}

    def _part(self, found: Stored) -> tuple[int, bytes, dict[str, str]]:
        wanted = self.headers.get("Range", "bytes=0-").partition("=")[2].split("-")
        first, last = int(wanted[0]), int(wanted[1] or len(found.content) - 1)
        part = found.content[first : last + 1]
        between = {"Content-Range": f"bytes {first}-{first + len(part) - 1}/{len(found.content)}"}
        is_part = "Range" in self.headers
        return 206 if is_part else 200, part, {**(between if is_part else {}), **found.metadata}

    def _list(self, bucket: str, asked: dict[str, str]) -> None:
        start = f"{bucket}/{asked.get('prefix', '')}"
        keys = sorted(key for key in list(self.server.objects) if key.startswith(start))
        direct = [
            key for key in keys if "/" not in key[len(start) :] and key > asked.get("continuation-token", "")
        ]
        page = direct[: self.server.page]
        more = len(page) < len(direct)
        contents = "".join(
            f"<Contents><Key>{escape(key.partition('/')[2])}</Key><Size>1</Size></Contents>" for key in page
        )
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        truncated = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        self._send(200, f"<ListBucketResult>{truncated}{token}{contents}</ListBucketResult>".encode(), {})

    def _refuse(self, status: int, code: str) -> None:
        self._send(
            status, f"<Error><Code>{code}</Code><Message>not for ann:secret</Message></Error>".encode(), {}
        )

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate((time.time() if timestamp is None else timestamp) + self.server.ahead, usegmt=True)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[ObjectStore]:
    """An object store that is there for a while."""
    with ObjectStore() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def forget_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the AWS environment of this machine say nothing."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
