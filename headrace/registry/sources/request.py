"""What is to be read, and what reading it may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.digest import sha256_of
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from headrace.models.definition import ModelDefinition


class ImportRefusedError(HeadraceError):
    """A file can not be read as a model, or must not be."""


@dataclass(frozen=True)
class Request:
    """What a model is read for.

    Args:
        definition: whose features it has to take.
        inputs: real rows, float64, named, in the definition's order.
        allow_pickle: whether a pickle may be loaded, which runs what is in it.
        sha256: what the file's hash has to be; None: any, which is not enough for a pickle.
    """

    definition: ModelDefinition
    inputs: pd.DataFrame
    allow_pickle: bool = False
    sha256: str | None = None

    def verify(self, path: Path) -> str:
        """SHA-256 of a file.

        Raises:
            ImportRefusedError: it is not the one that was named.
        """
        found = sha256_of(path)
        if self.sha256 and found != self.sha256.lower():
            raise ImportRefusedError(
                f"SHA-256 of {path} is {found}, expected {self.sha256.lower()}",
                "Get the file again from where it was made, or name the hash of the one that is meant.",
            )
        return found
