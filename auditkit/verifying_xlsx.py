"""Rows of a workbook as what belongs together in them: sorting rows and moving columns change nothing, all else does."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from auditkit.i18n import Lang
from auditkit.reporting.packages import contents
from auditkit.reporting.reading_xlsx import COLUMNS, ROWS, shown
from auditkit.reporting.xlsx_sheets import MARK
from auditkit.verifying_failed import Failed
from auditkit.verifying_pieces import plain
from auditkit.verifying_places import MOVED

_ID = re.compile(r"(\w+):(ak_[0-9a-f]{16})")
Cells = tuple[tuple[str, str], ...]  # (key of the column, id or text)
CHANGED = "text that is no statement was changed or added"
NEAR = 500  # rows of a sheet among which the likest is looked for
GONE = "text that is no statement is missing"


@dataclass(frozen=True, slots=True)
class Row:
    """ids: statements by the key of their column; texts: what stands in its other cells."""

    sheet: str
    ids: Cells
    texts: Cells
    number: int

    @property
    def says(self) -> tuple[str, Cells, Cells]:
        """All but its place."""
        return self.sheet, self.ids, self.texts


def rows_in(path: Path, lang: Lang) -> list[Row]:
    """Rows of all sheets that hold something. Called after `said_in`, which has refused what is damaged or too large."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(contents(path)), read_only=True, rich_text=False)
        found = [row for sheet in book.worksheets for row in _rows(sheet, lang)]
        book.close()
    return found


def _rows(sheet: Any, lang: Lang) -> Iterator[Row]:
    sheet.reset_dimensions()
    keys: dict[int, str] = {}
    marked: int | None = None
    for n, row in enumerate(sheet.iter_rows(max_row=ROWS, max_col=COLUMNS, values_only=True), 1):
        if marked is None and MARK in row:
            marked = row.index(MARK)
            keys = {k: str(key) for k, key in enumerate(row) if key is not None and k != marked}
            continue
        own = row[marked] if marked is not None and marked < len(row) else None
        ids = tuple(sorted(_ID.findall(own))) if isinstance(own, str) else ()
        said = {key for key, _ in ids}
        cells = ((keys.get(k, "?"), plain(shown(v, lang)[0])) for k, v in enumerate(row) if v is not None and k != marked)
        texts = tuple(sorted((key, text) for key, text in cells if text and key not in said))
        if ids or texts:
            yield Row(sheet.title, ids, texts, n)


def regrouped(wanted: list[Row], found: list[Row]) -> Iterator[Failed]:
    """Rows of the file that the program does not write so, and texts of its that are gone. Missing statements are told apart."""
    surplus = Counter(r.says for r in found) - Counter(r.says for r in wanted)
    left = _of(wanted, Counter(r.says for r in wanted) - Counter(r.says for r in found))
    by_sheet: dict[str, list[Row]] = defaultdict(list)
    for row in left:
        by_sheet[row.sheet].append(row)
    for row in _of(found, surplus):
        place = f"{row.sheet}!{row.number}"
        other = _likest(row, by_sheet[row.sheet])
        yield from (Failed(ident, place, "edited", "", "", MOVED) for key, ident in row.ids if (key, ident) not in other.ids)
        if row.texts != other.texts:
            text = _joined(row.texts, other.texts)
            yield Failed("", place, "edited", text, _joined(other.texts, row.texts), CHANGED if text else GONE)
    for sheet, rows in by_sheet.items():
        yield from (Failed("", sheet, "edited", "", _joined(r.texts, ()), GONE) for r in rows if r.texts)


def _of(rows: list[Row], so_many: Counter[tuple[str, Cells, Cells]]) -> list[Row]:
    """So many rows of each saying."""
    taken = []
    for row in rows:
        if so_many[row.says] > 0:
            so_many[row.says] -= 1
            taken.append(row)
    return taken


def _likest(row: Row, others: list[Row]) -> Row:
    """The one of others, taken out of them, that shares most with a row; an empty one where none shares anything."""

    def shared(other: Row) -> int:
        return len({*row.ids, *row.texts} & {*other.ids, *other.texts})

    best = max(others[:NEAR], key=shared, default=None)
    if best is None or not shared(best):
        return Row(row.sheet, (), (), 0)
    others.remove(best)
    return best


def _joined(these: Cells, without: Cells) -> str:
    return " | ".join(text for key, text in these if (key, text) not in without)
