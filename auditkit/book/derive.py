"""Facts that follow from facts of one asset. Only where every table they read is whole; otherwise their gaps are its gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from auditkit.book.book import Book, GapRow
from auditkit.book.tables import fill, row
from auditkit.model import table_name
from auditkit.probing import Derived, NotHere, NotUnderstood
from auditkit.registry import Registry

Rows = dict[tuple[str, str], list[tuple[str, object]]]
NO_PROBE = "no probe asks this of such a target"


def derive(book: Book, registry: Registry, by_asset: Rows, gaps: list[GapRow]) -> list[GapRow]:
    """Run every derived once an asset, in an order where what it reads is there; -> the gaps of derived tables.

    A derived table is no table that somebody forgot to ask for: gaps of the form "no probe asks this" are taken back.
    """
    made: list[GapRow] = []
    tables = {table_name(t) for d in registry.derived.values() for t in d.yields}
    probed = {table_name(t) for p in registry.probes.values() for t in p.yields}
    pure, both = tables - probed, tables & probed
    silent = {(g.table, g.asset) for g in gaps if g.why == NO_PROBE and g.table not in pure}
    gaps[:] = [
        g for g in gaps if g.table not in pure and not (g.table in both and g.why == NO_PROBE and _derivable(registry, g, silent))
    ]  # fmt: skip
    holes: dict[tuple[str, str | None], list[GapRow]] = defaultdict(list)
    for g in gaps:
        holes[g.table, g.asset].append(g)
    for one in _ordered(registry.derived):
        for asset in (*sorted(book.resolution.own), *book.resolution.seen[:1]):
            for g in _one(book, one, asset, by_asset, holes, probed):
                made.append(g)
                holes[g.table, g.asset].append(g)
    return made


def _derivable(registry: Registry, gap: GapRow, silent: set[tuple[str, str | None]]) -> bool:
    """Whether a table that no probe fills for an asset follows from tables that are asked of it."""
    for one in registry.derived.values():
        if gap.table in map(table_name, one.yields) and not any((table_name(k), gap.asset) in silent for k, _ in one.needs.values()):
            return True
    return False


def _ordered(derived: Mapping[str, Derived[Any]]) -> list[Derived[Any]]:
    """Those that read other derived tables after them."""
    waiting = dict(sorted(derived.items()))
    done: list[Derived[Any]] = []
    while waiting:
        open_ = {table_name(t) for d in waiting.values() for t in d.yields}
        ready = [n for n, d in waiting.items() if not any(table_name(k) in open_ for k, _ in d.needs.values())] or sorted(waiting)[:1]
        done += [waiting.pop(n) for n in ready]
    return done


def _one(
    book: Book, one: Derived[Any], asset: str, by_asset: Rows, holes: Mapping[tuple[str, str | None], list[GapRow]], probed: set[str]
) -> list[GapRow]:
    """Gaps of what could not be derived. A table that probes of this asset fill too is whole without what is derived on others: where
    one of the tables read here is asked of no such target, this way of knowing is not for it.
    """
    needed = [table_name(k) for k, _ in one.needs.values()]
    missing = [g for t in needed for key in ((t, asset), (t, None)) for g in holes.get(key, ())]
    if missing:
        foreign = any(g.why == NO_PROBE for g in missing)
        own = [table_name(t) for t in one.yields]
        mine = [t for t in own if not (foreign and t in probed and asset in book.resolution.own)]
        return [GapRow(t, g.question, asset, g.why) for t in mine for g in missing[:3]]
    values: dict[str, Any] = {}
    basis: list[str] = []
    for name, (kind, many) in one.needs.items():
        rows = by_asset.get((asset, table_name(kind)), [])
        if not many and not rows:
            return []  # looked, and there is no such thing to derive from
        values[name] = tuple(f for _, f in rows) if many else rows[0][1]
        basis += [ref for ref, _ in (rows if many else rows[:1])]
    try:
        facts = list(one.read(**values))
    except (NotHere, NotUnderstood, ValueError, LookupError, TypeError, AttributeError) as e:
        return [GapRow(table_name(t), f"{asset}/{one.name}", asset, f"could not be derived: {e}") for t in one.yields]
    shared = tuple(basis)  # one for all rows: a domain's rows rest on tens of thousands
    for record in facts:
        made = row(record, f"{asset}/{one.name}/", asset)
        fill(book.db, table_name(type(record)), len(made), [made])
        book.note_basis(made[0], shared)
        by_asset.setdefault((asset, table_name(type(record))), []).append((made[0], record))
    return []
