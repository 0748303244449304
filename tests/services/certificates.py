"""An authority that lives for a test, and what it signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from headrace.cluster.broker import Certificate
from headrace.cluster.ports import HOST

if TYPE_CHECKING:
    from pathlib import Path

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Somebody who signs.

    Args:
        name: of it.
        folder: where it lays what it signs.
    """

    name: str
    folder: Path

    def certificate(self) -> Certificate:
        """What a broker on this machine shows."""
        key, mine = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        issuer = _named(self.name)
        own = _of(issuer, issuer, mine.public_key()).add_extension(x509.BasicConstraints(True, None), True)
        signed = _of(_named("broker"), issuer, key.public_key()).add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False
        )
        made = Certificate(self.folder / f"{self.name}-broker.pem", self.folder / f"{self.name}.pem")
        made.authority.write_bytes(_pem(own.sign(mine, hashes.SHA256())))
        made.chain.touch(mode=0o600)
        made.chain.write_bytes(_key(key) + _pem(signed.sign(mine, hashes.SHA256())))
        return made


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _of(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    return x509.CertificateBuilder(
        issuer, subject, key, x509.random_serial_number(), now - A_DAY, now + A_DAY
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
