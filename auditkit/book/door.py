"""Doors into a book: what a check's fragment may do, and what a person's SELECT may do. Both only read."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from auditkit.book.book import Book
from auditkit.errors import UsageError

_READS = (sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION)
_RECURSIVE = 33  # SQLITE_RECURSIVE has no name in the module
_BANNED = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "zeroblob", "randomblob"})
STEPS = 50_000


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _BANNED:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in (*_READS, _RECURSIVE) else sqlite3.SQLITE_DENY


@contextmanager
def read_only(db: sqlite3.Connection, seconds: float = 30.0) -> Iterator[None]:
    """Within: nothing but reading is possible, and nothing runs longer than `seconds`."""
    end = time.monotonic() + seconds
    db.set_authorizer(_authorize)
    db.set_progress_handler(lambda: int(time.monotonic() > end), STEPS)
    try:
        yield
    finally:
        db.set_authorizer(None)
        db.set_progress_handler(None, 0)


def people(book: Book, sql: str, most: int = 100_000) -> tuple[list[str], list[tuple[Any, ...]]]:
    """A person's SELECT over the views without gaps -> (columns, rows). Raises UsageError for a write, a bad name, too long a run."""
    db = book.db
    for (name,) in db.execute("select name from temp.sqlite_master where type = 'view'").fetchall():
        db.execute(f"drop view temp.{name}")
    try:
        with read_only(db):
            cursor = db.execute(sql)
            if cursor.description is None:
                raise UsageError("query: only SELECT is possible here; the book is read-only")
            return [d[0] for d in cursor.description], cursor.fetchmany(most)
    except sqlite3.DatabaseError as e:
        cure = "the book is read-only: use SELECT" if "not authorized" in str(e) else "`select name from sqlite_master` lists the tables"
        raise UsageError(f"query: {e}; {cure}") from e
    except (sqlite3.Warning, ValueError) as e:
        raise UsageError(f"query: {e}") from e
