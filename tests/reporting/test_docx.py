"""Word documents: whole, in any restyled template, with every statement in a bookmark."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt

from auditkit import resources
from auditkit.errors import TemplateError, UsageError
from auditkit.reporting import template_run
from auditkit.reporting.cells import ident
from auditkit.reporting.document import Document, statements
from auditkit.reporting.docx import docx_of, write_docx
from auditkit.reporting.reading import meta_in, said_in
from auditkit.reporting.words import words
from tests.reporting.conftest import Office, saying
from tests.reporting.sample import document

Change = Callable[[Any], None]


@pytest.fixture
def template(tmp_path: Path) -> Callable[[Change], Path]:
    """A client's folder with the built-in template after a change; returns the folder."""

    def changed(change: Change) -> Path:
        builtin = resources.find("report_templates", "audit.docx", None)
        assert builtin is not None
        word = docx.Document(io.BytesIO(builtin.read_bytes()))
        change(word)
        (tmp_path / "client" / "report_templates").mkdir(parents=True)
        word.save(str(tmp_path / "client" / "report_templates" / "audit.docx"))
        return tmp_path / "client"

    return changed


def paragraph(word: Any, text: str) -> Any:
    return next(p for p in word.paragraphs if text in p.text)


def spoken(d: Document, lang: str) -> dict[str, str]:
    return {ident(s): words(s, lang) for _, s in statements(d)}  # type: ignore[arg-type]


def said(path: Path) -> dict[str, str]:
    return {s.id: s.text for s in said_in(path)}


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_whole_sample_says_what_it_says(sample: Document, tmp_path: Path, lang: Any) -> None:
    assert write_docx(sample, lang, tmp_path / "a.docx") == ()
    assert said(tmp_path / "a.docx") == spoken(sample, lang)
    assert (meta_in(tmp_path / "a.docx").lang, meta_in(tmp_path / "a.docx").snapshot) == (lang, "7")


def test_libreoffice_saves_it_and_every_statement_is_still_there(sample: Document, tmp_path: Path, libreoffice: Office) -> None:
    write_docx(sample, "ru", tmp_path / "a.docx")
    saved = libreoffice(tmp_path / "a.docx", "docx")
    assert said(saved) == spoken(sample, "ru")
    assert meta_in(saved) == meta_in(tmp_path / "a.docx")


def test_bookmarks_have_names_and_numbers_of_their_own(sample: Document, tmp_path: Path) -> None:
    write_docx(sample, "ru", tmp_path / "a.docx")
    body = docx.Document(str(tmp_path / "a.docx")).element.body
    starts = list(body.iter(qn("w:bookmarkStart")))
    names, numbers = [s.get(qn("w:name")) for s in starts], [s.get(qn("w:id")) for s in starts]
    assert len(set(names)) == len(names) == len(set(numbers))
    assert sorted(numbers) == sorted(e.get(qn("w:id")) for e in body.iter(qn("w:bookmarkEnd")))
    assert all(len(name) <= 40 for name in names)


def test_no_mark_and_no_tag_is_left(sample: Document, tmp_path: Path) -> None:
    write_docx(sample, "ru", tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx") as package:
        for name in package.namelist():
            if name.endswith(".xml"):
                text = package.read(name).decode()
                assert not [mark for mark in ("\ue000", "\ue001", "\ue002", "{{", "{%", 'w:id="auditkit"') if mark in text], name


def test_fonts_are_named_for_all_four_scripts() -> None:
    builtin = resources.find("report_templates", "audit.docx", None)
    assert builtin is not None
    for fonts in docx.Document(io.BytesIO(builtin.read_bytes())).styles.element.iter(qn("w:rFonts")):
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} <= {"Arial", "Courier"}


def test_tables_repeat_their_head_and_rows_do_not_break(sample: Document, tmp_path: Path) -> None:
    write_docx(sample, "ru", tmp_path / "a.docx")
    tables: list[Any] = [t for t in docx.Document(str(tmp_path / "a.docx")).tables if len(t.rows) > 50]
    assert len(tables) == 1
    assert tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in tables[0].rows)


def test_a_wide_table_lies_on_a_page_turned_sideways(sample: Document, tmp_path: Path) -> None:
    write_docx(sample, "ru", tmp_path / "a.docx")
    pages: Any = docx.Document(str(tmp_path / "a.docx")).sections
    assert [s.page_width > s.page_height for s in pages] == [False, True, False, True, False]
    assert [s.different_first_page_header_footer for s in pages] == [True, False, False, False, False]


def test_a_restyled_template_keeps_every_statement(
    sample: Document, tmp_path: Path, template: Callable[[Change], Path], libreoffice: Office
) -> None:
    def restyle(word: Any) -> None:
        word.styles["Normal"].font.size = Pt(13)
        p = paragraph(word, "{{ block.text }}")
        for run in p.runs:
            run.bold = True
        p.insert_paragraph_before("«До» ").add_run("{{ title }}").italic = True
        p.runs[0].text, split = "{{ blo", p.add_run("ck.te")  # Word splits runs where it likes
        split.bold = True
        p.add_run("xt }} — после")

    client = template(restyle)
    write_docx(sample, "ru", tmp_path / "a.docx", client)
    assert said(tmp_path / "a.docx") == spoken(sample, "ru")
    assert said(libreoffice(tmp_path / "a.docx", "docx")) == spoken(sample, "ru")
    text = "\n".join(p.text for p in docx.Document(str(tmp_path / "a.docx")).paragraphs)
    assert "«До» Справка-аудит" in text
    assert " — после" in text


def test_a_template_saved_by_libreoffice_works(sample: Document, tmp_path: Path, libreoffice: Office) -> None:
    builtin = resources.find("report_templates", "audit.docx", None)
    assert builtin is not None
    (tmp_path / "report_templates").mkdir()
    (tmp_path / "audit.docx").write_bytes(builtin.read_bytes())
    libreoffice(tmp_path / "audit.docx", "docx").rename(tmp_path / "report_templates" / "audit.docx")
    write_docx(sample, "ru", tmp_path / "a.docx", tmp_path)
    assert said(tmp_path / "a.docx") == spoken(sample, "ru")


def test_a_filter_of_a_template_gets_the_words(tmp_path: Path, template: Callable[[Change], Path]) -> None:
    client = template(lambda w: setattr(paragraph(w, "{{ subtitle }}").runs[0], "text", "{{ title | upper }}"))
    write_docx(document(1), "ru", tmp_path / "a.docx", client)
    assert "СПРАВКА-АУДИТ О СОСТОЯНИИ" in "\n".join(p.text for p in docx.Document(str(tmp_path / "a.docx")).paragraphs)


def test_a_literal_of_a_template_prints_as_it_is(tmp_path: Path, template: Callable[[Change], Path]) -> None:
    client = template(
        lambda w: setattr(paragraph(w, "{{ subtitle }}").runs[0], "text", "{{ 'Т <Р>' }} {{ 'a' | e }}{% if 1 < 2 %}!{% endif %}")
    )
    write_docx(document(1), "ru", tmp_path / "a.docx", client)
    assert "Т <Р> a!" in [p.text for p in docx.Document(str(tmp_path / "a.docx")).paragraphs]


def broken() -> Iterator[Any]:
    """(a text put in place of the subtitle, what is said about it)"""
    yield pytest.param("{{ clinet }}", "a name that does not exist: 'clinet' is undefined", id="unknown name")
    yield pytest.param("{{ meta.clinet }}", "a name that does not exist: .* has no attribute 'clinet'", id="unknown attribute")
    yield pytest.param("{% if title %}", "a tag is written wrongly: Unexpected end of template", id="no end")
    yield pytest.param("{{ title | nofilter }}", "a tag is written wrongly: No filter named 'nofilter'", id="unknown filter")
    yield pytest.param("{{ title | default(«нет») }}", "Word has typed «…» or “…”: type straight quotes", id="guillemets")
    yield pytest.param("{{ sections }}", "it prints a list: only texts and numbers can be printed", id="prints a list")
    yield pytest.param("{{ meta.draft }}", "it prints a bool", id="prints a truth")
    yield pytest.param("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "unsafe|undefined|attribute", id="escape by cycler")
    yield pytest.param("{{ ''.__class__.__mro__ }}", "unsafe|undefined|attribute", id="escape by class")
    yield pytest.param("{% set _ = meta.update({'client': 'x'}) %}", "unsafe|undefined|attribute", id="change of data")
    yield pytest.param("{% include '/etc/passwd' %}", "no loader", id="include")
    yield pytest.param("{% for a in range(10**9) %}x{% endfor %}", "Range too big", id="endless range")
    yield pytest.param(
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "was not ready after|it cannot be run",
        id="endless loops",
    )
    yield pytest.param("{{ 'x' * 10**10 }}", "memory|cannot be run", id="memory")


@pytest.mark.parametrize(("text", "said"), list(broken()))
def test_a_bad_template_is_named_with_what_is_wrong(
    text: str, said: str, tmp_path: Path, template: Callable[[Change], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_run, "SECONDS", 8.0)
    client = template(lambda w: setattr(paragraph(w, "{{ subtitle }}").runs[0], "text", text))
    with pytest.raises(TemplateError, match=rf"client/report_templates/audit\.docx: .*({said})"):
        write_docx(document(1), "ru", tmp_path / "a.docx", client)
    assert not list(tmp_path.glob("*a.docx*"))


def test_a_template_without_our_styles_names_them(template: Callable[[Change], Path]) -> None:
    client = template(lambda w: w.styles.element.remove(w.styles["Auditkit Cell bad"].element))
    with pytest.raises(TemplateError, match="it lacks the styles Auditkit Cell bad: copy them from the built-in template"):
        docx_of(document(1), "ru", client)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_word_document(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "report_templates").mkdir()
    (tmp_path / "report_templates" / "audit.docx").write_bytes(content)
    with pytest.raises(TemplateError, match=r"audit\.docx: it is no Word document"):
        docx_of(document(1), "ru", tmp_path)


def test_a_workbook_in_place_of_the_template(tmp_path: Path) -> None:
    import openpyxl

    (tmp_path / "report_templates").mkdir()
    openpyxl.Workbook().save(tmp_path / "report_templates" / "audit.docx")
    with pytest.raises(TemplateError, match=r"audit\.docx: .*not a Word file"):
        docx_of(document(1), "ru", tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the folder does not exist: make it first"):
        write_docx(saying("x"), "ru", tmp_path / "no" / "a.docx")


def test_two_thousand_rows_are_all_there(tmp_path: Path) -> None:
    """16,000 cells over several tables of Word."""
    made, _ = docx_of(document(2_000), "ru", None)
    (tmp_path / "a.docx").write_bytes(made)
    assert sum(1 for _ in said_in(tmp_path / "a.docx")) > 14_000
