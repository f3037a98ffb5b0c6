"""Builds report_templates/audit.docx: the built-in Word template. Run it after a change: `python report_templates/build_audit_docx.py`.

A manager restyles a copy of the result in Word (styles, logo, cover, order); README.md beside this file says what must stay.
The file's bytes do not depend on the clock: a test builds it again and compares.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

ACCENT, INK, SOFT = "1F4E79", "1F2A3A", "5B6675"
TONES = {"good": ("E3F1E5", "1E5A2B"), "bad": ("FBE3E1", "8C1D18"), "warning": ("FDF0D5", "6B4700"), "unknown": ("E9EBEF", "434A57"),
         "plain": ("F3F5F8", "1F2A3A")}
FONT = "Arial"
PARAGRAPHS = (  # name, points, bold, colour, points before and after
    ("Title", 26, True, ACCENT, 0, 10), ("Subtitle", 14, False, SOFT, 0, 30),
    ("Auditkit Client", 16, True, INK, 150, 26), ("Auditkit Draft", 12, True, TONES["bad"][1], 0, 12),
    ("Auditkit Cover", 10.5, False, INK, 2, 2), ("TOC Heading", 17, True, ACCENT, 0, 10), ("Caption", 8.5, False, SOFT, 3, 12),
    ("Header", 8.5, False, SOFT, 0, 0), ("Footer", 8.5, False, SOFT, 0, 0),
    ("List Bullet", 10.5, False, INK, 0, 3), ("List Number", 10.5, False, INK, 0, 3),
    ("Auditkit Lead", 12.5, False, INK, 2, 9), ("Auditkit Small", 8.5, False, SOFT, 0, 5), ("Auditkit Picture", 10.5, False, INK, 4, 0),
    ("Auditkit Table Title", 10.5, True, INK, 8, 4), ("Auditkit Cell", 9, False, INK, 0, 0),
    ("Auditkit Table Head", 9, True, "FFFFFF", 0, 0), ("Auditkit Code", 8.5, False, INK, 0, 0),
    ("Auditkit Figure", 22, True, INK, 4, 0), ("Auditkit Figure Caption", 9, False, INK, 0, 4),
    ("Auditkit Figure Gap", 4, False, INK, 0, 4), ("Auditkit Answer", 10.5, True, INK, 0, 0),
    ("Auditkit Finding", 11, True, INK, 2, 4), ("Auditkit Finding Text", 10, False, INK, 0, 4),
    ("Auditkit Declared", 8.5, False, SOFT, 0, 4),
)
WIDTH = Cm(17)


def build() -> bytes:
    """The template as bytes."""
    doc: Any = docx.Document()
    _page(doc)
    _styles(doc)
    _header_footer(doc)
    _cover(doc)
    _body(doc)
    _signatures(doc)
    for old in doc.styles.element.iter(qn("w:rFonts")):  # theme fonts would win over the four names
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            old.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            if old.get(qn(f"w:{script}")) is None or "Calibri" in old.get(qn(f"w:{script}")):
                old.set(qn(f"w:{script}"), FONT)
    p = doc.core_properties
    p.author = p.comments = p.title = p.keywords = p.subject = ""
    p.created = p.modified = datetime(2026, 1, 1)
    raw = io.BytesIO()
    doc.save(raw)
    return _settled(raw.getvalue())


def _settled(raw: bytes) -> bytes:
    """The same package with fixed times, so that the same script makes the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return made.getvalue()


def _page(doc: Any) -> None:
    compat = parse_xml(  # the layout of Word 2013 and later: tables begin where the text begins
        f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
        ' w:val="15"/></w:compat>'
    )
    for old in doc.settings.element.findall(qn("w:compat")):
        doc.settings.element.replace(old, compat)
    s = doc.sections[0]
    s.page_width, s.page_height = Cm(21), Cm(29.7)
    s.left_margin, s.right_margin, s.top_margin, s.bottom_margin = Cm(2.5), Cm(1.5), Cm(2.2), Cm(2.0)
    s.header_distance, s.footer_distance = Cm(1.0), Cm(0.9)
    s.different_first_page_header_footer = True


def _font(style: Any, size: float, *, bold: bool = False, colour: str = INK, italic: bool = False) -> None:
    f = style.font
    f.name, f.size, f.bold, f.italic, f.color.rgb = FONT, Pt(size), bold, italic, RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)


def _spaced(style: Any, before: float, after: float, *, line: float = 1.1, keep: bool = False, together: bool = False) -> None:
    p = style.paragraph_format
    p.space_before, p.space_after, p.line_spacing, p.keep_with_next, p.keep_together = Pt(before), Pt(after), line, keep, together
    p.widow_control = True


def _style(doc: Any, name: str, base: str = "Normal") -> Any:
    known = {s.name for s in doc.styles}
    style = doc.styles[name] if name in known else doc.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = doc.styles[base] if name != base else None
    style.hidden, style.quick_style, style.unhide_when_used = False, True, True
    for kind, tags in (("pPr", ("pBdr", "tabs", "contextualSpacing")), ("rPr", ("spacing", "kern"))):  # what the blank document brings
        for old in [e for tag in tags for e in style.element.findall(f"{qn('w:' + kind)}/{qn('w:' + tag)}")]:
            old.getparent().remove(old)
    return style


def _shaded(style: Any, fill: str, bar: str | None = None) -> None:
    ppr = style.element.get_or_add_pPr()
    for tag in ("w:pBdr", "w:shd"):
        for old in ppr.findall(qn(tag)):
            ppr.remove(old)
    if bar:
        _bar(style, bar, 24)
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{fill}"/>')
    ppr.insert_element_before(shade, "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


def _styles(doc: Any) -> None:
    normal = _style(doc, "Normal")
    _font(normal, 10.5)
    _spaced(normal, 0, 6)
    for n, size, before in ((1, 17, 20), (2, 13, 14), (3, 11.5, 10)):
        heading = _style(doc, f"Heading {n}")
        _font(heading, size, bold=True, colour=ACCENT)
        _spaced(heading, before, 6, keep=True, together=True)
    appendix = _style(doc, "Auditkit Appendix", "Heading 1")
    appendix.paragraph_format.page_break_before = True
    appendix.element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>'))
    for name, size, bold, colour, before, after in PARAGRAPHS:
        style = _style(doc, name)
        _font(style, size, bold=bold, colour=colour, italic=name == "Auditkit Declared")
        _spaced(style, before, after, line=1.0 if "Cell" in name or "Head" in name or "Code" in name else 1.1,
                keep=name in ("Auditkit Table Title", "TOC Heading", "Auditkit Picture", "Auditkit Finding", "Auditkit Figure"))
    for tone, (fill, ink) in TONES.items():
        note = _style(doc, f"Auditkit Note {tone}")
        _font(note, 10, colour=ink)
        _spaced(note, 4, 8, together=True)
        note.paragraph_format.left_indent, note.paragraph_format.right_indent = Cm(0.35), Cm(0.1)
        _shaded(note, fill, ink)
        if tone != "plain":
            cell = _style(doc, f"Auditkit Cell {tone}", "Auditkit Cell")
            _font(cell, 9, bold=True, colour=ink)
            _shaded(cell, fill)
    for n, indent in ((1, 0.0), (2, 0.6)):
        toc = _style(doc, f"toc {n}")
        _font(toc, 10.5 if n == 1 else 10)
        _spaced(toc, 2 if n == 1 else 0, 2)
        toc.paragraph_format.left_indent = Cm(indent)
        toc.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    doc.styles["Title"].paragraph_format.left_indent = doc.styles["Subtitle"].paragraph_format.left_indent = Cm(0.5)
    _bar(doc.styles["Title"], ACCENT, 48)
    _table_style(doc)


def _bar(style: Any, colour: str, eighths: int) -> None:
    """A line to the left of a style's paragraphs."""
    line = f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="{eighths}" w:space="10" w:color="{colour}"/></w:pBdr>'
    style.element.get_or_add_pPr().insert_element_before(
        parse_xml(line), "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl",
    )


def _table_style(doc: Any) -> None:
    line = 'w:val="single" w:sz="4" w:space="0" w:color="C9D2DC"'
    borders = "".join(f"<w:{side} {line}/>" for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    doc.styles.element.append(parse_xml(f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="AuditkitTable"><w:name w:val="Auditkit Table"/>
<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
<w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblBorders>{borders}</w:tblBorders>{_margins(45, 85, 85)}</w:tblPr>
<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{ACCENT}"/></w:tcPr></w:tblStylePr>
<w:tblStylePr w:type="band2Horz"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="F6F8FB"/></w:tcPr></w:tblStylePr>
</w:style>"""))
    white = 'w:val="single" w:sz="36" w:space="0" w:color="FFFFFF"'
    doc.styles.element.append(parse_xml(f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="AuditkitFigures"><w:name w:val="Auditkit Figures"/>
<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
<w:tblPr><w:tblBorders><w:insideV {white}/></w:tblBorders>{_margins(60, 140, 100)}</w:tblPr>
</w:style>"""))


def _margins(upright: int, left: int, right: int) -> str:
    sides = (("top", upright), ("left", left), ("bottom", upright), ("right", right))
    return "<w:tblCellMar>" + "".join(f'<w:{side} w:w="{size}" w:type="dxa"/>' for side, size in sides) + "</w:tblCellMar>"


def _field(paragraph: Any, instruction: str) -> None:
    for kind, text in (("begin", ""), ("", instruction), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run(text if kind == "text" else "")
        if kind == "":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {text} "
        elif kind != "text":
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        if kind != "text":
            run._r.append(element)


def _header_footer(doc: Any) -> None:
    """Tables as wide as the text: they follow a page that is turned sideways, a tab stop would not."""
    s = doc.sections[0]
    below = "№ {{ meta.number }} · {{ label.version }} {{ meta.version }} · {{ meta.state }}"
    for part, style, left, right in ((s.header, "Header", "{{ title }}", "{{ meta.client }}"), (s.footer, "Footer", below, "")):
        table = part.add_table(1, 2, WIDTH)
        part._element.remove(part.paragraphs[0]._p)
        part.add_paragraph(style=doc.styles["Auditkit Figure Gap"])
        table._tbl.tblPr.append(parse_xml(f'<w:tblW {nsdecls("w")} w:w="5000" w:type="pct"/>'))
        for old in table._tbl.tblPr.findall(qn("w:tblW"))[:-1]:
            table._tbl.tblPr.remove(old)
        for column, share in zip(table.columns, (0.7, 0.3), strict=True):
            column.width = int(WIDTH * share)
        edge = "bottom" if part is s.header else "top"
        line = f'<w:tblBorders {nsdecls("w")}><w:{edge} w:val="single" w:sz="4" w:space="0" w:color="C9D2DC"/></w:tblBorders>'
        table._tbl.tblPr.insert_element_before(parse_xml(line), "w:tblLayout", "w:tblCellMar", "w:tblLook")
        for cell, text, share in zip(table.rows[0].cells, (left, right), (3500, 1500), strict=True):
            cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:tcW {nsdecls("w")} w:w="{share}" w:type="pct"/>'))
            for old in cell._tc.tcPr.findall(qn("w:tcW"))[:-1]:
                cell._tc.tcPr.remove(old)
            cell.paragraphs[0].style = doc.styles[style]
            cell.paragraphs[0].add_run(text)
        last = table.rows[0].cells[1].paragraphs[0]
        last.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if not right:
            last.add_run("{{ label.page }} ")
            _field(last, "PAGE")
            last.add_run(" {{ label.of }} ")
            _field(last, "NUMPAGES")


def _lines(doc: Any, *lines: tuple[str, str]) -> None:
    for style, text in lines:
        doc.add_paragraph(text, style=doc.styles[style])


def _cover(doc: Any) -> None:
    _lines(doc, ("Auditkit Client", "{{ meta.client }}"), ("Normal", "{%p if meta.draft %}"), ("Auditkit Draft", "{{ label.draft_mark }}"),
           ("Normal", "{%p endif %}"), ("Title", "{{ title }}"), ("Subtitle", "{{ subtitle }}"))
    names = ("as_of", "number", "version", "state", "auditor", "client", "snapshot", "tool")
    table = doc.add_table(rows=len(names), cols=2)
    table.autofit = False
    for column, width in zip(table.columns, (Cm(4.5), Cm(12.5)), strict=True):
        column.width = width
    for row, name in zip(table.rows, names, strict=True):
        for cell, width, text in zip(row.cells, (Cm(4.5), Cm(12.5)), ("{{ label." + name + " }}", "{{ meta." + name + " }}"), strict=True):
            cell.width = width
            cell.paragraphs[0].style = doc.styles["Auditkit Cover"]
            cell.paragraphs[0].add_run(text)
    _lines(doc, ("Normal", "{%p if contents %}"))
    doc.add_paragraph("{{ label.contents }}", style=doc.styles["TOC Heading"]).paragraph_format.page_break_before = True
    _lines(doc, ("Normal", "{{ contents }}"), ("Normal", "{%p endif %}"))


def _body(doc: Any) -> None:
    _lines(
        doc,
        ("Normal", "{%p for section in sections %}"),
        ("Normal", "{%p if section.appendix and section.level == 1 %}"), ("Auditkit Appendix", "{{ section.number }} {{ section.title }}"),
        ("Normal", "{%p elif section.level == 1 %}"), ("Heading 1", "{{ section.number }} {{ section.title }}"),
        ("Normal", "{%p elif section.level == 2 %}"), ("Heading 2", "{{ section.number }} {{ section.title }}"),
        ("Normal", "{%p else %}"), ("Heading 3", "{{ section.number }} {{ section.title }}"),
        ("Normal", "{%p endif %}"),
        ("Normal", "{%p for block in section.blocks %}"),
        ("Normal", '{%p if block.kind == "para" and block.style == "lead" %}'), ("Auditkit Lead", "{{ block.text }}"),
        ("Normal", '{%p elif block.kind == "para" and block.style == "small" %}'), ("Auditkit Small", "{{ block.text }}"),
        ("Normal", '{%p elif block.kind == "para" %}'), ("Normal", "{{ block.text }}"),
        ("Normal", '{%p elif block.kind == "bullets" and block.numbered %}'),
        ("Normal", "{%p for point in block.points %}"), ("List Number", "{{ point }}"), ("Normal", "{%p endfor %}"),
        ("Normal", '{%p elif block.kind == "bullets" %}'),
        ("Normal", "{%p for point in block.points %}"), ("List Bullet", "{{ point }}"), ("Normal", "{%p endfor %}"),
        ("Normal", '{%p elif block.kind == "table" %}'),
        ("Normal", "{%p if block.title %}"), ("Auditkit Table Title", "{{ block.title }}"), ("Normal", "{%p endif %}"),
        ("Normal", "{{ block.content }}"),
        ("Normal", "{%p if block.cut %}"), ("Auditkit Small", "{{ block.cut }}"), ("Normal", "{%p endif %}"),
        ("Normal", '{%p elif block.kind == "picture" %}'), ("Auditkit Picture", "{{ block.content }}"),
        ("Normal", "{%p if block.caption %}"), ("Caption", "{{ block.caption }}"), ("Normal", "{%p endif %}"),
        ("Normal", '{%p elif block.kind == "finding" %}'),
    )
    _card(doc)
    _lines(doc, ("Auditkit Figure Gap", ""), ("Normal", "{%p else %}"), ("Normal", "{{ block.content }}"), ("Normal", "{%p endif %}"),
           ("Normal", "{%p endfor %}"), ("Normal", "{%p endfor %}"))


def _card(doc: Any) -> None:
    table = doc.add_table(rows=1, cols=2)
    table.autofit = False
    bar, body = table.rows[0].cells
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for column, width in zip(table.columns, (Cm(0.35), Cm(16.65)), strict=True):
        column.width = width
    bar.width, body.width = Cm(0.35), Cm(16.65)
    bar.paragraphs[0].add_run("{% cellbg block.colour %}")
    _bold = body.paragraphs[0]
    _bold.style = doc.styles["Auditkit Finding"]
    _bold.add_run("{{ block.number }} · {{ block.title }} · {{ block.severity_name }}")
    for style, text in _card_lines():
        p = body.add_paragraph(style=doc.styles[style])
        for n, piece in enumerate(text.split("**")):
            p.add_run(piece).bold = True if n % 2 else None


def _card_lines() -> Iterator[tuple[str, str]]:
    yield "Auditkit Finding Text", "{{ block.text }}"
    yield from _if("block.declared", "Auditkit Declared", "{{ label.declared }}")
    yield from _if("block.recommendation", "Auditkit Finding Text", "**{{ label.recommendation }}: **{{ block.recommendation }}")
    effort = "{% if block.effort %}**{{ label.effort }}: **{{ block.effort }}{% if block.deadline %} · {% endif %}{% endif %}"
    deadline = "{% if block.deadline %}**{{ label.deadline }}: **{{ block.deadline }}{% endif %}"
    yield from _if("block.effort or block.deadline", "Auditkit Finding Text", effort + deadline)
    refs = "{% for ref in block.evidence %}{{ ref }}{% if not loop.last %}, {% endif %}{% endfor %}"
    yield from _if("block.evidence", "Auditkit Small", "{{ label.evidence }}: " + refs)


def _if(name: str, style: str, text: str) -> Iterator[tuple[str, str]]:
    yield "Normal", "{%p if " + name + " %}"
    yield style, text
    yield "Normal", "{%p endif %}"


def _signatures(doc: Any) -> None:
    _lines(doc, ("Normal", "{%p if signers %}"), ("Heading 1", "{{ label.signatures }}"))
    table = doc.add_table(rows=4, cols=4, style=doc.styles["Auditkit Table"])
    table.autofit = False
    rows = (("{{ label.role }}", "{{ label.name }}", "{{ label.signature }}", "{{ label.date }}"),
            ("{%tr for signer in signers %}", "", "", ""), ("{{ signer.role }}", "{{ signer.name }}", "", ""),
            ("{%tr endfor %}", "", "", ""))
    for column, width in zip(table.columns, (5.0, 5.5, 3.5, 3.0), strict=True):
        column.width = Cm(width)
    for n, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text, width in zip(row.cells, texts, (5.0, 5.5, 3.5, 3.0), strict=True):
            cell.width = Cm(width)
            cell.paragraphs[0].style = doc.styles["Auditkit Table Head" if n == 0 else "Auditkit Cell"]
            cell.paragraphs[0].add_run(text)
            if n == 2:
                cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(8)
    _lines(doc, ("Normal", "{%p endif %}"))
    doc.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.LEFT


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("audit.docx")
    target.write_bytes(build())
