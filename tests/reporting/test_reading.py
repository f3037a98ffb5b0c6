"""Files come back from anywhere: edited, sorted, saved by another program, or made to hurt."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditkit.errors import UsageError
from auditkit.reporting.cells import ident, label, say, value
from auditkit.reporting.document import Column, Document, Section, Table, statements
from auditkit.reporting.docx import write_docx
from auditkit.reporting.html import write_html
from auditkit.reporting.reading import meta_in, said_in, same
from auditkit.reporting.words import words
from auditkit.reporting.xlsx import write_xlsx
from tests.reporting.conftest import Office, saying
from tests.reporting.sample import META

WRITERS: dict[str, Callable[..., Any]] = {"docx": write_docx, "xlsx": write_xlsx, "html": write_html}
ROWS = [("srv2", 7, date(2026, 3, 1)), ("srv10", 1.5, date(2025, 12, 31)), ("srv1", 12_345_678, date(2027, 1, 1)), ("a-1", 0, None)]


def hosts() -> Document:
    """A table with words, numbers and dates."""
    columns = (Column("doc.name"), Column("doc.number", "number"), Column("doc.date", "date"), Column("doc.tool"))
    rows = tuple(
        (value(n, (f"host:{n}",)), value(k, (f"n:{n}",)), value(d, (f"d:{n}",)), label("cell.text", value="x")) for n, k, d in ROWS
    )
    table = Table("hosts", columns, rows, label("doc.name"))
    return Document(label("doc.name"), label("doc.name"), META, (Section("hosts", label("doc.contents"), (table,)),))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    write_xlsx(hosts(), "ru", tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def holds(path: Path, document: Document) -> list[tuple[str, str]]:
    """What does not hold: (text, location)."""
    known = {ident(s): s for _, s in statements(document)}
    return [(s.text, s.location) for s in said_in(path) if not same(s, known[s.id], meta_in(path).lang)]


def edited(path: Path, change: Callable[[Any], None]) -> Path:
    found = openpyxl.load_workbook(path)
    change(found.worksheets[1])
    found.save(path)
    return path


def test_a_sheet_reads_back_with_its_places(book: Path) -> None:
    assert holds(book, hosts()) == []
    assert [(s.text, s.location) for s in said_in(book)][:3] == [
        ("srv2", "Фамилия, имя, отчество!B3"),
        ("7", "Фамилия, имя, отчество!C3"),
        ("01.03.2026", "Фамилия, имя, отчество!D3"),
    ]
    assert len(list(said_in(book))) == 12


def sort(sheet: Any) -> None:
    """What Excel does with the rows of the filter: whole rows, hidden column and all."""
    assert sheet.auto_filter.ref == "A2:E6"
    rows = sorted([[c.value for c in row] for row in sheet["A3:E6"]], key=lambda r: str(r[1]))
    for row, values in zip(sheet["A3:E6"], rows, strict=True):
        for cell, v in zip(row, values, strict=True):
            cell.value = v


def test_sorting_keeps_every_statement(book: Path) -> None:
    before = {s.id: s.text for s in said_in(book)}
    edited(book, sort)
    assert next(iter(said_in(book))).text == "a-1"
    assert {s.id: s.text for s in said_in(book)} == before
    assert holds(book, hosts()) == []


def test_sorting_saving_by_libreoffice_and_reading(book: Path, libreoffice: Office) -> None:
    saved = libreoffice(edited(book, sort), "xlsx")
    assert holds(saved, hosts()) == []
    assert len(list(said_in(saved))) == 12
    assert meta_in(saved) == meta_in(book)
    assert [w.sheet_state for w in openpyxl.load_workbook(saved).worksheets] == ["visible", "visible"]
    assert openpyxl.load_workbook(saved).worksheets[1].column_dimensions["A"].hidden


def test_new_columns_rows_and_a_moved_column_keep_every_statement(book: Path) -> None:
    def change(sheet: Any) -> None:
        sheet.insert_rows(1, 2)
        sheet.insert_cols(3)
        sheet.insert_cols(1)

    assert holds(edited(book, change), hosts()) == []
    assert len(list(said_in(book))) == 12


def test_a_changed_word_a_changed_number_and_a_lost_column_are_seen(book: Path) -> None:
    def change(sheet: Any) -> None:
        sheet["B3"], sheet["C4"] = "srv2!", 2.5
        sheet["D5"] = date(2027, 1, 2)
        sheet.row_dimensions[1].hidden = False

    edited(book, change)
    assert holds(book, hosts()) == [
        ("srv2!", "Фамилия, имя, отчество!B3"),
        ("2,5", "Фамилия, имя, отчество!C4"),
        ("02.01.2027", "Фамилия, имя, отчество!D5"),
    ]
    edited(book, lambda sheet: sheet.delete_cols(2))
    lost = [s for s in said_in(book) if s.text == ""]
    assert [s.location for s in lost] == [f"Фамилия, имя, отчество, row {n} (its column is gone)" for n in (3, 4, 5, 6)]


def word(path: Path, change: Callable[[Any], None]) -> Path:
    write_docx(saying("первый", "второй"), "ru", path)
    found = docx.Document(str(path))
    change(found.element.body)
    found.save(str(path))
    return path


def starts(body: Any) -> list[Any]:
    return [b for b in body.iter(qn("w:bookmarkStart")) if b.get(qn("w:name")).startswith("ak_")]


def end_of(body: Any, start: Any) -> Any:
    return next(e for e in body.iter(qn("w:bookmarkEnd")) if e.get(qn("w:id")) == start.get(qn("w:id")))


def texts(path: Path) -> list[str]:
    return [s.text for s in said_in(path)]


WHOLE = ["первый", "второй", "первый", "первый", "второй", "второй"]


def test_ends_that_moved_to_another_paragraph_or_out_of_a_cell(tmp_path: Path) -> None:
    def change(body: Any) -> None:
        first, second, third = starts(body)[0], starts(body)[3], starts(body)[4]
        following = next(a for a in first.iterancestors(qn("w:p"))).getnext()
        following.insert(1, end_of(body, first))
        before = next(a for a in second.iterancestors(qn("w:tc"))).getprevious()
        before.append(second)
        after = next(a for a in third.iterancestors(qn("w:tc"))).getnext()
        after.insert(1, end_of(body, third))

    assert texts(word(tmp_path / "a.docx", change)) == WHOLE


def test_tracked_changes_fields_and_signs(tmp_path: Path) -> None:
    def change(body: Any) -> None:
        run = starts(body)[0].getnext()
        inserted, deleted = OxmlElement("w:ins"), OxmlElement("w:del")
        run.addprevious(deleted)
        deleted.append(docx.oxml.parse_xml(f'<w:r xmlns:w="{run.nsmap["w"]}"><w:delText>долой</w:delText></w:r>'))
        run.addnext(inserted)
        inserted.append(docx.oxml.parse_xml(f'<w:r xmlns:w="{run.nsmap["w"]}"><w:tab/><w:t>ещё</w:t><w:br/><w:noBreakHyphen/></w:r>'))

    assert texts(word(tmp_path / "a.docx", change))[0] == "первый\tещё\n\u2011"


def test_a_word_edited_by_hand_and_a_paragraph_split_by_enter(tmp_path: Path) -> None:
    def change(body: Any) -> None:
        run = starts(body)[0].getnext()
        run.find(qn("w:t")).text = "пер"
        old = next(a for a in run.iterancestors(qn("w:p")))
        new = docx.oxml.parse_xml(f'<w:p xmlns:w="{run.nsmap["w"]}"><w:r><w:t>вый</w:t></w:r></w:p>')
        old.addnext(new)
        new.append(end_of(body, starts(body)[0]))

    assert texts(word(tmp_path / "a.docx", change))[0] == "пер\nвый"


def test_a_statement_whose_end_is_lost_says_all_that_follows(tmp_path: Path) -> None:
    def change(body: Any) -> None:
        end = end_of(body, starts(body)[0])
        end.getparent().remove(end)

    assert max(texts(word(tmp_path / "a.docx", change)), key=len).startswith("первый\nвторой")


@pytest.mark.parametrize("kind", WRITERS)
def test_the_file_says_what_it_was_made_from(tmp_path: Path, kind: str) -> None:
    made = replace(saying("x"), meta=replace(META, snapshot="12:3&x", checklists="ab/cd=", tool="auditkit 0.1 (тест)"))
    WRITERS[kind](made, "en", tmp_path / f"a.{kind}")
    found = meta_in(tmp_path / f"a.{kind}")
    assert (found.snapshot, found.as_of, found.checklists, found.lang, found.tool) == (
        "12:3&x",
        "2026-11-22",
        "ab/cd=",
        "en",
        "auditkit 0.1 (тест)",
    )


@pytest.mark.parametrize("kind", WRITERS)
def test_the_kind_is_seen_from_the_content(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](saying("x"), "ru", tmp_path / "renamed.bin")
    assert {s.text for s in said_in(tmp_path / "renamed.bin")} == {"x"}


def test_the_same_statement_in_all_three_formats_has_the_same_id(tmp_path: Path) -> None:
    found = []
    for kind, write in WRITERS.items():
        write(saying("x"), "ru", tmp_path / f"a.{kind}")
        found.append({s.id for s in said_in(tmp_path / f"a.{kind}")})
    assert found == [{ident(say("cell.text", (f"x:{n}",), value="x")) for n in (1, 2, 3)}] * 3


# Files that are none of ours, or made to hurt.


def package(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return path


def with_part(path: Path, name: str, data: bytes) -> Path:
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    return package(path, {**parts, name: data})


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"\0" * 40, b"%PDF-1.7", b"<html>", b"\xff\xfe<html>\xd8\x00"])
def test_a_file_that_is_none_of_ours(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(content)
    with pytest.raises(UsageError, match=r"a\.docx: (neither docx, xlsx nor html|a damaged|it does not say|it is no UTF-8)"):
        meta_in(tmp_path / "a.docx")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.docx: cannot be read: No such file"):
        list(said_in(tmp_path / "a.docx"))


def test_a_foreign_word_file_says_nothing_of_itself(tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "a.docx"))
    with pytest.raises(UsageError, match="does not say which snapshot it was made from: give a file that auditkit wrote"):
        meta_in(tmp_path / "a.docx")


@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("kind", "part"), [("docx", "word/document.xml"), ("docx", "docProps/core.xml"), ("xlsx", "xl/worksheets/sheet1.xml")]
)
def test_entities_are_not_read(kind: str, part: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("TOP-SECRET")
    WRITERS[kind](saying("x"), "ru", tmp_path / f"a.{kind}")
    evil = f'<?xml version="1.0" encoding="{code}"?><!DOCTYPE a [<!ENTITY b SYSTEM "file://{tmp_path}/secret">]><a>&b;</a>'.encode(code)
    with pytest.raises(UsageError, match="brings a DTD"):
        list(said_in(with_part(tmp_path / f"a.{kind}", part, evil)))


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    write_docx(saying("x"), "ru", tmp_path / "a.docx")
    with pytest.raises(UsageError, match="unpacks to more than 600 MB"):
        list(said_in(with_part(tmp_path / "a.docx", "word/media/x.bin", b"\0" * (601 * 2**20))))


def test_an_entry_that_lies_about_its_size(tmp_path: Path) -> None:
    path = package(tmp_path / "a.docx", {"word/document.xml": b"<a/>" + b" " * 4_000_000})
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(UsageError, match=r"larger than it says|damaged"):
        list(said_in(path))


def test_a_cell_in_the_far_corner_costs_no_memory(book: Path) -> None:
    with zipfile.ZipFile(book) as old:
        sheet = old.read("xl/worksheets/sheet2.xml")
    far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    with pytest.raises(UsageError, match="more than 200000 rows: no report of auditkit has"):
        list(said_in(with_part(book, "xl/worksheets/sheet2.xml", sheet.replace(b"</sheetData>", far))))


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_bytes_give_statements_or_a_usage_error(kind: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    made = _cached(kind, tmp_path_factory)
    name = data.draw(
        st.sampled_from(
            ["word/document.xml", "docProps/core.xml"]
            if kind == "docx"
            else ["xl/worksheets/sheet2.xml", "xl/workbook.xml", "docProps/core.xml", "xl/styles.xml"]
        )
    )
    with zipfile.ZipFile(io.BytesIO(made)) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    raw = bytearray(parts[name])
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
    path = package(tmp_path_factory.mktemp("damaged") / f"a.{kind}", {**parts, name: bytes(raw)})
    try:
        for said in said_in(path):
            assert re.fullmatch("ak_[0-9a-f]{16}", said.id)
    except UsageError as e:
        told = str(e)
        assert f"a.{kind}: " in told
    shutil.rmtree(path.parent)


_MADE: dict[str, bytes] = {}


def _cached(kind: str, factory: pytest.TempPathFactory) -> bytes:
    if kind not in _MADE:
        path = factory.mktemp("whole") / f"a.{kind}"
        WRITERS[kind](hosts(), "ru", path)
        _MADE[kind] = path.read_bytes()
    return _MADE[kind]


def test_the_words_of_numbers_and_dates_are_those_of_the_language(tmp_path: Path) -> None:
    write_xlsx(hosts(), "en", tmp_path / "a.xlsx")
    assert holds(tmp_path / "a.xlsx", hosts()) == []
    assert [s.text for s in said_in(tmp_path / "a.xlsx")][3:9] == ["srv10", "1.5", "31 Dec 2025", "srv1", "12345678", "1 Jan 2027"]
    assert words(value(1.5), "en") == "1.5"
