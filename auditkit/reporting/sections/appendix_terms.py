"""Appendix: the words of this document."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.reporting.document import Column, Section, Table, label
from auditkit.reporting.evidence import Draft

TERMS = ("unknown", "not_applicable", "none", "severity", "evidence", "accepted", "asset", "snapshot", "verify")


def build(draft: Draft) -> Iterator[Section]:
    """One section."""
    columns = (Column("column.term"), Column("column.meaning", weight=4))
    rows = tuple((label(f"term.{t}"), label(f"term.{t}.meaning")) for t in TERMS)
    yield Section("terms", label("section.terms"), (Table("terms", columns, rows, None),), appendix=True)
