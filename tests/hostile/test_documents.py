"""Manifests, golden rows and records that somebody else wrote: each is taken, or refused in one sentence."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headrace.deployments.log import read_log
from headrace.deployments.record import DeploymentLogError, decode_record, decode_verdict, encode
from headrace.deployments.store import Folder
from headrace.deployments.versions import manifest_sha256
from headrace.models.artifact import load_artifact
from headrace.models.manifest import ArtifactError, parse
from headrace.names import is_name
from tests.artifact import make_artifact
from tests.deployment_log import make_log
from tests.hostile.documents import resealed, sealed
from tests.local_tables import ROOT
from tests.unit.cli.conftest import headrace, one_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]
    Change = Callable[[dict[str, Any]], object]

__all__ = ["headrace"]

DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version, and a log in which it is the champion."""
    data = tmp_path_factory.mktemp("made")
    make_artifact(data / "models" / "fraud-test")
    make_log(data, [{"role": "champion", "version": "fraud-test"}])
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture
def artifact(made: Path, tmp_path: Path) -> Path:
    """An artifact as somebody else hands it over."""
    return Path(shutil.copytree(made / "models" / "fraud-test", tmp_path / "given"))


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def with_file(name: str) -> Change:
    """A file of a name, with what would be imported from jobs/."""
    return lambda document: document["files"].update({name: document["files"]["model.onnx"]})


def put(path: str, value: Any) -> Change:
    """Set what stands at a path of keys."""

    def change(document: dict[str, Any]) -> None:
        *before, last = path.split(".")
        for key in before:
            document = document[key]
        document[last] = value

    return change


def drop(path: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        *before, last = path.split(".")
        for key in before:
            document = document[key]
        del document[last]

    return change


ESCAPES = {
    "a file above": with_file("../../jobs/evil.py"),
    "a file of the root": with_file("/etc/evil.py"),
    "a file in a folder": with_file("jobs/evil.py"),
    "a hidden file": with_file(".ssh"),
    "a device": with_file("NUL"),
    "a version above": put("version", "../evil"),
    "a version of the root": put("version", "/etc/evil"),
    "a version with a line end": put("version", "fraud-1\n"),
    "a version that is empty": put("version", ""),
    "a model above": put("model", "../fraud"),
}


@pytest.mark.parametrize("change", ESCAPES.values(), ids=ESCAPES)
def test_an_import_writes_nothing_outside_its_place_and_leaves_nothing_when_it_fails(
    headrace: Headrace, artifact: Path, tmp_path: Path, change: Change
) -> None:
    resealed(artifact, change)
    before = files_below(tmp_path), files_below(ROOT / "jobs")
    error = one_error(
        headrace("models", "import", artifact, "--use-case", "fraud", "--data", tmp_path / "new")
    )
    assert "manifest.json is no manifest: " in error
    assert "expected a name (1 to 128 of A-Z" in error
    assert (files_below(tmp_path), files_below(ROOT / "jobs")) == before
    assert not list((tmp_path / "new").rglob("*"))


def test_an_import_follows_no_links(headrace: Headrace, artifact: Path, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes((artifact / "model.onnx").read_bytes())
    (artifact / "model.onnx").unlink()
    (artifact / "model.onnx").symlink_to("../model")
    error = one_error(
        headrace("models", "import", artifact, "--use-case", "fraud", "--data", tmp_path / "new")
    )
    assert "model.onnx is a link to '../model', expected the files of an artifact" in error
    assert not list((tmp_path / "new").rglob("*"))


def test_an_import_that_fails_at_its_last_check_leaves_nothing(
    headrace: Headrace, artifact: Path, tmp_path: Path
) -> None:
    rows = [json.loads(line) for line in (artifact / "golden.jsonl").read_text().splitlines()]
    rows[0]["score"] = 0.75
    sealed(artifact, "golden.jsonl", "\n".join(map(json.dumps, rows)).encode())
    said = headrace("models", "import", artifact, "--use-case", "fraud", "--data", tmp_path / "new")
    assert "golden.jsonl line 1: the model gives" in one_error(said)
    assert not list((tmp_path / "new").rglob("*"))


def test_an_import_takes_no_other_version_for_one_of_its_name(
    headrace: Headrace, artifact: Path, data: Path
) -> None:
    resealed(artifact, put("decision.threshold", 0.9))
    before = files_below(data)
    error = one_error(headrace("models", "import", artifact, "--use-case", "fraud", "--data", data))
    assert "fraud-test is another version of the same name: their manifests differ" in error
    assert files_below(data) == before


def test_an_import_of_what_is_there_already_is_no_error(
    headrace: Headrace, artifact: Path, data: Path
) -> None:
    said = headrace("models", "import", artifact, "--use-case", "fraud", "--data", data, "--no-log")
    assert (said.code, said.err) == (0, "")


def test_a_pipe_in_place_of_a_file_is_not_waited_for(artifact: Path) -> None:
    (artifact / "model.onnx").unlink()
    os.mkfifo(artifact / "model.onnx")
    with pytest.raises(ArtifactError, match=r"has no readable model\.onnx: it is no file"):
        load_artifact(artifact)


MANIFESTS: dict[str, tuple[Change, str]] = {
    "no model": (drop("model"), "model is missing, expected a name"),
    "no decision": (drop("decision"), "decision is missing, expected an object"),
    "no threshold": (drop("decision.threshold"), "decision.threshold is missing, expected a number"),
    "threshold of text": (put("decision.threshold", "0.5"), "decision.threshold is '0.5', expected a number"),
    "threshold of truth": (put("decision.threshold", True), "decision.threshold is true, expected a number"),
    "features as an object": (put("features", {}), "features is an object, expected a list of 1 or more"),
    "no features": (put("features", []), "features is an empty list, expected a list of 1 or more"),
    "a feature of text": (put("features", ["amount"]), "features[0] is 'amount', expected an object"),
    "a type that is none": (
        put("features", [{"name": "amount", "type": "TEXT", "unit": ""}]),
        "features[0].type is 'TEXT', expected one of DOUBLE, INT, BIGINT",
    ),
    "a field too many in a feature": (
        put("features", [{"name": "a", "type": "INT", "unit": "", "default": 0}]),
        "features[0].default is not known, expected name, type, unit",
    ),
    "files as a list": (put("files", ["model.onnx"]), "files is a list, expected an object"),
    "no model.onnx": (
        lambda document: document["files"].pop("model.onnx"),
        "files['model.onnx'] is missing, expected its SHA-256",
    ),
    "a hash of another length": (
        lambda document: document["files"].update({"model.onnx": "ab"}),
        "files['model.onnx'] is 'ab', expected a SHA-256 of 64 hexadecimal digits",
    ),
    "no weights": (drop("reasons.weights"), "reasons.weights.amount is missing, expected a number for each"),
    "a method that is none": (put("reasons.method", "magic"), "reasons.method is 'magic', expected one of"),
    "judged on nothing": (put("training", None), "training and evaluation are null, expected one of them"),
    "metrics as a list": (put("training.metrics", [1]), "training.metrics is a list, expected an object"),
    "a day that is none": (put("training.to", "2018-13-45"), "training.to is '2018-13-45', expected a time"),
    "a version of Python": (put("libraries.python", 3.11), "libraries.python is 3.11, expected text"),
    "an escape": (put("estimator", "\x1b[2J"), r"estimator is '\x1b[2J', expected text without control"),
    "a format of another time": (put("format", 2), "has format 2, this version of headrace reads format 1"),
    "a format of truth": (put("format", True), "format is true, expected an integer"),
    "an integer of 25 digits": (put("training.rows", 10**24), "training.rows is an integer of 25 digits"),
}


@pytest.mark.parametrize(("change", "said"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_was_sealed_again_is_refused_by_field(
    artifact: Path, change: Change, said: str
) -> None:
    resealed(artifact, change)
    with pytest.raises(ArtifactError, match=r"manifest\.json (is no manifest|has format)") as refused:
        load_artifact(artifact)
    assert said in str(refused.value.args[0])


BYTES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing": (lambda _: b"", "not JSON: Expecting value"),
    "half": (lambda content: content[: len(content) // 2], "not JSON: "),
    "a list": (lambda _: b"[1]", "the document is a list, expected an object"),
    "a number": (lambda _: b"7", "the document is 7, expected an object"),
    "lists in lists": (lambda _: DEEP, "objects and lists stand in each other, expected 16 levels at most"),
    "twenty lists": (lambda _: b"[" * 20 + b"]" * 20, "stand in each other, expected 16 levels at most"),
    "a byte order mark": (lambda content: b"\xef\xbb\xbf" + content, "it begins with a byte order mark"),
    "Latin-1": (lambda _: '{"author": "kím"}'.encode("latin-1"), "byte 14 is not UTF-8"),
    "UTF-16": (lambda content: content.decode().encode("utf-16"), "byte 1 is not UTF-8"),
    "a key twice": (lambda _: b'{"version": "a", "version": "b"}', "version stands there twice"),
    "NaN": (lambda _: b'{"share": NaN}', "share is nan, expected a finite number"),
    "infinity": (lambda _: b'{"share": [-Infinity]}', "share[0] is -inf, expected a finite number"),
    "a number that overflows": (lambda _: b'{"share": 1e999}', "share is inf, expected a finite number"),
    "5,000 digits": (lambda _: b'{"number": ' + b"9" * 5000 + b"}", "number is an integer of 5000 digits"),
    "half a character": (lambda _: b'{"author": "\\ud800"}', "author is '\\ud800', half of a surrogate"),
}


@pytest.mark.parametrize(("change", "said"), BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_document_are_refused_wherever_one_is_read(
    artifact: Path, data: Path, change: Callable[[bytes], bytes], said: str
) -> None:
    for path, read in (
        (artifact / "manifest.json", lambda: load_artifact(artifact)),
        (data / "deployments" / "000001.json", lambda: read_log(Folder(data / "deployments"))),
    ):
        path.write_bytes(change(path.read_bytes()))
        with pytest.raises((ArtifactError, DeploymentLogError)) as refused:
            read()
        message = str(refused.value.args[0])
        assert message.startswith(f"{path} is no ")
        assert said in message
        assert "\n" not in message


RECORDS: dict[str, tuple[Change, str]] = {
    "a share of text": (put("share", "1"), "share is '1', expected a number from 0 to 1"),
    "a share of truth": (put("share", True), "share is true, expected a number from 0 to 1"),
    "no share": (drop("share"), "share is missing, expected a number from 0 to 1"),
    "a field too many": (put("sql", "DROP"), "sql is not known, expected format, number, role"),
    "a version above": (put("version", "../../evil"), "version is '../../evil', expected a name"),
    "a role as a list": (
        put("role", ["champion"]),
        "role is a list, expected one of champion, canary, shadow",
    ),
    "a number of text": (put("number", "1"), "number is '1', expected an integer from 1 on"),
    "a time of its own": (
        put("created_at", "yesterday"),
        "created_at is 'yesterday', expected a time such as",
    ),
    "a day alone": (put("effective_from", "2018-05-01"), "effective_from is '2018-05-01', expected a time"),
    "no hash": (put("manifest_sha256", None), "manifest_sha256 is null, expected a SHA-256"),
    "an escape in a path": (put("artifact", "a\x1b[2J"), r"artifact is 'a\x1b[2J', expected a path or URI"),
    "truth of text": (put("backdated", "no"), "backdated is 'no', expected true or false"),
    "an author as an object": (put("author", {}), "author is an object, expected text"),
}


@pytest.mark.parametrize(("change", "said"), RECORDS.values(), ids=RECORDS)
def test_a_record_is_refused_by_field(data: Path, change: Change, said: str) -> None:
    path = data / "deployments" / "000001.json"
    document = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(DeploymentLogError, match=r"000001\.json is no deployment record: ") as refused:
        read_log(Folder(data / "deployments"))
    assert said in str(refused.value.args[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "format is missing, expected 1"),
        (
            b'{"format": 1, "number": 1, "in_force": 1, "because": ""}',
            "in_force is 1, expected true or false",
        ),
        (b'{"format": 1, "number": 9, "in_force": true, "because": ""}', "is on record 9, expected 1"),
    ],
)
def test_a_verdict_is_refused_by_field(data: Path, content: bytes, said: str) -> None:
    (data / "deployments" / "000001.verdict.json").write_bytes(content)
    with pytest.raises(DeploymentLogError, match=r"000001\.verdict\.json") as refused:
        read_log(Folder(data / "deployments"))
    assert said in str(refused.value.args[0])


def test_a_record_of_a_far_number_is_not_counted_up_to(data: Path) -> None:
    (data / "deployments" / "999999.json").write_bytes((data / "deployments" / "000001.json").read_bytes())
    asked = []

    class Counted(Folder):
        def read(self, name: str) -> bytes | None:
            asked.append(name)
            return super().read(name)

    with pytest.raises(DeploymentLogError, match=r"000002\.json is missing, later records are there"):
        read_log(Counted(data / "deployments"))
    assert len(asked) < 9


COMMANDS = [
    ["models", "list"],
    ["models", "show", "fraud-test"],
    ["models", "compare", "fraud-test", "fraud-test"],
    ["models", "register", "fraud-test"],
    ["deployments"],
    ["deploy", "fraud-test", "--reason", "x"],
    ["promote", "--reason", "x"],
    ["canary", "fraud-test", "--reason", "x"],
    ["shadow", "fraud-test", "--reason", "x"],
    ["rollback", "--reason", "x"],
    ["score", "rows.csv"],
    ["whatif", "fraud", "--from", "2018-05-01", "--to", "2018-05-02"],
    ["run", "score"],
]
NO_MANIFEST = {"deployments", "promote", "rollback"}
"""Commands that read no manifest when there is one record only."""
WITHOUT_LOG = [["models", "register", "fraud-test"]]


@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in WITHOUT_LOG], ids=" ".join)
def test_every_command_that_reads_a_log_says_what_is_wrong_with_it(
    headrace: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(data)
    (data / "rows.csv").write_text("amount\n1.5\n")
    path = data / "deployments" / "000001.json"
    path.write_bytes(path.read_bytes().replace(b'"share": 1.0', b'"share": "1"'))
    error = one_error(headrace(*command, "--data", data))
    assert "000001.json is no deployment record: share is '1', expected a number from 0 to 1" in error


@pytest.mark.parametrize("command", [each for each in COMMANDS if each[0] not in NO_MANIFEST], ids=" ".join)
def test_every_command_that_reads_a_manifest_says_what_is_wrong_with_it(
    headrace: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(data)
    (data / "rows.csv").write_text("amount\n1.5\n")
    resealed(data / "models" / "fraud-test", put("features", "amount"))
    deployed_as_it_is(data)
    error = one_error(headrace(*command, "--data", data))
    assert "manifest.json is no manifest: features is 'amount', expected a list of 1 or more" in error


def deployed_as_it_is(data: Path) -> None:
    """Let the log name the manifest that is there now."""
    path = data / "deployments" / "000001.json"
    record = decode_record(path.read_bytes(), "it")
    path.write_bytes(encode(replace(record, manifest_sha256=manifest_sha256(data / "models" / "fraud-test"))))


def test_a_model_that_is_named_is_held_against_the_schema(headrace: Headrace, data: Path) -> None:
    resealed(data / "models" / "fraud-test", drop("files"))
    said = headrace("run", "score", "--model", data / "models" / "fraud-test", "--data", data)
    assert "manifest.json is no manifest: files is missing, expected an object" in one_error(said)


NO_NAMES = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "/a",
    "-rf",
    "a b",
    "a\n",
    "a\0",
    "a..b",
    "a.",
    "ä",
    "a" * 129,
    "com1.txt",
]


@pytest.mark.parametrize("name", ["../x", "a\x1b[2J"])
def test_what_is_no_name_names_no_run_no_reason_and_no_registered_model(
    headrace: Headrace, data: Path, name: str
) -> None:
    for command in (
        ["score", "rows.csv", f"--run={name}"],
        ["dlq", "show", f"--reason={name}"],
        ["dlq", "replay", "--dry-run", f"--reason={name}"],
        ["models", "register", "fraud-test", f"--name={name}"],
    ):
        assert "is no name" in one_error(headrace(*command, "--data", data))


@pytest.mark.parametrize(
    "uri", ["models:/../../x", "models:/fraud/../1", "runs:/ab/../../x", "runs:/a b/model"]
)
def test_what_is_fetched_from_a_registry_is_named_by_names(headrace: Headrace, data: Path, uri: str) -> None:
    said = headrace("models", "import", uri, "--use-case", "fraud", "--data", data)
    assert "is no name" in one_error(said)


@pytest.mark.parametrize("reason", ["\x1b]0;owned\x07", "a\rb"])
def test_nobody_writes_into_a_log_what_would_act_on_a_terminal(
    headrace: Headrace, data: Path, reason: str
) -> None:
    said = headrace("deploy", "fraud-test", "--reason", reason, "--data", data)
    assert "has the control character" in one_error(said)
    assert len(read_log(Folder(data / "deployments")).entries) == 1


def test_a_time_that_no_reader_would_take_is_not_written(headrace: Headrace, data: Path) -> None:
    said = headrace(
        "deploy",
        "fraud-test",
        "--reason",
        "x",
        "--effective-from",
        "0005-01-01",
        "--backdated",
        "--data",
        data,
    )
    assert "effective_from is '5-01-01T00:00:00.000Z', expected a time such as" in one_error(said)
    assert len(read_log(Folder(data / "deployments")).entries) == 1


@pytest.mark.parametrize("name", NO_NAMES, ids=repr)
def test_what_is_no_name_is_none(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize(
    "name", ["a", "7", "fraud-f6b21e6e9a46", "model.onnx", "2026-11-25", "A_b-c.d", "a" * 128]
)
def test_what_is_a_name_is_one(name: str) -> None:
    assert is_name(name)


KEPT = Path(__file__).parent / "kept"


@pytest.mark.parametrize("name", ["000001", "000002"])
def test_records_that_were_written_before_are_read_and_written_the_same(name: str) -> None:
    record, verdict = (KEPT / f"{name}{end}" for end in (".json", ".verdict.json"))
    assert encode(decode_record(record.read_bytes(), "it")) == record.read_bytes()
    assert encode(decode_verdict(verdict.read_bytes(), "it")) == verdict.read_bytes()


@pytest.mark.parametrize("name", ["trained", "imported"])
def test_manifests_that_were_written_before_are_read(name: str) -> None:
    assert parse((KEPT / f"{name}.json").read_bytes(), name).version
