"""Every text of every fact passes through here: secrets cut, no lone surrogate, no endless value."""

from __future__ import annotations

import dataclasses
import math
from datetime import date, datetime
from typing import Any, TypeVar

from auditkit.scrub import scrub
from auditkit.text import unsurrogate

T = TypeVar("T")
LONGEST = 100_000  # characters in one field; a longer value ends in "…" and its length


def tidy(value: T) -> T:
    """A fact, a text or a container of such, fit to be kept. Raises ValueError for a number beyond 64 bits, and for NaN.

    >>> tidy("mysqldump -pHunter2 shop")
    'mysqldump -p‹secret› shop'
    """
    return _tidy(value)  # type: ignore[no-any-return]


def _tidy(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, tuple):
        return tuple(map(_tidy, value))
    if isinstance(value, dict):
        return {_tidy(k): _tidy(v) for k, v in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    return _number(value)


_PLAIN = frozenset({bool, type(None), datetime, date})


def _text(value: str) -> str:
    text = scrub(value if value.isascii() else unsurrogate(value))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)})"


def _number(value: Any) -> Any:
    if (isinstance(value, int) and not -(2**63) <= value < 2**63) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("a number that no table can hold")
    return value


def _record(value: Any) -> Any:
    """The same object where nothing had to be cut: most facts are."""
    changed = {}
    for name in value.__dataclass_fields__:
        old = getattr(value, name)
        new = _tidy(old)
        if new is not old and new != old:
            changed[name] = new
    return dataclasses.replace(value, **changed) if changed else value
