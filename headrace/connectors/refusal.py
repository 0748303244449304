"""What a Kafka client was told when it was refused, as a sentence and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SECRET = "KAFKA_SASL_JAAS_CONFIG"  # noqa: S105 -- the name of a variable
AUTHORITY = "KAFKA_SSL_CA"
"""Names the file of the certificates that the broker's must be signed by."""
_LOGIN = ("_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED")
_UNREACHED = ("_TRANSPORT", "_ALL_BROKERS", "_TIMED_OUT", "_RESOLVE")
_OTHER_PROTOCOL = "PLAINTEXT broker listener"


def refusal(client: Mapping[str, str], said: Iterable[Any]) -> HeadraceError:
    """The error for what a Kafka client was told, the most telling first; a password is in none of it.

    Args:
        client: the client's settings.
        said: errors of the client, in any order; at least one.
    """
    told = list(said)
    errors = {error.name(): error for error in told}
    servers = client.get("bootstrap.servers", "")
    for name in _LOGIN:
        if name in errors:
            hint = f"Look at KAFKA_SECURITY_PROTOCOL, KAFKA_SASL_MECHANISM and {SECRET}."
            return HeadraceError(f"the broker at {servers} refused the login: {errors[name].str()}", hint)
    if any(_OTHER_PROTOCOL in error.str() for error in told):
        return HeadraceError(
            f"the broker at {servers} does not speak TLS", "Look at KAFKA_SECURITY_PROTOCOL."
        )
    if "_SSL" in errors:
        return _not_trusted(client, errors["_SSL"].str())
    first = next(iter(errors.values()))
    if first.retriable() or first.name().startswith(_UNREACHED):
        asked = client.get("security.protocol", "PLAINTEXT")
        return HeadraceError(
            f"no broker answers at {servers}",
            f"Look at KAFKA_BOOTSTRAP_SERVERS; is one up, and does it speak {asked} (KAFKA_SECURITY_PROTOCOL)? "
            "headrace cluster up starts one here.",
        )
    return HeadraceError(f"the broker at {servers} refused: {first.str()}")


def _not_trusted(client: Mapping[str, str], said: str) -> HeadraceError:
    servers, authority = client.get("bootstrap.servers", ""), client.get("ssl.ca.location", "")
    if "certificate verify failed" not in said:
        return HeadraceError(f"the broker at {servers} and this client agree on no TLS: {said}")
    return HeadraceError(
        f"the broker at {servers} shows a certificate that nobody in {authority} has signed, or of another name",
        f"Set {AUTHORITY} to a PEM file with who signed it; call the broker by a name that stands in it.",
    )
