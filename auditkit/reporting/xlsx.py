"""Excel: "Read first", then one sheet a table, the findings on a sheet of their own. No cell is ever a formula.

How a cell keeps its statement: row 1 (hidden) gives each column a key, column A (hidden) gives each row the ids of its cells as
"key:id key:id". Sorting moves A with its row, moving a column moves its key: the tie holds through both, and through LibreOffice.
"""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from auditkit import i18n
from auditkit.i18n import Lang
from auditkit.model import Statement
from auditkit.reporting import document as d
from auditkit.reporting.identity import identity_line
from auditkit.reporting.safe import atomically
from auditkit.reporting.words import shown, title_of, words
from auditkit.reporting.xlsx_sheets import Names, Page, Sheet, add
from auditkit.reporting.xlsx_sheets import write as write_sheet


def write_xlsx(document: d.Document, lang: Lang, path: Path) -> None:
    """Write the document's tables, findings and texts as a workbook. Raises UsageError where it cannot be written; no half file."""
    book = workbook(document, lang)
    with atomically(path) as draft:
        book.save(draft)


def workbook(document: d.Document, lang: Lang) -> Workbook:
    """The workbook in memory."""
    book = Workbook()
    book.remove(book.worksheets[0])
    names = Names()
    first = names.take(i18n.text(lang, "book.first"))
    sheets = list(_sheets(document, lang, names))
    _read_first(book, document, lang, first, sheets)
    for sheet in sheets:
        write_sheet(book, sheet, lang)
    p = book.properties
    p.identifier = p.keywords = identity_line(document, lang)
    p.title, p.creator, p.language = title_of(document.title, lang), shown(document.meta.tool), lang
    return book


def _sheets(document: d.Document, lang: Lang, names: Names) -> list[Sheet]:
    made = []
    findings = [b for s in document.sections for b in s.blocks if isinstance(b, d.Finding)]
    if findings:
        made.append(_findings(findings, lang, names.take(i18n.text(lang, "book.findings"))))
    for section in document.sections:
        for b in section.blocks:
            if isinstance(b, d.Table):
                made.append(Sheet(names.take(title_of(b.title or section.title, lang)), b.columns, b.rows, b.empty, section.title))
    return made


def _findings(findings: list[d.Finding], lang: Lang, name: str) -> Sheet:
    columns = (
        d.Column("book.finding_no"), d.Column("doc.severity", "state"), d.Column("book.check", "code"), d.Column("book.title"),
        d.Column("book.derived"), d.Column("book.declared"), d.Column("doc.recommendation"), d.Column("doc.effort"),
        d.Column("doc.deadline"), d.Column("doc.evidence"),
    )
    nothing = d.label("cell.text", value="")
    rows = tuple(
        (d.plain(f.number), d.label(f"severity.{f.severity}"), d.plain(f.check), f.title, f.text, f.declared or nothing,
         f.recommendation or nothing, f.effort or nothing, f.deadline or nothing, d.plain(", ".join(words(e, lang) for e in f.evidence)))
        for f in findings
    )
    return Sheet(name, columns, rows, None, None)


def _read_first(book: Workbook, document: d.Document, lang: Lang, name: str, sheets: list[Sheet]) -> None:
    page = add(book, name, lang, widths=(30, 80, 16))
    m = document.meta
    issue = d.plain(m.version) if m.version else d.label("doc.version.none")
    page.heading(document.title)
    page.line(document.subtitle)
    page.line(d.label("book.what", title=title_of(document.title, lang)))
    page.gap()
    for key, value in (
        ("client", d.plain(m.client)), ("as_of", d.label("cell.date", value=m.as_of)), ("number", d.plain(m.number)),
        ("version", issue), ("state", d.label(f"doc.state.{m.state}")), ("auditor", d.plain(m.auditor)),
        ("snapshot", d.plain(m.snapshot)), ("checklists", d.plain(m.checklists)), ("tool", d.plain(m.tool)),
    ):
        page.pair(d.label(f"doc.{key}"), value)
    page.heading(d.label("book.legend"))
    examples = {"good": "verdict.ok", "bad": "verdict.alarm", "warning": "verdict.accepted", "unknown": "verdict.unknown"}
    for tone, example in examples.items():
        page.pair(d.label(example), d.label(f"book.legend.{tone}"))
    page.heading(d.label("book.sheets"))
    for sheet in sheets:
        page.link(sheet.name, sheet.about, len(sheet.rows))
    page.heading(d.label("book.said"))
    for section in document.sections:
        page.subheading(section.title)
        for b in section.blocks:
            _texts(page, b)


def _texts(page: Page, b: d.Block) -> None:
    """What stands in no table: the workbook says all that the document says."""
    match b:
        case d.Finding():
            return
        case d.Table():
            if isinstance(b.title, Statement):
                page.line(b.title)
        case d.KeyFigures():
            for f in b.figures:
                page.pair(f.number, f.caption)
        case d.Verdicts():
            for a in b.answers:
                page.pair(a.question, a.because, a.answer)
        case _:
            for cell in d.cells(b):
                page.line(cell)
