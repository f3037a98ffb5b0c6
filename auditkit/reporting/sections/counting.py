"""Numbers that stay honest: a count of rows is a number only where the whole table was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from auditkit.book import GapRow
from auditkit.model import Statement
from auditkit.reporting.document import Cell, say
from auditkit.reporting.evidence import Draft

Row = dict[str, Any]


def gaps(draft: Draft, asset: str, *tables: str) -> list[GapRow]:
    """What keeps these tables from being whole for an asset; a table that the program does not have is one, too."""
    found = [g for t in tables for g in draft.a.book.gaps_of(t, asset)]
    return found + [GapRow(t, f"{asset}/-", asset, "no probe asks this of such a target") for t in tables if t not in draft.a.book.types]


def count(draft: Draft, asset: str, tables: Sequence[str], counted: Iterable[Row], unclear: Iterable[Row] = ()) -> Cell:
    """How many: the number, "at least" it where some could not be judged or not be seen, "not seen" where nothing was.

    counted: rows that are meant; unclear: rows of which that cannot be told.
    """
    n, missing = len(list(counted)), gaps(draft, asset, *tables)
    whole = tuple(f"all:{asset}/{t}" for t in tables)
    holes = tuple(dict.fromkeys(f"gap:{g.question}" for g in missing))[:5]
    if not n and missing:
        return say("cell.unseen", holes)
    if missing or any(True for _ in unclear):
        return say("cell.at_least", (*whole, *holes), value=n)
    return say("cell.number", whole, value=n)


def empty(draft: Draft, asset: str, *tables: str) -> Statement:
    """What stands in a table without rows: looked and none there, or could not be looked at, and why."""
    from auditkit.reporting.reasons import reason

    missing = gaps(draft, asset, *tables)
    if missing:
        return say("hosts.table_gap", tuple(dict.fromkeys(f"gap:{g.question}" for g in missing))[:5], why=reason(missing[0].why))
    return say("hosts.table_none", tuple(f"none:{asset}/{t}" for t in tables))
