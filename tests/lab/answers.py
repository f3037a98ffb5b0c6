"""What `_offline.ps1` would write, by a double in Python: there is no Windows here, and the script was never run by a PowerShell.

Written after the lines of the script, not with the reader's code, so that a slip of the reader is not repeated. Its cryptography is
compared with openssl in tests/transports/test_answerfile.py, as is the reader's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


@dataclass(frozen=True, slots=True)
class Writer:
    """A script that was given away. key None: made without encryption."""

    client: str
    key: rsa.RSAPublicKey | None
    items: str
    bundle: str = "00112233aabb"
    fields: Mapping[str, object] = field(default_factory=dict)  # of the head, written otherwise

    def write(self, part: bytes, host: str = "SRV1", at: str = "2026-11-22T06:30:00Z", machine: str = "", **fields: object) -> bytes:
        """The bytes of an answer file whose inside is `part`."""
        head = {
            "client": self.client, "bundle": self.bundle, "key": self._fingerprint(), "tool": "auditkit 0.1.0", "items": self.items,
            "form": "rsa aes" if self.key else "plain", "system": "windows", "host": host, "domain": "corp.example",
            "machine": machine or f"guid-of-{host}", "account": "NT AUTHORITY\\SYSTEM", "at": at, **self.fields, **fields,
        }  # fmt: skip
        secret = os.urandom(64)
        wrapped, body = b"-", part
        if self.key is not None:
            wrapped = base64.b64encode(self.key.encrypt(secret, padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)))
            body = _aes(secret[:32], part)
        text = base64.b64encode(body)
        rows = b"".join(text[n : n + 76] + b"\n" for n in range(0, len(text), 76))
        whole = b"AUDITKIT-ANSWER 1\n" + json.dumps(head).encode() + b"\n" + wrapped + b"\nPART stdout\n" + rows
        tag = hmac.new(secret[32:], whole, hashlib.sha256).hexdigest() if self.key else hashlib.sha256(whole).hexdigest()
        return whole + b"END " + tag.encode() + b"\n"

    def _fingerprint(self) -> str:
        if self.key is None:
            return ""
        der = self.key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()


def _aes(key: bytes, text: bytes) -> bytes:
    start, room = os.urandom(16), 16 - len(text) % 16
    closed = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return start + closed.update(text + bytes([room]) * room) + closed.finalize()
