"""TLS of a cluster: what its processes show, whom they trust, and what headrace shows them, from one folder."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

KEYSTORE = "cluster.p12"
TRUSTSTORE = "authority.p12"
PASSWORD = "password"  # noqa: S105 -- the name of a file
CLIENT = "client.pem"
AUTHORITY = "authority.pem"
SECRET = (KEYSTORE, PASSWORD, CLIENT)
CIPHERS = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
"""For keys of either kind; Flink's own list is for RSA alone."""


@dataclass(frozen=True)
class Certificates:
    """A folder with certificates; whoever signs them decides who may use the cluster.

    Args:
        folder: holds ``cluster.p12`` (key and certificate of the cluster's processes, valid for 127.0.0.1),
            ``authority.p12`` and ``authority.pem`` (whose signature is trusted), ``password`` (of both stores, one
            line) and ``client.pem`` (key, not encrypted, and certificate of who uses the commands).
    """

    folder: Path

    def require(self) -> None:
        """Refuse a folder in which something is missing, or that lets others read its secrets.

        Raises:
            HeadraceError: names the file.
        """
        files = [self.folder / name for name in (*SECRET, TRUSTSTORE, AUTHORITY)]
        missing = [str(path) for path in files if not path.is_file()]
        if missing:
            raise HeadraceError(f"there is no {', '.join(missing)}", "docs/cluster.md says how to make them.")
        exposed = [str(self.folder / name) for name in SECRET if (self.folder / name).stat().st_mode & 0o077]
        if exposed:
            raise HeadraceError(f"others may read {', '.join(exposed)}", f"chmod 600 {' '.join(exposed)}")

    def flink_options(self) -> dict[str, str]:
        """Options with which Flink speaks TLS only, to clients and among its processes, and both sides show theirs.

        Raises:
            HeadraceError: as `require`.
        """
        self.require()
        password = (self.folder / PASSWORD).read_text(encoding="utf-8").strip()
        stores = {
            "keystore": str(self.folder / KEYSTORE),
            "keystore-password": password,
            "key-password": password,
            "truststore": str(self.folder / TRUSTSTORE),
            "truststore-password": password,
        }
        scopes = ("rest", "internal")
        return {
            **{f"security.ssl.{scope}.enabled": "true" for scope in scopes},
            "security.ssl.rest.authentication-enabled": "true",
            "security.ssl.algorithms": CIPHERS,
            **{f"security.ssl.{scope}.{name}": value for scope in scopes for name, value in stores.items()},
        }

    def context(self) -> ssl.SSLContext:
        """What headrace's own requests show, and whom they trust.

        Raises:
            HeadraceError: as `require`, and when a file holds no certificate.
        """
        self.require()
        try:
            context = ssl.create_default_context(cafile=str(self.folder / AUTHORITY))
            context.load_cert_chain(self.folder / CLIENT)
        except ssl.SSLError as error:
            raise HeadraceError(
                f"{self.folder}: {AUTHORITY} or {CLIENT} is no certificate: {error.reason}"
            ) from error
        return context
