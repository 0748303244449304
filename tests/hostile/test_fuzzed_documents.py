"""Documents that chance changed: whatever is in them is taken or refused in a sentence, and nothing else happens.

``HEADRACE_FUZZ_SECONDS`` is how long each test goes on; without it one round of examples is tried, always the same.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from headrace.deployments.log import read_log
from headrace.deployments.record import (
    DeploymentLogError,
    decode_record,
    decode_verdict,
    encode,
    record_name,
)
from headrace.deployments.roles import roles_at
from headrace.deployments.store import Folder
from headrace.errors import HeadraceError
from headrace.models.artifact import load_artifact
from headrace.models.manifest import ArtifactError, parse
from headrace.models.scorer import Scorer
from headrace.names import is_name
from tests.artifact import make_artifact
from tests.hostile.documents import seal_again

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = Path(__file__).parent / "kept"
SECONDS = float(os.environ.get("HEADRACE_FUZZ_SECONDS", "0"))
FUZZED = settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))

ODD = st.sampled_from(
    [
        "",
        ".",
        "..",
        "../x",
        "/x",
        "a/b",
        "a\n",
        "\x1b[2J",
        "\ud800",
        "ä",
        "NaN",
        "1",
        "champion",
        "nul",
        "a" * 200,
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**18, max_value=10**30),
    st.floats(),
    st.text(max_size=20),
    ODD,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9) | ODD, inner, max_size=3),
    max_leaves=8,
)


def rounds(test: Callable[[], None]) -> None:
    """Run a property once, or with other examples until its time is over."""
    until, number = time.monotonic() + SECONDS, 0
    while number == 0 or time.monotonic() < until:
        seed(number)(test)()
        number += 1


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all parts of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


@st.composite
def changed(draw: st.DrawFn, documents: list[dict[str, Any]]) -> Any:
    """A document of which up to three parts were dropped, replaced, added or renamed."""
    document = copy.deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        document = change(draw, document)
    return document


def change(draw: st.DrawFn, document: Any) -> Any:
    *before, last = draw(st.sampled_from([place for place in places(document) if place] or [(None,)]))
    if last is None:
        return draw(VALUES)
    holder = document
    for key in before:
        holder = holder[key]
    what = draw(st.sampled_from(["drop", "put", "add", "rename"]))
    if what == "put":
        holder[last] = draw(VALUES)
    elif isinstance(holder, list):
        holder.append(draw(VALUES))
    elif what == "add":
        holder[draw(st.text(max_size=9) | ODD)] = draw(VALUES)
    else:
        value = holder.pop(last)
        if what == "rename":
            holder[draw(st.text(max_size=9) | ODD)] = value
    return document


@st.composite
def damaged(draw: st.DrawFn, contents: list[bytes]) -> bytes:
    """Bytes of which some were replaced, put in or cut out."""
    content = bytearray(draw(st.sampled_from(contents)))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, max(0, len(content) - 1)))
        content[begin : begin + draw(st.integers(0, 8))] = draw(
            st.binary(max_size=8)
            | st.sampled_from([b"{", b"[" * 999, b'"', b"NaN", b"\xef\xbb\xbf", b"1e999"])
        )
    return bytes(content)


def written(document: Any) -> bytes:
    """A document as a careless or hostile writer puts it down: NaN, halves of characters, whatever."""
    return json.dumps(document, ensure_ascii=True).encode()


def refused(read: Callable[[], Any], error: type[HeadraceError], where: str) -> bool:
    """Whether something was refused, by the one error and in a sentence about the place."""
    try:
        read()
    except error as said:
        message = str(said.args[0])
        assert message.startswith(where)
        assert "\n" not in message
        assert len(message) < 2_000
        return True
    return False


MANIFESTS = [json.loads((KEPT / f"{name}.json").read_bytes()) for name in ("trained", "imported")]
RECORDS = [json.loads(path.read_bytes()) for path in sorted(KEPT.glob("0*[0-9].json"))]
VERDICTS = [json.loads(path.read_bytes()) for path in sorted(KEPT.glob("*.verdict.json"))]


def test_a_manifest_is_taken_with_names_and_all_that_is_read_of_it_or_refused() -> None:
    @FUZZED
    @given(changed(MANIFESTS))
    def manifest(document: Any) -> None:
        content = written(document)
        with suppress(
            AttributeError, UnicodeError, ValueError
        ):  # nothing that can be sealed is read as it is
            content = seal_again(json.loads(content))
        if not refused(lambda: parse(content, "m.json"), ArtifactError, "m.json "):
            known = parse(content, "m.json")
            assert all(map(is_name, [known.model, known.version, *known.files]))
            assert {"model.onnx", "golden.jsonl"} <= known.files.keys()
            assert all(known.reasons["baseline"][each.name] is not None for each in known.features)

    rounds(manifest)


def test_bytes_in_place_of_a_manifest_are_refused() -> None:
    contents = [(KEPT / f"{name}.json").read_bytes() for name in ("trained", "imported")]

    @FUZZED
    @given(damaged(contents))
    def manifest(content: bytes) -> None:
        assert refused(lambda: parse(content, "m.json"), ArtifactError, "m.json ") or content in contents

    rounds(manifest)


def test_a_record_is_taken_and_written_the_same_or_refused() -> None:
    @FUZZED
    @given(changed(RECORDS))
    def record(document: Any) -> None:
        content = written(document)
        if not refused(lambda: decode_record(content, "r.json"), DeploymentLogError, "r.json "):
            known = decode_record(content, "r.json")
            assert decode_record(encode(known), "r.json") == known
            assert is_name(known.version)
            assert roles_at([known], known.start).champion in {None, known}

    rounds(record)


def test_bytes_in_place_of_a_record_or_verdict_are_taken_or_refused() -> None:
    @FUZZED
    @given(damaged([path.read_bytes() for path in KEPT.glob("0*.json")]))
    def record(content: bytes) -> None:
        refused(lambda: decode_record(content, "r.json"), DeploymentLogError, "r.json ")
        refused(lambda: decode_verdict(content, "r.json"), DeploymentLogError, "r.json ")

    rounds(record)


def test_a_verdict_is_taken_and_written_the_same_or_refused() -> None:
    @FUZZED
    @given(changed(VERDICTS))
    def verdict(document: Any) -> None:
        content = written(document)
        if not refused(lambda: decode_verdict(content, "v.json"), DeploymentLogError, "v.json "):
            known = decode_verdict(content, "v.json")
            assert decode_verdict(encode(known), "v.json") == known

    rounds(verdict)


def test_what_is_a_name_stays_where_it_is_put() -> None:
    @FUZZED
    @given(st.text(max_size=140) | st.from_regex(r"[A-Za-z0-9._/\\~-]{0,9}", fullmatch=True) | ODD)
    def name(text: str) -> None:
        path = Path("/here") / text if "\0" not in text else Path()
        beside = path.parent == Path("/here") and path.name == text
        assert not is_name(text) or (
            beside and text.isascii() and text.isprintable() and text == text.strip()
        )

    rounds(name)


@pytest.fixture
def log(tmp_path: Path) -> Folder:
    for path in KEPT.glob("0*.json"):
        shutil.copy(path, tmp_path / path.name)
    return Folder(tmp_path)


def test_a_log_of_which_a_file_was_damaged_is_read_the_same_or_refused_but_for_its_last_record(
    log: Folder, tmp_path: Path
) -> None:
    known, names = read_log(log), sorted(path.name for path in tmp_path.iterdir())

    @FUZZED
    @given(st.sampled_from(names), st.data())
    def damage(name: str, data: st.DataObject) -> None:
        original = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(data.draw(damaged([original])))
        try:
            found = read_log(log)
        except DeploymentLogError:
            pass
        else:
            assert found.entries[0] == known.entries[0]
            assert name.startswith(record_name(len(known.entries))[:6]) or found == known
        finally:
            (tmp_path / name).write_bytes(original)

    rounds(damage)


def test_an_artifact_of_which_chance_changed_the_manifest_or_a_golden_row_scores_or_is_refused(
    tmp_path: Path,
) -> None:
    folder = make_artifact(tmp_path / "fraud-test")
    document = json.loads((folder / "manifest.json").read_bytes())
    lines = (folder / "golden.jsonl").read_bytes().splitlines()

    @settings(FUZZED, max_examples=25)
    @given(st.data())
    def artifact(data: st.DataObject) -> None:
        golden = b"\n".join([written(data.draw(changed([json.loads(lines[0])]))), *lines[1:]])
        (folder / "golden.jsonl").write_bytes(golden)
        given_ = copy.deepcopy(document)
        given_["files"]["golden.jsonl"] = hashlib.sha256(golden).hexdigest()
        if data.draw(st.booleans()):
            given_["features"] = data.draw(st.permutations(given_["features"]))
            given_["reasons"] = data.draw(changed([given_["reasons"]]))
        try:
            (folder / "manifest.json").write_bytes(seal_again(json.loads(written(given_))))
        except (UnicodeError, ValueError):
            return
        try:
            loaded = load_artifact(folder)
        except HeadraceError:
            return
        Scorer(loaded)

    rounds(artifact)
