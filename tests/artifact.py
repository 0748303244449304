"""A small model of the fraud case, made anew for the tests: payments above about 100 are fraud."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headrace.models.definition import ScoreThreshold, load_definition
from headrace.models.training import Provenance, train
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.definition import ModelDefinition

VERSION = "fraud-test"
ROWS = 400


def make_artifact(target: Path, version: str = VERSION, threshold: float = 0.5) -> Path:
    """Train the fraud model on events of which the dear ones are fraud; returns the artifact's folder."""
    definition = replace(load_definition(ROOT, "fraud"), policy=ScoreThreshold(threshold))
    provenance = Provenance(feature_sql_sha256="0" * 64, source="tests")
    return train(definition, make_frame(definition), None, target, provenance, version=version).path


def make_frame(definition: ModelDefinition) -> pd.DataFrame:
    """Events with random features; label 1 where the amount is above 100."""
    draw = np.random.RandomState(0)
    columns: dict[str, object] = {
        feature.name: draw.uniform(0, 200, ROWS) if feature.type == "DOUBLE" else draw.randint(0, 2, ROWS)
        for feature in definition.features
    }
    for name in definition.other_columns:
        columns[name] = np.arange(ROWS)
    columns[definition.event_time] = pd.date_range("2018-05-01", periods=ROWS, freq="min", tz="UTC")
    columns[definition.label] = (np.asarray(columns["amount"]) > 100).astype(int)
    return pd.DataFrame(columns)
