"""Certificates of the lab: an authority, and whatever server certificate a test wants of it."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _keep(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    file.touch(mode=0o600)  # samba refuses a key that others can read
    file.write_bytes(pem)


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority in a folder, made on first use."""

    folder: Path

    @property
    def file(self) -> Path:
        """Its certificate (PEM)."""
        return self.folder / "ca.pem"

    def _made(self) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        private = self.folder / "ca.key"
        if not private.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            key = ec.generate_private_key(ec.SECP256R1())
            now = dt.datetime.now(dt.UTC)
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            certificate = (
                x509.CertificateBuilder().subject_name(_name("Lab CA")).issuer_name(_name("Lab CA")).public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - dt.timedelta(days=900)).not_valid_after(now + dt.timedelta(days=900))
                .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).add_extension(usage, critical=True)
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
                .sign(key, hashes.SHA256())
            )  # fmt: skip
            self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
            _keep(private, key)
        loaded = serialization.load_pem_private_key(private.read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(self.file.read_bytes()), loaded

    def issue(self, folder: Path, name: str, address: str, days: tuple[int, int] = (-1, 30)) -> None:
        """cert.pem, key.pem and ca.pem in that folder, for a name and an address, valid from and until so many days from now."""
        issuer, key = self._made()
        own = ec.generate_private_key(ec.SECP256R1())
        now = dt.datetime.now(dt.UTC)
        names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address(address))]
        made = (
            x509.CertificateBuilder().subject_name(_name(name)).issuer_name(issuer.subject).public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + dt.timedelta(days=days[0])).not_valid_after(now + dt.timedelta(days=days[1]))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (folder / "ca.pem").write_bytes(self.file.read_bytes())
        _keep(folder / "key.pem", own)
