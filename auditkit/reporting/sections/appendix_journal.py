"""Appendix: every command that was sent, when, to whom, as whom: for the client's eyes."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model import Evidence
from auditkit.reporting.document import Column, Para, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.text import one_line

LONGEST = 160  # characters of a command on paper; whole it stands in state/journal.jsonl and in `auditkit probes`


def told(e: Evidence) -> str:
    """A command as the tables of a document show it: probe, command, argument."""
    arg = f"   [$1 = {one_line(e.arg, 60)}]" if e.arg not in ("", "*") else ""
    return f"{e.probe}: {one_line(e.command, LONGEST)}{arg}"


def build(draft: Draft) -> Iterator[Section]:
    """One section."""
    columns = (Column("column.at", weight=1.2), Column("column.target"), Column("column.account"), Column("column.command", "code", 4))
    sent = sorted(draft.a.book.evidence.items(), key=lambda i: (i[1].at, i[0]))
    rows = tuple(
        (
            say("journal.at", (f"gap:{q}",), at=e.at.isoformat(timespec="seconds")),
            value(e.target, (f"gap:{q}",)),
            value(e.account, (f"gap:{q}",)),
            value(told(e), (f"gap:{q}",)),
        )
        for q, e in sent
        if e.command and e.address is not None
    )
    table = Table("journal", columns, rows, label("table.journal"), say("journal.none"), limit=150)
    yield Section("journal", label("section.journal"), (Para(label("journal.lead")), table), appendix=True)
