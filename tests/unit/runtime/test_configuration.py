from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.configuration import as_option, embedded, profile_names, profile_values, read_profile
from headrace.runtime.network import EMBEDDED
from tests.local_tables import ROOT
from tests.unit.runtime.conftest import lay

if TYPE_CHECKING:
    from pathlib import Path


def profile_of(folder: Path, text: str) -> Path:
    return lay(folder, {"flink-conf/odd/config.yaml": text})


def test_options_are_dotted_and_written_as_flink_reads_them(tmp_path: Path) -> None:
    text = "a:\n  b:\n    c: 1\n    d: true\n  e: 10 s\nf.g: no\nh: 0.5\n"
    expected = {"a.b.c": "1", "a.b.d": "true", "a.e": "10 s", "f.g": "false", "h": "0.5"}
    assert read_profile(profile_of(tmp_path, text), "odd") == expected


def test_a_profile_has_values_for_names_in_connectors_which_flink_does_not_see(tmp_path: Path) -> None:
    root = profile_of(tmp_path, "headrace:\n  values:\n    KAFKA_LINGER_MS: 50\nparallelism.default: 2\n")
    assert profile_values(root, "odd") == {"KAFKA_LINGER_MS": "50"}
    assert read_profile(root, "odd") == {"parallelism.default": "2"}


def test_profiles_are_folders_with_a_config(tmp_path: Path) -> None:
    profile_of(tmp_path, "a: 1")
    lay(tmp_path, {"flink-conf/empty/README.md": "", "flink-conf/another/config.yaml": "a: 1"})
    assert profile_names(tmp_path) == ["another", "odd"]


def test_an_unknown_profile_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match=r"there is no profile 'even'; there are: odd"):
        read_profile(profile_of(tmp_path, "a: 1"), "even")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: [2\n", 3, "','"),
        ("a:\n\tb: 1\n", 2, r"'\\t'"),
        ("a: 1\n  b: 2\n", 2, "mapping values"),
    ],
)
def test_broken_yaml_is_refused_with_file_and_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(HeadraceError, match=rf"odd/config\.yaml:{line}: not YAML: .*{said}") as raised:
        read_profile(profile_of(tmp_path, text), "odd")
    assert "\n" not in raised.value.args[0]


def test_bytes_that_are_no_text_are_refused_with_the_file(tmp_path: Path) -> None:
    root = profile_of(tmp_path, "")
    (root / "flink-conf/odd/config.yaml").write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(HeadraceError, match=r"odd/config\.yaml: not YAML") as raised:
        read_profile(root, "odd")
    assert "\n" not in raised.value.args[0]


@pytest.mark.parametrize(("text", "found"), [("- a\n", "list"), ("", "NoneType"), ("just words", "str")])
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str, found: str) -> None:
    with pytest.raises(HeadraceError, match=f"expected a mapping of Flink options, found {found}"):
        read_profile(profile_of(tmp_path, text), "odd")


def test_an_option_without_value_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match=r"odd/config\.yaml: a\.b has no value"):
        read_profile(profile_of(tmp_path, "a:\n  b:\nc: 1\n"), "odd")


@pytest.mark.parametrize("value", ["true", "'true'", "yes"])
def test_unaligned_checkpoints_are_refused_since_a_resumed_job_would_differ(
    tmp_path: Path, value: str
) -> None:
    root = profile_of(tmp_path, f"execution.checkpointing.unaligned.enabled: {value}\n")
    with pytest.raises(HeadraceError, match=r"odd/config\.yaml: .* expected aligned checkpoints"):
        read_profile(root, "odd")


def test_checkpoints_that_are_said_to_be_aligned_are_welcome(tmp_path: Path) -> None:
    root = profile_of(tmp_path, "execution.checkpointing.unaligned.enabled: false\n")
    assert read_profile(root, "odd") == {"execution.checkpointing.unaligned.enabled": "false"}


def test_an_embedded_job_has_its_name_and_this_python_for_client_and_workers() -> None:
    options = embedded({"a": "1"}, "shop-sales", {})
    assert {name: value for name, value in options.items() if name not in EMBEDDED} == {
        "a": "1",
        "pipeline.name": "shop-sales",
        "python.executable": sys.executable,
        "python.client.executable": sys.executable,
    }


def test_job_parameters_are_quoted_so_that_any_value_goes_through() -> None:
    options = embedded({}, "shop", {"model": "/a b/it's: c,d", "limit": "3"})
    assert options["pipeline.global-job-parameters"] == '{"limit": "3", "model": "/a b/it\'s: c,d"}'


def test_job_parameters_are_json_in_the_order_of_their_names() -> None:
    assert as_option({"model": "/it's: c,d", "limit": "3"}) == '{"limit": "3", "model": "/it\'s: c,d"}'


OF_JOBS = [name for name in profile_names(ROOT) if name != "cluster"]
"""``cluster`` is what headrace cluster up builds a cluster with; its jobs bring their own."""


@pytest.mark.parametrize("name", OF_JOBS)
def test_our_own_profiles_are_pinned_to_utc_and_keep_checkpoints(name: str) -> None:
    options = read_profile(ROOT, name)
    assert options["table.local-time-zone"] == "UTC"
    assert options["execution.checkpointing.externalized-checkpoint-retention"] == "RETAIN_ON_CANCELLATION"
    assert "execution.checkpointing.interval" in options
    assert "restart-strategy.type" in options
