"""Who rules a domain and by which path, and what the previous contractor left in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from auditkit.model import Statement
from auditkit.reporting.document import Block, Cell, Column, Note, Para, Picture, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections.counting import Row, empty, gaps
from auditkit.reporting.sections.directory_ages import pictures
from auditkit.reporting.sections.directory_hour import STALE_DAYS, stale

OLD_YEARS = 2
BUILTIN = frozenset({500, 502})  # Administrator and krbtgt keep adminCount for ever
LIMIT = 40  # rows printed; the workbook holds all


def build(draft: Draft, asset: str, n: int) -> Iterator[Section]:
    """Sections below the one of a domain: administrators, leftovers, ages."""
    rulers = (Para(_lead(draft, asset)), _rulers(draft, asset, n))
    yield Section(f"directory-{n}-rulers", label("section.directory.rulers"), rulers, level=2)
    yield Section(f"directory-{n}-leftovers", label("section.directory.leftovers"), tuple(_leftovers(draft, asset, n)), level=2)
    drawn = tuple(b if isinstance(b, Picture) else Para(b, "small") for b in pictures(draft, asset))
    yield Section(f"directory-{n}-ages", label("section.directory.ages"), drawn, level=2)


def _lead(draft: Draft, asset: str) -> Cell:
    missing = gaps(draft, asset, "privileged_account")
    if missing:
        return say("directory.rulers.partial", tuple(dict.fromkeys(f"gap:{g.question}" for g in missing))[:5])
    return say("directory.rulers", (f"all:{asset}/privileged_account",))


def _rulers(draft: Draft, asset: str, n: int) -> Table:
    """A row for each account and each ruling group, with the shortest way from the group to it."""
    rows = draft.a.book.table("privileged_account", asset, "group_rid, path")
    columns = (
        Column("directory.column.account", weight=1.3), Column("directory.column.group", weight=1.2),
        Column("directory.column.path", weight=2.6),
        Column("directory.column.enabled"), Column("directory.column.last_logon", "date"), Column("directory.column.password_set", "date"),
    )  # fmt: skip
    made = tuple(
        (
            value(r["login"] or r["name"], (r["id"],)), value(r["group_name"], (r["id"],)), value(r["path"], (r["id"],)),
            value(None if r["enabled"] is None else bool(r["enabled"]), (r["id"],)), _logon(r), _day(r["password_set"], r["id"]),
        )
        for r in rows
    )  # fmt: skip
    none = empty(draft, asset, "privileged_account")
    return Table(f"directory-{n}-privileged", columns, made, label("directory.table.privileged"), none, LIMIT)


def _logon(row: Row) -> Cell:
    return say("directory.never", (row["id"],)) if row["never_logged_on"] else _day(row["last_logon"], row["id"])


def _day(at: str | None, ref: str) -> Cell:
    return say("cell.date", (ref,), value=at) if at else value(None, (ref,))


def _leftovers(draft: Draft, asset: str, n: int) -> Iterator[Block]:
    """Accounts that client.yaml names as the predecessor's, and those of which somebody has to say whose they are."""
    declared = [g for g in draft.a.book.gaps if g.table == "predecessor_login"]
    if declared:
        yield Note(say("directory.leftovers.undeclared", tuple(dict.fromkeys(f"gap:{g.question}" for g in declared))), "unknown")
    named = {str(r["login"]).casefold() for r in _declared(draft)}
    rules = {str(r["dn"]): str(r["group_name"]) for r in draft.a.book.table("privileged_account", asset, "group_rid desc")}
    whole = not gaps(draft, asset, "privileged_account")
    users = draft.a.book.table("directory_user", asset, "login")
    rows = [(why, r) for r in users if (why := _why(r, draft.a.as_of, named, rules.get(str(r["dn"])), whole))]
    columns = (
        Column("directory.column.account", weight=1.2), Column("directory.column.why", weight=2.4), Column("directory.column.enabled"),
        Column("directory.column.last_logon", "date"), Column("directory.column.created", "date"),
    )  # fmt: skip
    made = tuple(
        (
            value(r["login"], (r["id"],)), why, value(None if r["enabled"] is None else bool(r["enabled"]), (r["id"],)), _logon(r),
            _day(r["created"], r["id"]),
        )
        for why, r in sorted(rows, key=lambda pair: (pair[0].message, str(pair[1]["login"])))
    )  # fmt: skip
    if missing := gaps(draft, asset, "directory_user", "privileged_account"):
        yield Note(say("directory.leftovers.partial", tuple(dict.fromkeys(f"gap:{g.question}" for g in missing))[:5]), "unknown")
    said = empty(draft, asset, "directory_user", "privileged_account") if missing or not users else _nobody(asset)
    yield Table(f"directory-{n}-leftovers", columns, made, label("directory.table.leftovers"), said, LIMIT)


def _nobody(asset: str) -> Statement:
    return say("directory.leftovers.none", (f"all:{asset}/directory_user", f"all:{asset}/privileged_account"))


def _declared(draft: Draft) -> list[Row]:
    known = any(g.table == "predecessor_login" for g in draft.a.book.gaps)
    return [] if known else draft.a.book.rows("select login from main.predecessor_login")


def _why(user: Row, as_of: date, named: set[str], group: str | None, whole: bool) -> Cell | None:
    """The strongest reason to ask about an account; None: no reason seen here. group: one that it rules by; whole: all such are seen."""
    ref = (user["id"],)
    if user["login"] in named or str(user["upn"]).casefold() in named:
        return say("directory.leftover.a.named", ref)
    if user["enabled"] is not None and not user["enabled"]:
        return None
    if group is None:
        return say("directory.leftover.c.was_ruler", ref) if user["admin_count"] and whole and user["rid"] not in BUILTIN else None
    if stale(user, as_of):
        return say("directory.leftover.b.ruler_away", ref, group=group, days=STALE_DAYS)
    if user["spns"] not in ("[]", "", None):
        return say("directory.leftover.d.service_ruler", ref, group=group)
    years = _years(user["password_set"], as_of)
    if user["password_never_expires"] and years >= OLD_YEARS:
        return say("directory.leftover.e.old_password", ref, group=group, years=years)
    return None


def _years(at: str | None, as_of: date) -> int:
    return (as_of - datetime.fromisoformat(at).date()).days // 365 if at else 0
