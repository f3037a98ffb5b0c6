"""Small pieces of WordprocessingML as text (ECMA-376 part 1, chapter 17)."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
OURS = "auditkit"                                   # the number of every bookmark of ours until `docx_marks.settle` gives it one
_T = '<w:t xml:space="preserve">'


def w(name: str) -> str:
    """The name in Clark notation: w("p") -> "{...}p"."""
    return f"{{{W}}}{name}"


def run(text: str, properties: str = "") -> str:
    """A run; line ends and tabs become elements."""
    inner = escape(text).replace("\t", f"</w:t><w:tab/>{_T}").replace("\n", f"</w:t><w:br/>{_T}")
    return f"<w:r>{properties}{_T}{inner}</w:t></w:r>"


def marked(inner: str, names: Iterable[str]) -> str:
    """Bookmarks around; their numbers are given at the end (`docx_marks.settle`), here each names its pair."""
    for name in names:
        inner = f'<w:bookmarkStart w:id="{OURS}" w:name={quoteattr(name)}/>{inner}<w:bookmarkEnd w:id="{OURS}"/>'
    return inner


def paragraph(style: str, inner: str, properties: str = "") -> str:
    """A paragraph in a style (its id)."""
    return f"<w:p><w:pPr><w:pStyle w:val={quoteattr(style)}/>{properties}</w:pPr>{inner}</w:p>"


def cell(width: int, inner: str, fill: str = "") -> str:
    """A table cell: width in twips; fill: RRGGBB."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{inner}</w:tc>'


def row(cells: str, *, head: bool = False) -> str:
    """A row that does not break over pages; a head repeats on each."""
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{cells}</w:tr>"


def table(style: str, widths: list[int], rows: Iterable[str], *, head: bool = True) -> str:
    """A table of fixed column widths (twips)."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    first = f'w:firstRow="{int(head)}" w:lastRow="0" w:firstColumn="0" w:lastColumn="0"'
    return (
        f'<w:tbl {NAMESPACES}><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f'<w:tblLook w:val="{"0420" if head else "0400"}" {first} w:noHBand="0" w:noVBand="1"/>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
