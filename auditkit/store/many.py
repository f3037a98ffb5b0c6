"""Many rows through one statement, straight to the driver: what SQLAlchemy does for each row costs more than the database does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table

_compiled: dict[tuple[str, str], tuple[str, tuple[str, ...] | None]] = {}


OnConflict = Callable[[Any], Insert]


def _nothing(made: Any) -> Insert:
    kept: Insert = made.on_conflict_do_nothing()
    return kept


def insert_many(c: Connection, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: OnConflict = _nothing) -> None:
    """Insert rows, each with all columns of the table, as values that the drivers take as they are (str, int, bool, bytes, None).

    on_conflict: what becomes of a row that is there already; one for each table, always the same.
    """
    if not rows:
        return
    place = (c.dialect.name, table.name)
    if place not in _compiled:
        _compiled[place] = _sql(c.dialect, table, on_conflict)
    sql, order = _compiled[place]
    c.exec_driver_sql(sql, list(map(itemgetter(*order), rows)) if order else list(rows))


def _sql(dialect: Dialect, table: Table, on_conflict: OnConflict) -> tuple[str, tuple[str, ...] | None]:
    """The statement, and the order of its columns where the driver wants them by place."""
    kind = import_module(f"sqlalchemy.dialects.{dialect.name}")  # the other one costs a tenth of a second
    made = on_conflict(kind.insert(table)).compile(dialect=dialect, column_keys=[column.name for column in table.columns])
    order = getattr(made, "positiontup", None)
    return str(made), tuple(order) if order else None
