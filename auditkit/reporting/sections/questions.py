"""Questions to the client: what the answer changes. Each comes from something that could not be seen."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.reporting.document import Cell, Column, Section, Table, label, plain, say
from auditkit.reporting.evidence import Draft

ALWAYS = ("rto", "backup_test", "people", "licences", "estates")


def build(draft: Draft) -> Iterator[Section]:
    """One section: a table with room for the answer."""
    columns = (
        Column("column.number", weight=0.4),
        Column("column.question", weight=3),
        Column("column.changes", weight=3),
        Column("column.reply", weight=2.2),
    )
    asked = [*_from_targets(draft), *_from_gaps(draft), *((label(f"question.{q}"), label(f"question.{q}.changes")) for q in ALWAYS)]
    rows = tuple((plain(str(n)), question, changes, label("question.room")) for n, (question, changes) in enumerate(asked, 1))
    yield Section("questions", label("section.questions"), (Table("questions", columns, rows, None),))


def _from_targets(draft: Draft) -> Iterator[tuple[Cell, Cell]]:
    for s in draft.a.targets:
        if s.cause:
            refs = (f"target:{s.id}",)
            yield say("question.target", refs, target=s.id, cause=s.cause), say("question.target.changes", refs, n=s.unknown)


def _from_gaps(draft: Draft) -> Iterator[tuple[Cell, Cell]]:
    gaps = [g for g in draft.a.book.gaps if g.table == "predecessor_login"]
    if gaps:
        yield label("question.predecessor"), label("question.predecessor.changes")
    seen = draft.a.book.resolution.seen
    if seen:
        yield say("question.seen", (), n=len(seen)), label("question.seen.changes")
