"""What to do, one line a finding: for the contract, the budget, and the client's decision."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.assessment import Finding
from auditkit.reporting.document import Cell, Column, Para, Section, Table, label, plain, say
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections.findings import MOST_REFS, text_of
from auditkit.reporting.sections.summary import refs_of

ORDER = ("two_weeks", "quarter", "year", "someday")


def build(draft: Draft) -> Iterator[Section]:
    """One section: a table by deadline."""
    columns = (
        Column("column.number", weight=0.5), Column("column.what", weight=3.6), Column("column.removes", weight=0.8),
        Column("column.deadline"),
        Column("column.assets", "number", 0.7), Column("column.hours", weight=0.9),
        Column("column.decision", weight=1.6),
    )  # fmt: skip
    findings = sorted(draft.a.findings, key=lambda f: (ORDER.index(f.item.deadline), f.number))
    rows = tuple(_row(n, f) for n, f in enumerate(findings, 1))
    table = Table("recommendations", columns, rows, label("table.recommendations"), say("recommendations.none"))
    yield Section("recommendations", label("section.recommendations"), (Para(label("recommendations.lead")), table))


def _row(n: int, f: Finding) -> tuple[Cell, ...]:
    refs = refs_of(f.verdicts)[:MOST_REFS]
    low, high = f.item.effort_h or (0.0, 0.0)
    hours = (
        say("recommendations.hours", refs, low=low * len(f.verdicts), high=high * len(f.verdicts))
        if high
        else label("recommendations.hours_open")
    )
    return (
        plain(str(n)),
        say("cell.text", refs, value=text_of(f.item.remedy)),
        plain(str(f.number)),
        say("deadline.short", refs, when=f.item.deadline),
        say("cell.number", refs, value=len(f.verdicts)),
        hours,
        label("recommendations.decide"),
    )
