"""PEM certificates into facts; nothing but public blocks is ever asked for. No probe of its own."""

from __future__ import annotations

import base64
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditkit.model.shared.services import Certificate
from auditkit.probing import NotUnderstood

if TYPE_CHECKING:
    from cryptography import x509 as lib

# Words before CERTIFICATE: PEM_STRING_X509_OLD and PEM_STRING_X509_TRUSTED of OpenSSL (x509(1ssl), -trustout)
_BLOCK = re.compile(r"-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----([^-]*)-----END \1-----")
_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*CERTIFICATE-----")


def certificates(text: str, source: str, in_use: bool | None) -> Iterator[Certificate]:
    """Each block once, in order. Raises NotUnderstood for a block that is damaged or not ended."""
    if count(text) != len(blocks := _BLOCK.findall(text)):
        raise NotUnderstood("a certificate begins and does not end, or is of an unknown kind")
    for position, (kind, body) in enumerate(dict.fromkeys(blocks)):
        yield _certificate(body, kind.startswith("TRUSTED"), source, position, in_use)


def count(text: str) -> int:
    """How many certificates begin there, of whatever kind."""
    return len(_BEGIN.findall(text))


def _certificate(body: str, trusted: bool, source: str, position: int, in_use: bool | None) -> Certificate:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old certificates break rules of today: that is for the checks to say
            der = base64.b64decode("".join(body.split()), validate=True)
            read = x509.load_der_x509_certificate(_first(der) if trusted else der)
            kind, bits = _key(read)
            hashed = read.signature_hash_algorithm
            return Certificate(
                source=source,
                position=position,
                subject=read.subject.rfc4514_string(),
                issuer=read.issuer.rfc4514_string(),
                names=_names(read),
                not_before=read.not_valid_before_utc,
                not_after=read.not_valid_after_utc,
                self_signed=read.subject == read.issuer,
                ca=_is_ca(read),
                fingerprint_sha256=read.fingerprint(SHA256()).hex(),
                serial_number=f"{read.serial_number:x}",
                key_kind=kind,
                key_bits=bits,
                signature_hash=hashed.name if hashed else "",
                in_use=in_use,
            )
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension) as e:
        raise NotUnderstood(f"{source}: certificate {position + 1} is damaged or of an unknown kind") from e


def _first(der: bytes) -> bytes:
    """The certificate alone: behind it OpenSSL keeps what it is trusted for. X.690, 8.1.3: the length of the outer sequence.

    >>> _first(b"\\x30\\x02ab more"), _first(b"\\x30\\x81\\x02ab more")
    (b'0\\x02ab', b'0\\x81\\x02ab')
    """
    wide = der[1] & 0x7F if der[1] & 0x80 else 0
    return der[: 2 + wide + (int.from_bytes(der[2 : 2 + wide], "big") if wide else der[1])]


def _key(read: lib.Certificate) -> tuple[str, int | None]:
    """Kind and length of the public key; a kind this program cannot open (GOST) is named by its OID, without a length."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        key = read.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return read.public_key_algorithm_oid.dotted_string, None
    kind = type(key).__name__.strip("_").removesuffix("PublicKey")
    return {"EllipticCurve": "EC"}.get(kind, kind), getattr(key, "key_size", None)


def _names(read: lib.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = [n.lower() for n in found.get_values_for_type(x509.DNSName)]
    return (*names, *map(str, found.get_values_for_type(x509.IPAddress)))


def _is_ca(read: lib.Certificate) -> bool:
    from cryptography import x509

    try:
        return bool(read.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False
