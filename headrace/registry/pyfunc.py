"""How MLflow loads an artifact as a Python function: verified and scored as in a worker.

``mlflow.pyfunc.load_model("models:/<name>/<version>")`` calls this where headrace is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.models.artifact import load_artifact
from headrace.models.scorer import Scorer

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("score", "decision", "model_version", "reasons", "error")


class ScoringFunction:
    """An artifact with the method that MLflow calls.

    Args:
        scorer: of a verified artifact.
    """

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002 -- MLflow passes it
        """Score a frame with one column a feature; gives score, decision, version, reasons and error a row.

        Raises:
            InvalidFeaturesError: a feature is missing, left over or of a wrong type.
        """
        import pandas as pd

        columns = {str(name): model_input[name].to_numpy() for name in model_input.columns}
        scored = [row._asdict() for row in self._scorer.score_batch(columns)]
        frame: pd.DataFrame = pd.DataFrame(scored, columns=list(COLUMNS))
        return frame


def _load_pyfunc(path: str) -> ScoringFunction:
    """MLflow's hook.

    Args:
        path: of the folder with the artifact and ``MLmodel``.

    Raises:
        ArtifactError: it is damaged, or does not score as when it was trained.
    """
    return ScoringFunction(Scorer(load_artifact(path)))
