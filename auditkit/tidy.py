"""Every text of every fact passes through here: secrets cut, no lone surrogate, no endless value."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, get_type_hints

from auditkit.scrub import scrub, which_suspicious
from auditkit.text import unsurrogate

T = TypeVar("T")
LONGEST = 100_000  # characters in one field; a longer value ends in "…" and its length


def tidy(value: T) -> T:
    """A fact, a text or a container of such, fit to be kept. Raises ValueError for a number beyond 64 bits, and for NaN.

    >>> tidy("mysqldump -pHunter2 shop")
    'mysqldump -p‹secret› shop'
    """
    return _tidy(value)  # type: ignore[no-any-return]


def tidy_each(records: Sequence[object]) -> Iterator[object]:
    """Each of them as `tidy` gives it; what it raises is raised at the record it is about.

    The texts of all records are looked over at once: of most replies none holds anything to be cut, and then none is read closely.
    """
    texts = list(map(_plain_texts, records))
    closely = {n for n, text in enumerate(texts) if text is None}
    closely |= which_suspicious(["" if text is None else text for text in texts])
    for n, record in enumerate(records):
        yield _tidy(record) if n in closely else record


def _plain_texts(record: object) -> str | None:
    """All texts of a record, one a line; None where one of them, or another value, is such that only `_tidy` can tell."""
    try:
        plan = _plan(type(record))  # type: ignore[arg-type]  # a type is hashable, mypy asks its metaclass
        texts: list[str] = []
        if plan is None:
            if not _gather(record, texts):
                return None
        else:
            texts += plan[0](record)
            for held in plan[1](record):
                if type(held) not in _PLAIN and not _gather(held, texts):
                    return None
        whole = "\n".join(texts)
    except (RecursionError, TypeError):  # TypeError: a text that is none
        return None
    return whole if len(whole) <= LONGEST and whole.isascii() else None


def _gather(value: Any, texts: list[str]) -> bool:
    kind = type(value)
    if kind is str:
        texts.append(value)
        return True
    if kind in _PLAIN:
        return True
    if kind is int:
        return bool(-(2**63) <= value < 2**63)
    if kind is tuple:
        return all(_gather(v, texts) for v in value)
    fields: _Fields | None = _fields(kind)  # type: ignore[arg-type]  # a type is hashable, mypy asks its metaclass
    if fields is None:
        return False
    for held in fields(value):
        if type(held) is str:
            texts.append(held)
        elif not _gather(held, texts):
            return False
    return True


_Fields = Callable[[Any], tuple[Any, ...]]


@cache
def _plan(kind: Any) -> tuple[_Fields, _Fields] | None:
    """Reads the fields of a fact that are texts by their annotation, and all others; None: it is no fact."""
    if not hasattr(kind, "__fact__"):
        return None
    texts = [n for n, hint in get_type_hints(kind).items() if hint is str]
    return _reader(texts), _reader([n for n in kind.__dataclass_fields__ if n not in texts])


def _reader(names: Sequence[str]) -> _Fields:
    if len(names) < 2:
        return lambda record: tuple(getattr(record, n) for n in names)
    return attrgetter(*names)


@cache
def _fields(kind: Any) -> _Fields | None:
    """Reads all fields of a record of that type at once; None: it is none, or has less than two of them."""
    if not dataclasses.is_dataclass(kind) or len(kind.__dataclass_fields__) < 2:
        return None
    return attrgetter(*kind.__dataclass_fields__)


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
