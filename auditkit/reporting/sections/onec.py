"""1C:Enterprise: bases with their DBMS and the last copy that can be seen, bases in files, servers, publications, licences.

The last copy is looked up where the database lives, if that server was asked: msdb of SQL Server remembers its copies. Of other
DBMS, and of servers that nobody asked, the copy is "not seen", never "none".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from auditkit.book import AssetRow
from auditkit.model import Statement
from auditkit.reporting.document import Block, Cell, Column, Note, Para, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft

LIMIT = 40  # rows printed; the workbook holds all
TABLES = ("one_c_base", "one_c_file_base", "one_c_process", "one_c_service", "one_c_publication", "one_c_licence", "one_c_platform")
HERE = frozenset(("", ".", "localhost", "(local)", "127.0.0.1", "::1"))
Row = dict[str, Any]


def build(draft: Draft) -> Iterator[Section]:
    """One section; none where no trace of 1C was found on any host (what could not be looked at stands in the appendix)."""
    book = draft.a.book
    found = {t: book.table(t) for t in TABLES}
    if not any(found.values()):
        return
    hosts = {r["asset"] for rows in found.values() for r in rows}
    holes = _holes(draft)
    refs = tuple(f"all:{h}/one_c_process" for h in sorted(hosts))[:40]
    blocks: list[Block] = [Para(say("onec.lead", refs, n=len(hosts), bases=len(found["one_c_base"]), files=len(found["one_c_file_base"])))]
    if holes:
        names = sorted(set(holes.values()))
        blocks.append(Note(say("onec.holes", tuple(holes)[:40], n=len(names), names=", ".join(names)), "unknown"))
    blocks += [_bases(draft), _files(draft), _servers(draft), _publications(draft), _licences(draft), Note(label("onec.method"), "unknown")]
    yield Section("onec", label("section.onec"), tuple(blocks))


def _holes(draft: Draft) -> dict[str, str]:
    """Ref of a gap -> the host where something of 1C could not be looked at; hosts on which nothing of the kind is asked left out."""
    own = {a.id for a in draft.a.book.assets if a.targets and {"linux", "windows"} & set(a.platforms)}
    return {f"gap:{g.question}": g.asset for g in draft.a.book.gaps if g.table in TABLES and g.asset in own}


def _empty(draft: Draft, table: str) -> Statement:
    own = {a.id for a in draft.a.book.assets if a.targets and {"linux", "windows"} & set(a.platforms)}
    gaps = [g for g in draft.a.book.gaps if g.table == table and g.asset in own]
    if gaps:
        return say("onec.none_seen", tuple(f"gap:{g.question}" for g in gaps[:10]), n=len({g.asset for g in gaps}))
    return say("onec.none", (f"all:*/{table}",))


# -- bases of clusters


def _bases(draft: Draft) -> Table:
    shown = ("host", "base", "dbms", "db", "login", "copy", "web")
    columns = tuple(Column(f"onec.column.{c}", "date" if c == "copy" else "text") for c in shown)
    rows = tuple(_base(draft, r) for r in draft.a.book.table("one_c_base", order="name"))
    return Table("onec-bases", columns, rows, label("onec.bases"), _empty(draft, "one_c_base"), LIMIT)


def _base(draft: Draft, r: Row) -> tuple[Cell, ...]:
    ref = (r["id"],)
    return (
        value(r["asset"], ref), value(r["name"], ref), value(f"{r['dbms']} {r['db_server']}", ref), value(r["db_name"], ref),
        value(r["db_user"], ref), _copy(draft, r), _web(draft, r),
    )  # fmt: skip


def _copy(draft: Draft, base: Row) -> Cell:
    """The newest full copy that the database's own server remembers."""
    if base["dbms"] != "MSSQLServer":
        return say("onec.copy_unseen", (base["id"],))
    server, _, instance = base["db_server"].partition("\\")
    server = server.partition(",")[0].removeprefix("tcp:").lower()
    asset = _asset(draft, server, base["asset"])
    if asset is None:
        return say("onec.copy_unasked", (base["id"],))
    named = [r for r in draft.a.book.table("sql_database", asset) if r["name"].lower() == base["db_name"].lower()]
    mine = [r for r in named if r["instance"].upper() == (instance or "MSSQLSERVER").upper()]
    if len(mine) != 1:
        gaps = draft.a.book.gaps_of("sql_database", asset)
        return say("onec.copy_unseen", (base["id"], *(f"gap:{g.question}" for g in gaps[:3])))
    if mine[0]["last_full"]:
        return say("cell.date", (base["id"], mine[0]["id"]), value=mine[0]["last_full"])
    return say("onec.copy_never", (base["id"], mine[0]["id"]))


def _asset(draft: Draft, server: str, own: str) -> str | None:
    """The asked asset that is called so, by name, by its short name, or by an address; None where none or more than one is."""
    if server in HERE:
        return own
    found = [a.id for a in draft.a.book.assets if a.targets and server in _names(draft, a)]
    return found[0] if len(found) == 1 else None


def _names(draft: Draft, asset: AssetRow) -> set[str]:
    hosts = draft.a.book.table("host_name", asset.id)
    names = {asset.id.lower(), asset.name.lower(), *(str(h["name"]).lower() for h in hosts), *(str(h["fqdn"]).lower() for h in hosts)}
    return {n for n in (*names, *(n.partition(".")[0] for n in names if not n[:1].isdigit()), *asset.addresses) if n}


def _web(draft: Draft, base: Row) -> Cell:
    """Where it is published, as far as the publications of all hosts were seen."""
    rows = [r for r in draft.a.book.table("one_c_publication") if r["infobase"].lower() == base["name"].lower() and r["server"]]
    if rows:
        where = ", ".join(sorted({f"{r['asset']}: {r['base']}" for r in rows}))
        return say("cell.text", (base["id"], *(r["id"] for r in rows)), value=where)
    empty = _empty(draft, "one_c_publication")
    return say("cell.unseen", empty.rests_on) if empty.message == "onec.none_seen" else say("cell.nothing", empty.rests_on)


# -- the other tables


def _files(draft: Draft) -> Table:
    columns = (
        Column("onec.column.host"), Column("onec.column.path", weight=3), Column("onec.column.size"), Column("onec.column.changed", "date"),
        Column("onec.column.dump", "date"),
    )  # fmt: skip
    rows = []
    for r in draft.a.book.table("one_c_file_base", order="path"):
        ref = (r["id"],)
        rows.append(
            (
                value(r["asset"], ref), value(r["path"], ref), say("cell.bytes", ref, value=r["size_bytes"]),
                say("cell.date", ref, value=r["changed_at"]), _dump(draft, r),
            )
        )
    return Table("onec-files", columns, tuple(rows), label("onec.files"), _empty(draft, "one_c_file_base"), LIMIT)


def _dump(draft: Draft, base: Row) -> Cell:
    """The newest dump of any base on that host: a file does not tell of which base it is."""
    dumps = draft.a.book.table("one_c_dump", base["asset"], "changed_at")
    gaps = draft.a.book.gaps_of("one_c_dump", base["asset"])
    if dumps and not gaps:
        return say("cell.date", (base["id"], dumps[-1]["id"]), value=dumps[-1]["changed_at"])
    if gaps:
        return say("cell.unseen", tuple(f"gap:{g.question}" for g in gaps[:3]))
    return say("cell.nothing", (f"none:{base['asset']}/one_c_dump",))


def _servers(draft: Draft) -> Table:
    """Services with their account; processes that no service of that program on the host explains."""
    columns = tuple(Column(f"onec.column.{c}") for c in ("host", "program", "version", "port", "account", "runs", "debug"))
    services = draft.a.book.table("one_c_service", order="asset, program")
    explained = {(r["asset"], r["program"]) for r in services}
    rows = [_server(r, r["program"], r["account"], bool(r["running"])) for r in services]
    rows += [
        _server(r, r["process"], None, True)
        for r in draft.a.book.table("one_c_process", order="asset, process")
        if (r["asset"], r["process"]) not in explained
    ]
    return Table("onec-servers", columns, tuple(rows), label("onec.servers"), _empty(draft, "one_c_process"), LIMIT)


def _server(r: Row, program: str, account: str | None, runs: bool) -> tuple[Cell, ...]:
    """A port that was not told is the program's own; the account of a bare process was not asked for."""
    ref = (r["id"],)
    port = say("onec.port_own", ref) if r["port"] == 0 else value(r["port"], ref)
    return (
        value(r["asset"], ref), value(program, ref), value(r["version"], ref), port, value(account, ref), value(runs, ref),
        _truth(r, "debug"),
    )  # fmt: skip


def _truth(r: Row, column: str) -> Cell:
    return value(None if r[column] is None else bool(r[column]), (r["id"],))


def _publications(draft: Draft) -> Table:
    columns = tuple(Column(f"onec.column.{c}") for c in ("host", "address", "base", "logged_in", "services"))
    rows = tuple(
        (
            value(r["asset"], (r["id"],)), value(r["base"], (r["id"],)), value(f"{r['server']}/{r['infobase']}".strip("/"), (r["id"],)),
            _truth(r, "logged_in"), value(bool(r["web_services"] or r["http_services"]), (r["id"],)),
        )
        for r in draft.a.book.table("one_c_publication", order="asset, base")
    )  # fmt: skip
    return Table("onec-publications", columns, rows, label("onec.publications"), _empty(draft, "one_c_publication"), LIMIT)


def _licences(draft: Draft) -> Table:
    columns = tuple(Column(f"onec.column.{c}", weight=w) for c, w in (("host", 1), ("kind", 1), ("path", 3), ("versions", 2)))
    by_host: dict[str, list[Row]] = {}
    for r in draft.a.book.table("one_c_licence", order="asset, path"):
        by_host.setdefault(r["asset"], []).append(r)
    rows = []
    for asset, found in by_host.items():
        versions = draft.a.book.table("one_c_platform", asset, "version")
        shown = ", ".join(dict.fromkeys(f"{p['version'] or '?'} ({', '.join(json.loads(p['parts']))})" for p in versions))
        refs = tuple(p["id"] for p in versions)
        for r in found:
            ref = (r["id"],)
            kind = say(f"onec.kind.{r['kind']}", ref)
            rows.append((value(asset, ref), kind, value(r["path"], ref), value(shown, refs or ref)))
    return Table("onec-licences", columns, tuple(rows), label("onec.licences"), _empty(draft, "one_c_licence"), LIMIT)
