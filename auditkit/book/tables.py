"""Fact types as SQLite tables. Table `x__all` holds rows and gaps; people see view `x` (rows), checks see temp view `x` (both)."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec

from auditkit.model import Secret, columns, dump, fact_key, table_name

_encode = msgspec.json.Encoder(order="deterministic").encode
OWN = ("id", "question", "asset", "why")  # of every table, before its fields


def cell(value: Any) -> Any:
    """A field's value as SQLite keeps it: dates as ISO 8601, secrets as their print, what is no scalar as JSON text."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.print if isinstance(value, Secret) else _encode(value).decode()


def make(db: sqlite3.Connection, table: str, fields: dict[str, str]) -> None:
    """Create one table with its two views."""
    made = ", ".join(f'"{name}" {sql}' for name, sql in fields.items())
    db.execute(f"create table {table}__all(id text, question text, asset text, why text{', ' + made if made else ''}) strict")
    db.execute(f"create view {table} as select * from {table}__all where id is not null")
    db.execute(f"create temp view {table} as select * from main.{table}__all")


def row(record: Any, question: str, asset: str | None) -> tuple[Any, ...]:
    """A fact as a row of its table. Its id stays the same as long as the question and the key do."""
    values = dump(record)
    key = "\0".join([question, *(str(values[k]) for k in fact_key(type(record)))])
    name = f"{table_name(type(record))}:{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    return (name, question, asset, "", *map(cell, values.values()))


def fill(db: sqlite3.Connection, table: str, width: int, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert many."""
    db.executemany(f"insert into {table}__all values ({','.join('?' * width)})", rows)


def fields_of(kind: type) -> dict[str, str]:
    """Field -> SQLite type."""
    return dict(_columns(kind))


_columns: Callable[[Any], Any] = cache(columns)
