"""Facts: frozen typed records, each a table of the book."""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

T = TypeVar("T")
About = Literal["self", "other"]
IdentKind = Literal["serial", "machine-id", "sid", "mac", "fqdn", "address"]


@dataclass(frozen=True, slots=True)
class Ident:
    """Put on a field by ``Annotated[str | None, Ident("serial")]``: this value identifies the thing that the fact is about."""

    kind: IdentKind


@dataclass(frozen=True, slots=True)
class Secret:
    """What is left of a secret: its kind and a keyed print (16 hex digits), so that reuse is seen. The bytes stay in evidence."""

    kind: str
    print: str


@dataclass(frozen=True, slots=True)
class _Meta:
    table: str
    key: tuple[str, ...]
    about: About


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def fact(*, key: tuple[str, ...] = (), about: About = "self") -> Callable[[type[T]], type[T]]:
    """Make a class a fact type: a frozen, keyword-only record and a table of the book.

    A field that is None means one thing only: it could not be seen. A known nothing has its own value ("", (), 0, False).

    key: the fields that name a row within one target (for ids and diffs); () = one row a target.
    about: "self" = of the asked target; "other" = of a thing that its own Ident fields name (a neighbour, a computer account).

    Raises TypeError where the key names no field.
    """

    def wrap(cls: type[T]) -> type[T]:
        plain = not hasattr(cls, "__post_init__") and not any(isinstance(v, dataclasses.Field) for v in vars(cls).values())
        made = dataclass(frozen=True, slots=True, kw_only=True, init=not plain)(cls)
        if plain:
            made.__init__ = _init(made)  # type: ignore[method-assign]
        names = {f.name for f in dataclasses.fields(made)}  # type: ignore[arg-type]
        if set(key) - names:
            raise TypeError(f"{cls.__name__}: key names no field: {sorted(set(key) - names)}")
        if names & RESERVED_COLUMNS:
            raise TypeError(f"{cls.__name__}: rename {sorted(names & RESERVED_COLUMNS)}: words of SQL or columns of the book's own")
        if _snake(cls.__name__) in RESERVED_COLUMNS:
            raise TypeError(f"{cls.__name__}: rename it: its table would be called like a word of SQL")
        made.__fact__ = _Meta(_snake(cls.__name__), key, about)  # type: ignore[attr-defined]
        return made

    return wrap


def _init(made: Any) -> Callable[..., None]:
    """An __init__ that sets each slot by its descriptor: the one of a frozen dataclass takes twice the time, and facts are many."""
    fields = dataclasses.fields(made)
    names: dict[str, Any] = {f"_set_{f.name}": getattr(made, f.name).__set__ for f in fields}
    names |= {f"_default_{f.name}": f.default for f in fields if f.default is not dataclasses.MISSING}
    parameters = "".join(f", {f.name}=_default_{f.name}" if f"_default_{f.name}" in names else f", {f.name}" for f in fields)
    body = "\n".join(f" _set_{f.name}(self, {f.name})" for f in fields) or " pass"
    exec(f"def __init__(self{', *' if fields else ''}{parameters}):\n{body}", names)
    made_init: Callable[..., None] = names["__init__"]
    made_init.__qualname__ = f"{made.__qualname__}.__init__"
    return made_init


# Columns of the book's own, and words that a check could not write without quotes (SQLite keywords; quotes are refused there).
_SQL_WORDS = """all and as between case check collate commit constraint create cross default delete distinct drop else end escape exists
    from full group having in index inner insert into is join left like limit natural not null offset on or order outer primary
    references right rollback select set table then to transaction union unique update using values when where with"""
RESERVED_COLUMNS = frozenset({"id", "question", "asset", "why", *_SQL_WORDS.split()})


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def is_fact(cls: object) -> bool:
    """True for a class made by `fact`."""
    return isinstance(cls, type) and isinstance(getattr(cls, "__fact__", None), _Meta)


def _meta(cls: type) -> _Meta:
    meta = getattr(cls, "__fact__", None)
    if not isinstance(meta, _Meta):
        raise TypeError(f"{cls.__name__} is no fact type: put @fact(...) on it")
    return meta


def table_name(cls: type) -> str:
    """The table of a fact type: its name in snake case.

    >>> table_name(fact()(type("OsRelease", (), {})))
    'os_release'
    """
    return _meta(cls).table


def fact_key(cls: type) -> tuple[str, ...]:
    """The fields that name a row within one target."""
    return _meta(cls).key


def about(cls: type) -> About:
    """Whether facts of this type are about the asked target or about another thing."""
    return _meta(cls).about


_SQL: Mapping[Any, str] = {str: "text", int: "integer", bool: "integer", float: "real", datetime: "text", date: "text", Secret: "text"}


def columns(cls: type) -> Mapping[str, str]:
    """Field -> SQLite type, in order; what is no scalar is JSON text. Rows of gaps are NULL in every one of them."""
    return _columns(cls)


@cache
def _columns(cls: Any) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, hint in get_type_hints(cls).items():
        options = [a for a in get_args(hint) if a is not types.NoneType] if get_origin(hint) in (Union, types.UnionType) else [hint]
        base = options[0] if len(options) == 1 else str
        if get_origin(base) is Literal:
            base = type(get_args(base)[0])
        found[name] = _SQL.get(base, "text")
    return found


def idents(cls: type) -> Mapping[str, IdentKind]:
    """Field -> kind of identity."""
    return _idents(cls)


@cache
def _idents(cls: Any) -> Mapping[str, IdentKind]:
    hints = get_type_hints(cls, include_extras=True)
    return {n: m.kind for n, h in hints.items() for m in getattr(h, "__metadata__", ()) if isinstance(m, Ident)}


@cache
def _names(cls: Any) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(cls))


def _type(record: Any) -> Any:
    return type(record)


def marks(record: Any) -> list[tuple[IdentKind, str]]:
    """What a fact says about the identity of its thing: (kind, value in lower case); fields not seen or empty say nothing."""
    return [(kind, str(getattr(record, name)).lower()) for name, kind in idents(type(record)).items() if getattr(record, name)]


def dump(record: Any) -> dict[str, Any]:
    """Field -> value, shallow."""
    return {n: getattr(record, n) for n in _names(_type(record))}
