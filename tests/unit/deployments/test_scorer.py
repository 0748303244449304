from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.deployments.author import Author
from headrace.deployments.log import read_log
from headrace.deployments.record import CANARY, CHAMPION, SHADOW, DeploymentLogError
from headrace.deployments.roles import version
from headrace.deployments.scorer import NO_TIME, DeployedScorer, follow
from headrace.deployments.store import Folder
from headrace.deployments.versions import Versions, manifest_sha256
from headrace.models.artifact import load_artifact
from headrace.models.features import InvalidFeaturesError
from headrace.models.manifest import ArtifactError
from headrace.models.scorer import Scored, Scorer
from tests.unit.deployments.conftest import THRESHOLDS
from tests.unit.deployments.world import Memory, World, draft

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]

HOUR = 3_600_000


class Stage:
    """A log in memory whose versions lie in a folder, and a scorer that follows it."""

    def __init__(self, models: Path) -> None:
        self.world = World()
        self.models = models
        self.versions = Versions(str(models / "deployments"), reasons=3)

    def put(
        self, name: str, role: str = CHAMPION, start: int | None = None, share: float = 1.0, **options: Any
    ) -> None:
        folder = self.models / "models" / name
        options = {"artifact": f"../models/{name}", "manifest_sha256": manifest_sha256(folder), **options}
        author = self.world.author()
        author.publish(
            draft(name, role, share=share, effective_from=start, backdated=start is not None, **options),
            author.read(),
        )

    def scorer(self, store: Memory | None = None) -> DeployedScorer:
        return DeployedScorer(self.world.follower(store=store), self.versions)

    def expected(self, time: int, key: str | None) -> str:
        found = version(read_log(self.world.store()).in_force, time, key).scored_by
        assert found is not None
        return found.version


@pytest.fixture
def stage(models: Path) -> Stage:
    return Stage(models)


def keys_of(columns: Columns) -> list[str | None]:
    return [str(number % 17) for number in range(len(columns["amount"]))]


def row(columns: Columns, number: int) -> dict[str, object]:
    return {name: column[number].item() for name, column in columns.items()}


def versions_of(results: list[Scored]) -> list[str | None]:
    return [result.model_version for result in results]


def eventful(stage: Stage, times: NDArray[np.int64]) -> None:
    """A champion, a shadow, a canary, its promotion, and a rollback, an hour after each other."""
    begin = int(times[0])
    stage.put("fraud-a")
    stage.put("fraud-c", SHADOW, begin + HOUR, share=0.5)
    stage.put("fraud-b", CANARY, begin + 2 * HOUR, share=0.4)
    stage.put("fraud-b", CHAMPION, begin + 3 * HOUR)
    stage.put("fraud-a", CHAMPION, begin + 4 * HOUR)


def test_every_event_is_scored_by_the_version_of_its_time_and_key(
    stage: Stage, columns: Columns, times: NDArray[np.int64]
) -> None:
    eventful(stage, times)
    keys = keys_of(columns)
    found = versions_of(stage.scorer().score_batch(columns, times, keys))
    assert found == [stage.expected(int(time), key) for time, key in zip(times, keys)]
    assert set(found) == {"fraud-a", "fraud-b"}


def test_each_version_says_what_it_says_alone(
    stage: Stage, models: Path, columns: Columns, times: NDArray[np.int64]
) -> None:
    eventful(stage, times)
    alone = {
        name: Scorer(load_artifact(models / "models" / name)).score_batch(columns) for name in THRESHOLDS
    }
    for number, result in enumerate(stage.scorer().score_batch(columns, times, keys_of(columns))):
        assert result._replace(shadows=None) == alone[str(result.model_version)][number]


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cuts=st.sets(st.integers(1, 399), max_size=8), seed=st.integers(0, 9))
def test_neither_batches_nor_order_matter(
    models: Path, columns: Columns, times: NDArray[np.int64], cuts: set[int], seed: int
) -> None:
    stage = Stage(models)
    eventful(stage, times)
    keys = np.array(keys_of(columns), dtype=object)
    whole = stage.scorer().score_batch(columns, times, list(keys))
    order = np.random.default_rng(seed).permutation(len(times))
    scorer, found = stage.scorer(), {}
    for part in np.split(order, sorted(cuts)):
        results = scorer.score_batch(
            {name: column[part] for name, column in columns.items()}, times[part], list(keys[part])
        )
        found.update(zip(part.tolist(), results))
    assert [found[number] for number in range(len(times))] == whole


def test_a_row_alone_is_the_row_in_a_batch(stage: Stage, columns: Columns, times: NDArray[np.int64]) -> None:
    eventful(stage, times)
    keys = keys_of(columns)
    scorer = stage.scorer()
    together = scorer.score_batch(columns, times, keys)
    assert [scorer.score_one(row(columns, i), int(times[i]), keys[i]) for i in range(len(times))] == together


def test_a_null_in_another_version_s_row_does_not_change_the_type_of_a_column(
    stage: Stage, columns: Columns, times: NDArray[np.int64]
) -> None:
    eventful(stage, times)
    scorer = stage.scorer()
    holed = {**columns, "is_night": columns["is_night"].astype(float)}
    holed["is_night"][5] = np.nan
    whole, found = (scorer.score_batch(each, times, keys_of(columns)) for each in (columns, holed))
    assert found[5].error == "no finite value (NULL, NaN or infinite): is_night"
    assert found[:5] + found[6:] == whole[:5] + whole[6:]


def test_shadows_say_what_they_would_have_decided_and_give_no_reasons(
    stage: Stage, models: Path, columns: Columns, times: NDArray[np.int64]
) -> None:
    eventful(stage, times)
    alone = Scorer(load_artifact(models / "models" / "fraud-c"), reasons=0).score_batch(columns)
    results = stage.scorer().score_batch(columns, times, keys_of(columns))
    shadowed = {number: json.loads(result.shadows) for number, result in enumerate(results) if result.shadows}
    assert 50 < len(shadowed) < 300
    for number, said in shadowed.items():
        expected = alone[number]
        assert said == [
            {
                "model_version": "fraud-c",
                "score": expected.score,
                "decision": expected.decision,
                "error": None,
            }
        ]


def test_a_shadow_that_can_not_be_loaded_says_so_and_stops_nobody(
    stage: Stage, columns: Columns, times: NDArray[np.int64]
) -> None:
    stage.put("fraud-a")
    stage.put("fraud-b", SHADOW, int(times[0]), artifact="../models/gone")
    result = stage.scorer().score_batch(columns, times, keys_of(columns))[0]
    assert result.model_version == "fraud-a"
    assert "gone has no readable manifest.json" in json.loads(str(result.shadows))[0]["error"]


def test_an_event_from_before_the_first_version_is_an_error_of_its_row(
    stage: Stage, columns: Columns, times: NDArray[np.int64]
) -> None:
    stage.put("fraud-a", start=int(times[1]))
    first, second, *_ = stage.scorer().score_batch(columns, times, keys_of(columns))
    error = "no version was deployed for events of 2018-05-01T00:00:00.000Z"
    assert first == Scored(None, None, None, None, error)
    assert second.model_version == "fraud-a"


def test_an_event_without_a_time_is_an_error_of_its_row(
    stage: Stage, columns: Columns, times: NDArray[np.int64]
) -> None:
    stage.put("fraud-a")
    holed = times.copy()
    holed[3] = NO_TIME
    errors = [each.error for each in stage.scorer().score_batch(columns, holed, keys_of(columns))]
    assert errors == [None] * 3 + ["the event has no event time"] + [None] * (len(times) - 4)


def test_no_events_give_no_results(stage: Stage, columns: Columns, times: NDArray[np.int64]) -> None:
    stage.put("fraud-a")
    empty = {name: column[:0] for name, column in columns.items()}
    assert stage.scorer().score_batch(empty, times[:0], []) == []


def test_a_promotion_while_it_runs_takes_effect_at_its_time_and_is_loaded_before(
    stage: Stage, columns: Columns
) -> None:
    stage.put("fraud-a")
    scorer = stage.scorer()
    record = stage.world.publish(
        "fraud-b",
        artifact="../models/fraud-b",
        manifest_sha256=manifest_sha256(stage.models / "models" / "fraud-b"),
    )
    stage.world.now += 1_500
    scorer.score_one(row(columns, 0), stage.world.now, "k")
    assert "fraud-b" in stage.versions.names
    stage.world.now = record.start
    around = [record.start - 1, record.start]
    assert [scorer.score_one(row(columns, 0), time, "k").model_version for time in around] == [
        "fraud-a",
        "fraud-b",
    ]


def test_a_version_that_is_to_come_and_can_not_be_loaded_stops_the_worker_only_when_it_counts(
    stage: Stage, columns: Columns, caplog: pytest.LogCaptureFixture
) -> None:
    stage.put("fraud-a")
    scorer = stage.scorer()
    record = stage.world.publish("fraud-b", artifact="../models/gone")
    stage.world.now += 1_500
    assert scorer.score_one(row(columns, 0), stage.world.now, "k").model_version == "fraud-a"
    assert "record 2, which is to come, can not take effect here" in caplog.text
    stage.world.now = record.start
    with pytest.raises(ArtifactError, match="gone has no readable"):
        scorer.score_one(row(columns, 0), record.start, "k")


def test_an_artifact_changed_after_it_was_deployed_is_refused(stage: Stage, tmp_path: Path) -> None:
    shutil.copytree(stage.models / "models", tmp_path / "models")
    changed = Stage(tmp_path)
    changed.put("fraud-a")
    shutil.rmtree(tmp_path / "models" / "fraud-a")
    shutil.copytree(tmp_path / "models" / "fraud-b", tmp_path / "models" / "fraud-a")
    with pytest.raises(ArtifactError, match="fraud-a is not what record 1 deployed as fraud-a"):
        changed.scorer()


def test_an_artifact_under_another_name_is_refused(stage: Stage) -> None:
    digest = manifest_sha256(stage.models / "models" / "fraud-b")
    stage.put("fraud-a", artifact="../models/fraud-b", manifest_sha256=digest)
    with pytest.raises(ArtifactError, match="fraud-b is fraud-b, record 1 calls it fraud-a"):
        stage.scorer()


def test_features_that_the_deciding_version_does_not_know_stop_the_worker(
    stage: Stage, times: NDArray[np.int64]
) -> None:
    stage.put("fraud-a")
    with pytest.raises(InvalidFeaturesError, match="not those of model fraud-a"):
        stage.scorer().score_batch({"colour": np.zeros(2)}, times[:2], ["a", "b"])


def test_a_log_without_a_champion_does_not_open(stage: Stage) -> None:
    with pytest.raises(DeploymentLogError, match="memory has no champion"):
        stage.scorer()


def test_a_worker_with_a_stale_log_scores_nothing(stage: Stage, columns: Columns) -> None:
    stage.put("fraud-a")
    store = stage.world.store()
    scorer = stage.scorer(store)
    store.reachable = False
    stage.world.now += 10_000
    with pytest.raises(DeploymentLogError, match="could not be read for"):
        scorer.score_one(row(columns, 0), 0, "k")


def test_versions_in_memory_are_bounded_and_the_one_not_needed_for_longest_goes(stage: Stage) -> None:
    for name in THRESHOLDS:
        stage.put(name, start=0)
    a, b, c = read_log(stage.world.store()).in_force
    versions = Versions(str(stage.models / "deployments"), reasons=0, limit=2)
    kept = versions.get(a)
    versions.get(b)
    assert versions.get(a) is kept
    versions.get(c)
    assert versions.names == ["fraud-a", "fraud-c"]
    versions.get(b)
    assert versions.names == ["fraud-c", "fraud-b"]


def test_a_log_in_a_folder_is_followed_by_path_and_by_uri(
    models: Path, tmp_path: Path, columns: Columns
) -> None:
    author = Author(Folder(tmp_path / "log"))
    folder = models / "models" / "fraud-a"
    author.publish(
        draft("fraud-a", artifact=folder.as_uri(), manifest_sha256=manifest_sha256(folder)), author.read()
    )
    for location in (str(tmp_path / "log"), (tmp_path / "log").as_uri()):
        assert follow(location, 3).score_one(row(columns, 0), 0, None).model_version == "fraud-a"
