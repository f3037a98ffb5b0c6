"""Pictures inside a Word document."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.document import Document as Word

from auditkit.reporting.docx_xml import NAMESPACES

_EMU = 635  # a twip


def picture(word: Word, block: Mapping[str, Any], n: int, style: str, width: int) -> str:
    """A paragraph with the picture, as wide as asked but not wider than the text (twips)."""
    rid, image = word.part.get_or_add_image(io.BytesIO(block["png"]))
    wide = min(int(block["width_cm"] * 360_000), width * _EMU)
    high = wide * image.px_height // max(image.px_width, 1)
    alt = quoteattr(" ".join(block["alt"].split())[:500])
    named = f'id="{9000 + n}" name="picture {n}" descr={alt}'
    return (
        f'<w:p {NAMESPACES}><w:pPr><w:pStyle w:val="{style}"/><w:keepNext/></w:pPr><w:r><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{wide}" cy="{high}"/><wp:docPr {named}/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f"<pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip r:embed="{rid}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
