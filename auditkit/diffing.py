"""What changed between two snapshots: facts that came, went, or differ; sight that was lost or won is kept apart from change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from auditkit.model import dump, fact_key, table_name
from auditkit.registry import Registry
from auditkit.store import Answer, Store

Kind = Literal["new", "gone", "changed", "sight_lost", "sight_won"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. key: names the row within its target; fields: what changed, old -> new. why: of a loss of sight."""

    kind: Kind
    target: str
    table: str
    key: str
    fields: tuple[tuple[str, str, str], ...] = ()
    why: str = ""


def changes(store: Store, registry: Registry, old: int, new: int) -> Iterator[Change]:
    """Differences from one snapshot to another, by target and table. Equal blobs are not opened."""
    before = {a.question: a for a in store.answers(old)}
    after = {a.question: a for a in store.answers(new)}
    for q in sorted({*before, *after}, key=lambda q: (q.target, q.probe, q.arg)):
        probe = registry.probes.get(q.probe)
        if probe is None:
            continue
        a, b = before.get(q), after.get(q)
        tables = ", ".join(table_name(t) for t in probe.yields)
        if _seen(a) and not _seen(b):
            yield Change("sight_lost", q.target, tables, q.arg, why=b.why if b else "not asked")
        elif _seen(b) and not _seen(a):
            yield Change("sight_won", q.target, tables, q.arg, why=a.why if a else "not asked before")
        elif a and b and _seen(a) and a.facts != b.facts:
            yield from _rows(q.target, _read(store, registry, a), _read(store, registry, b))


def _seen(a: Answer | None) -> bool:
    return a is not None and a.state in ("found", "absent")


def _read(store: Store, registry: Registry, a: Answer) -> dict[tuple[str, str], dict[str, object]]:
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for f in store.facts(a, registry.probes[a.question.probe], registry.types):
        values = dump(f)
        rows[table_name(type(f)), " ".join(str(values[k]) for k in fact_key(type(f)))] = values
    return rows


def _rows(target: str, a: dict[tuple[str, str], dict[str, object]], b: dict[tuple[str, str], dict[str, object]]) -> Iterator[Change]:
    for table, key in sorted({*a, *b}):
        old, new = a.get((table, key)), b.get((table, key))
        if old is None:
            yield Change("new", target, table, key)
        elif new is None:
            yield Change("gone", target, table, key)
        elif old != new:
            # None is "could not be seen": such a field lost or won sight, it did not change.
            told = tuple((k, str(old[k]), str(new.get(k))) for k in old if old[k] != new.get(k) and None not in (old[k], new.get(k)))
            if told:
                yield Change("changed", target, table, key, told)
