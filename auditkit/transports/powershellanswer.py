"""The answer of the collecting script: one framed block, believed only as a whole.

``<<<AUDITKIT1 length sha256>>>``, gzip in base64, ``<<<END>>>``; length and SHA-256 are of what was packed. Banners before and after
are not looked at. Inside: a line that says who answers, then for each section its opening line, its rows, and its closing line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from auditkit.model import Question, Unknown
from auditkit.probing import PowerShell, Probe, Reply
from auditkit.transports.base import Brought

FORMAT = "windows/1"
_FRAME = re.compile(rb"<<<AUDITKIT1 (\d{1,10}) ([0-9a-f]{64})>>>([A-Za-z0-9+/=\s]*)<<<END>>>")
_CODES = frozenset({0, 1, 5, 127})
DENIED = 5
NARROW = (
    "the account is no administrator there, and Windows leaves out without a word what such an account may not see: "
    "use an administrator's account"
)


class Cut(Exception):
    """The answer is not whole: nothing of it is taken."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one section sent: its rows as they came, its code, its words, and how long it ran (milliseconds)."""

    rows: bytes
    code: int
    said: str
    ms: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that one run sent. version: of PowerShell. at: when it began, by the host's own clock, UTC.

    admin: whether it ran with an administrator's rights, so that nothing was left out silently.
    """

    account: str
    admin: bool
    computer: str
    version: str
    at: datetime
    parts: dict[str, Part]


def read(stdout: bytes, most: int) -> Answer:
    """The answer in what was written to stdout. most: bytes unpacked. Raises Cut with the reason; never fewer rows than were sent."""
    return parse(_unpacked(stdout, most))


def parse(raw: bytes) -> Answer:
    """The answer in the lines that the script packs. Raises Cut."""
    lines = raw.split(b"\n")
    if lines.pop() != b"":
        raise Cut("its last line has no end")
    try:
        return _parts(lines)
    except (msgspec.DecodeError, LookupError, TypeError, ValueError) as e:
        raise Cut(f"what was packed is no answer of the script: {type(e).__name__}") from e


def replies(answer: Answer, probes: Iterable[Probe[Any]], target: str, when: datetime, key: bytes) -> Iterator[Brought]:
    """The reply to each probe out of one answer; of a probe with `otherwise` the first way that its host knows.

    target: its id. when: of the answer, UTC. key: of the workspace. The bytes are the same whichever way the answer came.
    What an account without an administrator's rights was told is what was seen, never the whole: code 5.
    """
    for probe in probes:
        question = Question(target, probe.name, "")
        for way, command in enumerate(probe.commands):
            part = answer.parts.get(command.section) if isinstance(command, PowerShell) else None
            if part is None:
                missing = Unknown(f"not asked: the script that answered has no section for {command}", cause="truncated")
                yield Brought(question, str(command), None, missing)
                break
            code, said = (part.code, part.said) if answer.admin or part.code else (DENIED, NARROW)
            reply = Reply(part.rows, said.encode("utf-8", "backslashreplace"), code, when, answer.account, way=way, key=key)
            if not probe.lacks_command(reply) or way == len(probe.commands) - 1:
                yield Brought(question, str(command), reply)
                break


def _unpacked(stdout: bytes, most: int) -> bytes:
    found = _FRAME.findall(stdout)
    if len(found) != 1:
        raise Cut("no whole answer came" if not found else "more than one answer came")
    length, digest, text = int(found[0][0]), found[0][1].decode(), found[0][2]
    if length > most:
        raise Cut(f"{length} bytes were announced, more than {most >> 20} MB")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        raw = unpacker.decompress(base64.b64decode(b"".join(text.split()), validate=True), length + 1)
    except (binascii.Error, zlib.error) as e:
        raise Cut(f"the packed answer is damaged: {e}") from e
    if len(raw) != length or hashlib.sha256(raw).hexdigest() != digest:
        raise Cut("its length or SHA-256 is not what was announced")
    return raw


def _parts(lines: list[bytes]) -> Answer:
    head: dict[str, Any] = msgspec.json.decode(lines[0])
    if head["auditkit"] != FORMAT:
        raise ValueError("another format")
    parts: dict[str, Part] = {}
    name, rows = "", [b""]
    for line in lines[1:]:
        row: dict[str, Any] = msgspec.json.decode(line)
        if "_" in row and name:
            rows.append(line + b"\n")
        elif "section" in row and not name and row["section"] not in parts:
            name, rows = str(row["section"]), []
        elif "end" in row and name and row["end"] == name and row["code"] in _CODES:
            parts[name] = Part(b"".join(rows), int(row["code"]), str(row["msg"]), int(row["ms"]))
            name = ""
        else:
            raise ValueError("a line out of its place")
    if name:
        raise ValueError("a section without its end")
    at = datetime.fromisoformat(head["at"]).astimezone(UTC)
    return Answer(str(head["account"]), head["admin"] is True, str(head["computer"]), str(head["ps"]), at, parts)
