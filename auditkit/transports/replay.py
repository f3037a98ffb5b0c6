"""Replies that arrive in a file: recorded evidence asked again, without the host. Read by the same readers, so its facts are byte-equal.

One JSON object a line: probe, arg, command, way, code, root, truncated, account, at (ISO 8601), stdout, stderr (base64), and why and
cause where the command was ended before its time. Written by `auditkit replies`; secret replies are never in such a file.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from pydantic import Field

from auditkit.errors import Cause, TransportError
from auditkit.model import Question, Unknown
from auditkit.probing import Probe, Reply
from auditkit.transports.base import Brought, Context, Credential, Options, Target

LARGEST = 1 << 30  # bytes of a file


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One reply, as a line of the file."""

    probe: str
    arg: str
    command: str
    way: int
    code: int | None
    root: bool
    truncated: bool
    account: str
    at: str
    stdout: str
    stderr: str
    why: str = ""
    cause: Cause | None = None

    @classmethod
    def of(cls, probe: str, command: str, reply: Reply, cut: Unknown | None = None) -> Kept:
        """A reply to be written; its argument is its own. cut: what ended its command before its time: its bytes alone do not tell."""
        out, err = (base64.b64encode(b).decode() for b in (reply.stdout, reply.stderr))
        r = reply
        why, cause = (cut.why, cut.cause) if cut is not None else ("", None)
        return cls(probe, r.arg, command, r.way, r.code, r.root, r.truncated, r.account, r.at.isoformat(), out, err, why, cause)

    @property
    def trouble(self) -> Unknown | None:
        """What ended the command before its time."""
        return Unknown(self.why, cause=self.cause) if self.why else None

    def reply(self, key: bytes) -> Reply:
        """The reply again. Raises ValueError where a part of it is damaged."""
        out, err = (base64.b64decode(text, validate=True) for text in (self.stdout, self.stderr))
        return Reply(out, err, self.code, datetime.fromisoformat(self.at), self.account, self.arg, self.way, self.truncated, self.root, key)


class ReplayOptions(Options):
    """Options of `transport: replay`."""

    file: str = Field(min_length=1, description="file of recorded replies, as `auditkit replies` writes it")


class Replay:
    """See module."""

    name: ClassVar[str] = "replay"
    options: ClassVar[type[Options]] = ReplayOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Bring what the file holds; a probe it says nothing of stays not asked. Raises TransportError for a file that cannot be read."""
        options = target.options
        assert isinstance(options, ReplayOptions)
        wanted = {p.name: p for p in probes}
        for n, line in enumerate(_lines(Path(options.file)), 1):
            try:
                kept = msgspec.json.decode(line, type=Kept)
                reply = kept.reply(context.key)
            except (msgspec.DecodeError, binascii.Error, ValueError) as e:
                raise TransportError("not_understood", f"{options.file}:{n}: is no recorded reply: {e}") from e
            probe = wanted.get(kept.probe)
            if probe is not None and 0 <= kept.way < len(probe.commands):
                yield Brought(Question(target.id, kept.probe, kept.arg), kept.command, reply, kept.trouble)


def _lines(file: Path) -> Iterator[bytes]:
    try:
        if file.stat().st_size > LARGEST:
            raise TransportError("truncated", f"{file}: is larger than {LARGEST >> 30} GB")
        with file.open("rb") as f:
            yield from f
    except OSError as e:
        raise TransportError("unreachable", f"{file}: {e.strerror}") from e
