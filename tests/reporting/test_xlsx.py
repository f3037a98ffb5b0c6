"""Workbooks: a first sheet to read, one sheet a table, all that the document says, colours, filters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from auditkit.errors import UsageError
from auditkit.reporting.cells import ident
from auditkit.reporting.document import Document, statements
from auditkit.reporting.reading import said_in, same
from auditkit.reporting.tones import COLOURS
from auditkit.reporting.words import words
from auditkit.reporting.xlsx import workbook, write_xlsx
from auditkit.reporting.xlsx_sheets import Names
from tests.reporting.sample import document


@pytest.fixture(scope="module")
def book() -> Workbook:
    return workbook(document(), "ru")


def sheet(book: Workbook, name: str) -> Any:
    return book[name]


def test_the_first_sheet_is_to_be_read_first(book: Workbook) -> None:
    assert book.sheetnames == [
        "Читать сначала",
        "Замечания",
        "Участки",
        "Состав",
        "Кто управляет системами",
        "Рекомендации",
        "Приём дел",
        "Оборудование",
        "Журнал",
    ]
    text = {str(c.value) for row in sheet(book, "Читать сначала").iter_rows() for c in row if c.value is not None}
    assert {
        "Справка-аудит о состоянии ИТ-инфраструктуры и рекомендации",
        "ООО «Ромашка»",
        "Чек-листы",
        "9f2c51d07ab3",
        "Телефония не проверена совсем: доступ к АТС не предоставлен.",
    } <= text
    assert "Не проверено: посмотреть не удалось. Это не «в порядке»." in text


def test_links_lead_to_the_sheets(book: Workbook) -> None:
    links = [c.hyperlink.location or c.hyperlink.target for row in sheet(book, "Читать сначала").iter_rows() for c in row if c.hyperlink]
    assert links == [f"#'{name}'!B2" for name in book.sheetnames[1:]]


def test_the_workbook_says_all_that_the_document_says(tmp_path: Path, sample: Document) -> None:
    write_xlsx(sample, "ru", tmp_path / "a.xlsx")
    said = {s.id: s for s in said_in(tmp_path / "a.xlsx")}
    for _, statement in statements(sample):
        if words(statement, "ru") not in ("[12]", "[13]"):  # evidence of a finding is one cell
            assert same(said[ident(statement)], statement, "ru")


def test_a_table_is_frozen_filtered_and_wrapped(book: Workbook) -> None:
    ws = sheet(book, "Оборудование")
    assert (ws.freeze_panes, ws.auto_filter.ref, ws.print_title_rows) == ("C3", "A2:H62", "$2:$2")
    assert (ws.row_dimensions[1].hidden, ws.column_dimensions["A"].hidden) == (True, True)
    assert all(c.alignment.wrap_text for c in ws[3][1:])
    assert all(9 <= ws.column_dimensions[letter].width <= 60 for letter in "BCDEFGH")


def test_numbers_and_dates_are_numbers_and_dates(book: Workbook) -> None:
    ws = sheet(book, "Рекомендации")
    assert [(c.value, c.number_format) for c in (ws["B3"], ws["G3"], ws["I3"])] == [(1, "0"), (12, "0"), (20_000, "#,##0")]
    assert sheet(book, "Состав")["E3"].number_format == "DD.MM.YYYY"
    assert sheet(book, "Состав")["E3"].is_date


def test_tones_colour_the_cells_and_unknown_is_never_green(book: Workbook) -> None:
    ws = sheet(book, "Состав")
    fills = {row[5].value: row[5].fill.fgColor.rgb[2:] for row in ws.iter_rows(min_row=3) if row[5].fill.fill_type}
    assert fills == {
        "нарушение": COLOURS["bad"],
        "не знаем": COLOURS["unknown"],
        "в порядке": COLOURS["good"],
        "риск принят": COLOURS["warning"],
    }
    assert ws["D6"].value == "не видно"
    assert ws["D6"].fill.fgColor.rgb[2:] == COLOURS["unknown"]


def test_an_empty_table_says_why(book: Workbook) -> None:
    assert sheet(book, "Приём дел")["B3"].value == "Документы ещё не запрошены: письмо с перечнем приложено, ответа нет."


@given(st.lists(st.text(max_size=50), max_size=20))
def test_names_of_sheets_are_such_as_excel_takes(wanted: list[str]) -> None:
    names = Names()
    made = [names.take(w) for w in wanted]
    assert len({m.casefold() for m in made}) == len(made)
    for name in made:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
        assert name.casefold() != "history"
        openpyxl.Workbook().create_sheet(name)


def test_long_names_that_begin_alike() -> None:
    names = Names()
    assert [names.take("Серверы и виртуализация: отклонения") for _ in range(3)] == [
        "Серверы и виртуализация", "Серверы и виртуализация 2", "Серверы и виртуализация 3",
    ]  # fmt: skip


def test_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the folder does not exist"):
        write_xlsx(document(1), "ru", tmp_path / "no" / "a.xlsx")
