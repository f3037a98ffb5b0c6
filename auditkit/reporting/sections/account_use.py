"""What stops if this account is disabled: services, tasks, jobs and pools by the account they run as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from auditkit.reporting.document import Block, Cell, Column, Note, Para, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections.counting import Row

LIMIT = 40  # rows printed; the workbook holds all
MOST = 6  # names printed in one cell


def build(draft: Draft) -> Iterator[Section]:
    """One section where something was asked that can hold such uses; otherwise none, for nobody looked and coverage says so."""
    if "account_use" not in draft.a.book.types:
        return
    asked = [a for a in draft.a.book.assets if draft.a.book.questions_for(a.id, "account_use")]
    if not asked:
        return
    blocks: list[Block] = [Para(say("account_use.lead", tuple(f"target:{t}" for a in asked for t in a.targets)))]
    missing = [g for g in draft.a.book.gaps if g.table == "account_use" and g.asset in {None, *(a.id for a in asked)}]
    if missing:
        refs = tuple(dict.fromkeys(f"gap:{g.question}" for g in missing))[:20]
        blocks.append(Note(say("account_use.partial", refs, n=len({g.asset for g in missing})), "unknown"))
    blocks.append(_table(draft, bool(missing), [a.id for a in asked]))
    yield Section("account-use", label("section.account_use"), tuple(blocks))


def _table(draft: Draft, partial: bool, assets: list[str]) -> Table:
    held: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for r in draft.a.book.table("account_use"):
        if not r["builtin"]:
            held[str(r["account"]).casefold(), str(r["kind"])].append(r)
    columns = (
        Column("directory.column.account", weight=1.3), Column("account_use.kind", weight=1.1), Column("account_use.assets", weight=1.3),
        Column("account_use.what", weight=3), Column("column.count", "number"),
    )  # fmt: skip
    rows = tuple(_row(held[k], k[1]) for k in sorted(held))
    ids = tuple(f"all:{a}/account_use" for a in assets)
    empty = say("account_use.unknown", ids) if partial else say("account_use.none", ids)
    return Table("account-use", columns, rows, label("account_use.title"), empty, LIMIT)


def _row(rows: list[Row], kind: str) -> tuple[Cell, ...]:
    refs = tuple(r["id"] for r in rows)
    hosts = sorted({str(r["asset"]) for r in rows})
    names = [str(r["name"]) if r["enabled"] else f"[{r['name']}]" for r in sorted(rows, key=lambda r: (not r["enabled"], r["name"]))]
    return (
        value(rows[0]["account"], refs), say(f"account_use.kind.{kind}", refs), value(_short(hosts), refs), value(_short(names), refs),
        say("cell.number", refs, value=len(rows)),
    )  # fmt: skip


def _short(names: list[str]) -> str:
    return ", ".join(names[:MOST]) + (f" … (+{len(names) - MOST})" if len(names) > MOST else "")
