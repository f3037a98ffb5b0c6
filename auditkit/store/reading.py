"""A SQLite store that cannot be written (a CD, a snapshot of a file system, somebody else's folder) is read all the same.

SQLite itself refuses a file in WAL mode whose folder is read-only, because it cannot lay its `-shm` beside it. With `immutable=1` it
takes no lock and makes no file (sqlite.org/uri.html), but passes over the `-wal`: what a copy of a running workspace has there would be
lost without a word. So where there is one, or the tables are of an older version, a private copy is opened instead.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event

from auditkit.errors import StoreError
from auditkit.store.engine import is_current, open_engine, place_of, sqlite_url

CURE = "work on a copy of the client's folder (cp -a) on a disk that can be written"


def unwritable(url: str) -> Path | None:
    """The folder of a SQLite file that is there and may not be changed; None for any other store."""
    if not url.startswith("sqlite:///"):
        return None
    file = Path(place_of(url))
    if not file.is_file():
        return None
    return None if os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) else file.parent


def open_reading(url: str) -> tuple[Engine, tempfile.TemporaryDirectory[str] | None]:
    """An engine that only reads, and the folder of the private copy where one had to be made.

    Raises NewerStore, StoreError.
    """
    file = Path(place_of(url))
    wal = file.with_name(file.name + "-wal")
    if not (wal.is_file() and wal.stat().st_size):
        query = {"mode": "ro", "immutable": "1", "uri": "true"}
        engine = create_engine(URL.create("sqlite", database=f"file:{quote(str(file))}", query=query))
        if is_current(engine, str(file)):
            return engine, None
        engine.dispose()
    return _copied(file, wal)


def _copied(file: Path, wal: Path) -> tuple[Engine, tempfile.TemporaryDirectory[str]]:
    folder = tempfile.TemporaryDirectory(prefix="auditkit-")
    try:
        for one in (file, wal):
            if one.is_file():
                shutil.copyfile(one, Path(folder.name) / one.name)
        engine = open_engine(sqlite_url(Path(folder.name) / file.name))
    except OSError as e:
        folder.cleanup()
        cure = "set TMPDIR to a folder with more room"
        raise StoreError(f"{folder.name}: no room for a copy of {file}, which cannot be written: {e.strerror}; {cure}") from e
    engine.dispose()
    event.listen(engine, "connect", _only_query)
    return engine, folder


def _only_query(connection: sqlite3.Connection, _: Any) -> None:
    connection.execute("pragma query_only=on")
