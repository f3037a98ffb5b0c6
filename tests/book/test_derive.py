"""A table that probes of one platform fill and that follows from other facts on another: each counts where it belongs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import pytest

from auditkit.book import build
from auditkit.model import Found, Outcome, Question, Unknown, fact
from auditkit.probing import Reply, derived, probe
from auditkit.registry import Registry
from auditkit.store import Store, TargetInfo, Told

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@fact(key=("name",))
class Use:
    name: str


@fact(key=("name",))
class Unit:
    name: str


@probe("w.uses", "x", on=("windows",))
def uses(reply: Reply) -> Iterator[Use]:
    yield Use(name=reply.text)


@probe("l.units", "x", on=("linux",))
def units(reply: Reply) -> Iterator[Unit]:
    yield Unit(name=reply.text)


@derived("l.uses")
def unit_uses(found: Sequence[Unit]) -> Iterator[Use]:
    yield from (Use(name=u.name) for u in found)


REGISTRY = Registry({p.name: p for p in (uses, units)}, {unit_uses.name: unit_uses}, {"use": Use, "unit": Unit})
FOUND, REFUSED = Found((Unit(name="a"),)), Unknown("refused")


@pytest.mark.parametrize(
    ("on_windows", "on_linux", "gaps"),
    [
        (Found((Use(name="b"),)), FOUND, []),  # neither lacks what only the other one is asked for
        (REFUSED, FOUND, [("w", "refused")]),
        (Found((Use(name="b"),)), REFUSED, [("l", "refused")]),
        (REFUSED, REFUSED, [("l", "refused"), ("w", "refused")]),
    ],
)
def test_a_table_is_whole_where_its_own_way_of_knowing_was_answered(
    on_windows: Outcome, on_linux: Outcome, gaps: list[tuple[str, str]]
) -> None:
    store = Store.open(None)
    told = [
        Told(Question("w", "w.uses", ""), "x", on_windows, Reply(b""), NOW, False),
        Told(Question("l", "l.units", ""), "x", on_linux, Reply(b""), NOW, False),
    ]
    targets = [TargetInfo("w", "windows", "replay", "w"), TargetInfo("l", "linux", "local", "l"), TargetInfo("v", "vsphere", "replay", "v")]
    snap = store.begin(targets, [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 22))
    # of a platform that nobody asks either way the table stays a gap
    expected = [*gaps, ("v", "no probe asks this of such a target")]
    assert sorted((g.asset or "", g.why) for g in book.gaps if g.table == "use") == sorted(expected)
