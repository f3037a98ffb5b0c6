"""The names in a certificate that a port showed. Nothing of it was verified: it is what the device says of itself."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509 as lib


@dataclass(frozen=True, slots=True)
class Shown:
    """names: subjectAltName (DNS names and addresses) in order, then the common name; lower case, without doubles."""

    sha256: str
    names: tuple[str, ...]
    issuer: str
    not_after: datetime
    self_signed: bool


def shown(der: bytes) -> Shown:
    """Read it (RFC 5280). Raises ValueError where it is damaged."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old devices break rules of today
            read = x509.load_der_x509_certificate(der)
            names = dict.fromkeys([*_alternative(read), *_common(read)])
            return Shown(hashlib.sha256(der).hexdigest(), tuple(names), read.issuer.rfc4514_string(), read.not_valid_after_utc,
                         read.subject == read.issuer)  # fmt: skip
    except (UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension) as e:
        raise ValueError(f"a certificate that cannot be read: {e}") from e


def _alternative(read: lib.Certificate) -> list[str]:
    from cryptography import x509

    try:
        found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    names = [n.lower() for n in found.get_values_for_type(x509.DNSName)]
    return [*names, *map(str, found.get_values_for_type(x509.IPAddress))]


def _common(read: lib.Certificate) -> list[str]:
    from cryptography.x509.oid import NameOID

    return [str(a.value).lower() for a in read.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
