"""apcupsd's network information server: one question, one answer in blocks (apcupsd manual, "NIS Network Server Protocol")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from pydantic import Field

from auditkit.errors import TransportError
from auditkit.model import Question
from auditkit.probing import ApcStatus, Probe, Reply
from auditkit.transports.base import Brought, Context, Credential, Options, Sent, Target, now
from auditkit.transports.talk import Talk

MOST = 64 << 10
LONGEST_LINE = 1024


class ApcupsdOptions(Options):
    """Options of `transport: apcupsd`."""

    port: int = Field(default=3551, ge=1, le=65535, description="port of apcupsd's network server")
    connect_seconds: float = Field(default=15, gt=0, le=120, description="for the connection; seconds")
    host_seconds: float = Field(default=60, gt=0, le=600, description="for the answer; seconds")


class Apcupsd:
    """See module."""

    name: ClassVar[str] = "apcupsd"
    options: ClassVar[type[Options]] = ApcupsdOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask apcupsd. Raises TransportError."""
        options = target.options
        assert isinstance(options, ApcupsdOptions)
        for probe in (p for p in probes if isinstance(p.command, ApcStatus)):
            context.journal(Sent(now(), target.id, target.address, "", str(probe.command)))
            with Talk(target.address, options.port, options.connect_seconds, options.host_seconds, MOST) as talk:
                body = _status(talk)
            yield Brought(Question(target.id, probe.name, ""), str(probe.command), Reply(body, b"", 0, now(), key=context.key))


def _status(talk: Talk) -> bytes:
    """Blocks of a length in two bytes, the high one first; one of length 0 ends the answer. Raises TransportError."""
    talk.say(b"\x00\x06status")
    lines: list[bytes] = []
    while size := int.from_bytes(talk.block(2), "big"):
        if size > LONGEST_LINE:
            raise TransportError("not_understood", f"is no apcupsd: a line of {size} bytes is announced; check the port")
        lines.append(talk.block(size))
    return b"".join(lines)
