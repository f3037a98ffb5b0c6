"""Numbers of pages in the contents are those of the printed document; without LibreOffice there is a notice instead."""

from __future__ import annotations

import io
import os
import re
import stat
import time
from pathlib import Path

import docx
import pikepdf
import pytest
from docx.oxml.ns import qn

from auditkit.reporting import office
from auditkit.reporting.docx import docx_of, write_docx
from auditkit.reporting.words import words
from tests.reporting.conftest import Office
from tests.reporting.sample import document


def contents(path: Path) -> list[tuple[str, str]]:
    """(heading, page) of each line."""
    found = []
    for p in docx.Document(str(path)).element.body.iter(qn("w:p")):
        if p.find(qn("w:hyperlink")) is not None:
            heading, _, page = "".join(
                (t.text or "") if t.tag == qn("w:t") else "\t" for t in p.iter(qn("w:t"), qn("w:tab")) if t.getparent().tag == qn("w:r")
            ).partition("\t")
            found.append((heading, page))
    return found


def printed(pdf: Path) -> list[str]:
    """The text of each page, by pdftotext."""
    import subprocess

    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    return text.split("\f")


def test_every_number_is_the_page_where_the_heading_is_printed(tmp_path: Path, libreoffice: Office) -> None:
    write_docx(document(200), "ru", tmp_path / "a.docx")
    pages = printed(libreoffice(tmp_path / "a.docx", "pdf"))
    lines = contents(tmp_path / "a.docx")
    assert len(lines) == 12
    assert lines[0] == ("1 Что проверено и что нет", "2")
    assert int(lines[-1][1]) > 10
    for heading, page in lines:
        shown = re.sub(r"\s+", " ", pages[int(page) - 1])
        assert re.sub(r"\s+", " ", heading) in shown, (heading, page)
        assert f"стр. {page} из" in shown


def test_without_libreoffice_the_document_comes_with_a_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    notices = write_docx(document(3), "ru", tmp_path / "a.docx")
    assert [words(n, "ru") for n in notices] == ["В содержании нет номеров страниц: LibreOffice не найден; нажмите F9 в Word."]
    assert [words(n, "en") for n in notices] == ["Page numbers of the contents are missing: LibreOffice not found; press F9 in Word."]
    assert [page for _, page in contents(tmp_path / "a.docx")] == [""] * 12


def stand_in(folder: Path, script: str) -> str:
    """A program called soffice that does something else."""
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


@pytest.mark.parametrize(
    ("script", "said"),
    [("exit 77", "exit code 77"), ("echo broken profile; exit 1", "exit code 1: broken profile"), ("exit 0", "ended without a result")],
)
def test_a_libreoffice_that_fails_is_a_notice_with_the_reason(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    _, notices = docx_of(document(3), "en")
    assert [said in words(n, "en") for n in notices] == [True]


def test_a_libreoffice_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    program = stand_in(tmp_path, f"sleep 300 & echo $! > {tmp_path}/child; wait")
    began = time.monotonic()
    with pytest.raises(office.OfficeFailed, match="not ready after 1 s"):
        office.converted(b"x", "docx", "pdf", program, seconds=1.0)
    assert time.monotonic() - began < 20
    child = (tmp_path / "child").read_text().strip()
    for _ in range(100):
        if not Path(f"/proc/{child}").exists() or ") Z " in Path(f"/proc/{child}/stat").read_text():
            break
        time.sleep(0.05)
    else:
        pytest.fail(f"process {child} goes on")


def test_libreoffice_needs_no_home_and_no_rights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = office.found()
    if program is None:
        pytest.skip("LibreOffice is not installed")
    assert program
    made, _ = docx_of(document(1), "en")
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setenv("TMPDIR", "/tmp")
    if os.geteuid() != 0:
        assert office.converted(made, "docx", "pdf", program).startswith(b"%PDF-")
        return
    lower = (
        f'for last; do :; done; chmod -R a+rwX "$(dirname "$last")"; exec setpriv --reuid=65534 --regid=65534 --clear-groups {program} "$@"'
    )
    wrapper = stand_in(tmp_path, lower)
    tmp_path.chmod(0o755)
    assert pikepdf.open(io.BytesIO(office.converted(made, "docx", "pdf", wrapper))).pages


def test_two_conversions_at_once_do_not_meet() -> None:
    from concurrent.futures import ThreadPoolExecutor

    program = office.found()
    if program is None:
        pytest.skip("LibreOffice is not installed")
    assert program
    made, _ = docx_of(document(1), "en")
    with ThreadPoolExecutor(2) as crew:
        for pdf in crew.map(lambda _: office.converted(made, "docx", "pdf", program), range(2)):
            assert pdf.startswith(b"%PDF-")
