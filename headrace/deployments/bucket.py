"""A deployment log in an S3 bucket, whose files are created by conditional writes.

Worker side: standard library only, until a log in S3 is opened; then boto3, which the extra ``s3`` installs.
"""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from headrace.deployments.record import DeploymentLogError, to_millis
from headrace.models.remote import without_account

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

INSTALL = "pip install 'headrace[s3]'"
FORM = "s3://bucket/deployments?endpoint_override=host:port&scheme=https&region=eu-west-1"
PARAMETERS = {"endpoint_override", "scheme", "region"}
PROBE = ".created-once"
"""An object that every author tries to create again: he is told so, or the store does not keep its word."""
PAUSES = (0.1, 0.3, 0.9)
"""Seconds between attempts while another write to the same name is under way."""
AT_ONCE = 8
_MARK = "created-by"


class Place(NamedTuple):
    """What a URI says.

    Args:
        bucket: its name.
        prefix: what the keys of the log start with; empty, or with a slash at its end.
        parameters: those of `PARAMETERS` that are given.
        account: user and password; None: those of the environment.
    """

    bucket: str
    prefix: str
    parameters: Mapping[str, str]
    account: tuple[str, str] | None


class Bucket:
    """A log in a bucket: see `headrace.deployments.store.Store`.

    Args:
        uri: ``s3://bucket/folder``, with ``endpoint_override``, ``scheme`` and ``region`` as parameters where the
            AWS environment does not say them; the account is that of the environment, or stands in the URI.

    Raises:
        DeploymentLogError: boto3 is missing, the URI is not of this form, or the AWS environment is incomplete.
    """

    def __init__(self, uri: str) -> None:
        self.home, self.location = uri, without_account(uri)
        self.accuracy = 500
        self._place = parse(uri)
        self._client = connect(self._place, self.location)

    def where(self, name: str) -> str:
        """The URI of an object, without parameters."""
        return f"s3://{self._place.bucket}/{self._place.prefix}{name}"

    def names(self) -> list[str]:
        """Names of all files; a hundred thousand are a hundred requests."""
        listing = self._client.get_paginator("list_objects_v2")
        pages = listing.paginate(Bucket=self._place.bucket, Prefix=self._place.prefix, Delimiter="/")
        with _reached():
            keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
        names = (key[len(self._place.prefix) :] for key in keys)
        return [name for name in names if name and not name.startswith(".")]

    def read(self, name: str) -> bytes | None:
        """The content of a file; None when it is not there."""
        with _reached():
            try:
                content: bytes = self._client.get_object(**self._at(name))["Body"].read()
            except self._client.exceptions.NoSuchKey:
                return None
        return content

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """The contents of files, eight at a time."""
        with ThreadPoolExecutor(AT_ONCE) as readers:
            return list(readers.map(self.read, names))

    def create(self, name: str, content: bytes) -> bool:
        """Create a file with its whole content, or return False because it is there already.

        A request whose answer was lost is sent again and then refused: the mark says whose the object is.
        """
        mark = secrets.token_hex(16)
        with _reached():
            if not self._refused(name, content, mark):
                return True
            found: dict[str, str] = self._client.get_object(**self._at(name))["Metadata"]
        return found.get(_MARK) == mark

    def clock(self) -> int:
        """What time it is there by the ``Date`` of an answer: full seconds, of which this is the middle.

        The answer is the one to a write that has to be refused, so a store that overwrites is found out here, before
        anything is written.
        """
        with _reached():
            refused = self._refused(PROBE, b"", "") or self._refused(PROBE, b"", "")
        if not refused:
            raise OSError(
                "it overwrites what is there: it does not know If-None-Match, so it can not keep a log"
            )
        date = refused["ResponseMetadata"]["HTTPHeaders"].get("date")
        if not date:
            raise OSError("its answers have no Date")
        return to_millis(parsedate_to_datetime(date)) + self.accuracy

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._place.bucket, "Key": f"{self._place.prefix}{name}"}

    def _refused(self, name: str, content: bytes, mark: str) -> dict[str, Any]:
        """Create an object; the answer that refuses it because it is there, empty when it was created."""
        for pause in (*PAUSES, 0.0):
            try:
                self._client.put_object(
                    **self._at(name), Body=content, IfNoneMatch="*", Metadata={_MARK: mark}
                )
            except self._client.exceptions.ClientError as error:
                answer: dict[str, Any] = error.response
                if _status(answer) == HTTPStatus.PRECONDITION_FAILED:
                    return answer
                if _status(answer) != HTTPStatus.CONFLICT:
                    raise
            else:
                return {}
            time.sleep(pause)
        raise OSError(
            f"other writes to {self.where(name)} got in the way of {len(PAUSES) + 1} attempts (409)"
        )


def parse(uri: str) -> Place:
    """Take a URI apart.

    Raises:
        DeploymentLogError: it is not of the form; nothing of what may be an account is said.

    >>> parse("s3://bucket/deployments?region=eu-west-1").prefix
    'deployments/'
    """
    try:
        parts = urlsplit(uri)
        given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        plain = bool(parts.hostname) and parts.port is None and "@" not in parts.path + parts.query
    except ValueError:
        plain = False
    if not plain or bool(parts.username) != bool(parts.password) or parts.fragment:
        raise _unlike("is no S3 URI", f"Expected {FORM}; in an account, percent-encode / + @ and the like.")
    wrong = sorted(given.keys() - PARAMETERS)
    if wrong or given.get("scheme", "http") not in {"http", "https"}:
        raise _unlike(
            f"has parameters that are not known: {', '.join(wrong) or 'scheme'}", f"Expected {FORM}."
        )
    account = (
        (unquote(parts.username), unquote(parts.password)) if parts.username and parts.password else None
    )
    folder = unquote(parts.path).strip("/")
    return Place(str(parts.hostname), f"{folder}/" if folder else "", given, account)


def connect(place: Place, location: str) -> Any:
    """A client of the place: gives up after seconds, as a worker that waits scores nothing.

    Raises:
        DeploymentLogError: boto3 is missing, or what the AWS environment says is incomplete.
    """
    try:
        import boto3
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise DeploymentLogError(f"deployment log {location} is in S3, which takes boto3", INSTALL) from error
    user, password = place.account or (None, None)
    region, endpoint = place.parameters.get("region"), place.parameters.get("endpoint_override")
    address = f"{place.parameters.get('scheme', 'https')}://{endpoint}" if endpoint else None
    try:
        session = boto3.session.Session(user, password, region_name=region)
        return session.client("s3", endpoint_url=address, config=_config())
    except (BotoCoreError, ValueError) as error:
        raise DeploymentLogError(
            f"deployment log {location} can not be opened: {type(error).__name__}",
            "Check the URI, and the AWS environment variables and files of this machine.",
        ) from None


def _config() -> Any:
    from botocore.config import Config

    return Config(
        connect_timeout=2,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 2},
        request_checksum_calculation="when_required",  # many stores do not know the newer checksums
        response_checksum_validation="when_required",
    )


@contextmanager
def _reached() -> Iterator[None]:
    """Whatever keeps an answer away is an OSError; what the libraries say may hold parts of an account."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        raise OSError(f"{error.operation_name} is answered with {_code(error.response)}") from None
    except (BotoCoreError, ResponseParserError) as error:
        raise OSError(type(error).__name__) from None


def _status(answer: Mapping[str, Any]) -> int:
    status: int = answer["ResponseMetadata"]["HTTPStatusCode"]
    return status


def _code(answer: Mapping[str, Any]) -> str:
    code, status = answer["Error"].get("Code", ""), str(_status(answer))
    return f"{code} ({status})" if code not in {"", status} else status


def _unlike(what: str, hint: str) -> DeploymentLogError:
    return DeploymentLogError(f"the URI of the deployment log {what}", hint)
