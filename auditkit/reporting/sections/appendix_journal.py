"""Appendix: every command that was sent, when, to whom, as whom: for the client's eyes."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.reporting.document import Column, Para, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft


def build(draft: Draft) -> Iterator[Section]:
    """One section."""
    columns = (Column("column.at", weight=1.2), Column("column.target"), Column("column.account"), Column("column.command", "code", 4))
    sent = sorted(draft.a.book.evidence.items(), key=lambda i: (i[1].at, i[0]))
    rows = tuple(
        (
            say("journal.at", (f"gap:{q}",), at=e.at.isoformat(timespec="seconds")),
            value(e.target, (f"gap:{q}",)),
            value(e.account, (f"gap:{q}",)),
            value(f"{e.command}   [$1 = {e.arg}]" if e.arg not in ("", "*") else e.command, (f"gap:{q}",)),
        )
        for q, e in sent
        if e.command and e.address is not None
    )
    table = Table("journal", columns, rows, label("table.journal"), say("journal.none"), limit=150)
    yield Section("journal", label("section.journal"), (Para(label("journal.lead")), table), appendix=True)
