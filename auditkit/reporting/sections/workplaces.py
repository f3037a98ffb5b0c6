"""Workplaces: a table of them, what each rule says of how many of them, and how many there are of each Windows.

Three kinds of answers stand apart everywhere: seen, looked and none there, could not be seen. A computer that the domain knows and
nobody asked is counted as not asked, never among the good ones.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditkit.book import GapRow
from auditkit.checking import CheckVerdict, Item
from auditkit.model import Statement
from auditkit.reporting.document import Block, Cell, Column, Note, Para, Section, Table, label, plain, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections.findings import text_of
from auditkit.reporting.sections.summary import refs_of

LIMIT = 40  # rows printed; the workbook holds all
MOST_REFS = 60
# Rules for every Windows that a workplace is judged by as well; those of the checklist of workplaces come before them.
SHARED = ("WIN-01", "WIN-02", "WIN-14", "WIN-18", "WIN-24")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _View:
    """The book with its gaps by table and asset: with a thousand workplaces nobody wants to look through all of them for each cell."""

    draft: Draft
    gaps: Mapping[tuple[str, str | None], list[GapRow]]

    @classmethod
    def of(cls, draft: Draft) -> _View:
        gaps: dict[tuple[str, str | None], list[GapRow]] = defaultdict(list)
        for g in draft.a.book.gaps:
            gaps[g.table, g.asset].append(g)
        return cls(draft, gaps)

    def rows(self, table: str, asset: str) -> list[Row]:
        return self.draft.a.book.table(table, asset)

    def gaps_of(self, table: str, asset: str) -> list[GapRow]:
        return [*self.gaps.get((table, asset), ()), *self.gaps.get((table, None), ())]


@dataclass(frozen=True, slots=True)
class Known:
    """asked: assets that are workplaces. doubtful: Windows of which nobody can tell. unasked: (name, ref) of the domain's computers;
    None = no domain was asked, or none of its computers was seen. gaps: what keeps their number from being sure."""

    asked: tuple[str, ...]
    doubtful: tuple[str, ...]
    unasked: tuple[tuple[str, str], ...] | None
    gaps: tuple[str, ...]


def known(draft: Draft) -> Known:
    """Which workplaces there are, as far as anybody could see."""
    book = draft.a.book
    windows = [a for a in book.assets if a.targets and "windows" in a.platforms]
    kinds = {r["asset"]: r["kind"] for r in book.table("windows_edition")}
    own = {a.id for a in book.assets if a.targets}
    listed = [r for r in book.table("directory_computer") if r["role"] in ("workstation", None) and r["enabled"] != 0]
    computers = [r for r in listed if r["role"] and r["asset"] not in own]
    missing = [g for g in book.gaps if g.table == "directory_computer"]
    told = any("directory" in a.platforms for a in book.assets) and not missing
    unclear = tuple(str(r["id"]) for r in listed if r["role"] is None)[:5]  # the account may not read what would tell
    return Known(
        asked=tuple(a.id for a in windows if kinds.get(a.id) == "workstation"),
        doubtful=tuple(a.id for a in windows if a.id not in kinds),
        unasked=tuple((str(r["name"]), str(r["id"])) for r in computers) if told or computers else None,
        gaps=(*(f"gap:{g.question}" for g in missing[:5]), *unclear),
    )


def build(draft: Draft) -> Iterator[Section]:
    """One section; none where neither a workplace nor a Windows that could be one is known."""
    found = known(draft)
    if not (found.asked or found.doubtful or found.unasked):
        return
    blocks: list[Block] = [Para(_lead(found)), Para(_unasked(found))]
    view = _View.of(draft)
    blocks += [_table(view, found), _rules(draft, found), _versions(view, found), Note(label("workplaces.method"), "unknown")]
    yield Section("workplaces", label("section.workplaces"), tuple(blocks))


def _lead(found: Known) -> Cell:
    refs = tuple(f"all:{a}/windows_edition" for a in (*found.asked, *found.doubtful))[:MOST_REFS]
    return say("workplaces.lead", refs, n=len(found.asked), doubtful=len(found.doubtful))


def _unasked(found: Known) -> Cell:
    """How many the domain knows that nobody asked; without a domain nobody can say."""
    if found.unasked is None:
        return say("workplaces.unasked_unknown", found.gaps)
    refs = (*(ref for _, ref in found.unasked), *found.gaps)[:MOST_REFS]
    message = "workplaces.unasked_at_least" if found.gaps else "workplaces.unasked"
    return say(message, refs or ("all:*/directory_computer",), n=len(found.unasked), names=", ".join(n for n, _ in found.unasked[:10]))


# -- the table of workplaces

COLUMNS = ("os", "support", "admins", "antivirus", "disks", "portable", "encrypted", "files", "office", "remote")


def _table(view: _View, found: Known) -> Table:
    columns = (Column("column.asset"), *(Column(f"workplaces.column.{c}", "date" if c == "support" else "text") for c in COLUMNS))
    rows = tuple((value(a, (f"all:{a}/windows_edition",)), *(_cell(view, a, c) for c in COLUMNS)) for a in found.asked)
    empty = say("workplaces.none", tuple(f"all:{a}/windows_edition" for a in found.doubtful))
    return Table("workplaces", columns, rows, label("workplaces.table"), empty, LIMIT)


def _cell(view: _View, asset: str, column: str) -> Cell:
    match column:
        case "os":
            return _listed(view, asset, "os_release", lambda r: f"{r['name']} {r['version'] or r['full_version']}")
        case "support":
            return _support(view, asset)
        case "admins":
            return _listed(view, asset, "local_administrator", lambda r: str(r["name"]))
        case "antivirus":
            return _antivirus(view, asset)
        case "disks":
            return _disks(view, asset)
        case "portable":
            rows = view.rows("portable_computer", asset)
            return value(_truth(rows[0]["portable"]), (rows[0]["id"],)) if rows else _nothing(view, asset, "portable_computer")
        case "encrypted":
            return _encrypted(view, asset)
        case "files":
            return _files(view, asset)
        case "office":
            return _listed(view, asset, "office_suite", lambda r: str(r["title"]))
        case "remote":
            return _listed(view, asset, "remote_control", lambda r: str(r["product"]))
    raise ValueError(column)


def _nothing(view: _View, asset: str, *tables: str) -> Statement:
    """A cell without rows: looked and none there, or not seen."""
    gaps = [g for t in tables for g in view.gaps_of(t, asset)]
    if gaps or any(t not in view.draft.a.book.types for t in tables):
        return say("cell.unseen", tuple(dict.fromkeys(f"gap:{g.question}" for g in gaps))[:5])
    return say("cell.nothing", tuple(f"none:{asset}/{t}" for t in tables))


def _listed(view: _View, asset: str, table: str, words: Callable[[Row], str]) -> Cell:
    """Names of rows; where some of the table could not be seen, that is said beside them."""
    rows = view.rows(table, asset)
    if not rows:
        return _nothing(view, asset, table)
    names = ", ".join(sorted({words(r) for r in rows}))
    gaps = tuple(f"gap:{g.question}" for g in view.gaps_of(table, asset)[:3])
    refs = (*(str(r["id"]) for r in rows), *gaps)[:MOST_REFS]
    return say("workplaces.partly" if gaps else "cell.text", refs, value=names)


def _truth(said: object) -> bool | None:
    return None if said is None else bool(said)


def _support(view: _View, asset: str) -> Cell:
    rows = view.rows("windows_support", asset)
    if not rows:
        return _nothing(view, asset, "windows_support")
    row = rows[0]
    if row["ends"]:
        return say("cell.date", (row["id"],), value=row["ends"])
    return say("workplaces.open" if row["state"] in ("open", "rolling") else "cell.unseen", (row["id"],))


def _antivirus(view: _View, asset: str) -> Cell:
    rows = view.rows("antivirus_state", asset)
    if not rows:
        return _nothing(view, asset, "antivirus_state")
    row = rows[0]
    products = ", ".join(json.loads(row["products"]))
    if row["protected"] is None:
        return say("workplaces.av_unsure", (row["id"],), products=products)
    return say("workplaces.av_on" if row["protected"] else "workplaces.av_off", (row["id"],), products=products)


def _disks(view: _View, asset: str) -> Cell:
    """Bad as soon as one says so; fine only where each says so."""
    rows = view.rows("physical_disk", asset)
    if not rows or view.gaps_of("physical_disk", asset):
        return _nothing(view, asset, "physical_disk")
    refs = tuple(str(r["id"]) for r in rows)[:MOST_REFS]
    bad = [r for r in rows if r["failing"] == 1 or r["health"] in ("warning", "unhealthy")]
    if bad:
        return say("workplaces.disk_bad", tuple(str(r["id"]) for r in bad)[:MOST_REFS], models=", ".join(str(r["model"]) for r in bad))
    silent = [r for r in rows if r["health"] != "healthy" and r["failing"] != 0]
    return say("cell.unseen", refs) if silent else say("workplaces.disk_fine", refs, n=len(rows))


def _encrypted(view: _View, asset: str) -> Cell:
    """Of the system volume."""
    rows = [r for r in view.rows("encrypted_volume", asset) if r["system"] == 1]
    return value(_truth(rows[0]["protected"]), (rows[0]["id"],)) if rows else _nothing(view, asset, "encrypted_volume")


def _files(view: _View, asset: str) -> Cell:
    """Whose Desktop or Documents lie on this computer; profiles whose settings were not to be read are counted apart."""
    rows = view.rows("user_files", asset)
    if not rows:
        return _nothing(view, asset, "user_files")
    here = [r for r in rows if r["here"] not in (None, "[]")]
    elsewhere = [r for r in rows if r["here"] == "[]"]
    refs = tuple(str(r["id"]) for r in rows)[:MOST_REFS]
    return say("workplaces.files", refs, here=len(here), elsewhere=len(elsewhere), unseen=len(rows) - len(here) - len(elsewhere))


# -- what the rules say, counted


def _rules(draft: Draft, found: Known) -> Table:
    """Per rule: how many workplaces it found bad, fine, could not judge, does not hold for; out of how many; how many nobody asked."""
    names = ("bad", "fine", "unknown", "not_applicable", "asked", "unasked")
    counts = tuple(Column(f"workplaces.count.{n}", "number", 0.8) for n in names)
    columns = (Column("column.check", "code"), Column("column.title", weight=3), *counts)
    items = [i for i in draft.a.items if i.id.startswith("WKS-")] + [i for i in draft.a.items if i.id in SHARED]
    asked = set(found.asked)
    verdicts: dict[str, list[CheckVerdict]] = defaultdict(list)
    for v in draft.a.verdicts:
        if v.asset in asked:
            verdicts[v.item.id].append(v)
    rows = tuple(_rule(found, item, verdicts[item.id]) for item in items) if found.asked else ()
    empty = say("workplaces.none", tuple(f"all:{a}/windows_edition" for a in found.doubtful))
    return Table("workplaces-rules", columns, rows, label("workplaces.rules"), empty)


def _rule(found: Known, item: Item, verdicts: list[CheckVerdict]) -> tuple[Cell, ...]:
    states = {v.asset: v.state for v in verdicts}
    refs = refs_of(verdicts)[:MOST_REFS]
    bad = [s for s in states.values() if s in ("alarm", "accepted")]
    numbers = (
        len(bad), _of(states, "ok"), _of(states, "unknown") + len(found.asked) - len(states), _of(states, "not_applicable"),
        len(found.asked),
    )  # fmt: skip
    title = say("workplaces.of", refs, title=text_of(item.title), bad=len(bad), asked=len(found.asked), unknown=numbers[2])
    unasked = say("cell.unseen", found.gaps) if found.unasked is None else say("cell.number", refs, value=len(found.unasked))
    return (plain(item.id), title, *(say("cell.number", refs, value=n) for n in numbers), unasked)


def _of(states: Mapping[str, str], state: str) -> int:
    return sum(s == state for s in states.values())


# -- how many of each Windows


def _versions(view: _View, found: Known) -> Table:
    columns = (Column("workplaces.column.os"), Column("workplaces.count.asked", "number"), Column("workplaces.column.support", "date"))
    by: dict[str, list[str]] = {}
    for asset in found.asked:
        rows = view.rows("os_release", asset)
        by.setdefault(f"{rows[0]['name']} {rows[0]['version'] or rows[0]['full_version']}" if rows else "", []).append(asset)
    made = []
    for name, assets in sorted(by.items()):
        refs = tuple(f"all:{a}/os_release" for a in assets)[:MOST_REFS]
        ends = {_support(view, a) for a in assets}
        dates = {r["ends"] for a in assets for r in view.rows("windows_support", a)}
        end = next(iter(ends)) if len(ends) == 1 else _between(dates, refs)
        made.append((value(name or None, refs), say("cell.number", refs, value=len(assets)), end))
    empty = say("workplaces.none", tuple(f"all:{a}/windows_edition" for a in found.doubtful))
    return Table("workplaces-versions", columns, tuple(made), label("workplaces.versions"), empty)


def _between(dates: set[str | None], refs: tuple[str, ...]) -> Cell:
    """Editions of one version end on days of their own: the first of them, or not seen where one has none."""
    told = sorted(d for d in dates if d)
    return say("cell.date", refs, value=told[0]) if told and None not in dates else say("cell.unseen", refs)


