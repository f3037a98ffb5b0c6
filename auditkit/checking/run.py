"""Items -> verdicts on a book."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from auditkit.book import Book, GapRow, read_only
from auditkit.checking.grammar import compiled, sources
from auditkit.checking.items import Item, Part
from auditkit.errors import ChecklistError
from auditkit.model import Decision, VerdictState

CLIENT = "client"
MOST_OBJECTS = 200  # alarmed rows kept in full; all are counted
MOST_GAPS = 20


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An alarmed row: its ref, and its columns to put into words."""

    ref: str
    part: int
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """The answer of one item about one asset ("client" for items about the whole).

    total: alarmed rows; objects: the first of them. gaps: what was not seen (also beside an alarm). rests_on: refs, sorted.
    """

    item: Item
    asset: str
    state: VerdictState
    why: str
    total: int
    objects: tuple[ObjectRow, ...]
    gaps: tuple[GapRow, ...]
    rests_on: tuple[str, ...]
    decision: Decision | None = None


@dataclass(slots=True)
class _Sum:
    states: set[str] = field(default_factory=set)
    whys: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)  # why it does not apply: of no interest where something was not seen
    objects: list[ObjectRow] = field(default_factory=list)
    total: int = 0
    gaps: dict[GapRow, None] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)


def check(book: Book, items: Iterable[Item], decisions: Iterable[Decision] = (), as_of: date | None = None) -> Iterator[CheckVerdict]:
    """Verdicts of all items, one an asset, sorted by item and asset. Raises ChecklistError for a table or column that does not exist."""
    accepted = _accepted(decisions, as_of)
    for item in items:
        if not _asked(book, item):
            continue
        sums: dict[str, _Sum] = defaultdict(_Sum)
        for number, part in enumerate(item.parts):
            _part(book, item, number, part, sums)
        for asset, found in sorted(sums.items()):
            yield _verdict(item, asset, found, accepted)


def _verdict(item: Item, asset: str, found: _Sum, accepted: Mapping[tuple[str, str], Decision]) -> CheckVerdict:
    """alarm > unknown > ok > not applicable: what was not seen never hides behind what was."""
    order: tuple[VerdictState, ...] = ("alarm", "unknown", "ok", "not_applicable")
    state: VerdictState = next(s for s in order if s in found.states)
    decision = _decision(accepted, item.id, asset)
    if state == "alarm" and decision is not None:
        state = "accepted"
    # What was not seen is said beside an alarm and an acceptance too: it is neither accepted nor fine.
    why = "; ".join(dict.fromkeys(found.whys or found.idle)) if state in ("unknown", "not_applicable") or "unknown" in found.states else ""
    refs = tuple(sorted(found.refs))
    held = decision if state == "accepted" else None
    return CheckVerdict(item, asset, state, why, found.total, tuple(found.objects), tuple(found.gaps)[:MOST_GAPS], refs, held)


def _accepted(decisions: Iterable[Decision], as_of: date | None) -> dict[tuple[str, str], Decision]:
    """(item, asset) -> the decision in force on that day; a later one of the same subject goes before."""
    found: dict[tuple[str, str], Decision] = {}
    for d in sorted(decisions, key=lambda d: d.at):
        item, _, asset = d.subject.partition("/")
        if as_of is not None and d.at.date() > as_of:
            continue  # not yet made on that day
        if d.kind == "revoked":
            found.pop((item, asset or "*"), None)
            found[item, f"not {asset}"] = d
        elif d.kind == "accepted":
            found.pop((item, f"not {asset}"), None)
            found.pop((item, asset or "*"), None)  # a newer word goes before the older, also where it has run out
            if d.until is None or as_of is None or d.until >= as_of:
                found[item, asset or "*"] = d
    return found


def _decision(accepted: Mapping[tuple[str, str], Decision], item: str, asset: str) -> Decision | None:
    """The acceptance of this asset, else of all; a revocation for this asset alone takes it out of those."""
    own = accepted.get((item, asset))
    return own or (None if (item, f"not {asset}") in accepted else accepted.get((item, "*")))


def _part(book: Book, item: Item, number: int, part: Part, sums: dict[str, _Sum]) -> None:
    others = sorted({s.table for s in (*sources(part.when), *sources(part.expect))})
    seen: set[str] = set()
    everybody = False
    asked = dict.fromkeys(_asked(book, item))  # once: a domain of thousands of computers has as many assets, and more rows
    for ref, question, asset, why, state, row in _ask(book, item, part):
        if ref is None and asset is None and part.for_ != CLIENT:
            everybody = True
        for name in _who(asked, part, asset):
            seen.add(name)
            _take(book, sums[name], part, number, others, (ref, question, asset if item.within == "asset" else None, why, state, row), name)
    if part.for_ == CLIENT or everybody:
        return
    for asset in (a for a in asked if a not in seen):
        sums[asset].states.add("not_applicable")
        sums[asset].idle.append(f"looked: no {part.for_} there")
        sums[asset].refs.add(f"none:{asset}/{part.for_}")


def _asked(book: Book, item: Item) -> list[str]:
    """Assets that were asked and are of a platform that the item is for."""
    return [a.id for a in book.assets if a.targets and (not item.on or set(item.on) & set(a.platforms))]


def _who(asked: Mapping[str, None], part: Part, asset: str | None) -> list[str]:
    """Whose verdict a row is: its asset's, the client's, or (a gap for everybody) that of every asked asset."""
    if part.for_ == CLIENT:
        return [CLIENT]
    if asset is not None:  # what was only seen, and never asked, stands in the coverage and gets no verdict of a rule
        return [asset] if asset in asked else []
    return list(asked)


def _take(book: Book, into: _Sum, part: Part, number: int, others: list[str], found: tuple[Any, ...], name: str) -> None:
    ref, question, asset, why, state, row = found
    into.states.add(state)
    gaps = [g for t in others for g in book.gaps_of(t, asset if name != CLIENT else None)]
    if ref is None and part.for_ != CLIENT:
        gaps = [g for g in book.gaps_of(part.for_, name) if g.question == question] + gaps
    if state == "unknown":
        into.gaps.update(dict.fromkeys(gaps))
        into.whys.append(_told(why, question, gaps))
    if state == "not_applicable" and ref is not None:
        into.idle.append("the condition of the rule does not hold here")
    into.refs.update(f"gap:{g.question}" for g in gaps[:MOST_GAPS])
    into.refs.update(f"all:{name if name != CLIENT else '*'}/{t}" for t in others)
    if ref is not None and (state != "ok" or len(into.refs) < MOST_OBJECTS):
        into.refs.add(ref)
    if state == "alarm":
        into.total += 1
        if len(into.objects) < MOST_OBJECTS:
            into.objects.append(ObjectRow(ref or name, number, row))


def _told(why: str, question: str, gaps: list[GapRow]) -> str:
    if why:
        return _reason(question, why)
    return _reason(gaps[0].question, gaps[0].why) if gaps else "a value was not seen"


def _reason(question: str, why: str) -> str:
    probe = _probe(question)
    return why if probe == "-" else f"{probe}: {why}"


def _probe(question: str) -> str:
    return question.partition("/")[2].split("/")[0] or question


def _ask(book: Book, item: Item, part: Part) -> list[tuple[str | None, str, str | None, str, str, dict[str, Any]]]:
    client = item.within == "client" or part.for_ == CLIENT
    when, expect = (compiled(f, part.for_, client) for f in (part.when, part.expect))
    own = "" if part.for_ == CLIENT else f", {part.for_}.*"
    sql = f"""select id, question, asset, why, case when id is null then 'unknown' when ({when}) is null then 'unknown'
        when not ({when}) then 'not_applicable' when ({expect}) is null then 'unknown' when ({expect}) then 'ok' else 'alarm' end
        {own} from {part.for_} order by id, question, asset"""
    try:
        with read_only(book.db):
            cursor = book.db.execute(sql)
            names = [d[0] for d in cursor.description][5:]
            return [(r[0], r[1], r[2], r[3] or "", r[4], dict(zip(names, r[5:], strict=True))) for r in cursor]
    except sqlite3.Error as e:
        cure = '`auditkit query "select name from sqlite_master"` lists the tables'
        raise ChecklistError(f"{item.id}: for {part.for_}: {e}; {cure}") from e
