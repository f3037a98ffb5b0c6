"""An answer file of the offline script: text, believed only as a whole.

::

    AUDITKIT-ANSWER 1
    {"client": "acme", "bundle": "3f2a…", …}      who asked, and who answers: `Head`
    <the wrapped secret in base64, or ->
    PART stdout                                    then base64, closed by the secret
    PART stderr                                    (Linux)
    END <HMAC-SHA256 of all bytes before this line, 64 hex digits; of a plain file its SHA-256>

What is inside `stdout` (and `stderr`) is what an online collection would have received: of Windows the framed answer of the collecting
script, of Linux the two framed streams.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import stat
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from auditkit.transports.answercrypt import Closed, Form, Secret, unwrapped

SUFFIX = ".answer"
MAGIC = b"AUDITKIT-ANSWER 1"
LARGEST = 32 << 20  # bytes of a file; a server with much to tell answers with less than one megabyte
HEAD_BYTES = 32 << 10
System = Literal["windows", "linux"]
Why = Literal["no_file", "too_large", "no_answer", "cut", "edited", "damaged", "other_client", "other_key", "plain",
              "again", "older", "unreadable"]
WHYS: tuple[Why, ...] = get_args(Why)


class Refused(Exception):
    """A file that is not taken. why: a word that the program says in the reader's language; said: details, perhaps of the file."""

    def __init__(self, why: Why, said: str = "") -> None:
        super().__init__(f"{why}: {said}" if said else why)
        self.why: Why = why
        self.said = said


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who asked: client, bundle, key (fingerprint, "" = plain), tool, items. Who answers: host, domain, machine, account, at.

    machine: an id of the installed system (MachineGuid, /etc/machine-id). items: what the script asks, and a digest of how:
    "linux.os_release=1f0c…,…" or sections of the collecting script. packed: its streams went through gzip.
    """

    client: str
    bundle: str
    key: str
    tool: str
    items: str
    system: System
    host: str
    domain: str
    machine: str
    account: str
    at: datetime
    form: Form
    packed: bool = False

    @property
    def asked(self) -> dict[str, str]:
        """What was asked -> the digest of how, in its order."""
        return dict(item.split("=", 1) for item in self.items.split(",") if "=" in item)

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What makes two files answers of one host. A machine that was copied has its own name, one renamed counts as another."""
        return self.system, self.host.lower(), self.domain.lower(), self.machine.lower()


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A file that is whole and was made for this client. sha256: of all its bytes."""

    head: Head
    sha256: str
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens the answers of one client. plain: bundles made without encryption, whose answers alone may be plain. most: bytes unpacked."""

    client: str
    key: RSAPrivateKey | None
    fingerprint: str
    plain: frozenset[str] = frozenset()
    most: int = 64 << 20

    def open(self, place: Path) -> AnswerFile:
        """Raises Refused. Reads at most `LARGEST` bytes, from a regular file alone."""
        raw = _bytes(place)
        lines = raw.split(b"\n", 3)
        if lines[0] == MAGIC + b"\r":
            raise Refused("edited", "its ends of line are others: copy it as it is (binary)")
        if lines[0] != MAGIC:
            raise Refused("no_answer")
        if len(lines) < 4:
            raise Refused("cut")
        head = self._mine(_head(lines[1]))
        body, _, end = raw.rpartition(b"\nEND ")
        if not body or len(end) < 65:
            raise Refused("cut")
        if end[64:] != b"\n":
            raise Refused("edited")
        try:
            secret = unwrapped(head.form, b"" if head.form == "plain" else base64.b64decode(lines[2], validate=True), self.key)
        except (Closed, binascii.Error) as e:
            raise Refused("edited", str(e)) from e
        if not hmac.compare_digest(secret.tag(body + b"\n").encode(), end[:64]):
            raise Refused("edited")
        parts = _parts(lines[3][: len(body) - sum(len(line) + 1 for line in lines[:3])], secret)
        if "stdout" not in parts or (head.system == "linux") != ("stderr" in parts):
            raise Refused("damaged", "a part of it is missing")
        out, err = (self._unpacked(parts.get(name, b""), head.packed and name in parts) for name in ("stdout", "stderr"))
        return AnswerFile(head, hashlib.sha256(raw).hexdigest(), out, err)

    def _mine(self, head: Head) -> Head:
        if head.client != self.client:
            raise Refused("other_client", head.client[:64])
        if head.form == "plain" and head.bundle not in self.plain:
            raise Refused("plain")
        if head.form != "plain" and head.key != self.fingerprint:
            raise Refused("other_key", head.key[:16])
        return head

    def _unpacked(self, data: bytes, packed: bool) -> bytes:
        if not packed:
            return data
        unpacker = zlib.decompressobj(wbits=31)
        try:
            out = unpacker.decompress(data, self.most + 1)
        except zlib.error as e:
            raise Refused("damaged", "what was packed does not unpack") from e
        if len(out) > self.most:
            raise Refused("too_large", f"{self.most >> 20} MB")
        if not unpacker.eof or unpacker.unused_data:
            raise Refused("damaged", "what was packed is not whole")
        return out


def _bytes(place: Path) -> bytes:
    try:
        # Neither a link out of the folder nor a pipe that never ends.
        number = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as e:
        raise Refused("no_file" if place.is_symlink() else "unreadable", e.strerror or "") from e
    try:
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            raise Refused("no_file")
        if about.st_size > LARGEST:
            raise Refused("too_large", f"{LARGEST >> 20} MB")
        with os.fdopen(number, "rb", closefd=False) as f:
            raw = f.read(LARGEST + 1)
    except OSError as e:
        raise Refused("unreadable", e.strerror or "") from e
    finally:
        os.close(number)
    if len(raw) > LARGEST:
        raise Refused("too_large", f"{LARGEST >> 20} MB")
    return raw


def _head(line: bytes) -> Head:
    if len(line) > HEAD_BYTES:
        raise Refused("edited", "its second line is no head")
    try:
        head = msgspec.json.decode(line, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise Refused("edited", "its second line is no head") from e
    if head.at.tzinfo is None or not head.host:
        raise Refused("edited", "its head does not say who answers, and when")
    return msgspec.structs.replace(head, at=head.at.astimezone(UTC))


def _parts(text: bytes, secret: Secret) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    for piece in text.removeprefix(b"PART ").split(b"\nPART "):
        name, _, body = piece.partition(b"\n")
        if name not in (b"stdout", b"stderr") or name.decode() in parts:
            raise Refused("damaged", "a part of it has no name")
        try:
            parts[name.decode()] = secret.open(base64.b64decode(b"".join(body.split()), validate=True))
        except (Closed, binascii.Error) as e:
            raise Refused("damaged", str(e)) from e
    return parts
