"""The law: knowing less never changes a verdict, except to unknown. Random worlds, random items, random loss of sight."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass, field

import pytest

from auditkit.assets import Resolution
from auditkit.book import AssetRow, Book, GapRow
from auditkit.book.tables import make
from auditkit.checking import Item, check

ASSETS = ("a1", "a2", "a3")
TABLES = ("host", "job")
Row = tuple[str, int | None, str | None]


@dataclass
class World:
    """host: one row an asset; job: any number; gaps: (table, asset or None = everybody)."""

    host: list[Row]
    job: list[Row]
    gaps: list[tuple[str, str | None]] = field(default_factory=list)

    def book(self) -> Book:
        db = sqlite3.connect(":memory:")
        db.create_function("today", 0, lambda: "2026-11-22", deterministic=True)
        for table in TABLES:
            make(db, table, {"n": "integer", "s": "text"})
            rows = [(f"{table}:{i}", f"{a}/probe.{table}/", a, "", n, s) for i, (a, n, s) in enumerate(getattr(self, table))]
            db.executemany(f"insert into {table}__all values (?,?,?,?,?,?)", rows)
        gaps = [GapRow(t, f"{a or '-'}/probe.{t}", a, "gap") for t, a in self.gaps]
        for g in gaps:
            db.execute(f"insert into {g.table}__all(question, asset, why) values (?,?,?)", (g.question, g.asset, g.why))
        db.execute("create temp table client as select 'client' id, '' question, null asset, '' why")
        assets = tuple(AssetRow(a, (a,), a, ()) for a in ASSETS)
        found = Resolution({("target", a): a for a in ASSETS}, {a: (a,) for a in ASSETS}, (), (), ())
        return Book(db, dict.fromkeys(TABLES, World), found, assets, tuple(gaps), {}, {})


def world(r: random.Random) -> World:
    host: list[Row] = [(a, r.choice([0, 1, 2]), r.choice("xy")) for a in ASSETS]
    job: list[Row] = [(r.choice(ASSETS), r.choice([0, 1, 2]), r.choice("xy")) for _ in range(r.randrange(5))]
    return World(host, job)


def less(w: World, r: random.Random) -> World:
    """Blank cells; replace all rows of a (table, asset), or a part of them, by a gap."""
    made = World([], [])
    for table in TABLES:
        rows: list[Row] = [(a, None if r.random() < 0.15 else n, None if r.random() < 0.15 else s) for a, n, s in getattr(w, table)]
        for a in ASSETS:
            if r.random() < 0.25:
                rows = [row for row in rows if row[0] != a or (table == "job" and r.random() < 0.5)]
                made.gaps.append((table, None if table == "job" and r.random() < 0.3 else a))
        setattr(made, table, rows)
    return made


def predicate(r: random.Random, a: str, depth: int = 0) -> str:
    k = r.random()
    if k < 0.5 or depth > 2:
        return r.choice(
            [f"{a}.n {r.choice(['=', '<>', '<', '>='])} 1", f"{a}.s = 'x'", f"{a}.s like 'y%'", f"{a}.n in (0, 2)",
             f"not {a}.n between 1 and 2", f"{a}.n + 1 > 2", f"length({a}.s) = 1", f"{a}.s not in ('x')"]
        )  # fmt: skip
    if k < 0.85:
        return f"({predicate(r, a, depth + 1)} {r.choice(['and', 'or'])} {predicate(r, a, depth + 1)})"
    return f"not ({predicate(r, a, depth + 1)})"


def expression(r: random.Random, own: str, depth: int = 0) -> str:
    table, k = r.choice(TABLES), r.random()
    asked = r.choice(
        [f"(select some({predicate(r, 'x')}) from {table} x)", f"(select every({predicate(r, 'x')}) from {table} x)",
         f"(select at_least({r.randrange(1, 3)}, {predicate(r, 'x')}) from {table} x)"]
    )  # fmt: skip
    if k < 0.5:
        return asked
    if k < 0.7 and own != "client":
        return predicate(r, own)
    if k < 0.9 and depth < 2:
        return f"({expression(r, own, depth + 1)} {r.choice(['and', 'or'])} {expression(r, own, depth + 1)})"
    return f"not {asked}"


def item(r: random.Random) -> Item:
    own = r.choice(["host", "job", "client"])
    parts = [
        {"for": own, "when": expression(r, own) if r.random() < 0.3 else "true", "expect": expression(r, own)}
        for _ in range(1 if r.random() < 0.8 else 2)
    ]
    text = {"ru": "т", "en": "t"}
    return Item.model_validate(
        {"id": "TST-1", "version": 1, "title": text, "why": text, "remedy": text, "severity": 1, "kind": "sec", "sources": ["test"],
         "parts": parts, "within": r.choice(["asset", "client"]) if own != "client" else "client"}
    )  # fmt: skip


def verdicts(w: World, one: Item) -> dict[str, str]:
    book = w.book()
    try:
        return {v.asset: v.state for v in check(book, [one])}
    finally:
        book.db.close()


@pytest.mark.parametrize("seed", range(24))
def test_knowing_less_never_changes_a_verdict_except_to_unknown(seed: int) -> None:
    r = random.Random(seed)
    compared = became_unknown = 0
    for _ in range(150):
        one, full = item(r), world(r)
        part = less(full, r)
        before, after = verdicts(full, one), verdicts(part, one)
        assert set(after) == set(before), "no verdict vanishes and none appears"
        for asset, state in after.items():
            compared += 1
            became_unknown += state == "unknown" != before[asset]
            assert state in ("unknown", before[asset]), (asset, before[asset], state, one, full, part)
    assert compared > 150
    assert became_unknown > 15, "worlds that lose no sight prove nothing"


def test_worlds_show_every_state() -> None:
    r = random.Random(1)
    states = {s for _ in range(150) for s in verdicts(world(r), item(r)).values()}
    assert states == {"ok", "alarm", "not_applicable"}, "with full sight nothing is unknown"
