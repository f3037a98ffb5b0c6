"""The domain on one page: what it is, its controllers, sites and trusts, a picture of them, and what this account could not see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditkit.book import AssetRow
from auditkit.model import Statement
from auditkit.reporting.document import Block, Cell, Column, Note, Para, Picture, Section, Table, Tone, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.reasons import reason
from auditkit.reporting.sections import directory_people, directory_power
from auditkit.reporting.sections.directory_hour import figures, systems
from auditkit.reporting.sections.estate import seen_or_gap

LIMIT = 25  # rows printed; the workbook holds all

# Table of the book -> columns shown. The names are those of the fact types.
SHOWN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("domain_controller", ("name", "site", "os", "read_only", "global_catalog", "enabled", "last_logon")),
    ("fsmo_role", ("role", "server", "gone")),
    ("ad_site", ("name", "described")),
    ("site_subnet", ("subnet", "site")),
    ("trust", ("partner", "direction", "kind", "transitive", "sid_filtering")),
)


def build(draft: Draft) -> Iterator[Section]:
    """A section for every directory that is a target; none of them: no section, for nobody asked for one."""
    domains = [a for a in draft.a.book.assets if "directory" in a.platforms]
    for n, asset in enumerate(domains):
        lead = Para(say("directory.lead", tuple(f"target:{t}" for t in asset.targets)))
        blocks: list[Block] = [lead, figures(draft, asset.id), _facts(draft, asset.id, n)]
        drawn = _picture(draft, asset)
        blocks.append(drawn if isinstance(drawn, Picture | Note) else Para(drawn, "small"))
        blocks += [_table(draft, asset.id, n, table, columns) for table, columns in SHOWN]
        blocks += [systems(draft, asset.id, n), _unseen(draft, asset.id, n), Note(label("directory.method"), "unknown")]
        yield Section(f"directory-{n}", label("section.directory", name=asset.id), tuple(blocks))
        yield from directory_people.build(draft, asset.id, n)
        yield from directory_power.build(draft, asset.id, n)


def _facts(draft: Draft, asset: str, n: int) -> Table:
    asked = (
        ("domain", "dns_name"), ("domain", "level"), ("forest", "level"), ("domain", "created"), ("domain", "machine_quota"),
        ("domain_password_policy", "min_length"), ("domain_password_policy", "lockout_threshold"),
    )  # fmt: skip
    rows = tuple(
        (label(f"directory.{t}.{c}"), seen_or_gap(draft, t, asset, c, "cell.date" if c == "created" else "cell.text")) for t, c in asked
    )
    columns = (Column("column.property"), Column("column.value", weight=3))
    return Table(f"directory-{n}-facts", columns, rows, None)


def _table(draft: Draft, asset: str, n: int, table: str, shown: tuple[str, ...]) -> Table:
    rows = draft.a.book.table(table, asset, shown[0])
    columns = tuple(Column(f"directory.column.{c}") for c in shown)
    made = tuple(tuple(_cell(r[c], c, r["id"]) for c in shown) for r in rows)
    name = f"directory-{n}-{table.replace('_', '-')}"
    return Table(name, columns, made, label(f"directory.table.{table}"), _empty(draft, asset, table), LIMIT)


def _cell(shown: object, column: str, ref: str) -> Cell:
    if column == "last_logon" and isinstance(shown, str) and shown:
        return say("cell.date", (ref,), value=shown)
    if column in ("read_only", "global_catalog", "enabled", "gone", "transitive", "sid_filtering") and shown is not None:
        return value(bool(shown), (ref,))
    if column == "direction" and shown is not None:
        return say(f"directory.direction.{shown}", (ref,))
    return value(shown, (ref,))


def _empty(draft: Draft, asset: str, table: str) -> Statement:
    gaps = draft.a.book.gaps_of(table, asset)
    if gaps or table not in draft.a.book.types:
        why = reason(gaps[0].why if gaps else "no probe asks this of such a target")
        return say("hosts.table_gap", tuple(f"gap:{g.question}" for g in gaps[:5]), why=why)
    return say("hosts.table_none", (f"none:{asset}/{table}",))


def _unseen(draft: Draft, asset: str, n: int) -> Table:
    """What has no whole answer for this domain, a row a table of facts; tables that nobody asks a directory for stand elsewhere."""
    gaps = {g.table: g for g in draft.a.book.gaps if g.asset in (asset, None) and draft.a.book.questions_for(asset, g.table)}
    rows = tuple(
        (value(t, (f"gap:{g.question}",)), say("cell.text", (f"gap:{g.question}",), value=reason(g.why))) for t, g in sorted(gaps.items())
    )
    columns = (Column("directory.what", weight=1.5), Column("column.why", weight=3))
    empty = say("directory.all_answered", (f"all:{asset}/domain",))
    return Table(f"directory-{n}-unseen", columns, rows, label("directory.unseen"), empty, LIMIT)


def _picture(draft: Draft, asset: AssetRow) -> Picture | Note | Cell:
    """Sites with their controllers, and domains that are trusted or trust; or the sentence that says why there is none."""
    from auditkit.reporting.graph import Edge, Node, draw

    controllers, trusts = (draft.a.book.table(t, asset.id) for t in ("domain_controller", "trust"))
    if not controllers:
        gaps = draft.a.book.gaps_of("domain_controller", asset.id)
        return say("directory.no_picture", tuple(f"gap:{g.question}" for g in gaps[:5]))
    named = [str(r["dns_name"]) for r in draft.a.book.table("domain", asset.id) if r["dns_name"]]
    nodes = [Node("domain", (named[0] if named else asset.id,), "plain")]
    for r in controllers:
        tone: Tone = "good" if r["enabled"] else "unknown"
        nodes.append(Node(f"dc {r['name']}", (str(r["name"]), str(r["os"] or "?")), tone, str(r["site"])))
    manned = {r["site"] for r in controllers}
    sites = [str(r["name"]) for r in draft.a.book.table("ad_site", asset.id, "name")]
    nodes += [Node(f"site {s}", ("—",), "unknown", s) for s in sites if s not in manned]
    nodes += [Node(f"trust {r['partner']}", (str(r["partner"]),), "unknown") for r in trusts]
    edges = [Edge("domain", f"dc {r['name']}") for r in controllers]
    edges += [Edge("domain", f"trust {r['partner']}", doubtful=True) for r in trusts]
    refs = tuple(r["id"] for r in (*controllers, *trusts))[:60]
    caption = say("directory.picture", refs, n=len(controllers), trusts=len(trusts))
    made = draw(nodes, edges, alt=label("directory.picture_alt"), caption=caption)
    return replace(made, width_cm=min(16.0, 7.0 + len(nodes))) if isinstance(made, Picture) else made
