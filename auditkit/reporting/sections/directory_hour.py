"""The first hour in a domain: with one ordinary account, how many servers, workplaces, administrators, stale accounts and sites."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from auditkit.reporting.document import Cell, Column, Figure, KeyFigures, Table, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections.counting import Row, count, empty

STALE_DAYS = 90  # lastLogonTimestamp is right to about 14 days (MS-ADA1): whoever is older than this has really been away
ADMINS = frozenset({512, 518, 519, 544})  # Domain, Schema, Enterprise Admins, BUILTIN\Administrators (MS-DTYP 2.4.2.4)


def figures(draft: Draft, asset: str) -> KeyFigures:
    """Big numbers of one domain. What could not be counted says so in place of its number."""
    computers = draft.a.book.table("computer_account", asset)
    users = draft.a.book.table("directory_user", asset)
    on = [r for r in computers if r["enabled"] is None or r["enabled"]]
    unclear = [r for r in on if r["enabled"] is None or r["role"] in (None, "other")]
    servers = [r for r in on if r["enabled"] and r["role"] in ("server", "controller")]
    workplaces = [r for r in on if r["enabled"] and r["role"] == "workstation"]
    away = {str(r["sid"]): stale(r, draft.a.as_of) for r in users}
    rulers = administrators(draft, asset)
    made = {
        "servers": count(draft, asset, ["computer_account"], servers, unclear),
        "workplaces": count(draft, asset, ["computer_account"], workplaces, unclear),
        "administrators": count(
            draft, asset, ["privileged_account"], rulers.values(), (r for r in rulers.values() if r["enabled"] is None)
        ),
        "stale": count(
            draft, asset, ["directory_user"], (r for r in users if away[r["sid"]]), (r for r in users if away[r["sid"]] is None)
        ),
        "sites": count(draft, asset, ["ad_site"], draft.a.book.table("ad_site", asset)),
    }
    return KeyFigures(tuple(Figure(cell, label(f"directory.figure.{name}", days=STALE_DAYS)) for name, cell in made.items()))


def administrators(draft: Draft, asset: str) -> Mapping[str, Row]:
    """Everybody who rules the domain by membership, once each (by name); who is known to be switched off does not."""
    rows = [r for r in draft.a.book.table("privileged_account", asset, "path") if r["group_rid"] in ADMINS]
    return {str(r["dn"]).casefold(): r for r in reversed(rows) if r["enabled"] is None or r["enabled"]}


def stale(user: Row, as_of: date) -> bool | None:
    """Whether an account that may log on has not done so for STALE_DAYS; None where that cannot be told.

    An account that never logged on is stale when it is older than that itself.
    """
    if user["enabled"] is not None and not user["enabled"]:
        return False
    limit = as_of - timedelta(days=STALE_DAYS)
    seen = user["last_logon"] or (user["created"] if user["never_logged_on"] else None)
    if user["enabled"] is None or seen is None:
        return None
    return datetime.fromisoformat(seen).date() < limit


def systems(draft: Draft, asset: str, n: int) -> Table:
    """Operating systems of enabled computer accounts: how many, and how many of them were seen within STALE_DAYS."""
    held: dict[tuple[str, str], list[Row]] = {}
    for r in draft.a.book.table("computer_account", asset):
        if r["enabled"] is None or r["enabled"]:
            held.setdefault((str(r["role"] or ""), str(r["os"] or "")), []).append(r)
    order = ("controller", "server", "workstation", "other", "")
    kinds = sorted(held, key=lambda k: (order.index(k[0]), -len(held[k]), k[1]))
    rows = tuple(_system(role, os, held[role, os], draft.a.as_of) for role, os in kinds)
    columns = (Column("directory.column.role", weight=1.2), Column("column.os", weight=2), Column("column.count", "number"),
               Column(label("directory.column.alive", days=STALE_DAYS), "number"))  # fmt: skip
    return Table(f"directory-{n}-systems", columns, rows, label("directory.table.systems"), empty(draft, asset, "computer_account"), 25)


def _system(role: str, os: str, rows: list[Row], as_of: date) -> tuple[Cell, ...]:
    refs = tuple(r["id"] for r in rows)[:60]
    limit = as_of - timedelta(days=STALE_DAYS)
    seen = [r for r in rows if r["last_logon"] and datetime.fromisoformat(r["last_logon"]).date() >= limit]
    doubt = any(not r["last_logon"] and not r["never_logged_on"] for r in rows)
    alive = say("cell.at_least" if doubt else "cell.number", refs, value=len(seen))
    kind = say(f"directory.role.{role}", refs) if role else value(None, refs)
    return kind, value(os or None, refs), say("cell.number", refs, value=len(rows)), alive
