"""What a checklist names must exist: tables, columns, and the columns that `says` prints."""

from __future__ import annotations

import difflib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from string import Formatter

from auditkit.book.meeting import TABLES
from auditkit.book.tables import fields_of, make
from auditkit.checking.grammar import compiled
from auditkit.checking.items import Checklist, Item, Part
from auditkit.errors import ChecklistError
from auditkit.registry import Registry

DECLARED = {"predecessor_login": {"login": "text"}, "predecessor_key": {"fingerprint": "text"}, "predecessor_network": {"network": "text"}}


def refuse_wrong(checklists: Iterable[Checklist], registry: Registry) -> None:
    """Raises ChecklistError with every problem of every checklist, one a line."""
    if problems := [p for one in checklists for p in lint_columns(one, registry)]:
        raise ChecklistError("\n".join(problems))


def lint_columns(checklist: Checklist, registry: Registry) -> Iterator[str]:
    """Problems, one a line, in the order of the items."""
    db = sqlite3.connect(":memory:")
    db.create_function("today", 0, lambda: "2026-01-01", deterministic=True)
    tables = {**{t: fields_of(k) for t, k in registry.types.items()}, **{t: dict(f) for t, f in TABLES.items()}, **DECLARED}
    for table, fields in tables.items():
        make(db, table, fields)
    db.execute("create temp table client as select 'client' id, '' question, null asset, '' why")
    for item in checklist.items:
        for n, part in enumerate(item.parts):
            yield from (f"{checklist.place(item)}: {item.id}{_number(item, n)}: {p}" for p in _part(db, item, part, tables))
    db.close()


def _number(item: Item, n: int) -> str:
    return f", part {n + 1}" if len(item.parts) > 1 else ""


def _part(db: sqlite3.Connection, item: Item, part: Part, tables: dict[str, dict[str, str]]) -> Iterator[str]:
    if part.for_ not in tables and part.for_ != "client":
        near = difflib.get_close_matches(part.for_, tables, n=3)
        yield f"there is no table {part.for_}{'; did you mean ' + ', '.join(near) + '?' if near else '; `auditkit query` lists them'}"
        return
    client = item.within == "client" or part.for_ == "client"
    for name, fragment in (("when", part.when), ("expect", part.expect)):
        try:
            db.execute(f"select ({compiled(fragment, part.for_, client)}) from {part.for_}")
        except sqlite3.Error as e:
            yield f"{name}: {e}{_cure(str(e), part.for_, tables)}"
    for lang in ("ru", "en"):
        text = getattr(part.says, lang) if part.says else ""
        named = {re.split(r"[.\[]", field)[0] for _, field, _, _ in Formatter().parse(text) if field is not None}
        unknown = sorted(named - set(tables.get(part.for_, {})))
        if unknown:
            yield f"says.{lang}: {part.for_} has no column {', '.join(unknown)}; it has {', '.join(tables.get(part.for_, {}))}"


def _cure(said: str, table: str, tables: dict[str, dict[str, str]]) -> str:
    m = re.fullmatch(r"no such column: (?:\w+\.)?(\w+)", said)
    own_first = [*tables.get(table, ()), *(c for f in tables.values() for c in f)]
    near = (difflib.get_close_matches(m[1], tables.get(table, ()), n=2) or difflib.get_close_matches(m[1], own_first, n=3)) if m else []
    own = f"; {table} has {', '.join(tables[table])}" if table in tables else ""
    return f"{'; did you mean ' + ', '.join(dict.fromkeys(near)) + '?' if near else ''}{own}"
