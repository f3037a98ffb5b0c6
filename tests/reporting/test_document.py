"""A report as data refuses what would lie or fall over later: empty places without a reason, ids twice, rows that do not fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from auditkit.model import Statement, Text
from auditkit.reporting.cells import ident, label, plain, say, value
from auditkit.reporting.document import (
    Bullets,
    Column,
    Document,
    Finding,
    KeyFigures,
    Meta,
    Para,
    Picture,
    Section,
    Table,
    Verdicts,
    statements,
)

META = Meta("Acme", "1", date(2026, 11, 22), "abc", "1", "auditkit 0")
TEXT = say("cell.text", ("x:1",), value="x")
COLUMNS = (Column("doc.name"), Column("doc.state", "state"))


def section(name: str = "one", **more: object) -> Section:
    return replace(Section(name, label("doc.contents"), (Para(TEXT),)), **more)  # type: ignore[arg-type]


def doc(*sections: Section) -> Document:
    return Document(plain("t"), plain("s"), META, sections)


def test_a_section_without_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="section one is empty: say in a paragraph why"):
        Section("one", label("doc.contents"), ())


def test_a_table_without_rows_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="table hosts has no rows: say in `empty` why"):
        Table("hosts", COLUMNS, ())
    assert Table("hosts", COLUMNS, (), empty=TEXT).empty == TEXT


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="table hosts, row 1: 1 cells for 2 columns"):
        Table("hosts", COLUMNS, ((TEXT, TEXT), (TEXT,)))


@pytest.mark.parametrize("block", [Bullets, KeyFigures, Verdicts])
def test_a_list_of_nothing_is_refused(block: type) -> None:
    with pytest.raises(ValueError, match=r"list without items|0 key figures|no answers"):
        block(())


@pytest.mark.parametrize("png", [b"", b"GIF89a", b"<svg/>"])
def test_a_picture_is_a_png(png: bytes) -> None:
    with pytest.raises(ValueError, match="does not start as a PNG file"):
        Picture(png, label("doc.picture"))


def test_a_severity_is_one_to_four() -> None:
    with pytest.raises(ValueError, match="finding Р-1: severity 5"):
        Finding("Р-1", 5, TEXT, TEXT)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "Один", "a b", "../x", "A", "x" * 42])
def test_ids_are_fit_for_anchors_and_sheets(name: str) -> None:
    with pytest.raises(ValueError, match="section id"):
        section(name)


def test_ids_are_unique() -> None:
    with pytest.raises(ValueError, match="section ids stand twice: one"):
        doc(section("one"), section("one"))
    table = Table("t", COLUMNS, (), empty=TEXT)
    with pytest.raises(ValueError, match="table ids stand twice: t"):
        doc(section("one", blocks=(table,)), section("two", blocks=(table,)))


def test_appendices_come_last_and_levels_do_not_jump() -> None:
    with pytest.raises(ValueError, match="appendix stands before"):
        doc(section("one", appendix=True), section("two"))
    with pytest.raises(ValueError, match="section two: level 3 below level 1"):
        doc(section("one"), section("two", level=3))


def test_the_id_of_a_statement_follows_from_all_it_says_and_nothing_else() -> None:
    first = say("coverage.asked", ("a:1",), target="srv1", asked=7)
    assert ident(first) == ident(Statement("coverage.asked", (("asked", 7), ("target", "srv1")), ("a:1",)))
    others = (
        say("coverage.asked", ("a:2",), target="srv1", asked=7),
        say("coverage.asked", ("a:1",), target="srv1", asked=8),
        say("other", ("a:1",), target="srv1", asked=7),
    )
    assert len({ident(s) for s in (first, *others)}) == 4


def test_an_id_that_was_printed_once_stays() -> None:
    """Files in the field carry it: SHA-256 of this very JSON, worked out by hand with sha256sum."""
    import hashlib

    written = '{"message":"cell.text","values":[["value",{"ru":"да","en":"yes"}]],"rests_on":["x:1"]}'
    assert ident(say("cell.text", ("x:1",), value=Text("да", "yes"))) == "ak_" + hashlib.sha256(written.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        (None, "cell.unseen"),
        ("", "cell.nothing"),
        ((), "cell.nothing"),
        (True, "cell.yes"),
        (False, "cell.no"),
        (0, "cell.number"),
        (1.5, "cell.number"),
        (date(2026, 1, 2), "cell.date"),
        ("x", "cell.text"),
        (("a", "b"), "cell.text"),
        (Text("а", "a"), "cell.text"),
    ],
)
def test_not_seen_and_known_nothing_are_two_cells(seen: object, message: str) -> None:
    assert value(seen).message == message


def test_a_value_that_no_cell_can_show_is_refused() -> None:
    with pytest.raises(TypeError, match="no cell can show dict"):
        value({})


def test_every_statement_is_found_in_reading_order() -> None:
    said = [say("cell.text", ("x:1",), value=str(n)) for n in range(6)]
    table = Table("t", COLUMNS, ((said[2], label("doc.name")), (said[3], said[4])), said[1])
    finding = Finding("Р-1", 1, label("doc.name"), said[0], declared=said[5])
    found = [s for _, s in statements(doc(section("one", blocks=(Para(said[0]), table, finding))))]
    assert found == [*said[:5], said[5]]
