"""Files of lines in which each line carries the SHA-256 of the line before: a line changed, taken out or put in is seen.

What is cut off the end leaves no trace in such a file: whoever must see that keeps `last_hash` elsewhere (a document prints it).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditkit.workspace.files import trouble

START = "0" * 64
LONGEST = 1 << 20  # bytes of a line


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file. data: None where it is no JSON object. broken: it does not carry the hash of the line before."""

    number: int
    data: dict[str, Any] | None
    broken: bool
    ended: bool
    hash: str


def seal(previous: str, fields: dict[str, Any]) -> bytes:
    """A line that follows the line of that hash."""
    return json.dumps({"prev": previous, **fields}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace") + b"\n"


def hash_of(line: bytes) -> str:
    """Of a line, its end of line not counted."""
    return hashlib.sha256(line.removesuffix(b"\n")).hexdigest()


def lines(place: Path) -> Iterator[Line]:
    """The lines of a file, none where there is no file. Raises as `files.trouble`."""
    previous = START
    try:
        with place.open("rb") as f:
            number = 0
            while raw := f.readline(LONGEST):
                number += 1
                data = _object(raw)
                follows = data is not None and data.pop("prev", None) == previous
                previous = hash_of(raw)
                yield Line(number, data, not follows, raw.endswith(b"\n"), previous)
    except FileNotFoundError:
        return
    except OSError as e:
        raise trouble(place, e, "read") from e


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
