"""decisions.jsonl: what people settled, one line a decision, never changed and never taken out.

A line is the fields of `auditkit.model.Decision` and "prev", the SHA-256 of the line before. A decision is ended by a later one of the
kind "revoked" with the same subject.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from auditkit.errors import ConfigError, UsageError
from auditkit.model import Decision
from auditkit.workspace.chain import LONGEST, START, lines, seal
from auditkit.workspace.client import Client
from auditkit.workspace.files import locked, trouble, typed

REVOKED = "revoked"
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)  # client.yaml does not say when a risk was accepted: before every dated decision


class _Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    kind: str
    subject: str
    who: str
    why: str
    at: datetime
    until: date | None = None
    text: str = ""
    lang: str = ""


class DecisionLog:
    """The journal of decisions in a file. `read` and `append` check the whole chain: it is short."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def read(self) -> tuple[Decision, ...]:
        """All decisions, the oldest first; none where there is no file.

        Raises ConfigError naming the first line that is malformed, was changed, or does not follow the line before.
        """
        return self._read()[0]

    def append(self, decision: Decision) -> None:
        """Add a decision, on disk before this returns. Raises UsageError for one without kind, subject, person, reason or zone of time."""
        for name in ("kind", "subject", "who", "why"):
            if not getattr(decision, name).strip():
                raise UsageError(f"a decision must say its {name}: `auditkit decide --{name} …`")
        if decision.at.tzinfo is None:
            raise UsageError("a decision must say when, with the zone of time")
        with locked(self._place):  # the file is never replaced, so it can be its own lock
            _, last, ended = self._read()
            line = seal(last, _fields(decision))
            if len(line) >= LONGEST:
                raise UsageError(f"a decision of {len(line):,} bytes: {LONGEST:,} at most")
            try:
                _add(self._place, line if ended else b"\n" + line)
            except OSError as e:
                raise trouble(self._place, e) from e

    def _read(self) -> tuple[tuple[Decision, ...], str, bool]:
        found: list[Decision] = []
        last, ended = START, True
        for line in lines(self._place):
            at = f"{typed(self._place)}:{line.number}:1"
            if line.data is None:
                cure = "take this line out" if not line.ended else "take the file from a copy"
                raise ConfigError(f"{at}: is {'cut off' if not line.ended else 'no JSON object'}: {cure}")
            if line.broken:
                raise ConfigError(f"{at}: does not follow the line before it: that line, or one above, was changed, added or removed "
                                  "after it was written; take the file from a copy")
            try:
                said = msgspec.convert(line.data, _Line)
            except msgspec.ValidationError as e:
                raise ConfigError(f"{at}: is no decision: {e}; take the file from a copy") from None
            found.append(Decision(**msgspec.structs.asdict(said)))
            last, ended = line.hash, line.ended
        return tuple(found), last, ended


def _fields(d: Decision) -> dict[str, Any]:
    until = d.until.isoformat() if d.until else None
    return {"kind": d.kind, "subject": d.subject, "who": d.who, "why": d.why, "at": d.at.isoformat(), "until": until,
            "text": d.text, "lang": d.lang}


def _add(place: Path, line: bytes) -> None:
    number = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    before = os.fstat(number).st_size
    try:
        with os.fdopen(number, "wb", closefd=False) as f:
            f.write(line)
            f.flush()
        os.fsync(number)
    except OSError:
        os.ftruncate(number, before)  # a full disk leaves no half line
        raise
    finally:
        os.close(number)


def accepted(client: Client) -> tuple[Decision, ...]:
    """`accepted:` of client.yaml as decisions, subject "<check>/<asset>"."""
    return tuple(Decision("accepted", f"{a.check}/{a.asset}", a.by, a.why, UNDATED, a.until) for a in client.accepted)


def in_force(decisions: Iterable[Decision], kind: str, subject: str, on: date) -> Decision | None:
    """The decision of that kind about that subject that counts on a day: the latest made by then, not ended, not revoked.

    The last day of `until` is included.
    """
    held: list[Decision] = []
    for d in sorted((d for d in decisions if d.subject == subject and d.at.date() <= on), key=lambda d: d.at):
        if d.kind == REVOKED:
            held.clear()
        elif d.kind == kind and (d.until is None or d.until >= on):
            held.append(d)
    return held[-1] if held else None
