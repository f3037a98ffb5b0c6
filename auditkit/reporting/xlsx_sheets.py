"""Sheets of a workbook: a table sheet and a free page, both with the hidden ids that `reading` finds again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as XCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from auditkit.i18n import Lang
from auditkit.model import Statement
from auditkit.reporting import document as d
from auditkit.reporting.tones import ACCENT, COLOURS, INK, tone_of
from auditkit.reporting.words import title_of, words

MARK = "auditkit"                     # stands in A1 of every sheet of ours
DATES = {"ru": "DD.MM.YYYY", "en": "D MMM YYYY"}
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # would be read as the character of that number (ECMA-376 part 1, 22.9.2.19)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_FILLS = {tone: PatternFill("solid", fgColor=colour) for tone, colour in COLOURS.items()}
_FONTS = {tone: Font(name="Arial", size=10, color=ink, bold=True) for tone, ink in INK.items()}
_BODY, _HEAD = Font(name="Arial", size=10), Font(name="Arial", size=10, bold=True, color="FFFFFF")
_BOLD = Font(name="Arial", size=10, bold=True, color=ACCENT)
_BIG = Font(name="Arial", size=14, bold=True, color=ACCENT)
_HEAD_FILL = PatternFill("solid", fgColor=ACCENT)
_TOP = Alignment(vertical="top", wrap_text=True)
_TEXT = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)
_LINE = Border(bottom=Side("thin", color="D8DEE6"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table on its way to a sheet. about: the section it comes from."""

    name: str
    columns: tuple[d.Column, ...]
    rows: tuple[tuple[d.Cell, ...], ...]
    empty: d.Cell | None
    about: d.Cell | None


class Names:
    """Sheet names: at most 31 characters, none of []:*?/\\, no apostrophe at an end, unique without regard to case (limits of Excel)."""

    def __init__(self) -> None:
        self._taken: set[str] = {"history"}

    def take(self, wanted: str) -> str:
        """A name like the wanted one that is still free."""
        base = _short(" ".join(_FORBIDDEN.sub(" ", wanted).split()).strip("'")) or "Sheet"
        name, n = base, 2
        while name.casefold() in self._taken:
            tail = f" {n}"
            name, n = base[: 31 - len(tail)].rstrip() + tail, n + 1
        self._taken.add(name.casefold())
        return name


def _short(name: str) -> str:
    """At most 31 characters; what is cut is cut between words, and no bracket is left open.

    >>> _short("Questions without a whole answer"), _short("srv1 (10.0.0.1, 10.0.0.2, srv1.corp.example)"), _short("x" * 40)
    ('Questions without a whole', 'srv1', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')
    """
    if len(name) <= 31:
        return name
    cut = name[:31]
    if " " in cut[10:] and name[31] != " ":
        cut = cut.rpartition(" ")[0]
    if cut.count("(") > cut.count(")") and cut.index("(") > 0:
        cut = cut.partition("(")[0]
    return cut.strip("' ,;.(")


def fill(target: XCell, cell: d.Cell, lang: Lang) -> None:
    """Words (never a formula), or a number or date of its own kind, with the colour of the cell's tone."""
    value = dict(cell.values).get("value")
    if cell.message in ("cell.number", "cell.amount") and isinstance(value, int | float):
        put(target, value)
        target.number_format = ("#,##0" if cell.message == "cell.amount" else "0") + ("" if float(value).is_integer() else ".##")
    elif cell.message == "cell.date" and isinstance(value, str):
        put(target, date.fromisoformat(value[:10]))
        target.number_format = DATES[lang]
    else:
        put(target, words(cell, lang))
    tone = tone_of(cell)
    target.font, target.border = _FONTS[tone] if tone != "plain" else _BODY, _LINE
    target.alignment = _TEXT if target.data_type == "s" else _TOP
    if tone != "plain":
        target.fill = _FILLS[tone]


def put(target: XCell, value: str | float | date | datetime) -> None:
    """Set a value; a text stays a text whatever it starts with, shown as typed (quotePrefix: it survives F2 and Enter)."""
    if not isinstance(value, str):
        target.value = value
        return
    target.value = ESCAPE.sub("_x005F_", value)
    target.data_type = "s"
    if value[:1] in ("=", "+", "-", "@", "\t"):
        target.quotePrefix = True


def _ids(cells: dict[int, d.Cell]) -> str:
    return " ".join(f"{k}:{d.ident(c)}" for k, c in cells.items() if isinstance(c, Statement))


def _prepare(book: Workbook, name: str, columns: int) -> Any:
    ws: Any = book.create_sheet(name)
    put(ws.cell(1, 1), MARK)
    for k in range(1, columns + 1):
        put(ws.cell(1, k + 1), str(k))
    ws.row_dimensions[1].hidden = True
    ws.column_dimensions["A"].hidden = True
    ws.sheet_view.showGridLines = False
    ws.page_setup.orientation, ws.page_setup.paperSize, ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = "landscape", 9, 1, 0
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    return ws


def write(book: Workbook, sheet: Sheet, lang: Lang) -> None:
    """One table: frozen head, filter, widths by content, colours."""
    ws = _prepare(book, sheet.name, len(sheet.columns))
    for k, column in enumerate(sheet.columns, 2):
        head = ws.cell(2, k)
        put(head, title_of(column.title, lang))
        head.font, head.fill, head.alignment = _HEAD, _HEAD_FILL, Alignment(vertical="center", wrap_text=True)
        ws.column_dimensions[get_column_letter(k)].width = _width(sheet, k - 2, lang)
    for r, row in enumerate(sheet.rows or ((sheet.empty,),), 3):
        there = {k: c for k, c in enumerate(row, 1) if c is not None}
        put(ws.cell(r, 1), _ids(there))
        for k, cell in there.items():
            fill(ws.cell(r, k + 1), cell, lang)
    if not sheet.rows:
        ws.merge_cells(start_row=3, start_column=2, end_row=3, end_column=max(6, len(sheet.columns) + 1))
        ws.row_dimensions[3].height = 60
    ws.freeze_panes = "C3" if len(sheet.columns) > 3 else "B3"
    ws.print_title_rows = "2:2"
    if sheet.rows:
        ws.auto_filter.ref = f"A2:{get_column_letter(len(sheet.columns) + 1)}{len(sheet.rows) + 2}"


def _width(sheet: Sheet, k: int, lang: Lang) -> float:
    lines = (words(row[k], lang).split("\n") for row in sheet.rows[:300])
    longest = [len(title_of(sheet.columns[k].title, lang)) * 0.8, *(max(map(len, found)) for found in lines)]
    least = 13.0 if sheet.columns[k].kind == "date" else 9.0
    return min(60.0, max(least, sorted(longest)[int(len(longest) * 0.9)] * 1.05 + 4, max(longest) * 0.4))


class Page:
    """A free page, filled from top to bottom; each line may carry a statement in columns B to D."""

    def __init__(self, ws: Any, lang: Lang, widths: tuple[float, ...]) -> None:
        self._ws, self._lang, self._row, self._widths = ws, lang, 1, widths

    def _next(self, cells: dict[int, d.Cell]) -> int:
        self._row += 1
        put(self._ws.cell(self._row, 1), _ids(cells))
        for k, cell in cells.items():
            target = self._ws.cell(self._row, k + 1)
            fill(target, cell, self._lang)
            target.alignment = _TEXT
        tallest = max((1 + len(words(c, self._lang)) // max(int(self._widths[k - 1]) - 4, 1) for k, c in cells.items()), default=1)
        self._ws.row_dimensions[self._row].height = min(400, 13.5 * tallest + 1)
        return self._row

    def gap(self) -> None:
        """An empty line."""
        self._row += 1

    def heading(self, cell: d.Cell) -> None:
        """A line in large letters, with a gap above."""
        self._row += self._row > 1
        self._bare(self._next({1: cell}), _BIG, 20)

    def subheading(self, cell: d.Cell) -> None:
        """A line in bold."""
        self._bare(self._next({1: cell}), _BOLD, 16)

    def _bare(self, row: int, font: Font, height: float) -> None:
        target = self._ws.cell(row, 2)
        target.font, target.alignment, target.border = font, Alignment(vertical="center", indent=1), Border()
        self._ws.row_dimensions[row].height = height

    def line(self, cell: d.Cell) -> None:
        """A paragraph over the whole width."""
        row = self._next({1: cell})
        self._ws.merge_cells(start_row=row, start_column=2, end_row=row, end_column=4)
        self._ws.cell(row, 2).border = Border()
        self._ws.row_dimensions[row].height = min(400, 13.5 * (1 + len(words(cell, self._lang)) // 118) + 1)

    def pair(self, *cells: d.Cell) -> None:
        """A name, what it is, and perhaps a word more."""
        self._next(dict(enumerate(cells, 1)))

    def link(self, sheet: str, about: d.Cell | None, rows: int) -> None:
        """A line that leads to a sheet."""
        target = self._ws.cell(self._next({1: d.plain(sheet), 2: about or d.plain(sheet), 3: d.plain(rows)}), 2)
        target.hyperlink = f"#'{sheet.replace(chr(39), chr(39) * 2)}'!B2"
        target.font = Font(name="Arial", size=10, color="0563C1", underline="single")

def add(book: Workbook, name: str, lang: Lang, widths: tuple[float, ...]) -> Page:
    """A free page of three columns."""
    ws = _prepare(book, name, len(widths))
    for k, width in enumerate(widths, 2):
        ws.column_dimensions[get_column_letter(k)].width = width
    ws.page_setup.orientation = "portrait"
    return Page(ws, lang, widths)
