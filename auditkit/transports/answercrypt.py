"""How an answer of the offline script is closed, and opened again by the one who holds the private key.

A random secret of 64 bytes is wrapped by RSA-OAEP (PKCS #1 v2.2, SHA-1 and MGF1: what .NET 2.0 and OpenSSL 1.0 both have); its first
half encrypts (AES-256-CBC, PKCS #7), its second half authenticates all of the file (HMAC-SHA256, RFC 2104). Two writers, two forms:

- ``rsa aes``: .NET; the secret is raw; a part is the IV and what was encrypted.
- ``rsa openssl``: the command openssl; the secret is 128 hex digits, the first 64 of them are the pass phrase of ``openssl enc -md sha256``
  (a part is "Salted__", 8 bytes of salt, and what was encrypted; key and IV are EVP_BytesToKey, one round), the others the HMAC key.
- ``plain``: nothing is closed; the end carries a SHA-256 alone.

The key proves that the file is as it left its writer. It does not prove who wrote it: whoever has the script has the public key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

Form = Literal["rsa aes", "rsa openssl", "plain"]
BITS = 3072
BLOCK = 16
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # the padding of .NET 2.0; OAEP does not rest on collisions


class Closed(Exception):
    """These bytes do not open: wrong key, or damaged."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What a script carries. fingerprint: SHA-256 of SubjectPublicKeyInfo, hex. xml: for .NET's FromXmlString. pem: for openssl."""

    fingerprint: str
    xml: str
    pem: str


def new_key() -> str:
    """A private key as PEM (PKCS #8)."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def loaded(pem: str) -> rsa.RSAPrivateKey:
    """The private key in a PEM. Raises Closed."""
    try:
        found = serialization.load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError) as e:
        raise Closed("the key of the bundle in the vault is no private key") from e
    if not isinstance(found, rsa.RSAPrivateKey):
        raise Closed("the key of the bundle in the vault is no RSA key")
    return found


def public(key: rsa.RSAPrivateKey) -> PublicKey:
    """Its public half."""
    half, numbers = key.public_key(), key.public_key().public_numbers()
    der = half.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pem = half.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    parts = (f"<{name}>{_b64(number)}</{name}>" for name, number in (("Modulus", numbers.n), ("Exponent", numbers.e)))
    return PublicKey(hashlib.sha256(der).hexdigest(), f"<RSAKeyValue>{''.join(parts)}</RSAKeyValue>", pem)


def _b64(number: int) -> str:
    return base64.b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()


@dataclass(frozen=True, slots=True)
class Secret:
    """The opened secret of one file."""

    form: Form
    encrypts: bytes
    authenticates: bytes

    def tag(self, text: bytes) -> str:
        """What must stand at the end of a file that begins with this text."""
        if self.form == "plain":
            return hashlib.sha256(text).hexdigest()
        return hmac.new(self.authenticates, text, hashlib.sha256).hexdigest()

    def open(self, part: bytes) -> bytes:
        """A part of the file -> what was written into it. Raises Closed."""
        if self.form == "plain":
            return part
        key, iv, body = (self.encrypts, part[:BLOCK], part[BLOCK:]) if self.form == "rsa aes" else self._derived(part)
        if len(iv) != BLOCK or not body or len(body) % BLOCK:
            raise Closed("a part of it is not whole")
        undo = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        strip = PKCS7(8 * BLOCK).unpadder()
        try:
            return strip.update(undo.update(body) + undo.finalize()) + strip.finalize()
        except ValueError as e:
            raise Closed("a part of it does not open") from e

    def _derived(self, part: bytes) -> tuple[bytes, bytes, bytes]:
        """Key and IV of `openssl enc` (EVP_BytesToKey(3), SHA-256, count 1)."""
        if not part.startswith(b"Salted__"):
            raise Closed("a part of it was not written by openssl enc")
        salt, made, last = part[8:16], b"", b""
        while len(made) < 32 + BLOCK:
            last = hashlib.sha256(last + self.encrypts + salt).digest()
            made += last
        return made[:32], made[32 : 32 + BLOCK], part[16:]


def unwrapped(form: Form, wrapped: bytes, key: rsa.RSAPrivateKey | None) -> Secret:
    """The secret of a file. Raises Closed: it was wrapped for another key, or is damaged."""
    if form == "plain":
        return Secret(form, b"", b"")
    if key is None:
        raise Closed("it is encrypted, and there is no key")
    try:
        held = key.decrypt(wrapped, _OAEP)
    except ValueError as e:
        raise Closed("its key does not open") from e
    if form == "rsa aes" and len(held) == 64:
        return Secret(form, held[:32], held[32:])
    if form == "rsa openssl" and len(held) == 128 and not held.strip(b"0123456789abcdef"):
        return Secret(form, held[:64], bytes.fromhex(held[64:].decode()))
    raise Closed("its key is of another form")
