"""Models that were made elsewhere: from a graph with other inputs and outputs to a sealed artifact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headrace.models import explanation
from headrace.models.artifact import GOLDEN, ONNX, Artifact, load_artifact, write_artifact
from headrace.models.foreign_graph import Foreign, converted
from headrace.models.onnx_model import OnnxModel
from headrace.models.onnx_signature import check_inputs, inputs_of
from headrace.models.policy import ScoreThreshold
from headrace.models.scored_set import ScoredSet, histograms, threshold_of
from headrace.models.training import Provenance, describe

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.definition import ModelDefinition
    from headrace.models.training_set import TrainingSet


@dataclass(frozen=True)
class Origin:
    """Where a model was read from.

    Args:
        source: as it was named.
        sha256: of the file.
        feature_sql_sha256: hash of the SQL that computed the features of the rows it is judged on; may be empty.
    """

    source: str
    sha256: str
    feature_sql_sha256: str = ""

    @property
    def provenance(self) -> Provenance:
        """The same as it stands in a manifest."""
        return Provenance(self.feature_sql_sha256, f"imported from {self.source}")


def seal_foreign(  # noqa: PLR0913 -- what, as what, from where, judged by what, put where, alerting from which score
    foreign: Foreign,
    definition: ModelDefinition,
    origin: Origin,
    judged: TrainingSet,
    target: Path,
    *,
    threshold: float | None = None,
    output: str | None = None,
) -> Artifact:
    """Check a model against a definition, let it score real rows, and write its artifact.

    Args:
        foreign: as it was read.
        definition: its features are those of the model, by name where the model knows names; its policy decides.
        origin: stands in the manifest.
        judged: labelled rows: quality, threshold, golden rows and reference histograms come from them.
        target: the artifact's folder; must not exist.
        threshold: alert from this score on, whatever the policy says.
        output: which output holds the probabilities, where there are several that could.

    Returns:
        The artifact, loaded and verified as a worker would. ``training`` is null in its manifest: it learned elsewhere.

    Raises:
        SignatureError: it takes or gives something else than the definition says.
        ExportError: its ONNX form scores otherwise than the library that made it, or otherwise alone than in a batch.
        PolicyError: the decision policy can not be met.
        ArtifactError: the target exists.
    """
    order = check_inputs(foreign.graph, definition.features, foreign.columns)
    content, comparison = converted(foreign, order, judged.inputs, output)
    scored = ScoredSet(judged, OnnxModel(content).scores(judged.inputs.to_numpy()))
    if threshold is not None:
        definition = replace(definition, policy=ScoreThreshold(threshold))
    decided = threshold_of(definition, scored)
    document = {
        **describe(definition, foreign.description, origin.provenance),
        "onnx": comparison,
        "decision": {"threshold": decided, **definition.policy.as_document()},
        "reasons": explanation.describe(foreign.estimator, judged.inputs[order]),
        "training": None,
        "evaluation": scored.judgement(decided),
        "histograms": histograms(judged, scored),
        "imported": _imported(foreign, origin),
    }
    files = {ONNX: content, GOLDEN: scored.golden(), **(foreign.files or {})}
    return load_artifact(write_artifact(target, document, files))


def _imported(foreign: Foreign, origin: Origin) -> dict[str, Any]:
    return {
        "kind": foreign.kind,
        "sha256": origin.sha256,
        "columns_named": foreign.columns is not None or len(inputs_of(foreign.graph)) > 1,
        "notes": list(foreign.notes),
    }
