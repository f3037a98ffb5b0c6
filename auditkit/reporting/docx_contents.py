"""The table of contents as XML: a field that Word can update, with numbers of pages that stand there already."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from auditkit.reporting.docx_tokens import RAW, SHUT
from auditkit.reporting.docx_xml import NAMESPACES, paragraph, run


def anchor(n: int) -> str:
    """The bookmark of the n-th heading: letters and digits only, LibreOffice spells others in hex as the name of a PDF destination."""
    return f"akh{n}"


def place(n: int) -> str:
    """What stands for its page until `toc.fill` knows it."""
    return f"{RAW}{anchor(n)}{SHUT}"


def _field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _instruction(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {text} </w:instrText></w:r>'


def contents(headings: Sequence[tuple[int, int, str]], styles: Sequence[str]) -> list[str]:
    """Paragraphs of the field TOC (ECMA-376 part 1, 17.16.5.68). headings: (number of the heading, level 1 or 2, words)."""
    made = []
    for n, (which, level, words) in enumerate(headings):
        shown = _instruction(f"PAGEREF {anchor(which)} \\h") + _field("separate") + run(place(which))
        page = _field("begin") + shown + _field("end")
        entry = f"<w:hyperlink w:anchor={quoteattr(anchor(which))} w:history=\"1\">{run(words)}<w:r><w:tab/></w:r>{page}</w:hyperlink>"
        opened = _field("begin") + _instruction('TOC \\o "1-2" \\h \\z \\u') + _field("separate") if n == 0 else ""
        closed = _field("end") if n == len(headings) - 1 else ""
        made.append(paragraph(styles[level - 1], opened + entry + closed).replace("<w:p>", f"<w:p {NAMESPACES}>", 1))
    return made
