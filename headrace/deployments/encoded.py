"""What an author is about to write, tried out as readers will read it, who refuse the whole log otherwise.

Author side.
"""

from __future__ import annotations

import unicodedata

from headrace.deployments.record import DeploymentLogError, Record, decode_record, encode


class DeploymentRefusedError(DeploymentLogError):
    """Nothing was deployed."""


def encoded(record: Record) -> bytes:
    """A record as the content of its file.

    Raises:
        DeploymentRefusedError: a field is not what it has to be, or would change what a terminal shows.
    """
    try:
        content = encode(record)
        decode_record(content, "it")
        said = f"{record.author}{record.reason}{record.command}"
        wrong = next((char for char in said if unicodedata.category(char) == "Cc" and char not in "\n\t"), "")
    except (DeploymentLogError, ValueError, OverflowError) as error:
        raise DeploymentRefusedError(str(error.args[0]), "Nothing was deployed.") from error
    if wrong:
        raise DeploymentRefusedError(
            f"author or reason has the control character {wrong!r}, expected text", "Nothing was deployed."
        )
    return content
