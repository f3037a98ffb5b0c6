"""Appendix: the index of evidence that findings refer to: which bytes, from whom, when, to which command."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.reporting.document import Column, Para, Section, Table, label, plain, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections.appendix_journal import told


def build(draft: Draft) -> Iterator[Section]:
    """One section, in the order of the numbers."""
    columns = (
        Column("column.number", weight=0.5), Column("column.target"), Column("column.command", "code", 3), Column("column.at", weight=1.1),
        Column("column.account", weight=0.8), Column("column.sha", "code", 1.8),
    )  # fmt: skip
    rows = []
    for e, n in sorted(draft.numbers.items(), key=lambda i: i[1]):
        refs = (f"gap:{e.target}/{e.probe}/{e.arg}",)
        if e.address is None:
            sha = say("evidence.no_bytes", refs)
        elif e.secret:
            sha = say("evidence.secret", refs, address=e.address.removeprefix("hmac-")[:16])
        else:
            sha = say("cell.text", refs, value=e.address[:16])
        at = say("journal.at", refs, at=e.at.isoformat(timespec="seconds"))
        rows.append((plain(str(n)), value(e.target, refs), value(told(e), refs), at, value(e.account, refs), sha))
    table = Table("evidence", columns, tuple(rows), label("table.evidence"), say("evidence.none"), limit=300)
    yield Section("evidence", label("section.evidence"), (Para(label("evidence.lead")), table), appendix=True)
