"""What the client has: assets by class, with age and support."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditkit.book import AssetRow
from auditkit.reporting.document import Block, Cell, Column, Note, Para, Picture, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections.drawing import disk_picture, network_picture, updates_picture


def build(draft: Draft) -> Iterator[Section]:
    """One section: assets asked, then assets only seen, then how full the disks are."""
    blocks: list[Block] = [Para(_lead(draft)), _assets(draft)]
    for picture in (network_picture(draft), disk_picture(draft), updates_picture(draft)):
        blocks.append(picture if isinstance(picture, Picture | Note) else Para(picture, "small"))
    blocks.append(_seen(draft))
    yield Section("estate", label("section.estate"), tuple(blocks))


def _lead(draft: Draft) -> Cell:
    r = draft.a.book.resolution
    return say("estate.lead", tuple(f"target:{t.id}" for t in draft.a.targets), n=len(r.own), seen=len(r.seen))


def _assets(draft: Draft) -> Table:
    columns = (
        Column("column.asset"), Column("column.addresses", "code", 1.3), Column("column.kind", weight=1.2),
        Column("column.os", weight=1.8),
        Column("column.support", "date"), Column("column.cpu", "number", 0.8), Column("column.memory", weight=0.9),
        Column("column.note", weight=1.6),
    )  # fmt: skip
    rows = tuple(_asset(draft, asset) for asset in draft.a.book.assets if asset.targets)
    return Table("assets", columns, rows, label("table.assets"), say("estate.none"))


def _one(draft: Draft, table: str, asset: str) -> dict[str, Any] | None:
    rows = draft.a.book.table(table, asset)
    return rows[0] if rows else None


def seen_or_gap(draft: Draft, table: str, asset: str, column: str, message: str = "cell.text") -> Cell:
    """A value of a one-row table as a cell: the value, "not seen" with the gap it rests on, or "looked, none there"."""
    row = _one(draft, table, asset)
    if row is not None and column in row:
        shown = row[column]
        return (
            value(shown, (row["id"],))
            if message == "cell.text" or shown is None or shown == ""
            else say(message, (row["id"],), value=shown)
        )
    gaps = draft.a.book.gaps_of(table, asset)
    if gaps or table not in draft.a.book.types:
        return say("cell.unseen", tuple(f"gap:{g.question}" for g in gaps[:3]))
    return say("cell.nothing", (f"none:{asset}/{table}",))


def _asset(draft: Draft, asset: AssetRow) -> tuple[Cell, ...]:
    refs = tuple(f"target:{t}" for t in asset.targets)
    return (
        value(asset.id, refs),
        value(", ".join(asset.addresses[:6]), refs),
        _kind(draft, asset.id),
        seen_or_gap(draft, "os_release", asset.id, "pretty"),
        _support(draft, asset.id),
        seen_or_gap(draft, "cpu", asset.id, "threads"),
        seen_or_gap(draft, "memory", asset.id, "total_bytes", "cell.bytes"),
        _note(draft, asset.id),
    )


def _kind(draft: Draft, asset: str) -> Cell:
    virtual = _one(draft, "virtualisation", asset)
    if virtual is None:
        return seen_or_gap(draft, "virtualisation", asset, "kind")
    if virtual["kind"] in ("none", ""):
        hardware = _one(draft, "hardware", asset)
        told = " ".join(str(hardware[k]) for k in ("vendor", "model") if hardware and hardware.get(k)) if hardware else ""
        refs = (virtual["id"], *((hardware["id"],) if hardware else ()))
        return say("estate.physical", refs, model=told) if told else say("estate.physical_unknown", refs)
    return say("estate.virtual", (virtual["id"],), kind=str(virtual["kind"]))


def _support(draft: Draft, asset: str) -> Cell:
    row = _one(draft, "support_end", asset) or _one(draft, "windows_support", asset)
    if row is None:
        return seen_or_gap(draft, "support_end", asset, "ends")
    return say("cell.date", (row["id"],), value=str(row["ends"])) if row.get("ends") else say("estate.no_end", (row["id"],))


def _note(draft: Draft, asset: str) -> Cell:
    verdicts = draft.a.verdicts_of(asset)
    refs = tuple(dict.fromkeys(r for v in verdicts if v.state in ("alarm", "unknown") for r in v.rests_on))[:60]
    count = {s: sum(v.state == s for v in verdicts) for s in ("alarm", "unknown")}
    return say("estate.note", refs, alarm=count["alarm"], unknown=count["unknown"])


def _seen(draft: Draft) -> Table:
    columns = (Column("column.asset", weight=2), Column("column.addresses", "code", 2))
    seen = [a for a in draft.a.book.assets if not a.targets]
    rows = tuple((value(a.name, ()), value(", ".join(a.addresses), ())) for a in seen)
    tables = [t for t in ("neighbour", "lldp_neighbour", "seen_device") if t in draft.a.book.types]
    gaps = [g for t in tables for g in draft.a.book.gaps_of(t, None)]
    empty = (
        say("estate.seen_gap", tuple(f"gap:{g.question}" for g in gaps[:5]))
        if gaps
        else say("estate.seen_none", tuple(f"all:*/{t}" for t in tables))
    )
    return Table("seen", columns, rows, label("table.seen"), empty, limit=100)
