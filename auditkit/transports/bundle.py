"""Replies that arrive in an answer file of the offline script: read by the same readers as an online collection, so facts are byte-equal.

Never written in targets.yaml: `auditkit bundle read` makes a target of every file it takes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from auditkit.errors import TransportError
from auditkit.model import Question, Unknown
from auditkit.probing import Command, PowerShell, Probe, Shell
from auditkit.transports.answerfile import AnswerFile, Opener, Refused
from auditkit.transports.base import Brought, Context, Credential, Options, Sent, Target
from auditkit.transports.powershell import text_of
from auditkit.transports.powershellanswer import Cut, read, replies
from auditkit.transports.shell import ask_all

OPENER = "bundle.opener"  # key of Context.extra
_NONCE = re.compile(rb"(?m)^N=([0-9a-f]{16})$")
_FIRST = re.compile(rb"\n([0-9a-f]{16}) plain\n")
CHUNK = 1 << 20


class BundleOptions(Options):
    """Options of the transport: the file, as it was looked at."""

    file: str = Field(min_length=1, description="an answer file")
    sha256: str = Field(default="", description="of its bytes when it was looked at")


def way_of(probe: Probe[Any]) -> str:
    """A digest of how a probe asks: a script made before that was changed does not answer today's probe."""
    told = hashlib.sha256()
    for command in (*probe.commands, probe.each):
        told.update(_said(command).encode() + b"\0")
    return told.hexdigest()[:12]


def _said(command: Command | None) -> str:
    match command:
        case PowerShell():
            return text_of(command.section)
        case Shell():
            return f"{command.line}\0{command.root}{command.root_helps}"
    return str(command)


class Bundle:
    """See module."""

    name: ClassVar[str] = "bundle"
    options: ClassVar[type[Options]] = BundleOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Bring what the file holds. Raises TransportError for a file that is not as it was looked at, or not whole inside."""
        options = target.options
        assert isinstance(options, BundleOptions)
        opener: Opener = context.extra[OPENER]
        try:
            answer = opener.open(Path(options.file))
        except Refused as e:
            raise TransportError("not_understood", f"{options.file}: {e}") from e
        if options.sha256 and answer.sha256 != options.sha256:
            raise TransportError("not_understood", f"{options.file}: was changed while it was read")
        yield from brought(answer, target, probes, context)


def brought(answer: AnswerFile, target: Target, probes: Sequence[Probe[Any]], context: Context) -> Iterator[Brought]:
    """What an answer says to these probes. Raises TransportError where it is not whole inside."""
    head = answer.head
    asked = head.asked
    current = [p for p in probes if asked.get(p.name) == way_of(p)]
    for probe in probes:
        if probe not in current:
            how = "otherwise than today" if probe.name in asked else "not at all"
            why = Unknown(f"not asked: the offline script (bundle {head.bundle}) asked this {how}; make it anew", cause="truncated")
            yield Brought(Question(target.id, probe.name, "*" if probe.many else ""), str(probe.command), None, why)
    journal = _journal(answer, target, context)
    journal(Sent(head.at, target.id, target.address, head.account, f"answer file {Path(_file(target)).name}, sha256 {answer.sha256}"))
    if head.system == "windows":
        yield from _windows(answer, target, current, replace(context, journal=journal))
    else:
        yield from _linux(answer, target, current, replace(context, journal=journal))


def _file(target: Target) -> str:
    return target.options.file if isinstance(target.options, BundleOptions) else ""


def _journal(answer: AnswerFile, target: Target, context: Context) -> Callable[[Sent], None]:
    """What was sent stands in the journal with the time and the account of the run, not of this reading."""
    head = answer.head

    def told(sent: Sent) -> None:
        context.journal(Sent(head.at, target.id, target.address, head.account, f"offline script, bundle {head.bundle}: {sent.what}"))

    return told


def _windows(answer: AnswerFile, target: Target, probes: Sequence[Probe[Any]], context: Context) -> Iterator[Brought]:
    try:
        found = read(answer.stdout, context.host_bytes)
    except Cut as e:
        raise TransportError("truncated", f"{_file(target)}: {e}") from e
    told = "\n".join(f"{p.name}: {p.command}" for p in probes)
    context.journal(Sent(answer.head.at, target.id, target.address, found.account, told))
    yield from replies(found, probes, target.id, answer.head.at, context.key)


class Recorded:
    """Two recorded streams in the place of a running script: what is sent is not run, its nonce alone is looked at."""

    def __init__(self, body: bytes, stdout: bytes, stderr: bytes) -> None:
        asked, answered = _NONCE.search(body), _FIRST.search(b"\n" + stdout[:4096])
        if asked is None or answered is None:
            raise TransportError("not_understood", "the streams of the answer do not begin as the script's do")
        was, now = b"\n" + answered[1] + b" ", b"\n" + asked[1] + b" "
        # The frames of a script are known by their nonce: of the run that is told again, the nonce of this asking.
        self._chunks = [(n, part) for n, s in ((1, stdout), (2, stderr)) for part in _chunks(s.replace(was, now))]

    def read(self, seconds: float) -> tuple[int, bytes] | None:
        """The next piece, as `Exec.read`."""
        return self._chunks.pop(0) if self._chunks else (0, b"")

    def close(self) -> None:
        """Nothing is open."""


def _chunks(stream: bytes) -> Iterator[bytes]:
    return (stream[at : at + CHUNK] for at in range(0, len(stream), CHUNK))


def _linux(answer: AnswerFile, target: Target, probes: Sequence[Probe[Any]], context: Context) -> Iterator[Brought]:
    """The numbers of the frames are the places in the list of what was asked; what is not asked any more keeps its place."""
    head, by_name = answer.head, {p.name: p for p in probes}
    order = [by_name.get(name) or _gone(name) for name in head.asked]
    opened: list[bool] = []

    def open_once(body: bytes) -> Recorded:
        if opened:
            raise TransportError("truncated", f"{_file(target)}: the script was ended before it had asked everything")
        opened.append(True)
        return Recorded(body, answer.stdout, answer.stderr)

    for b in ask_all(open_once, target, order, context, head.account):
        if b.question.probe in by_name:
            yield replace(b, reply=replace(b.reply, at=head.at)) if b.reply is not None else b


def _gone(name: str) -> Probe[Any]:
    """Keeps the place of a question that is asked otherwise today. It is no question for a shell, so `ask_all` passes it over."""
    return Probe(
        name=name, command=PowerShell(""), read=_nothing, yields=(), codes=(), none=(), missing=None, no_file=None, harmless=None,
        each=None, each_codes=(), secret=True, on=frozenset(),
    )  # fmt: skip


def _nothing(reply: object) -> Iterator[Any]:
    return iter(())
