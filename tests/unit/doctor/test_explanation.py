from __future__ import annotations

from pathlib import Path

import pytest

from headrace.doctor import explain, explain_all
from headrace.doctor.explanation import Failure, failures
from headrace.doctor.page import page

MESSAGES = Path(__file__).parent / "messages"
PAGE = Path(__file__).parents[3] / "docs" / "troubleshooting.md"
NAMES = [failure.name for failure in failures()]


def message(name: str) -> str:
    return (MESSAGES / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_failure_is_known_by_a_real_message(name: str) -> None:
    explanation = explain(message(name))
    assert explanation
    assert explanation.failure.name == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("The schema registry at http://r:1/apis does not answer", "registry-unreachable"),
        (
            "The schema registry at http://r:1/apis wants another login: it answers 401",
            "registry-refused-login",
        ),
        ("The schema registry's login is SASL_INHERIT, and the JVM's login", "registry-refused-login"),
        ("The schema registry at http://r:1 refuses the schema of a-value: 409, {", "schema-incompatible"),
        ("Failed to deserialize Protobuf: alerts: expected the message Alerts, got 2", "json-invalid"),
    ],
)
def test_what_our_own_format_says_is_known_as_what_flinks_say(said: str, name: str) -> None:
    explanation = explain(f"Caused by: java.io.IOException: {said}")
    assert explanation
    assert explanation.failure.name == name


def test_each_message_belongs_to_a_failure() -> None:
    assert sorted(path.stem for path in MESSAGES.iterdir()) == sorted(NAMES)


def test_at_least_the_twenty_commonest_are_known() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 20


@pytest.mark.parametrize("failure", failures(), ids=NAMES)
def test_each_failure_says_in_sentences_why_and_what_to_do(failure: Failure) -> None:
    assert failure.title
    assert not failure.title.endswith(".")
    assert failure.meaning.endswith(".")
    assert failure.remedy.endswith(".")
    assert failure.source.startswith(("run", "https://"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "everything went well",
        "ValueError: amount must not be negative",
        "INFO  o.a.flink.runtime - job finished",
    ],
)
def test_an_unknown_message_is_not_explained(text: str) -> None:
    assert explain(text) is None
    assert explain_all(text) == []


def test_the_cause_comes_before_what_hides_it() -> None:
    hidden = message("json-hides-cause").replace(
        "Failed to close remote bundle", message("module-not-on-workers")
    )
    names = [explanation.failure.name for explanation in explain_all(hidden)]
    assert names[0] == "module-not-on-workers"
    assert {"json-hides-cause", "function-raised", "worker-died"} <= set(names)


def test_bad_json_alone_is_bad_json() -> None:
    assert [each.failure.name for each in explain_all(message("json-invalid"))] == ["json-invalid"]


def test_the_line_that_gave_it_away_is_shown() -> None:
    explanation = explain("first line\n  Caused by: java.lang.OutOfMemoryError: Metaspace  \nlast line")
    assert explanation
    assert explanation.line == "Caused by: java.lang.OutOfMemoryError: Metaspace"


def test_a_very_long_line_is_cut() -> None:
    explanation = explain("java.lang.OutOfMemoryError: Metaspace " + "x" * 10_000)
    assert explanation
    assert len(explanation.line) == 300


def test_an_explanation_reads_as_title_meaning_and_remedy() -> None:
    explanation = explain("Object 'transactions' not found")
    assert str(explanation).startswith(
        "SQL mentions a table or view that is not there. No table or view of that name"
    )
    assert "\nWhat to do: In the suite, an object's name is the name of its file" in str(explanation)


def test_the_page_is_made_from_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "python -m headrace.doctor.page > docs/troubleshooting.md"
    )
