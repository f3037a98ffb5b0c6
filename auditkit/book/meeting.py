"""Where a directory and the estate meet: which computer accounts belong to machines that were asked, seen, or neither.

Which asset an account leads to is known only after all facts were read, so no probe can tell it: the book makes this table itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from auditkit.book.book import Book, GapRow
from auditkit.book.tables import fill, make

TABLE = "machine_account"
# asked: it is a target of this snapshot; NULL = a target that told no name may be this machine. met: 1 = it was asked, or something
# else than a directory saw it; 0 = a sweep was made and nothing saw it; NULL = nobody could have seen it.
TABLES: Mapping[str, Mapping[str, str]] = {
    TABLE: {"name": "text", "fqdn": "text", "os": "text", "role": "text", "enabled": "integer", "created": "text", "last_logon": "text",
            "never_logged_on": "integer", "asked": "integer", "met": "integer"},
}  # fmt: skip
_SOURCE = "directory_computer"
_SIGHTED = ("neighbour", "lldp_neighbour", "seen_device")
_MACHINES = frozenset({"linux", "windows"})  # platforms of machines that have a name and may have an account
_COPIED = ("name", "fqdn", "os", "role", "enabled", "created", "last_logon", "never_logged_on")


def meet(book: Book, gaps: Iterable[GapRow]) -> list[GapRow]:
    """Make and fill the table, a row for each account and each directory that told it; -> its gaps.

    A gap in a table about others is everybody's; here it belongs to the directory that did not answer.
    """
    make(book.db, TABLE, dict(TABLES[TABLE]))
    if _SOURCE not in book.types:
        return [GapRow(TABLE, "-/-", None, "nobody was asked")]
    holes = list(gaps)
    asset_of = book.resolution.asset_of
    met = _meeter(book, holes)
    made = []
    for r in book.table(_SOURCE):
        ref = f"{TABLE}:{hashlib.sha256(str(r['id']).encode()).hexdigest()[:12]}"
        book.note_basis(ref, [str(r["id"])])
        made.append((ref, r["question"], asset_of["target", _target(r["question"])], "", *(r[c] for c in _COPIED), *met(r)))
    fill(book.db, TABLE, len(TABLES[TABLE]) + 4, made)
    book.asked = {**book.asked, **{(a, TABLE): questions for (a, table), questions in book.asked.items() if table == _SOURCE}}
    return [GapRow(TABLE, g.question, asset_of.get(("target", _target(g.question))), g.why) for g in holes if g.table == _SOURCE]


def _meeter(book: Book, holes: list[GapRow]) -> Callable[[dict[str, Any]], tuple[int | None, int | None]]:
    """(asked, met) of an account's row of `directory_computer`."""
    own = book.resolution.own
    addresses = {x.lower() for a in book.assets if a.targets for x in a.addresses}
    seen = {r["asset"] for t in _SIGHTED if t in book.types for r in book.table(t) if r["asset"]}
    swept = "seen_device" in book.types and bool(book.table("seen_device")) and not any(g.table == "seen_device" for g in holes)
    machines = {a.id for a in book.assets if a.targets and set(a.platforms) & _MACHINES}
    unnamed = any(g.table == "host_name" and g.asset in machines for g in holes)

    def met(row: dict[str, Any]) -> tuple[int | None, int | None]:
        if row["asset"] in own or str(row["fqdn"] or "").lower() in addresses:
            return 1, 1
        asked = None if unnamed else 0
        return asked, 1 if row["asset"] in seen else 0 if swept and not unnamed else None

    return met


def _target(question: str) -> str:
    return str(question).partition("/")[0]
