"""``headrace plan`` with a machine that was calibrated before: what it prints, what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headrace.planning import choice
from headrace.planning import plan as planning
from headrace.planning import verify as verifying
from headrace.planning.verify import Verification
from tests.artifact import make_artifact
from tests.unit.cli.conftest import one_error
from tests.unit.planning.costs import MODEL, calibration

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.planning.choice import Option
    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]

FIRST, SECOND = "fraud-1a2b", "fraud-1c3d"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two versions, on a machine whose calibrations are known."""
    make_artifact(tmp_path / "models" / FIRST, FIRST)
    make_artifact(tmp_path / "models" / SECOND, SECOND)
    monkeypatch.setattr(choice, "cores", lambda: 8)
    monkeypatch.setattr(planning, "measure_inference", lambda _: MODEL)
    monkeypatch.setattr(planning, "calibrate", lambda _, profile, *rest: calibration(profile.name))  # noqa: ARG005 -- as the real one
    return tmp_path


def measured(p99: float) -> Callable[..., Verification]:
    def _verify(_course: Any, option: Option, *_: Any) -> Verification:
        predicted = {"p50": option.prediction.p50 * 1e3, "p99": option.prediction.p99 * 1e3}
        return Verification(199.0, {"p50": 5.0, "p99": p99}, 1, predicted, 0.5)

    return _verify


def test_a_recommendation_can_be_typed(headrace: Headrace, data: Path) -> None:
    said = headrace("plan", "--rate", 200, "--p99", "50ms", "--model", FIRST, "--data", data)
    assert said.code == 0
    assert "200 events/s, p99 50 ms and 70% busy at most" in said.out
    assert "headrace run realtime --environment kafka --profile low-latency --set" in said.out
    assert f"--set KAFKA_DELIVERY=at-least-once --model {data / 'models' / FIRST}" in said.out
    assert "-D taskmanager.memory.managed.size=" in said.out
    assert "throughput: left out, events wait up to 300 ms for company by themselves" in said.err


def test_more_slots_than_the_profile_has_are_for_a_cluster(headrace: Headrace, data: Path) -> None:
    asked = ("plan", "--rate", 9_000, "--p99", "900ms", "--max-parallelism", 2, "--profile", "low-latency")
    said = headrace(*asked, "--data", data)
    submitted = "headrace submit realtime --environment kafka --profile low-latency --parallelism 2"
    assert submitted in said.out, said.err


def test_scripts_get_json(headrace: Headrace, data: Path) -> None:
    said = headrace("plan", "--rate", 200, "--p99", "2s", "--model", FIRST, "--data", data, "--json")
    found = json.loads(said.out)
    assert found["recommended"]["delivery"] == "exactly-once"
    assert found["recommended"]["p99"] <= 2.0
    assert {each["profile"] for each in found["options"]} >= {"low-latency", "throughput"}
    assert found["verification"] is None


def test_a_calibration_is_kept_for_the_next_time(
    headrace: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("plan", "--rate", 200, "--p99", "50ms", "--data", data)
    assert "calibrating this machine, once" in headrace(*asked).err
    [kept] = (data / "plan").glob("low-latency-*.json")
    changed = json.loads(kept.read_text())
    kept.write_text(json.dumps({**changed, "digest": changed["digest"][::-1]}))

    monkeypatch.setattr(planning, "digest_of", lambda *_: kept.stem.rpartition("-")[2])
    assert "calibrated 2026-11-25T00:00:00+00:00; --recalibrate measures it anew" in headrace(*asked).err
    assert "calibrating this machine, once" in headrace(*asked, "--recalibrate").err


def test_a_verification_stands_beside_the_prediction(
    headrace: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("plan", "--rate", 200, "--p99", "50ms", "--data", data, "--verify")
    for p99, code, said in ((12.0, 0, "within"), (90.0, 1, "beyond")):
        monkeypatch.setattr(verifying, "verify", measured(p99))
        found = headrace(*asked)
        assert found.code == code
        assert f"p99: {said} a factor of 2; 1 events had no prediction" in found.out


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--p99", "50"), "'50' is no duration: expected a number above 0 and a unit, such as 50ms"),
        (("--p99", "1ms", "--profile", "throughput"), "no profile can keep p99 within 1 ms"),
        (("--p99", "6ms"), "no way to run this job here is predicted to keep p99 within 6 ms"),
        (("--p99", "50ms", "--model", "fraud-1"), "2 versions are called fraud-1"),
        (("--p99", "50ms", "--model", "fraud-9"), "0 versions are called fraud-9"),
        (("--p99", "50ms", "--profile", "cluster"), "there is no profile 'cluster' for jobs"),
        (("--p99", "50ms", "--use-case", "weather"), "there is no demo 'weather'"),
    ],
)
def test_what_can_not_be_planned_is_said_in_a_sentence(
    headrace: Headrace, data: Path, wrong: tuple[str, ...], said: str
) -> None:
    found = headrace("plan", "--rate", 200, "--data", data, *wrong)
    assert found.code == 1
    assert f"error: {said}" in found.err
    assert found.out == ""


def test_a_version_is_known_by_how_it_begins(headrace: Headrace, data: Path) -> None:
    found = headrace("plan", "--rate", 200, "--p99", "50ms", "--model", "fraud-1c", "--data", data)
    assert f"--model {data / 'models' / SECOND}" in found.out


def test_without_a_version_there_is_nothing_to_plan(headrace: Headrace, tmp_path: Path) -> None:
    said = headrace("plan", "--rate", 200, "--p99", "50ms", "--data", tmp_path)
    assert "there are: none" in one_error(said)
