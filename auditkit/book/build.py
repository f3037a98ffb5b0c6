"""Store -> book. A gap is a row: what a planned question did not answer stands in the checks' view of its table as NULLs."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from auditkit.assets import Resolution, resolve
from auditkit.book.book import NEVER_ASKED, AssetRow, Book, GapRow
from auditkit.book.derive import NO_PROBE, derive
from auditkit.book.meeting import TABLES, meet
from auditkit.book.tables import fields_of, fill, make, row
from auditkit.model import about, marks, table_name
from auditkit.registry import Registry
from auditkit.store import Answer, SnapshotInfo, Store


@dataclass(frozen=True, slots=True)
class Declared:
    """A table of the client's own words (client.yaml). rows None = nobody said: a gap, not an empty table."""

    table: str
    fields: Mapping[str, str]
    rows: Sequence[tuple[Any, ...]] | None
    source: str = "client.yaml"


FactsOf = Callable[[Answer], list[object]]


@dataclass(slots=True)
class _Work:
    facts: list[tuple[str, str, object]] = field(default_factory=list)  # target, question, fact
    gaps: list[tuple[str, str, str, str]] = field(default_factory=list)  # target, table, question, why
    asked: set[tuple[str, str]] = field(default_factory=set)  # target, table
    planned: set[tuple[str, str]] = field(default_factory=set)  # target, probe


def build(
    store: Store,
    snapshot: SnapshotInfo,
    registry: Registry,
    as_of: date,
    declared: Iterable[Declared] = (),
    path: str = ":memory:",
    facts_of: FactsOf | None = None,
) -> Book:
    """path: a file for a big book. facts_of: where facts of an answer come from, the store if not given.

    Raises EvidenceError where stored bytes are gone or changed.
    """
    work = _read(store, snapshot, registry, facts_of)
    targets = [t.id for t in snapshot.targets if t.is_thing]
    found = resolve(targets, ((t, f) for t, _, f in work.facts), store.given())
    db = sqlite3.connect(path)
    db.create_function("today", 0, as_of.isoformat, deterministic=True)
    db.create_function("lower", 1, _lower, deterministic=True)
    types = dict(sorted(registry.types.items()))
    for table, kind in types.items():
        make(db, table, fields_of(kind))
    evidence = {_key(a): store.evidence(a) for a in store.answers(snapshot.id)}
    book = Book(db, types, found, _assets(snapshot, found, work), (), evidence, _asked(store, snapshot, registry, found))
    by_asset = _fill(db, work, found)
    _unplanned(work, snapshot, registry)
    gaps = _gaps(work, found, types, targets)
    gaps += derive(book, registry, by_asset, gaps)
    gaps += meet(book, gaps)
    book.gaps = tuple(sorted(set(gaps), key=lambda g: (g.table, g.asset or "", g.question, g.why)))
    _finish(book, list(declared))
    return book


def _key(a: Answer) -> str:
    return f"{a.question.target}/{a.question.probe}/{a.question.arg}"


def _lower(value: str | float | None) -> str | float | None:
    """SQLite's own folds ASCII letters alone: an account called Иванов would not be иванов."""
    return value.lower() if isinstance(value, str) else value


def _read(store: Store, snapshot: SnapshotInfo, registry: Registry, facts_of: FactsOf | None) -> _Work:
    work = _Work()
    answers = {a.question: a for a in store.answers(snapshot.id)}
    for q in store.questions(snapshot.id):
        probe = registry.probes.get(q.probe)
        work.planned.add((q.target, q.probe))
        if probe is None:
            continue  # a plug-in that is not installed now: its tables do not exist here either
        work.asked.update((q.target, table_name(t)) for t in probe.yields)
        a = answers.get(q)
        if a is None or a.state == "unknown":
            why = a.why if a else "not asked: the collection was cut short"
            work.gaps += [(q.target, table_name(t), f"{q.target}/{q.probe}", why) for t in probe.yields]
        if a is not None and (a.facts is not None or facts_of is not None):
            facts = facts_of(a) if facts_of else store.facts(a, probe, registry.types)
            work.facts += [(q.target, _key(a), f) for f in facts]
    return work


def _unplanned(work: _Work, snapshot: SnapshotInfo, registry: Registry) -> None:
    """A table is whole only where every probe that fills it was put: one that this snapshot did not plan leaves a gap in it."""
    for t in snapshot.targets:
        if not t.is_thing:
            continue
        for probe in registry.probes_on(t.platform):
            if (t.id, probe.name) not in work.planned:
                work.gaps += [(t.id, table_name(k), f"{t.id}/{probe.name}", "not asked in this snapshot") for k in probe.yields]


def _asked(store: Store, snapshot: SnapshotInfo, registry: Registry, found: Resolution) -> dict[tuple[str, str], tuple[str, ...]]:
    """(asset, table) -> questions, for probed tables and, through what they read, for derived ones."""
    asked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for q in store.questions(snapshot.id):
        asset = found.asset_of.get(("target", q.target), q.target)
        for kind in registry.probes[q.probe].yields if q.probe in registry.probes else ():
            asked[asset, table_name(kind)].add(f"{q.target}/{q.probe}/{q.arg}")
    for one in registry.derived.values():
        for asset in found.own:
            below = set().union(*(asked.get((asset, table_name(k)), set()) for k, _ in one.needs.values()))
            for kind in one.yields:
                asked[asset, table_name(kind)] |= below
    return {key: tuple(sorted(questions)) for key, questions in asked.items()}


def _fill(db: sqlite3.Connection, work: _Work, found: Resolution) -> dict[tuple[str, str], list[tuple[str, object]]]:
    """Insert the facts; -> (asset, table) -> (ref, fact) of facts about the asked target itself."""
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    by_asset: dict[tuple[str, str], list[tuple[str, object]]] = defaultdict(list)
    for target, question, record in work.facts:
        table = table_name(type(record))
        mine = about(type(record)) == "self"
        asset = found.asset_of["target", target] if mine else found.of(record)
        made = row(record, question, asset)
        rows[table].append(made)
        if mine and asset:
            by_asset[asset, table].append((made[0], record))
    for table, made_rows in rows.items():
        fill(db, table, len(made_rows[0]), made_rows)
    return by_asset


def _gaps(work: _Work, found: Resolution, types: Mapping[str, type], targets: Sequence[str]) -> list[GapRow]:
    """A gap in a table about others has no asset: it is a gap for everybody. So is a table that nobody was asked for."""
    gaps: list[GapRow] = []
    own = {t: found.asset_of["target", t] for t in targets}
    for target, table, question, why in work.gaps:
        gaps.append(GapRow(table, question, own.get(target) if about(types[table]) == "self" else None, why))
    for table, kind in types.items():
        if about(kind) == "self":
            asked_assets = {own[t] for t in targets if (t, table) in work.asked}
            silent = sorted(set(own.values()) - asked_assets)
            gaps += [GapRow(table, f"{found.own[a][0]}/-", a, NO_PROBE) for a in silent]
            gaps += [GapRow(table, f"{a}/-", a, NEVER_ASKED) for a in found.seen[:1]]  # it stands for all (Book.gaps_of)
        elif not any(asked == table for _, asked in work.asked):
            gaps.append(GapRow(table, "-/-", None, "nobody was asked"))
    return gaps


def _finish(book: Book, declared: Sequence[Declared]) -> None:
    db = book.db
    gaps = list(book.gaps)
    for d in declared:
        make(db, d.table, dict(d.fields))
        if d.rows is None:
            gaps.append(GapRow(d.table, f"{d.source}/-", None, f"{d.source} says nothing of {d.table}"))
        else:
            rows = [(f"{d.table}:{n}", f"{d.source}/{d.table}/{n}", None, "", *values) for n, values in enumerate(d.rows)]
            fill(db, d.table, len(d.fields) + 4, rows)
    book.gaps = tuple(gaps)
    db.execute("create table gap(tbl text, question text, asset text, why text) strict")
    db.executemany("insert into gap values (?,?,?,?)", [(g.table, g.question, g.asset, g.why) for g in gaps])
    db.execute("create table asset(id text primary key, targets text not null, name text not null, addresses text not null) strict")
    db.executemany("insert into asset values (?,?,?,?)", [(a.id, " ".join(a.targets), a.name, " ".join(a.addresses)) for a in book.assets])
    db.execute("create table refused(kind text, value text, targets text) strict")
    db.executemany("insert into refused values (?,?,?)", [(r.kind, r.value, " ".join(r.targets)) for r in book.resolution.refused])
    for table in (*book.types, *TABLES, *(d.table for d in declared)):
        db.execute(f"insert into {table}__all(question, asset, why) select question, asset, why from gap where tbl = ?", (table,))
        db.execute(f"create index ix_{table} on {table}__all(asset)")
    db.execute("create temp table client as select 'client' id, '' question, null asset, '' why")
    db.commit()


def _assets(snapshot: SnapshotInfo, found: Resolution, work: _Work) -> tuple[AssetRow, ...]:
    addresses: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for target, _, record in work.facts:
        mine = about(type(record)) == "self"
        asset = found.asset_of["target", target] if mine else found.of(record)
        for kind, value in marks(record) if asset else ():
            if kind == "address":
                addresses[asset or ""].add(value)
            elif kind == "fqdn":
                names[asset or ""].add(value)
    for t in (t for t in snapshot.targets if t.is_thing):
        addresses[found.asset_of["target", t.id]].add(t.address)
    platform = {t.id: t.platform for t in snapshot.targets}
    own = [
        AssetRow(a, targets, _name(names, a), tuple(sorted(addresses[a])), tuple(sorted({platform[t] for t in targets})))
        for a, targets in sorted(found.own.items())
    ]
    seen = [AssetRow(a, (), _name(names, a), tuple(sorted(addresses[a]))) for a in found.seen]
    return (*own, *seen)


def _name(names: Mapping[str, set[str]], asset: str) -> str:
    return min(names.get(asset, {asset.removeprefix("seen-")}), key=len)
