"""Appendix: one page a host, from its tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditkit.reporting.document import Block, Cell, Column, Para, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft

LIMIT = 25  # rows printed; the workbook holds all

# Table of the book -> columns shown, with the message that shows the value. What is not listed here stands in the knowledge base.
SHOWN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "volume": (("mount", ""), ("device", ""), ("fs", ""), ("size_bytes", "cell.bytes"), ("used_pct", "cell.percent")),
    "address": (("interface", ""), ("address", ""), ("prefix", "")),
    "listener": (("proto", ""), ("address", ""), ("port", ""), ("process", "")),
    "account": (("name", ""), ("uid", ""), ("shell", ""), ("gecos", "")),
    "database": (("engine", ""), ("version", ""), ("instance", ""), ("port", "")),
    "scheduled_task": (("kind", ""), ("owner", ""), ("schedule", ""), ("command", "")),
    "certificate": (("source", ""), ("subject", ""), ("not_after", "cell.date")),
}


ORDER: Mapping[str, str] = {
    "volume": "mount",
    "address": "interface, address",
    "listener": "proto, port",
    "account": "uid",
    "certificate": "not_after",
}


def build(draft: Draft) -> Iterator[Section]:
    """A section a host under one heading."""
    asked = [a for a in draft.a.book.assets if a.targets]
    yield Section(
        "hosts",
        label("section.hosts"),
        (Para(say("hosts.lead", tuple(f"target:{t.id}" for t in draft.a.targets), n=len(asked))),),
        appendix=True,
    )
    for n, asset in enumerate(asked):
        blocks: list[Block] = [_facts(draft, asset.id, n)]
        for table, shown in SHOWN.items():
            made = _table(draft, asset.id, n, table, shown)
            if made is not None:
                blocks.append(made)
        title = label("hosts.title", name=asset.id, addresses=", ".join(asset.addresses[:3]))
        yield Section(f"host-{n}", title, tuple(blocks), level=2, appendix=True)


def _facts(draft: Draft, asset: str, n: int) -> Table:
    from auditkit.reporting.sections.estate import seen_or_gap

    rows: list[tuple[Cell, ...]] = []
    for table, column, message in (
        ("os_release", "pretty", "cell.text"), ("kernel", "release", "cell.text"), ("hardware", "model", "cell.text"),
        ("hardware", "serial", "cell.text"), ("cpu", "model", "cell.text"), ("cpu", "threads", "cell.text"),
        ("memory", "total_bytes", "cell.bytes"), ("boot", "booted_at", "cell.date"), ("time_sync", "synchronised", "answer.bool"),
    ):  # fmt: skip
        if table in draft.a.book.types:
            rows.append((label(f"host.{table}.{column}"), seen_or_gap(draft, table, asset, column, message)))
    columns = (Column("column.property"), Column("column.value", weight=3))
    return Table(f"host-{n}-facts", columns, tuple(rows), None, say("hosts.nothing", (f"target:{asset}",)))


def _table(draft: Draft, asset: str, n: int, table: str, shown: tuple[tuple[str, str], ...]) -> Table | None:
    """None where the program has no such table at all; otherwise a table, or the reason why it is empty."""
    kind: Any = draft.a.book.types.get(table)
    if kind is None:
        return None
    rows = draft.a.book.table(table, asset, ORDER.get(table, ""))
    have = [(c, m) for c, m in shown if not rows or c in rows[0]]
    columns = tuple(Column(f"field.{c}") for c, _ in have)
    made = tuple(tuple(_cell(r, c, m) for c, m in have) for r in rows)
    return Table(f"host-{n}-{table.replace('_', '-')}", columns, made, label(f"table.host.{table}"), _empty(draft, asset, table), LIMIT)


def _cell(row: Mapping[str, Any], column: str, message: str) -> Cell:
    shown = row[column]
    if shown is None or shown == "" or not message:
        return value(shown, (row["id"],))
    return say(message, (row["id"],), value=shown)


def _empty(draft: Draft, asset: str, table: str) -> Any:
    from auditkit.reporting.reasons import reason

    gaps = draft.a.book.gaps_of(table, asset)
    if gaps:
        return say("hosts.table_gap", tuple(f"gap:{g.question}" for g in gaps[:5]), why=reason(gaps[0].why))
    return say("hosts.table_none", (f"none:{asset}/{table}",))
