"""Numbers of pages for the table of contents: LibreOffice lays the document out, the numbers are written into the places that wait."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pikepdf

from auditkit.reporting import office
from auditkit.reporting.docx_tokens import RAW, SHUT

_PLACE = re.compile(f"{RAW}(akh\\d+){SHUT}".encode())
_BODY = "word/document.xml"
_STATEMENT = re.compile(rb'<w:bookmarkStart w:id="(\d+)" w:name="ak_[^"]*"/>|<w:bookmarkEnd w:id="(\d+)"/>')
_FILTER = 'pdf:writer_pdf_Export:{"ExportBookmarksToPDFDestination":{"type":"boolean","value":"true"}}'


def waiting(docx: bytes) -> bool:
    """Whether a document has places for numbers of pages."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        return _PLACE.search(package.read(_BODY)) is not None


def fill(docx: bytes, pages: Mapping[str, str]) -> bytes:
    """The document with the number of the page at each place ("" where none is known); no other byte of its text changes."""
    return _rewritten(docx, lambda body: _PLACE.sub(lambda m: pages.get(m[1].decode(), "").encode(), body))


def _bare(docx: bytes) -> bytes:
    """The same pages without the bookmarks of statements: thousands of them would become destinations of the PDF."""

    def bare(body: bytes) -> bytes:
        ours = {m[1] for m in _STATEMENT.finditer(body) if m[1]}
        return _STATEMENT.sub(lambda m: b"" if m[1] or m[2] in ours else m[0], body)

    return _rewritten(docx, bare)


def _rewritten(docx: bytes, change: Callable[[bytes], bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info, change(data) if info.filename == _BODY else data)
    return made.getvalue()


def pages_of(docx: bytes, program: str) -> dict[str, str]:
    """Anchor of each heading -> the number of its page, as LibreOffice lays it out. Raises office.OfficeFailed."""
    with zipfile.ZipFile(io.BytesIO(docx)) as package:
        anchors = {m.decode() for m in _PLACE.findall(package.read(_BODY))}
    pdf = office.converted(fill(_bare(docx), dict.fromkeys(anchors, "00")), "docx", _FILTER, program)
    found = destinations(pdf)
    missing = sorted(anchors - found.keys())
    if missing:
        raise office.OfficeFailed(f"its PDF lacks the headings {', '.join(missing[:3])}")
    return {name: str(found[name]) for name in anchors}


def destinations(pdf: bytes) -> dict[str, int]:
    """Named destinations of a PDF -> number of the page, from 1 (ISO 32000-1, 12.3.2.3)."""
    found: dict[str, int] = {}
    with pikepdf.open(io.BytesIO(pdf)) as book:
        numbers: dict[Any, int] = {page.objgen: n for n, page in enumerate(book.pages, 1)}
        names = book.Root.get("/Names", pikepdf.Dictionary()).get("/Dests")
        tree = dict(pikepdf.NameTree(names).items()) if names is not None else dict(book.Root.get("/Dests", pikepdf.Dictionary()).items())
        for name, target in tree.items():
            place: Any = target.get("/D") if isinstance(target, pikepdf.Dictionary) else target
            found[str(name).lstrip("/")] = numbers[place[0].objgen]
    return found
