"""Every text of every fact passes through here: secrets cut, no lone surrogate, no endless value."""

from __future__ import annotations

import dataclasses
import math
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
    if isinstance(value, str):
        text = scrub(unsurrogate(value))
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)})"
    if (isinstance(value, int) and not -(2**63) <= value < 2**63) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("a number that no table can hold")
    if isinstance(value, tuple):
        return tuple(_tidy(v) for v in value)
    if isinstance(value, dict):
        return {_tidy(k): _tidy(v) for k, v in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        old = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        new = {k: _tidy(v) for k, v in old.items()}
        return value if all(new[k] is old[k] for k in old) else dataclasses.replace(value, **new)
    return value
