"""A statement as found in a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

IDENT = re.compile(r"ak_[0-9a-f]{16}")
_ESCAPED = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Said:
    """id: of the statement; text: the words in the file now; location: for a reader; raw: a number or date where a sheet holds one."""

    id: str
    text: str
    location: str
    raw: int | float | date | None = None


def unescaped(text: str) -> str:
    """A text like _x000D_ is kept as _x005F_x000D_ in sheets (ECMA-376 part 1, 22.9.2.19), and by LibreOffice in Word files too.

    >>> unescaped("_x005F_x000D_ _x005F_y")
    '_x000D_ _x005F_y'
    """
    return _ESCAPED.sub("_", text)
