"""What readers of sections share: rows by their word, parts that failed, WMI's datetimes. No probe of its own.

A part that failed is never an empty list: asking for its rows raises. Only a class, namespace or command that does not exist on
this version may count as nothing, and only where a reader says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from auditkit.probing import NotUnderstood, Reply
from auditkit.text import one_line

Row = dict[str, Any]
# 0x80041010 WBEM_E_INVALID_CLASS, 0x8004100E WBEM_E_INVALID_NAMESPACE, 0x80041002 WBEM_E_NOT_FOUND; 127: no such command
NOT_THERE = frozenset({0x80041010, 0x8004100E, 0x80041002, 127})
_DMTF = re.compile(r"(\d{14})\.(\d{6})([+-])(\d{3})")


class Section:
    """The rows of one section, by what they are."""

    def __init__(self, reply: Reply, *words: str) -> None:
        """words: all that the section may send. Raises NotUnderstood for a row of another kind."""
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._trouble: dict[str, tuple[int, str]] = {}
        for number, row in enumerate(reply.rows(), 1):
            word = row.get("_")
            if word == "trouble":
                self._trouble[_str(row["of"])] = (int(row.get("hr") or 0) & 0xFFFFFFFF, _str(row.get("msg")))
            elif word in words:
                self._rows[word].append(row)
            else:
                raise NotUnderstood(f"line {number}: a row of an unknown kind: {one_line(str(word), 40)!r}")

    def rows(self, word: str, *, optional: bool = False) -> list[Row]:
        """Rows of that kind. Raises NotUnderstood where that part failed; optional: what does not exist here has no rows."""
        if word in self._trouble and not (optional and self.lacks(word)):
            hr, said = self._trouble[word]
            raise NotUnderstood(f"{word} was not answered: {one_line(said, 120) or 'no message'} (0x{hr:08X})")
        return self._rows.get(word, [])

    def came(self, word: str) -> list[Row]:
        """The rows of that kind that came, even if the part failed later. Whoever takes them calls `rows` after the last of them."""
        return self._rows.get(word, [])

    def one(self, word: str) -> Row | None:
        """The row of a kind that has at most one. Raises NotUnderstood for a second."""
        found = self.rows(word)
        if len(found) > 1:
            raise NotUnderstood(f"{word} twice")
        return found[0] if found else None

    def failed(self, word: str) -> bool:
        """Whether that part could not be asked."""
        return word in self._trouble

    def lacks(self, word: str) -> bool:
        """Whether it could not because this version of Windows has no such thing."""
        return self._trouble.get(word, (0, ""))[0] in NOT_THERE

    def missed(self, *words: str) -> None:
        """Raises NotUnderstood where a part whose word begins so failed: for the end of a reader, behind the rows that did come."""
        for word, (hr, said) in self._trouble.items():
            if word.startswith(words or ""):
                number = f" (0x{hr:08X})" if hr else ""
                raise NotUnderstood(f"{one_line(word, 80)} was not answered: {one_line(said, 120) or 'no message'}{number}")

    @property
    def blank(self) -> bool:
        """Whether it sent nothing at all."""
        return not self._rows and not self._trouble


def _str(value: object) -> str:
    return "" if value is None else str(value)


def text(row: Row, name: str) -> str:
    """A text; null is "". Raises NotUnderstood for another kind of value, LookupError where the row lacks it."""
    value = row[name]
    if value is not None and not isinstance(value, str):
        raise NotUnderstood(f"{name} is no text")
    return value or ""


def number(row: Row, name: str) -> int | None:
    """A whole number (WMI sends uint64 as text); null is None. Raises ValueError, NotUnderstood, LookupError."""
    value = row[name]
    if value is None or value == "":
        return None
    if isinstance(value, bool | float) or not isinstance(value, int | str):
        raise NotUnderstood(f"{name} is no whole number")
    return int(value)


def whole(row: Row, name: str) -> int:
    """The same where there must be one. Raises NotUnderstood."""
    found = number(row, name)
    if found is None:
        raise NotUnderstood(f"{name} is not told")
    return found


def truth(row: Row, name: str) -> bool | None:
    """true, false, or None for null; 0 and 1 as registry and SQL have them. Raises NotUnderstood."""
    value = row[name]
    if value is None or isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    raise NotUnderstood(f"{name} is neither true nor false")


def sure(row: Row, name: str) -> bool:
    """The same where there must be one. Raises NotUnderstood."""
    found = truth(row, name)
    if found is None:
        raise NotUnderstood(f"{name} is not told")
    return found


def texts(row: Row, name: str) -> tuple[str, ...]:
    """A list of texts; null is (); a single text is one. Raises NotUnderstood."""
    value = row[name]
    if value is None:
        return ()
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(v, str) for v in found):
        raise NotUnderstood(f"{name} is no list of texts")
    return tuple(found)


def moment(row: Row, name: str) -> datetime | None:
    """WMI's DMTF datetime, or ISO 8601, in UTC; null is None. Raises NotUnderstood, ValueError."""
    value = text(row, name)
    return instant(value) if value else None


def instant(value: str) -> datetime:
    """DMTF (yyyymmddHHMMSS.ffffff±minutes, DSP0004 5.2.4) or ISO 8601 -> UTC. Raises ValueError, NotUnderstood.

    >>> instant("20261122093000.000000+180").isoformat(), instant("2026-11-22T06:30:00Z").isoformat()
    ('2026-11-22T06:30:00+00:00', '2026-11-22T06:30:00+00:00')
    """
    found = _DMTF.fullmatch(value)
    if found:
        zone = timezone(timedelta(minutes=int(found[3] + found[4])))
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(microsecond=int(found[2]), tzinfo=zone).astimezone(UTC)
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise NotUnderstood("a time without its zone")
    return at.astimezone(UTC)
