"""Opening the database: SQLite by default, PostgreSQL by URL; brought up to date by Alembic before anything else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from auditkit.errors import NewerStore, StoreError
from auditkit.store.schema import HEAD


def open_engine(url: str) -> Engine:
    """An engine on a database with today's tables.

    Raises NewerStore where a newer auditkit wrote it, StoreError where it cannot be opened or written (place and cure).
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite)
    try:
        with engine.begin() as connection:
            _migrate(connection)
    except (OperationalError, DatabaseError) as e:
        raise StoreError(f"{_place(url)}: {_said(e)}; check that the folder is writable and has room") from e
    return engine


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def _sqlite(connection: sqlite3.Connection, _: Any) -> None:
    # WAL: a kill -9 loses nothing that was committed; NORMAL is safe against a crash of the process.
    for pragma in ("journal_mode=wal", "synchronous=normal", "foreign_keys=on", "busy_timeout=10000"):
        connection.execute(f"pragma {pragma}")


def _migrate(connection: Connection) -> None:
    version = _version(connection)
    if version == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {s.revision for s in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise NewerStore(f"the store was written by a newer auditkit (revision {version}, this one knows up to {HEAD}): update auditkit")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    return str(found) if found is not None else None


def _place(url: str) -> str:
    return url.removeprefix("sqlite:///") if url.startswith("sqlite") else url.rsplit("@", 1)[-1]


def _said(e: SQLAlchemyError) -> str:
    return str(getattr(e, "orig", None) or e).strip().splitlines()[0]
