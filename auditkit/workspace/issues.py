"""Issues of a document: every time a report of a snapshot is written in a language it gets the next number, so that two printouts differ.

state/issues.jsonl, a chain of lines (`workspace.chain`): snapshot, language, number, state (draft, edited, approved), the day it speaks
of, the program that wrote it, and when.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from auditkit.errors import ConfigError
from auditkit.workspace.chain import START, lines, seal
from auditkit.workspace.files import locked, trouble, typed

NAME = "issues.jsonl"
NONE = 0  # of a workspace that cannot be written: nobody could count


def next_issue(state: Path, snapshot: int, lang: str, form: str, as_of: date, tool: str) -> int:
    """Take the next number, from 1; 0 where the workspace is read-only. state: the folder state/; form: draft | edited | approved.

    Raises ConfigError where the file was changed, StoreError where the disk is full.
    """
    if not os.access(state, os.W_OK):
        return NONE
    place = state / NAME
    with locked(state / "issues.lock"):
        taken, last, ended = _read(place, snapshot, lang)
        number = taken + 1
        line = seal(last, {"snapshot": snapshot, "lang": lang, "issue": number, "state": form, "as_of": as_of.isoformat(), "tool": tool,
                           "at": datetime.now(UTC).isoformat(timespec="seconds")})  # fmt: skip
        try:
            with place.open("ab") as f:
                before = f.tell()
                try:
                    f.write(line if ended else b"\n" + line)
                    f.flush()
                    os.fsync(f.fileno())
                except OSError:
                    os.ftruncate(f.fileno(), before)  # a full disk leaves no half line
                    raise
        except OSError as e:
            raise trouble(place, e) from e
    return number


def numbering(state: Path, snapshot: int, as_of: date, tool: str) -> Callable[[str, str], int]:
    """The same as a function of language and form."""
    return lambda lang, form: next_issue(state, snapshot, lang, form, as_of, tool)


def _read(place: Path, snapshot: int, lang: str) -> tuple[int, str, bool]:
    """The highest number so far, and what the next line follows."""
    taken, last, ended = 0, START, True
    for line in lines(place):
        number = line.data.get("issue") if line.data else None
        if line.data is None or line.broken or not isinstance(number, int):
            raise ConfigError(f"{typed(place)}:{line.number}: was changed after it was written: take the file from a copy, or move it away "
                              "(numbers of issues then begin again)")
        if (line.data.get("snapshot"), line.data.get("lang")) == (snapshot, lang):
            taken = max(taken, number)
        last, ended = line.hash, line.ended
    return taken, last, ended
