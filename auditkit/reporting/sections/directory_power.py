"""Who has power over a domain without being its administrator: rights on what rules it, with those that could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model import Statement
from auditkit.reporting.document import Cell, Column, Para, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections.counting import Row, empty, gaps

LIMIT = 40  # rows printed; the workbook holds all
TABLE = "dangerous_right"
HALVES = ("GetChanges", "GetChangesAll")  # of DCSync: alone neither gives anything, together they are a row of their own
# The order on paper: what gives the whole domain away comes first.
PLACES = ("domain", "adminsdholder", "controller", "privileged", "policy", "site", "unit")


def build(draft: Draft, asset: str, n: int) -> Iterator[Section]:
    """A section below the one of a domain."""
    lead = Para(say("directory.power", (f"all:{asset}/{TABLE}",)))
    yield Section(f"directory-{n}-power", label("section.directory.power"), (lead, _table(draft, asset, n)), level=2)


def _table(draft: Draft, asset: str, n: int) -> Table:
    """Rights of those who are no administrators; then lists that may not be read, and SIDs of whom nothing is known."""
    rows = [r for r in draft.a.book.table(TABLE, asset, "dn") if r["exposed"] != 0 and r["place"] in PLACES and r["may"] not in HALVES]
    rows.sort(key=lambda r: (r["exposed"] is None, PLACES.index(r["place"])))
    columns = (
        Column("directory.column.place"), Column("directory.column.object", weight=2), Column("directory.column.trustee", weight=1.3),
        Column("directory.column.may", weight=1.2), Column("directory.column.reach"),
    )  # fmt: skip
    made = tuple(_cells(r) for r in rows)
    return Table(f"directory-{n}-power", columns, made, label("directory.table.power"), _none(draft, asset), LIMIT)


def _none(draft: Draft, asset: str) -> Statement:
    if gaps(draft, asset, TABLE) or not draft.a.book.table(TABLE, asset):
        return empty(draft, asset, TABLE)
    return say("directory.power.none", (f"all:{asset}/{TABLE}",))


def _cells(r: Row) -> tuple[Cell, ...]:
    ref = (r["id"],)
    reach = "below" if r["below"] else "here"
    shown = r["dn"] if r["place"] in ("unit", "domain") else r["name"]
    return (
        say(f"directory.place.{r['place']}", ref), value(shown, ref), value(r["trustee"], ref), value(r["may"], ref),
        value(None, ref) if r["may"] is None else say(f"directory.reach.{reach}", ref),
    )  # fmt: skip
