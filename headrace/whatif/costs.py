"""What an alert costs and what it saves: a small YAML file of the use case, or one that is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from headrace.errors import HeadraceError
from headrace.models.definition import FOLDER

if TYPE_CHECKING:
    from pathlib import Path


class CostsError(HeadraceError):
    """A file of costs is missing, or does not say what is needed."""


class Costs(BaseModel):
    """What an alert costs and what it saves; one alert is one review.

    Attributes:
        currency: of the amounts; a word for people.
        amount: the column of the features that says what an event is worth.
        review_cost: of one alert.
        false_alert_cost: of one alert on an event with label 0, beyond its review.
        recovered_share: of the amount of an event with label 1 that has an alert.
        reviews_a_day: alerts that one analyst reviews a day.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    currency: str = Field(min_length=1)
    amount: str = Field(min_length=1)
    review_cost: float = Field(ge=0)
    false_alert_cost: float = Field(default=0.0, ge=0)
    recovered_share: float = Field(ge=0, le=1)
    reviews_a_day: float = Field(gt=0)


def default_costs(root: Path, use_case: str) -> Path:
    """Where the costs of a use case stand: ``models/<use case>.costs.yaml``.

    Args:
        root: the suite.
        use_case: a folder in sql/.
    """
    return root / FOLDER / f"{use_case}.costs.yaml"


def read_costs(path: Path) -> Costs:
    """Read a file of costs.

    Raises:
        CostsError: there is none, it is not YAML, or a value is missing, unknown or out of its range; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = Costs.model_validate(yaml.safe_load(text))
    except OSError as error:
        raise CostsError(f"costs {path} can not be read: {error.strerror}", _HINT) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise CostsError(f"{where}: not YAML: {getattr(error, 'problem', None) or error}", _HINT) from error
    except (UnicodeDecodeError, ValidationError) as error:
        raise CostsError(_said(error, path), _HINT) from error
    return found


_HINT = "docs/whatif.md says what stands in a file of costs; give another with --costs."


def _said(error: UnicodeDecodeError | ValidationError, path: Path) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{path}: not UTF-8 from byte {error.start} on"
    lines = _lines(path.read_text(encoding="utf-8"))
    return "; ".join(f"{path}:{lines.get(_key(each), 1)}: {_sentence(each)}" for each in error.errors())


def _sentence(problem: Any) -> str:
    """What is wrong with a value, in a sentence that ends with what was found."""
    if problem["type"] == "missing":
        return f"{_key(problem)} is missing"
    if problem["type"] == "extra_forbidden":
        return f"there is no {_key(problem)}; there are: {', '.join(Costs.model_fields)}"
    name = f"{_key(problem)}: " if problem["loc"] else ""
    return f"{name}{problem['msg']}, got {problem['input']!r}"


def _key(problem: Any) -> str:
    return str(problem["loc"][0]) if problem["loc"] else ""


def _lines(text: str) -> dict[str, int]:
    """The line of each key at the top of a YAML document."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return {str(key.value): key.start_mark.line + 1 for key, _ in pairs}
