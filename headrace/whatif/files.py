"""Where results of replays are kept, and how they are read again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pydantic import ValidationError

from headrace.whatif.report import render
from headrace.whatif.result import FORMAT, WhatIf, WhatIfError

if TYPE_CHECKING:
    from pathlib import Path

FOLDER, RESULT, PAGE = "whatif", "whatif.json", "whatif.html"


def folder_of(data: Path, version: str, threshold: float | None = None) -> Path:
    """Where the result of a version belongs: beside that at another threshold, never in its place.

    Args:
        data: the data folder.
        version: name of the version.
        threshold: one that is not its own.
    """
    return data / FOLDER / (version if threshold is None else f"{version}-at-{threshold:.9g}")


def keep(found: WhatIf, folder: Path) -> Path:
    """Write result and page, each whole or not at all, over earlier ones.

    Returns:
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / RESULT, found.model_dump_json(indent=2) + "\n")
    return _write(folder / PAGE, render(found))


def read_result(path: Path) -> WhatIf:
    """Read a result.

    Raises:
        WhatIfError: there is none, or it is of another format.
    """
    try:
        return WhatIf.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WhatIfError(
            f"{path}: no result of a replay: {error.strerror}", "headrace whatif makes it."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise WhatIfError(
            f"{path} is no result of headrace whatif of format {FORMAT}: {where}: {first['msg']}",
            "Make it again with headrace whatif.",
        ) from error


def _write(path: Path, text: str) -> Path:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    return unfinished.replace(path)
