"""Model definitions: the one small file that a data scientist writes."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable

from headrace.errors import HeadraceError
from headrace.models.features import Feature
from headrace.models.policy import AlertBudget, DecisionPolicy, ScoreThreshold

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "AlertBudget",
    "DefinitionError",
    "Feature",
    "ModelDefinition",
    "ScoreThreshold",
    "load_definition",
]

FOLDER = "models"
ATTRIBUTE = "DEFINITION"


class DefinitionError(HeadraceError):
    """A model definition is missing or contradicts itself."""


@dataclass(frozen=True)
class ModelDefinition:
    """Everything about a model but its data.

    Args:
        name: as the file: ``models/<name>.py``.
        key: column that names an event.
        event_time: column with the time of the event, UTC.
        entity: column with whom the event belongs to (a customer); quality is also measured by entity.
        label: column with the truth, 0 or 1.
        features: the inputs, in the order of the matrix; workers match them by name.
        estimator: makes an unfitted scikit-learn classifier with ``predict_proba``; called once a training.
        policy: how scores become alerts.
        carried: further columns of a training set that are no features.
        review_capacity: entities that can be looked at a day, the k of ``entity_precision_at_k``.

    Raises:
        DefinitionError: no features, a name twice, or a feature that is also another column.
    """

    name: str
    key: str
    event_time: str
    entity: str
    label: str
    features: tuple[Feature, ...]
    estimator: Callable[[], Any]
    policy: DecisionPolicy
    carried: tuple[str, ...] = ()
    review_capacity: int = 100

    def __post_init__(self) -> None:
        """Refuse a definition whose columns are not told apart by name."""
        if not self.features:
            raise DefinitionError(f"model {self.name!r} has no features", "List them in `features`.")
        names = [*self.feature_names, *self.other_columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DefinitionError(
                f"model {self.name!r} names these columns twice: {', '.join(twice)}",
                "The key, the entity, the event time and the label are no features: the model would learn them.",
            )

    @property
    def feature_names(self) -> list[str]:
        """Names of the features, in order."""
        return [feature.name for feature in self.features]

    @property
    def other_columns(self) -> list[str]:
        """Names of the columns of a training set that are no features."""
        return [self.key, self.entity, self.event_time, self.label, *self.carried]


def load_definition(root: Path, name: str) -> ModelDefinition:
    """Import ``models/<name>.py`` below a project's root and take its ``DEFINITION``.

    Args:
        root: the folder that holds ``models/``.
        name: name of the model.

    Raises:
        DefinitionError: there is no such file (the message lists those there are), it has no ``DEFINITION``, or
            that is of another name. Whatever the file itself raises goes through.
    """
    known = definition_names(root)
    if name not in known:
        raise DefinitionError(
            f"there is no model definition {name!r} in {root / FOLDER}; there are: {', '.join(known) or 'none'}",
            f"Write {FOLDER}/{name}.py, or choose one of those.",
        )
    definition = getattr(_import(root, name), ATTRIBUTE, None)
    if not isinstance(definition, ModelDefinition) or definition.name != name:
        raise DefinitionError(
            f"{FOLDER}/{name}.py has no {ATTRIBUTE} named {name!r}, found {definition!r}",
            f'Write: {ATTRIBUTE} = ModelDefinition(name="{name}", ...)',
        )
    return definition


def definition_names(root: Path) -> list[str]:
    """Names of the models that have a file below a project's root."""
    return sorted(path.stem for path in (root / FOLDER).glob("[!_]*.py"))


def _import(root: Path, name: str) -> ModuleType:
    """Import a model of this root, forgetting those of another that this process may have loaded."""
    folder = str((root / FOLDER).resolve())
    loaded = sys.modules.get(FOLDER)
    if loaded is None or list(loaded.__path__) != [folder]:
        for module in [known for known in sys.modules if known == FOLDER or known.startswith(f"{FOLDER}.")]:
            del sys.modules[module]
        sys.modules[FOLDER] = ModuleType(FOLDER)
        sys.modules[FOLDER].__path__ = [folder]
    importlib.invalidate_caches()
    return importlib.import_module(f"{FOLDER}.{name}")
