"""What Windows servers do: databases with their copies, virtual machines, clusters, copies, sites, certificates, addresses.

A table is shown where one of them has rows; what a host did not show stands in a table of its own, never as an empty place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from auditkit.reporting.document import Block, Cell, Column, Note, Para, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.reasons import reason

LIMIT = 25  # rows printed; the workbook holds all
MOST_REFS = 40
Row = dict[str, Any]

# Table of the book -> columns shown: name, and how: text, date, bytes, truth, word (of a few words of the program's own), list.
SHOWN: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("sql_instance", (("instance", "text"), ("product", "text"), ("version", "text"), ("edition", "text"), ("running", "truth"))),
    (
        "sql_database",
        (
            ("name", "text"), ("instance", "text"), ("size_bytes", "bytes"), ("recovery", "text"), ("last_full", "date"),
            ("last_log", "date"),
        ),
    ),
    (
        "hyperv_machine",
        (
            ("name", "text"), ("running", "truth"), ("start", "word"), ("heartbeat", "truth"), ("replica_health", "word"),
            ("guest_os", "text"),
        ),
    ),
    ("cluster_node", (("name", "text"), ("state", "word"))),
    ("backup_run", (("product", "text"), ("job", "text"), ("ended_at", "date"), ("result", "word"))),
    ("iis_binding", (("site", "text"), ("protocol", "text"), ("binding", "text"), ("auto_start", "truth"))),
    ("stored_certificate", (("subject", "text"), ("store", "text"), ("not_after", "date"), ("used_by", "list"))),
    ("dhcp_scope_use", (("subnet", "text"), ("name", "text"), ("active", "truth"), ("used_pct", "number"), ("failover", "text"))),
    ("rds_server", (("session_host", "truth"), ("licensing", "word"), ("servers", "list"))),
)  # fmt: skip
MORE = ("sql_administrator", "sql_job", "hyperv_checkpoint", "backup_product", "disk_trouble", "unexpected_shutdown", "windows_task")


def build(draft: Draft) -> Iterator[Section]:
    """One section; none where no Windows was asked, or none of them has such a role and all could be looked at."""
    book = draft.a.book
    hosts = {a.id for a in book.assets if a.targets and "windows" in a.platforms}
    tables = [t for t in (_table(draft, hosts, name, columns) for name, columns in SHOWN) if t is not None]
    unseen = _unseen(draft, hosts)
    if not tables and not unseen:
        return
    refs = tuple(f"all:{h}/windows_service" for h in sorted(hosts))[:MOST_REFS]
    blocks: list[Block] = [Para(say("windows_roles.lead", refs, n=len(hosts))), *tables]
    if unseen:
        columns = (Column("column.asset"), Column("windows_roles.column.what", weight=1.5), Column("column.why", weight=3))
        blocks.append(Table("windows-roles-unseen", columns, unseen, label("windows_roles.unseen"), None, LIMIT))
    blocks.append(Note(label("windows_roles.method"), "unknown"))
    yield Section("windows-roles", label("section.windows_roles"), tuple(blocks))


def _table(draft: Draft, hosts: set[str], table: str, shown: tuple[tuple[str, str], ...]) -> Table | None:
    found = [r for r in draft.a.book.table(table, order=f"asset, {shown[0][0]}") if r["asset"] in hosts]
    if table in PICKED:
        found = PICKED[table](found)
    if not found:
        return None
    kinds = {"date": "date", "number": "number"}
    columns = (Column("column.asset"), *(Column(f"windows_roles.column.{c}", kinds.get(how, "text")) for c, how in shown))  # type: ignore[arg-type]
    rows = tuple((value(r["asset"], (r["id"],)), *(_cell(r, c, how) for c, how in shown)) for r in found)
    return Table(f"windows-roles-{table.replace('_', '-')}", columns, rows, label(f"table.{table}"), None, LIMIT)


def _cell(row: Row, column: str, how: str) -> Cell:
    """A date that is not there means "never" where the fact says so: SQL Server remembers none."""
    ref, shown = (row["id"],), row[column]
    if shown is None:
        return say("windows_roles.never", ref) if column in ("last_full", "last_log") else say("cell.unseen", ref)
    if how == "date":
        return say("cell.date", ref, value=shown)
    if how == "bytes":
        return say("cell.bytes", ref, value=shown)
    if how == "truth":
        return value(bool(shown), ref)
    if how == "word":
        return say(f"windows_roles.{column}.{str(shown).replace(' ', '_')}", ref)
    return value(", ".join(json.loads(shown)) if how == "list" else shown, ref)


def _users_databases(rows: list[Row]) -> list[Row]:
    """Without those that SQL Server keeps for itself; master and msdb are judged by the rules all the same."""
    return [r for r in rows if not r["system"]]


def _newest_runs(rows: list[Row]) -> list[Row]:
    """The last run of every job."""
    newest: dict[tuple[str, str, str], Row] = {}
    for row in sorted(rows, key=lambda r: str(r["ended_at"])):
        newest[row["asset"], row["product"], row["job"]] = row
    return sorted(newest.values(), key=lambda r: (r["asset"], r["product"], r["job"]))


def _with_keys(rows: list[Row]) -> list[Row]:
    return [r for r in rows if r["private_key"]]


PICKED: dict[str, Callable[[list[Row]], list[Row]]] = {
    "sql_database": _users_databases, "backup_run": _newest_runs, "stored_certificate": _with_keys,
}  # fmt: skip


def _unseen(draft: Draft, hosts: set[str]) -> tuple[tuple[Cell, ...], ...]:
    """A row for each table that a host did not show whole, with the reason."""
    names = {*(t for t, _ in SHOWN), *MORE}
    found = {(g.asset, g.table): g for g in draft.a.book.gaps if g.table in names and g.asset in hosts}
    return tuple(
        (value(g.asset, (f"gap:{g.question}",)), say(f"table.{g.table}", (f"gap:{g.question}",)),
         say("cell.text", (f"gap:{g.question}",), value=reason(g.why)))
        for _, g in sorted(found.items(), key=lambda item: (str(item[0][0]), item[0][1]))
    )  # fmt: skip
