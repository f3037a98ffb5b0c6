"""One snapshot as tables that people and checklists can ask: a throw-away SQLite, whatever the store runs on."""

from auditkit.book.book import AssetRow, Book, GapRow
from auditkit.book.build import Declared, FactsOf, build
from auditkit.book.door import people, read_only

__all__ = ["AssetRow", "Book", "Declared", "FactsOf", "GapRow", "build", "people", "read_only"]
