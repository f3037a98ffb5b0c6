"""What was assessed and what was not, and why: the first section, because everything after it holds only within it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditkit.collecting import TargetState
from auditkit.reporting.document import Block, Cell, Column, Figure, KeyFigures, Note, Para, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.reasons import reason

# Areas of their own -> the platforms that they are; every other target is counted among the servers.
OWN_ROW = {
    "directory": ("directory",), "windows": ("windows",), "vsphere": ("vsphere",), "iron": ("redfish",), "power": ("nut", "apcupsd"),
}  # fmt: skip
# Estates that this version does not collect yet. They stand in the table all the same: what nobody looked at is not fine.
LATER = ("network", "telephony", "backups", "handover", "failure")


def build(draft: Draft) -> Iterator[Section]:
    """One section."""
    blocks: list[Block] = [Para(_lead(draft), "lead"), KeyFigures(_figures(draft)), _targets(draft), _areas(draft)]
    if draft.a.ranges:
        blocks.insert(3, _ranges(draft))
    if any("windows" in a.platforms for a in draft.a.book.assets):
        blocks.append(Note(label("coverage.windows_method"), "unknown"))
    blocks += _by_file(draft)
    blocks += _unruled(draft)
    if draft.a.book.resolution.refused:
        blocks.append(_refused(draft))
    yield Section("coverage", label("section.coverage"), tuple(blocks))


def _lead(draft: Draft) -> Cell:
    states = draft.a.targets
    refs = tuple(f"target:{s.id}" for s in states)
    whole = sum(s.state == "complete" for s in states)
    seen = len(draft.a.book.resolution.seen)
    return say("coverage.lead", refs, n=len(states), whole=whole, partial=sum(s.state == "partial" for s in states),
               failed=sum(s.state == "failed" for s in states), seen=seen)  # fmt: skip


def _figures(draft: Draft) -> tuple[Figure, ...]:
    c = draft.a.coverage
    refs = tuple(f"target:{s.id}" for s in draft.a.targets)
    return (
        Figure(say("cell.number", refs, value=c.found), label("coverage.found"), "good"),
        Figure(say("cell.number", refs, value=c.absent), label("coverage.absent"), "plain"),
        Figure(say("cell.number", refs, value=c.unknown), label("coverage.unknown"), "unknown"),
    )


def _targets(draft: Draft) -> Table:
    addresses = {t.id: t.address for t in draft.a.snapshot.targets}
    columns = (
        Column("column.target"), Column("column.address", "code"), Column("column.state", "state"), Column("column.answered", weight=1.2),
        Column("column.why", weight=3), Column("column.needed", weight=2.4),
    )  # fmt: skip
    rows = tuple(_row(s, addresses[s.id]) for s in draft.a.targets)
    return Table("targets", columns, rows, label("table.targets"), say("coverage.no_targets"))


def _ranges(draft: Draft) -> Table:
    """Ranges looked at without login: how far that went."""
    addresses = {t.id: t.address for t in draft.a.snapshot.targets}
    columns = (Column("column.address", "code"), Column("column.state", "state"), Column("column.why", weight=3))
    rows = tuple(
        (value(addresses[s.id], (f"target:{s.id}",)), say(f"state.{s.state}", (f"target:{s.id}",)), _row(s, addresses[s.id])[4])
        for s in draft.a.ranges
    )
    return Table("ranges", columns, rows, label("table.ranges"))


def _row(s: TargetState, address: str) -> tuple[Cell, ...]:
    refs = (f"target:{s.id}",)
    if s.cause:
        need = say("coverage.need", refs, cause=s.cause)
        why = say("coverage.because", refs, cause=s.cause, message=reason(s.message))
    elif s.unknown:
        need, why = say("coverage.look", refs), say("coverage.mostly", refs, n=s.unknown)
    else:
        need, why = say("coverage.need_nothing", refs), say("coverage.whole", refs)
    answered = say("coverage.answered", refs, answered=s.found + s.absent, asked=s.asked)
    return (value(s.id, refs), value(address, refs), say(f"state.{s.state}", refs), answered, why, need)


def _areas(draft: Draft) -> Table:
    columns = (
        Column("column.area", weight=2.6), Column("column.known", weight=0.9), Column("column.checked", weight=0.9),
        Column("column.unchecked", weight=0.9), Column("column.why", weight=3), Column("column.needed", weight=2.4),
    )  # fmt: skip
    rows = (_servers(draft), *(_platform(draft, p) for p in OWN_ROW), _seen(draft), *(_later(area) for area in LATER))
    return Table("areas", columns, rows, label("table.areas"))


def _servers(draft: Draft) -> tuple[Cell, ...]:
    own = {p for platforms in OWN_ROW.values() for p in platforms}
    others = {t for a in draft.a.book.assets if own & set(a.platforms) for t in a.targets}
    return _area(draft, "servers", [s for s in draft.a.targets if s.id not in others])


def _platform(draft: Draft, area: str) -> tuple[Cell, ...]:
    """What is asked as a platform of this area."""
    own = {t for a in draft.a.book.assets if set(OWN_ROW[area]) & set(a.platforms) for t in a.targets}
    return _area(draft, area, [s for s in draft.a.targets if s.id in own])


def _area(draft: Draft, area: str, states: Sequence[TargetState]) -> tuple[Cell, ...]:
    """Where nothing is asked, nobody knows whether there is such a thing."""
    if states:
        return _counted(draft, states, area)
    why = say("area.no_target", tuple(f"target:{s.id}" for s in draft.a.targets))
    return (label(f"area.{area}"), say("cell.unseen"), value(0), say("area.all"), why, label("area.no_target.need"))


def _counted(draft: Draft, states: Sequence[TargetState], area: str) -> tuple[Cell, ...]:
    refs = tuple(f"target:{s.id}" for s in states)
    unruled = {t for names in draft.a.unruled.values() for a in draft.a.book.assets if a.id in names for t in a.targets}
    whole = sum(s.state == "complete" and s.id not in unruled for s in states)
    rest = len(states) - whole
    why = say("area.servers.rest", refs) if rest else say("area.servers.whole", refs)
    if unruled & {s.id for s in states}:
        why = say("area.no_rules", refs)
    need: Cell = label("area.servers.need") if area == "servers" else say("coverage.look" if rest else "coverage.need_nothing", refs)
    return (label(f"area.{area}"), value(len(states), refs), value(whole, refs), value(rest, refs), why, need)


def _seen(draft: Draft) -> tuple[Cell, ...]:
    """Devices that asked hosts mention: in the denominator, although nobody asked them."""
    book = draft.a.book
    tables = [t for t, kind in book.types.items() if getattr(kind, "__fact__").about == "other"]  # noqa: B009 set by @fact
    refs = tuple(f"all:*/{t}" for t in tables)
    n = len(book.resolution.seen)
    gap = next((g for t in tables for g in book.gaps if g.table == t), None)
    why = say("area.seen.gap", refs, why=reason(gap.why)) if gap else say("area.seen.why", refs)
    return (label("area.seen"), value(n, refs), value(0, refs), value(n, refs), why, label("area.seen.need"))


def _later(area: str) -> tuple[Cell, ...]:
    return (label(f"area.{area}"), say("cell.unseen"), value(0), say("area.all"), say("area.later"), label("area.later.need"))


def _by_file(draft: Draft) -> Iterator[Note]:
    """What came in files tells of the day on which the script was run there, not of the day of this report."""
    ids = {t.id for t in draft.a.snapshot.targets if t.transport == "bundle"}
    days = {e.target: e.at.date() for e in draft.a.book.evidence.values() if e.target in ids and e.address is not None}
    if days:
        oldest = sorted(days, key=lambda t: (days[t], t))
        refs = tuple(f"target:{t}" for t in oldest)
        names = ", ".join(f"{t} {days[t].isoformat()}" for t in oldest[:10])
        yield Note(say("coverage.by_file", refs, n=len(days), oldest=days[oldest[0]].isoformat(), names=names))


def _unruled(draft: Draft) -> Iterator[Note]:
    """Answers were collected, but nothing was asked of them: that is not fine, and not bad."""
    for platform, assets in draft.a.unruled.items():
        refs = tuple(f"target:{t}" for a in draft.a.book.assets if a.id in assets for t in a.targets)
        yield Note(say("coverage.no_rules", refs, n=len(assets), platform=platform, names=", ".join(assets[:10])), "unknown")


def _refused(draft: Draft) -> Note:
    refused = draft.a.book.resolution.refused
    told = "; ".join(f"{r.kind} {r.value}: {', '.join(r.targets)}" for r in refused[:10])
    refs = tuple(f"target:{t}" for r in refused[:10] for t in r.targets)
    return Note(say("coverage.refused", refs, n=len(refused), told=told), "warning")
