"""What a study is: which data, when models learn and are judged, and what was published about them.

Studies stand in ``datasets/<use case>/<name>.py``, in a dictionary ``STUDIES``; they have the attributes of these
protocols.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    import pandas as pd


class Figures(Protocol):
    """How good a model was: area under the ROC curve, average precision, precision among the k entities of a day."""

    roc_auc: float
    average_precision: float
    precision_at_k: float


class Model(Protocol):
    """A model that was published; ``make`` raises ImportError when its library is not installed."""

    name: str
    make: Callable[[], Any]
    published: Figures
    must_agree: bool


class Fold(Protocol):
    """When a model learns and when it is judged; half-open."""

    train_from: datetime
    train_until: datetime
    test_from: datetime
    test_until: datetime


class Study(Protocol):
    """An experiment; figures are means over its folds.

    ``ordered`` puts events into the order in which they were published, ``precision_at_k`` measures as was published.
    """

    title: str
    use_case: str
    definition: str
    first_day: int
    last_day: int
    label_delay: timedelta
    k: int
    folds: Sequence[Fold]
    models: Sequence[Model]
    build: Callable[..., Any]
    ordered: Callable[[pd.DataFrame], pd.DataFrame]
    precision_at_k: Callable[..., float]


def load_studies(root: Path, name: str) -> dict[str, Study]:
    """The studies of a publication.

    Args:
        root: the suite.
        name: a file ``datasets/<use case>/<name>.py`` with ``STUDIES``.

    Raises:
        HeadraceError: when no use case has one.
    """
    known = {path.stem: path for path in sorted((root / "datasets").glob("*/*.py")) if _declares(path)}
    if name not in known:
        raise HeadraceError(f"there is no study {name!r}; there are: {', '.join(known) or 'none'}")
    studies: dict[str, Study] = import_module(f"datasets.{known[name].parent.name}.{name}").STUDIES
    return studies


def _declares(path: Path) -> bool:
    return "\nSTUDIES = " in path.read_text(encoding="utf-8")
