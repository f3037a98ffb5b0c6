"""Opening the database: SQLite by default, PostgreSQL by URL; brought up to date by Alembic before anything else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, SQLAlchemyError

from auditkit.errors import NewerStore, StoreError, UsageError
from auditkit.store.schema import HEAD, metadata

URL_FORM = "AUDITKIT_DATABASE_URL is written postgresql+psycopg://USER@HOST/DATABASE (the password in PGPASSWORD or ~/.pgpass)"


def open_engine(url: str) -> Engine:
    """An engine on a database with today's tables.

    Raises UsageError for a URL of no store that is known, NewerStore where a newer auditkit wrote it, StoreError where it cannot be
    opened or written (place and cure).
    """
    engine = _made(url)
    try:
        with engine.begin() as connection:
            _migrate(connection)
    except (OperationalError, DatabaseError) as e:
        engine.dispose()
        raise StoreError(f"{place_of(url)}: {_said(e)}; {_cure(engine)}") from e
    except NewerStore as e:
        engine.dispose()
        raise NewerStore(f"{place_of(url)}: {e}") from None
    return engine


def is_current(engine: Engine, place: str) -> bool:
    """False where the tables are of an older version. Raises NewerStore, StoreError."""
    try:
        with engine.connect() as connection:
            version = _version(connection)
    except (OperationalError, DatabaseError) as e:
        raise StoreError(f"{place}: {_said(e)}; is it the file of a store? Take it from a copy") from e
    return version == HEAD


def _made(url: str) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url)
        event.listen(engine, "connect", _sqlite)
        return engine
    try:
        if make_url(url).get_backend_name() == "postgresql":
            return create_engine(url)
    except ArgumentError:
        pass  # said below, without the URL: it may hold a password
    except ImportError as e:
        raise UsageError(f"{place_of(url)}: this driver is not installed ({e.name}): pip install '.[postgresql]'; {URL_FORM}") from e
    raise UsageError(f"the URL of the store is none that can be used: {URL_FORM}")


def _cure(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return "check that the folder is writable and has room"
    return (
        "check host, port and database of AUDITKIT_DATABASE_URL, that the server runs and lets this user in (psql with the same URL "
        "shows it), and that the database exists (createdb)"
    )


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
    if version is None and not inspect(connection).get_table_names():
        _create(connection)
    else:
        _upgrade(connection, version)


def _upgrade(connection: Connection, version: str | None) -> None:
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


def _create(connection: Connection) -> None:
    """Today's tables in an empty database, as all revisions one after the other make them: what Alembic is needed for is old stores."""
    metadata.create_all(connection)
    key = "constraint alembic_version_pkc primary key (version_num)"  # the very table that Alembic makes for itself
    connection.execute(text(f"create table alembic_version (version_num VARCHAR(32) not null, {key})"))
    connection.execute(text("insert into alembic_version values (:head)"), {"head": HEAD})


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    return str(found) if found is not None else None


def place_of(url: str) -> str:
    """What a URL leads to, without user and password: a file, or host:port/database."""
    if url.startswith("sqlite"):
        return url.removeprefix("sqlite:///")
    u = make_url(url)
    return f"{u.host or u.query.get('host') or 'this machine'}{f':{u.port}' if u.port else ''}/{u.database or ''}"


def _said(e: SQLAlchemyError) -> str:
    return str(getattr(e, "orig", None) or e).strip().splitlines()[0]
