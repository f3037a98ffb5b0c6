"""Network UPS Tools over the network (RFC 9271): LIST UPS, LIST VAR of each; no login, nothing is set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from pydantic import Field

from auditkit.errors import TransportError
from auditkit.model import Question
from auditkit.probing import Probe, Reply, UpsVariables
from auditkit.text import decode, one_line
from auditkit.transports.base import Brought, Context, Credential, Options, Sent, Target, now
from auditkit.transports.talk import Talk

MOST = 1 << 20
LARGEST_LIST = 256  # power supplies of one server


class NutOptions(Options):
    """Options of `transport: nut`."""

    port: int = Field(default=3493, ge=1, le=65535, description="port of upsd")
    connect_seconds: float = Field(default=15, gt=0, le=120, description="for the connection; seconds")
    host_seconds: float = Field(default=60, gt=0, le=600, description="for all answers; seconds")


class Nut:
    """See module."""

    name: ClassVar[str] = "nut"
    options: ClassVar[type[Options]] = NutOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask a NUT server. Raises TransportError; what was yielded before stays."""
        options = target.options
        assert isinstance(options, NutOptions)
        asked = [p for p in probes if isinstance(p.command, UpsVariables)]
        if not asked:
            return
        with Talk(target.address, options.port, options.connect_seconds, options.host_seconds, MOST) as talk:
            context.journal(Sent(now(), target.id, target.address, "", "nut LIST UPS"))
            names, words = _names(talk)
            for probe in asked:
                for name in names:
                    context.journal(Sent(now(), target.id, target.address, "", f"nut LIST VAR {name}"))
                    body, said = _list(talk, f"LIST VAR {name}")
                    reply = Reply(body, said, 1 if said else 0, now(), "", name, key=context.key)
                    yield Brought(Question(target.id, probe.name, name), str(probe.command), reply)
                listed = Reply("".join(f"{n}\n" for n in names).encode(), words, 1 if words else 0, now(), "", "*", key=context.key)
                yield Brought(Question(target.id, probe.name, "*"), str(probe.command), listed)
            talk.say(b"LOGOUT\n")


def _names(talk: Talk) -> tuple[list[str], bytes]:
    """Names of the supplies, or what the server said instead. Raises TransportError where it is no NUT server."""
    body, said = _list(talk, "LIST UPS")
    names: list[str] = []
    for line in decode(body).splitlines():
        words = line.split(" ")
        if words[0] != "UPS" or len(words) < 2:
            raise TransportError("not_understood", f"is no NUT server: {one_line(line, 80)}")
        names.append(words[1])
    if len(names) > LARGEST_LIST:
        raise TransportError("truncated", f"more than {LARGEST_LIST} power supplies are listed")
    return names, said


def _list(talk: Talk, what: str) -> tuple[bytes, bytes]:
    """(lines between BEGIN and END, b"") or (b"", ERR …) (RFC 9271, 4.2.5). Raises TransportError."""
    talk.say(what.encode() + b"\n")
    first = talk.line()
    if first.startswith(b"ERR "):
        return b"", first
    if first != b"BEGIN " + what.encode():
        raise TransportError("not_understood", f"is no NUT server: it answers {one_line(decode(first), 80)!r} to {what}; check the port")
    lines: list[bytes] = []
    while (line := talk.line()) != b"END " + what.encode():
        lines.append(line + b"\n")
    return b"".join(lines), b""
