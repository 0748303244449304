"""What can not be learned from ends a training in one sentence, which names the set, the column and the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headrace.errors import HeadraceError
from headrace.models.training import Provenance, train
from headrace.training.labels import labelled_features
from headrace.training.period import Period, moment
from tests.unit.training.conftest import definition, lay_tables, payment, tables, verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.models.definition import ModelDefinition
    from headrace.tables.contract import Table

    Make = Callable[..., dict[str, Any]]

__all__ = ["definition", "payment", "tables", "verdict"]

DAY = Period(moment("2018-05-01"), moment("2018-05-02"))
ROWS = 40


class History:
    """Payments of a day and what was known of them, to be spoilt."""

    def __init__(self, payment: Make, verdict: Make) -> None:
        self.features = [payment(number, "2018-05-01T12:00:00") for number in range(ROWS)]
        self.labels = [verdict(number, "2018-05-08T00:00:00", number % 2) for number in range(ROWS)]

    def train(self, tables: dict[str, Table], definition: ModelDefinition, folder: Path) -> None:
        data = lay_tables(folder, self.features, self.labels)
        frame = labelled_features(tables, data, definition, DAY)
        train(definition, frame, None, folder / "model", Provenance("ab" * 32))


@pytest.fixture
def history(payment: Make, verdict: Make) -> History:
    return History(payment, verdict)


def nothing(history: History) -> None:
    history.features = []


def no_label(history: History) -> None:
    history.labels = []


def one_class(history: History) -> None:
    history.labels = [{**each, "fraud": 0} for each in history.labels]


def one_row(history: History) -> None:
    history.features = history.features[:1]


def label_missing(history: History) -> None:
    history.labels[3]["fraud"] = None


def third_class(history: History) -> None:
    history.labels[3]["fraud"] = 2


def two_labels(history: History) -> None:
    history.labels.append(history.labels[3])


def missing(history: History) -> None:
    history.features[3]["amount"] = None


def missing_integer(history: History) -> None:
    history.features[3]["is_night"] = None


def never_there(history: History) -> None:
    history.features = [{**each, "amount": None} for each in history.features]


def no_number(history: History) -> None:
    history.features[3]["customer_amount_avg_1d"] = "NaN"


def endless(history: History) -> None:
    history.features[3]["customer_amount_avg_1d"] = "Infinity"


SPOILT = {
    nothing: "the training set has no rows",
    no_label: "the training set has no rows",
    one_class: "all 40 rows of the training set have fraud = 0",
    one_row: "all 1 rows of the training set have fraud = 0",
    label_missing: "1 of 40 rows of the training set have a fraud that is neither 0 nor 1; .* transaction_id: 3",
    third_class: "1 of 40 rows of the training set have a fraud that is neither 0 nor 1; .* transaction_id: 3",
    two_labels: "1 of 41 rows of the training set have a transaction_id that another row has too; .*: 3",
    missing: r"1 of 40 rows of the training set have no finite amount \(NULL, NaN or infinite\); .*: 3",
    missing_integer: "1 of 40 rows of the training set have no finite is_night .*: 3",
    never_there: "40 of 40 rows of the training set have no finite amount",
    no_number: "1 of 40 rows of the training set have no finite customer_amount_avg_1d .*: 3",
    endless: "1 of 40 rows of the training set have no finite customer_amount_avg_1d .*: 3",
}


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_what_can_not_be_learned_from_is_said_in_a_sentence(
    spoil: Callable[[History], None],
    history: History,
    tables: dict[str, Table],
    definition: ModelDefinition,
    tmp_path: Path,
) -> None:
    spoil(history)
    with pytest.raises(HeadraceError, match=SPOILT[spoil]) as raised:
        history.train(tables, definition, tmp_path)
    assert raised.value.hint
    assert "\n" not in str(raised.value.args[0])
    assert not (tmp_path / "model").exists()


def test_an_evaluation_set_of_one_class_is_refused_before_anything_is_written(
    history: History, tables: dict[str, Table], definition: ModelDefinition, tmp_path: Path
) -> None:
    data = lay_tables(tmp_path, history.features, history.labels)
    frame = labelled_features(tables, data, definition, DAY)
    judged = frame[frame["fraud"] == 1].assign(transaction_id=lambda rows: rows["transaction_id"] + ROWS)
    with pytest.raises(HeadraceError, match="all 20 rows of the evaluation set have fraud = 1"):
        train(definition, frame, judged, tmp_path / "model", Provenance("ab" * 32))
    assert not (tmp_path / "model").exists()
