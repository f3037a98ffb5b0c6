"""Word: a template that a manager can restyle, run in a child process; every statement in a bookmark; contents with numbers of pages."""

from __future__ import annotations

from pathlib import Path

from auditkit.i18n import Lang
from auditkit.reporting import office, template_run, toc
from auditkit.reporting.context import context
from auditkit.reporting.document import Document, Label, label
from auditkit.reporting.identity import identity_line
from auditkit.reporting.safe import atomically
from auditkit.reporting.words import shown, title_of

TEMPLATE = "audit.docx"
Notice = Label


def write_docx(document: Document, lang: Lang, path: Path, client_dir: Path | None = None) -> tuple[Notice, ...]:
    """Write the document as a Word file; what is lacking in it comes back as notices (words(notice, lang) prints one).

    The template is `report_templates/audit.docx` of the client, the firm, or the built-in one.
    Raises TemplateError (names the template and what is wrong in it) and UsageError (cannot be written); neither leaves half a file.
    """
    made, notices = docx_of(document, lang, client_dir)
    with atomically(path) as draft:
        draft.write_bytes(made)
    return notices


def docx_of(document: Document, lang: Lang, client_dir: Path | None = None, *, pages: bool = True) -> tuple[bytes, tuple[Notice, ...]]:
    """The Word file as bytes, and notices. pages False: no numbers in the contents (LibreOffice counts them). Raises TemplateError."""
    name, raw = template_run.template(TEMPLATE, client_dir)
    line = identity_line(document, lang)
    properties = {
        "title": title_of(document.title, lang)[:255], "subject": shown(document.meta.client)[:255],
        "author": shown(document.meta.auditor)[:255], "identifier": line, "keywords": line, "language": lang, "comments": "",
    }
    made = template_run.run("docx", name, raw, context(document, lang), properties)
    if not toc.waiting(made):
        return made, ()
    return _numbered(made) if pages else (toc.fill(made, {}), ())


def _numbered(made: bytes) -> tuple[bytes, tuple[Notice, ...]]:
    program = office.found()
    if program is None:
        return toc.fill(made, {}), (label("notice.toc_no_office"),)
    try:
        return toc.fill(made, toc.pages_of(made, program)), ()
    except office.OfficeFailed as e:
        return toc.fill(made, {}), (label("notice.toc_failed", why=str(e)),)
