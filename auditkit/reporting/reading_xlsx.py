"""Statements in a workbook: the hidden row of keys and the hidden column of ids, wherever sorting and moving have brought them."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils import get_column_letter

from auditkit import i18n
from auditkit.errors import UsageError
from auditkit.i18n import Lang
from auditkit.reporting.packages import package
from auditkit.reporting.said import Said, unescaped
from auditkit.reporting.xlsx_sheets import MARK

ROWS, COLUMNS = 200_000, 300      # more has no sheet of ours: one cell in the far corner would make openpyxl fill the rest
_ID = re.compile(r"(\w+):(ak_[0-9a-f]{16})")
_BROKEN = (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError, etree.LxmlError, SyntaxError)


def said_in_xlsx(path: Path, raw: bytes, lang: Lang) -> Iterator[Said]:
    """Statements sheet by sheet. Raises UsageError where the book is damaged or a sheet is larger than any of ours."""
    with package(path, raw):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # openpyxl says what parts of a stranger's book it leaves out
                book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, rich_text=False)
                for sheet in book.worksheets:
                    yield from _sheet(path, sheet, lang)
                book.close()
        except _BROKEN as e:
            raise UsageError(f"{path}: a damaged workbook: {e}") from e


def _sheet(path: Path, sheet: Any, lang: Lang) -> Iterator[Said]:
    sheet.reset_dimensions()
    keys: dict[str, int] | None = None
    ids = 0
    for n, row in enumerate(sheet.iter_rows(max_row=ROWS + 1, max_col=COLUMNS, values_only=True), 1):
        if n > ROWS:
            raise UsageError(f"{path}: sheet {sheet.title}: more than {ROWS} rows: no report of auditkit has")
        if keys is None:
            if MARK in row:
                ids = row.index(MARK)
                keys = {str(key): k for k, key in enumerate(row) if key is not None and k != ids}
        elif len(row) > ids and isinstance(row[ids], str):
            yield from _row(sheet.title, n, row, row[ids], keys, lang)


def _row(title: str, n: int, row: tuple[Any, ...], ids: str, keys: dict[str, int], lang: Lang) -> Iterator[Said]:
    for key, ident in _ID.findall(ids):
        k = keys.get(key)
        value = row[k] if k is not None and k < len(row) else None
        where = f"{title}!{get_column_letter(k + 1)}{n}" if k is not None else f"{title}, row {n} (its column is gone)"
        text, raw = shown(value, lang)
        yield Said(ident, text, where, raw)


def shown(value: Any, lang: Lang) -> tuple[str, int | float | date | None]:
    """A cell as a reader sees it, and the number or date in it."""
    match value:
        case None:
            return "", None
        case bool() | str():
            return unescaped(str(value)), None
        case int():
            return str(value), value
        case float():
            return i18n.number(lang, value), int(value) if value.is_integer() else value
        case datetime():
            return i18n.when(lang, value.date().isoformat()), value.date()
        case date():
            return i18n.when(lang, value.isoformat()), value
    return str(value), None
