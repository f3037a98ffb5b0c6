"""A statement as found in a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

IDENT = re.compile(r"ak_[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Said:
    """id: of the statement; text: the words in the file now; location: for a reader; raw: a number or date where a sheet holds one."""

    id: str
    text: str
    location: str
    raw: int | float | date | None = None
