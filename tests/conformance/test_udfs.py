"""Every function in ``udfs/`` against every promise that Flink and our users rely on, without Flink running.

A new function needs one entry in `CASES` and passes, or fails, all of this.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

import cloudpickle
import pandas as pd
import pytest
from pyflink.common import Row
from pyflink.table.udf import UserDefinedFunctionWrapper

import udfs
from headrace.errors import HeadraceError
from headrace.models.features import InvalidFeaturesError
from headrace.models.scorer import Scored
from tests.deployment_log import make_log
from udfs.scoring import ArgumentsError, JobParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace.models.artifact import Artifact

Parameters = dict[str, str]
NONE = "the function has no case: say in CASES how it is called"


@dataclass(frozen=True)
class Case:
    """How a function that takes one ROW is called: by rows or by frames."""

    by_batch: bool


CASES = {"scoring.score": Case(by_batch=True), "scoring.score_row": Case(by_batch=False)}


def discovered() -> Iterator[str]:
    """``module.name`` of every function object in ``udfs/``."""
    for module in pkgutil.iter_modules(udfs.__path__):
        members = inspect.getmembers(importlib.import_module(f"udfs.{module.name}"))
        yield from (
            f"{module.name}.{name}"
            for name, value in members
            if isinstance(value, UserDefinedFunctionWrapper)
        )


class Counter:
    """What a metric group gives."""

    def __init__(self) -> None:
        self.value = 0

    def inc(self, number: int) -> None:
        self.value += number


@dataclass
class Context:
    """What Flink hands to ``open``."""

    parameters: Parameters
    counters: dict[str, Counter] = field(default_factory=dict)

    def get_job_parameter(self, key: str, default: str) -> str:
        return self.parameters.get(key, default)

    def get_metric_group(self) -> Context:
        return self

    def add_group(self, name: str, value: str) -> Group:
        return Group(self, f"{name}={value}.")

    def counter(self, name: str) -> Counter:
        return self.counters.setdefault(name, Counter())


@dataclass
class Group:
    """A group of metrics with a label."""

    context: Context
    label: str

    def counter(self, name: str) -> Counter:
        return self.context.counter(f"{self.label}{name}")

    def gauge(self, name: str, value: Callable[[], int]) -> None:
        self.context.counters[f"{self.label}{name}"] = Counter()
        self.context.counters[f"{self.label}{name}"].inc(value())


class Called:
    """A function as a worker has it: pickled, unpickled, opened; takes a frame and gives rows, whatever its kind."""

    def __init__(self, name: str, parameters: Parameters) -> None:
        self.case = CASES[name]
        self.function = cloudpickle.loads(cloudpickle.dumps(function_of(name)))
        self.context = Context(parameters)
        self.function.open(self.context)

    def __call__(self, frame: pd.DataFrame, *context: pd.Series) -> list[tuple[Any, ...]]:
        if self.case.by_batch:
            return [
                plain(row) for row in self.function.eval(as_batch(frame), *context).itertuples(index=False)
            ]
        arguments = zip(as_rows(frame), *(as_values(column) for column in context))
        return [plain(self.function.eval(*each)) for each in arguments]


def function_of(name: str) -> Any:
    module, attribute = name.split(".")
    return getattr(importlib.import_module(f"udfs.{module}"), attribute)._func  # noqa: SLF001 -- what Flink pickles


def as_rows(frame: pd.DataFrame) -> Iterator[Row]:
    """Rows as Flink's general functions get them: named fields, Python values, None for NULL."""
    for record in frame.astype(object).where(frame.notna(), None).to_dict("records"):
        row = Row(*record.values())
        row.set_field_names(list(record))
        yield row


def as_values(column: pd.Series) -> list[Any]:
    """A column as Flink's general functions get it: Python values, None for NULL."""
    values = column.astype(object).where(column.notna(), None).tolist()
    return [value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in values]


def plain(row: Any) -> tuple[Any, ...]:
    return tuple(None if value is None or value != value else value for value in row)  # noqa: PLR0124 -- NaN


def as_batch(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as Flink's pandas functions get it: an integer column with NULL in it is one of floats."""
    holed = [name for name in frame.columns if frame[name].isna().any()]
    return frame.astype(dict.fromkeys(holed, float))


def with_null(frame: pd.DataFrame, column: str, number: int) -> pd.DataFrame:
    holed = frame.astype({column: frame[column].dtype.name.replace("int", "Int").replace("float", "Float")})
    holed.loc[number, column] = None
    return holed


@pytest.fixture(params=sorted({*discovered(), *CASES}))
def name(request: pytest.FixtureRequest) -> str:
    assert request.param in CASES, NONE
    return str(request.param)


@pytest.fixture
def parameters(fraud_model: Artifact) -> Parameters:
    return {"headrace.model": str(fraud_model.path)}


@pytest.fixture
def call(name: str, parameters: Parameters) -> Called:
    return Called(name, parameters)


def test_every_case_is_a_function_there_is() -> None:
    assert sorted(discovered()) == sorted(CASES)


def test_it_is_deterministic_in_the_eyes_of_flink(name: str) -> None:
    assert function_of(name).is_deterministic()


def test_it_pickles_without_a_model_in_it(name: str) -> None:
    assert len(cloudpickle.dumps(function_of(name))) < 1000


def test_no_rows_give_no_rows_of_the_right_columns(call: Called, payments: pd.DataFrame) -> None:
    assert call(payments.head(0)) == []
    if call.case.by_batch:
        result = call.function.eval(payments.head(0))
        assert list(result.columns) == list(Scored._fields)


def test_every_row_gives_one_result_in_order(call: Called, payments: pd.DataFrame) -> None:
    results = call(payments)
    assert len(results) == len(payments)
    assert call(payments.iloc[::-1].reset_index(drop=True)) == results[::-1]


def test_the_order_of_the_fields_is_irrelevant(call: Called, payments: pd.DataFrame) -> None:
    assert call(payments[list(reversed(payments.columns))]) == call(payments)


def test_a_row_alone_is_the_row_in_a_batch(call: Called, payments: pd.DataFrame) -> None:
    assert [call(payments.iloc[i : i + 1])[0] for i in range(len(payments))] == call(payments)


def test_a_second_call_and_a_second_worker_give_the_same(
    name: str, parameters: Parameters, call: Called, payments: pd.DataFrame
) -> None:
    first = call(payments)
    assert call(payments) == first
    assert Called(name, parameters)(payments) == first


@pytest.mark.parametrize("column", ["amount", "is_night", "customer_count_1d"])
def test_a_null_is_an_error_of_its_row_and_of_no_other(
    call: Called, payments: pd.DataFrame, column: str
) -> None:
    whole, holed = call(payments), call(with_null(payments, column, 5))
    score, decision, _, reasons, error, shadows = holed[5]
    assert (score, decision, reasons, shadows) == (None, None, None, None)
    assert error == f"no finite value (NULL, NaN or infinite): {column}"
    assert holed[:5] + holed[6:] == whole[:5] + whole[6:]


def test_what_was_scored_and_what_was_not_is_counted(call: Called, payments: pd.DataFrame) -> None:
    call(with_null(payments, "amount", 5))
    counted = {name: counter.value for name, counter in call.context.counters.items()}
    assert (counted["events_scored"], counted["events_not_scored"]) == (len(payments) - 1, 1)
    (of_version,) = (count for name, count in counted.items() if name.endswith(".version_events"))
    assert of_version == len(payments)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda frame: frame.drop(columns="amount"), "missing: amount DOUBLE"),
        (lambda frame: frame.assign(colour=1), "extra: colour int"),
        (lambda frame: frame.rename(columns={"amount": "f0"}), "missing: amount DOUBLE\n  extra: f0 float"),
        (lambda frame: frame.astype({"amount": int}), "wrong type: amount is int"),
        (lambda frame: frame.astype({"is_night": float}), "wrong type: is_night is float"),
    ],
    ids=["missing", "extra", "unnamed", "integer for real", "real for integer"],
)
def test_other_features_are_refused_with_both_sides(
    call: Called, payments: pd.DataFrame, change: Callable[[pd.DataFrame], pd.DataFrame], expected: str
) -> None:
    with pytest.raises(InvalidFeaturesError) as refused:
        call(change(payments))
    assert expected in str(refused.value)
    assert "model expects: amount DOUBLE, is_weekend INT" in str(refused.value)
    assert "given: " in str(refused.value)


def test_without_a_model_it_does_not_open(name: str) -> None:
    with pytest.raises(
        JobParameterError, match=r"neither is set, expected the folder of a model artifact in the one"
    ):
        Called(name, {})


def test_with_a_model_that_is_not_there_it_does_not_open(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    nowhere = tmp_path_factory.getbasetemp() / "nowhere"
    with pytest.raises(HeadraceError, match=r"nowhere has no readable manifest.json"):
        Called(name, {"headrace.model": str(nowhere)})


def test_a_model_may_be_given_as_a_uri(name: str, fraud_model: Artifact, payments: pd.DataFrame) -> None:
    by_uri = Called(name, {"headrace.model": fraud_model.path.as_uri()})
    assert by_uri(payments)[0][2] == fraud_model.manifest.version


def test_reasons_that_are_no_number_do_not_open(name: str, parameters: Parameters) -> None:
    with pytest.raises(JobParameterError, match=r"headrace.reasons is 'many', expected a number"):
        Called(name, {**parameters, "headrace.reasons": "many"})


def test_reasons_can_be_turned_off(name: str, parameters: Parameters, payments: pd.DataFrame) -> None:
    with_reasons = {result[3] for result in Called(name, parameters)(payments)}
    without = {result[3] for result in Called(name, {**parameters, "headrace.reasons": "0"})(payments)}
    assert len(with_reasons) > 1
    assert without == {"[]"}


def test_all_functions_give_the_same_rows(parameters: Parameters, payments: pd.DataFrame) -> None:
    holed = with_null(payments, "amount", 5)
    first, *others = [Called(name, parameters)(holed) for name in sorted(CASES)]
    assert others == [first] * len(others)


@pytest.fixture
def governing(payments: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Event times, one of them NULL, and keys: what decides which version scores a payment."""
    times = pd.Series(pd.date_range("2018-05-01", periods=len(payments), freq="min", tz="UTC"))
    times[3] = pd.NaT
    return times.astype("datetime64[ms, UTC]"), pd.Series(
        [str(number % 7) for number in range(len(payments))]
    )


@pytest.fixture
def followed(tmp_path_factory: pytest.TempPathFactory) -> Parameters:
    """A log with a champion, a canary, a shadow, and a second champion."""
    data = tmp_path_factory.mktemp("followed")
    deployments = [
        {"role": "champion", "version": "fraud-1"},
        {"role": "shadow", "version": "fraud-3", "effective_from": "2018-05-01T00:05:00Z"},
        {"role": "canary", "version": "fraud-2", "effective_from": "2018-05-01T00:10:00Z", "share": 0.5},
        {"role": "champion", "version": "fraud-2", "effective_from": "2018-05-01T00:20:00Z"},
    ]
    make_log(data, deployments)
    return {"headrace.deployments": str(data / "deployments")}


def test_all_functions_follow_a_deployment_log_to_the_same_rows(
    followed: Parameters, payments: pd.DataFrame, governing: tuple[pd.Series, pd.Series]
) -> None:
    holed = with_null(payments, "amount", 5)
    first, *others = [Called(name, followed)(holed, *governing) for name in sorted(CASES)]
    assert others == [first] * len(others)
    assert {row[2] for row in first} == {"fraud-1", "fraud-2", None}
    assert first[3][4] == "the event has no event time"
    assert first[10][5] is not None


def test_with_a_deployment_log_it_wants_event_time_and_key(
    name: str, followed: Parameters, payments: pd.DataFrame, governing: tuple[pd.Series, pd.Series]
) -> None:
    with pytest.raises(
        ArgumentsError, match="score got 0 arguments after the features, expected event time and"
    ):
        Called(name, followed)(payments)
    numbers = governing[1].astype(int)
    with pytest.raises(ArgumentsError, match="score got int as entity key, expected STRING"):
        Called(name, followed)(payments, governing[0], numbers)


def test_with_one_model_event_time_and_key_change_nothing(
    call: Called, payments: pd.DataFrame, governing: tuple[pd.Series, pd.Series]
) -> None:
    assert call(payments, *governing) == call(payments)


def test_a_model_and_a_deployment_log_at_once_do_not_open(
    name: str, parameters: Parameters, followed: Parameters
) -> None:
    with pytest.raises(JobParameterError, match="both are set"):
        Called(name, {**parameters, **followed})
