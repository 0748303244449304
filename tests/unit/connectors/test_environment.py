from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from headrace.connectors.environment import environment_jars, jar_groups, jars_beside
from headrace.connectors.manifest import read_manifest
from headrace.connectors.protobuf import message_name
from headrace.connectors.store import JarStore
from headrace.errors import HeadraceError
from headrace.runtime.statement import Statement
from headrace.runtime.suite import Suite
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SUITE = Suite(ROOT)
ON_KAFKA = {
    name: table
    for case in SUITE.use_cases
    for name, table in SUITE.bindings("kafka", case).items()
    if "'connector' = 'kafka'" in table.text
}
SECRET = re.compile(r"^\s*'properties\.(\S*(?:jaas|password|secret|\.key)\S*)' = '(.*)'", re.MULTILINE)


def make_suite(folder: Path, **jars: str) -> Suite:
    for name, said in jars.items():
        (folder / "connectors" / name).mkdir(parents=True)
        (folder / "connectors" / name / "JARS").write_text(said)
    return Suite(folder)


def test_files_need_no_jars() -> None:
    assert environment_jars(SUITE, "live") == ()


def test_an_environment_needs_its_own_jars_and_those_of_what_it_extends(tmp_path: Path) -> None:
    suite = make_suite(tmp_path, below="kafka\n", above="jdbc\nkafka\n\n")
    (tmp_path / "connectors" / "above" / "EXTENDS").write_text("below")
    assert jar_groups(suite, "above") == ["kafka", "jdbc"]


def test_a_group_that_is_not_in_the_manifest_is_said(tmp_path: Path) -> None:
    suite = make_suite(tmp_path, here="kafak")
    (tmp_path / "connectors" / "jars.yaml").write_text((ROOT / "connectors" / "jars.yaml").read_text())
    with pytest.raises(HeadraceError, match="no jars called kafak"):
        environment_jars(suite, "here")


def test_kafka_needs_the_connector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(JarStore, "fetch", JarStore.path)
    found = environment_jars(SUITE, "kafka", JarStore(tmp_path))
    assert [path.name for path in found] == [jar.file_name for jar in read_manifest(ROOT)["kafka"].jars]


def test_what_a_cluster_has_in_its_lib_is_not_taken_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(JarStore, "fetch", JarStore.path)
    (tmp_path / read_manifest(ROOT)["kafka"].jars[0].file_name).touch()
    found = jars_beside(SUITE, "kafka-protobuf", tmp_path)
    assert [path.name for path in found] == [jar.file_name for jar in read_manifest(ROOT)["protobuf"].jars]


@pytest.mark.parametrize("table", ON_KAFKA)
def test_nothing_on_kafka_ends_so_an_idle_topic_can_not_end_time(table: str) -> None:
    assert "scan.bounded" not in ON_KAFKA[table].text
    assert "'scan.watermark.idle-timeout'" in ON_KAFKA[table].text


@pytest.mark.parametrize("table", ON_KAFKA)
def test_secrets_are_looked_up_by_the_broker_s_client_and_stand_in_no_table(table: str) -> None:
    secrets = SECRET.findall(ON_KAFKA[table].bound({"HEADRACE_JOB": "job"}).text)
    assert secrets == [("sasl.jaas.config", "${env:KAFKA_SASL_JAAS_CONFIG}")]


@pytest.mark.parametrize("table", ON_KAFKA)
def test_without_any_setting_it_is_a_broker_on_this_machine(table: str) -> None:
    assert ON_KAFKA[table].placeholders <= {"HEADRACE_JOB"}


IN_OTHER_FORMATS = {
    f"{environment}/{path.stem}": Statement.read(path)
    for environment in ("kafka-avro", "kafka-avro-confluent", "kafka-protobuf", "kafka-protobuf-confluent")
    for path in sorted((ROOT / "connectors" / environment).glob("*/*.sql"))
}
OF_JSON = {"value.format", "value.json.fail-on-missing-field", "value.json.timestamp-format.standard"}
OPTIONS = {
    "kafka-avro": {"value.avro.timestamp_mapping.legacy"},
    "kafka-protobuf": set(),
    "kafka-protobuf-confluent": {
        f"value.headrace-protobuf.{name}"
        for name in ("url", "subject", "message", "basic-auth.credentials-source")
    },
}
"""What tables of the pipeline have beside the format's name, by environment."""


def tables_in(*environments: str) -> list[str]:
    return [name for name in IN_OTHER_FORMATS if name.split("/")[0] in environments]


@pytest.mark.parametrize("name", IN_OTHER_FORMATS)
def test_tables_in_other_formats_keep_no_secret_either(name: str) -> None:
    text = IN_OTHER_FORMATS[name].text
    assert SECRET.findall(text) == [("sasl.jaas.config", "${env:KAFKA_SASL_JAAS_CONFIG}")]
    assert "user-info" not in text
    assert "auth.token" not in text


@pytest.mark.parametrize("name", tables_in(*OPTIONS))
def test_they_differ_from_those_of_json_in_their_format_alone(name: str) -> None:
    environment, table = name.split("/")
    json_options = options(ON_KAFKA[table])
    found = options(IN_OTHER_FORMATS[name])
    differ = {key for key, value in json_options.items() | found.items() if json_options.get(key) != value}
    differ |= json_options.keys() ^ found.keys()
    assert differ == OF_JSON | OPTIONS[environment]


@pytest.mark.parametrize("name", tables_in("kafka-protobuf-confluent"))
def test_a_registered_message_is_the_printed_one_under_the_topic_s_subject(name: str) -> None:
    table, found = name.split("/")[1], options(IN_OTHER_FORMATS[name])
    assert found["value.headrace-protobuf.message"] == f"fraud.{message_name(table)}"
    assert found["value.headrace-protobuf.subject"] == f"{found['topic']}-value"


def test_both_environments_of_protobuf_have_the_tables_of_avro() -> None:
    tables = [sorted(name.split("/")[1] for name in tables_in(environment)) for environment in OPTIONS]
    assert tables == [tables[0]] * 3


@pytest.mark.parametrize("name", tables_in("kafka-avro-confluent"))
def test_served_tables_reach_the_broker_and_write_as_all_others_do(name: str) -> None:
    known, found = options(ON_KAFKA["predictions"]), options(IN_OTHER_FORMATS[name])
    shared = {key for key in known if key.startswith(("properties.", "sink.", "key.format"))} & {*found}
    own = {"sink.transactional-id-prefix"}
    assert {key: found[key] for key in shared - own} == {key: known[key] for key in shared - own}
    assert {*known} - {*found} <= {
        key for key in known if key.startswith(("scan.", "value.", "key.fields"))
    } | {"properties.auto.offset.reset"}


def options(table: Statement) -> dict[str, str]:
    """What stands in a table's WITH."""
    return dict(re.findall(r"^  '([^']+)' = '(.*?)'(?:,|$| --)", table.text, re.MULTILINE))
