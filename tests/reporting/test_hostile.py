"""Everything from a device is hostile: in every format its text stays a text, the file opens, and the words read back equal."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from auditkit.reporting.cells import ident
from auditkit.reporting.document import Document, statements
from auditkit.reporting.docx import write_docx
from auditkit.reporting.html import write_html
from auditkit.reporting.reading import said_in
from auditkit.reporting.words import words
from auditkit.reporting.xlsx import write_xlsx
from tests.reporting.conftest import Office, saying
from tests.reporting.strange import HOSTILE

WRITERS: dict[str, Callable[..., object]] = {"docx": write_docx, "xlsx": write_xlsx, "html": write_html}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The hostile texts in every format."""
    folder = tmp_path_factory.mktemp("hostile")
    for kind, write in WRITERS.items():
        write(saying(*HOSTILE.values()), "ru", folder / f"a.{kind}")
    return {kind: folder / f"a.{kind}" for kind in WRITERS}


def spoken(document: Document) -> dict[str, str]:
    return {ident(s): words(s, "ru") for _, s in statements(document)}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_text_reads_back_as_its_words(written: dict[str, Path], kind: str) -> None:
    said = list(said_in(written[kind]))
    assert {s.id: s.text for s in said} == spoken(saying(*HOSTILE.values()))
    assert len(said) == 3 * len(HOSTILE)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("formula", "=cmd|'/c calc'!A1"),
        ("jinja", "{{7*7}}{% for x in y %}{# c #}"),
        ("jinja of docxtpl", "{_{ a }_} {_% b %_} {%p endfor %} {{r x }}"),
        ("cdata", "]]> <![CDATA[x]]> &amp; &lt; &#x41; &"),
        ("sheet", "_x000D__x0041_"),
        ("marks", "0 1 akh0"),
        ("nul", "a\ufffdb"),
        ("surrogate", "a\\ud800b"),
        ("directions", "abcgpj.exe"),
        ("controls", "line one\nline two\ttab\ufffd\ufffd\ufffd\ufffd"),
    ],
)
def test_what_the_words_are(name: str, wanted: str) -> None:
    assert spoken(saying(HOSTILE[name])) == dict.fromkeys(spoken(saying(HOSTILE[name])), wanted)


def test_no_cell_is_a_formula_and_no_text_overflows(written: dict[str, Path]) -> None:
    with zipfile.ZipFile(written["xlsx"]) as package:
        sheets = [package.read(n).decode() for n in package.namelist() if n.startswith("xl/worksheets/sheet")]
        assert not any("<f>" in s or "<f " in s for s in sheets)
        assert not [n for n in package.namelist() if "externalLink" in n or "connections" in n]
    for sheet in openpyxl.load_workbook(written["xlsx"]).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "inlineStr", "n", "d")
                assert not isinstance(cell.value, str) or len(cell.value.encode("utf-16-le")) // 2 <= 32_767


def test_a_text_like_a_formula_stays_one_when_it_is_edited(written: dict[str, Path]) -> None:
    sheet = openpyxl.load_workbook(written["xlsx"]).worksheets[1]
    quoted = {str(row[1].value)[:1] for row in sheet.iter_rows(min_row=3) if row[1].quotePrefix}
    assert quoted == {"=", "+", "-", "@"}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("src", "href", "action", "style"):
                self.addresses.add(value or "")


def test_a_page_holds_no_script_no_handler_and_no_address_outside(written: dict[str, Path]) -> None:
    tags = _Tags()
    tags.feed(written["html"].read_text(encoding="utf-8"))
    assert not tags.seen & {"script", "iframe", "object", "embed", "link", "form", "base"}
    assert not [a for a in tags.attributes if a.startswith("on")]
    assert all(a.startswith(("#", "data:image/")) for a in tags.addresses)
    assert "default-src 'none'" in written["html"].read_text(encoding="utf-8")


def test_a_browser_that_opens_the_page_runs_nothing(written: dict[str, Path], tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    command = [
        chromium,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}",
        "--dump-dom",
        written["html"].as_uri(),
    ]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    (tmp_path / "dom.html").write_text(dom, encoding="utf-8")
    assert {s.id: s.text for s in said_in(tmp_path / "dom.html")} == spoken(saying(*HOSTILE.values()))


@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_libreoffice_opens_it_and_the_texts_stay(written: dict[str, Path], kind: str, libreoffice: Office) -> None:
    said = {s.id: s.text for s in said_in(libreoffice(written[kind], kind))}
    assert said == spoken(saying(*HOSTILE.values()))


@pytest.mark.parametrize("kind", ["docx", "xlsx", "html"])
def test_it_prints(written: dict[str, Path], kind: str, libreoffice: Office) -> None:
    assert libreoffice(written[kind], "pdf").read_bytes().startswith(b"%PDF-")


def test_a_word_file_has_no_field_but_ours(written: dict[str, Path]) -> None:
    with zipfile.ZipFile(written["docx"]) as package:
        body = package.read("word/document.xml").decode()
    assert {m.split()[0] for m in re.findall(r"<w:instrText[^>]*>([^<]*)<", body)} == {"TOC", "PAGEREF"}
