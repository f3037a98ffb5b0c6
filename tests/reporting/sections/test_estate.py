"""What the client has: until when each system is supported, whichever platform tells it."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import cast

import pytest

from auditkit.assessment import Assessment
from auditkit.assets import Resolution
from auditkit.book import Book, GapRow
from auditkit.book.tables import make
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import estate
from auditkit.reporting.words import words


def support(table: str, ends: str | None, *gaps: GapRow) -> str:
    db = sqlite3.connect(":memory:")
    for name in ("support_end", "windows_support"):
        make(db, name, {"ends": "text", "state": "text"})
    if table:
        db.execute(f"insert into {table}__all values ('s:1','h/p/','h','',?,'dated')", (ends,))
    found = Resolution({("target", "h"): "h"}, {"h": ("h",)}, (), (), ())
    book = Book(db, dict.fromkeys(("support_end", "windows_support"), object), found, (), gaps, {}, {})
    return str(words(estate._support(Draft(cast(Assessment, SimpleNamespace(book=book))), "h"), "en"))


@pytest.mark.parametrize("table", ["support_end", "windows_support"])
def test_the_end_of_support_is_that_of_the_platform(table: str) -> None:
    assert support(table, "2025-10-14") == "14 Oct 2025"
    assert support(table, None) == "end not known"


def test_without_a_row_it_is_not_seen_or_not_there() -> None:
    assert support("", None, GapRow("support_end", "h/p", "h", "refused")) == "not seen"
    assert support("", None) == "—"
