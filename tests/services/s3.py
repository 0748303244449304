"""An object store with S3's protocol: moto, in this process."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from moto.server import ThreadedMotoServer

from headrace.cluster.ports import HOST, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, SECRET = "the-jobs", "only-the-processes-know-this"
REGION = "us-east-1"
VARIABLES = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION}


@dataclass(frozen=True)
class Bucket:
    """An empty bucket.

    Attributes:
        name: of it.
        endpoint: where its store is.
    """

    name: str
    endpoint: str

    def objects(self) -> list[str]:
        """Keys of the objects in it, sorted."""
        found = self._client().list_objects_v2(Bucket=self.name).get("Contents", [])
        return sorted(str(each["Key"]) for each in found)

    def create(self) -> None:
        """Make it."""
        self._client().create_bucket(Bucket=self.name)

    def _client(self) -> Any:
        login = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": SECRET, "region_name": REGION}
        return boto3.client("s3", endpoint_url=self.endpoint, **login)


@contextmanager
def bucket(name: str) -> Iterator[Bucket]:
    """A bucket, in a store of its own."""
    (port,) = free_ports(1)
    server = ThreadedMotoServer(ip_address=HOST, port=port, verbose=False)
    server.start()
    made = Bucket(name, f"http://{HOST}:{port}")
    try:
        made.create()
        yield made
    finally:
        server.stop()
