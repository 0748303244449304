"""Which settings are secrets, told by their names, and how they are shown."""

from __future__ import annotations

import re

HIDDEN = "…"
_NAME = re.compile(
    r"passw(?:or)?d|passphrase|secret|token|credential|jaas|api.?key|access.?key|private.?key|basic.?auth",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+(?=@)|(?<=password=)[^&\s]+", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether a setting of that name is for its owner only.

    >>> is_secret("POSTGRES_PASSWORD"), is_secret("s3.secret-key"), is_secret("KAFKA_TOPIC_PREFIX")
    (True, True, False)
    """
    return bool(_NAME.search(name))


def shown(name: str, value: str) -> str:
    """A setting's value for people: nothing of a secret, and an address without its login.

    >>> shown("POSTGRES_PASSWORD", "hidden"), shown("url", "jdbc:x://ann:pw@host/db?password=pw&user=ann")
    ('…', 'jdbc:x://…@host/db?password=…&user=ann')
    """
    return HIDDEN if is_secret(name) else without_login(value)


def without_login(text: str) -> str:
    """A text with the logins of addresses in it left out, as messages of others quote them.

    >>> without_login("no answer from jdbc:postgresql://ann:pw@db:5432/shop?user=ann&password=pw")
    'no answer from jdbc:postgresql://…@db:5432/shop?user=ann&password=…'
    """
    return _IN_ADDRESS.sub(HIDDEN, text)
