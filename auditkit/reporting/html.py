"""HTML: one file that carries all it shows, runs nothing and asks for nothing; every statement is a span with `data-s`."""

from __future__ import annotations

from pathlib import Path

from auditkit.i18n import Lang
from auditkit.reporting import template_run
from auditkit.reporting.context import context
from auditkit.reporting.document import Document
from auditkit.reporting.html_build import environment
from auditkit.reporting.identity import identity_line
from auditkit.reporting.safe import atomically
from auditkit.reporting.tones import ACCENT, COLOURS, INK

__all__ = ["environment", "html_of", "write_html"]
TEMPLATE = "audit.html"


def write_html(document: Document, lang: Lang, path: Path, client_dir: Path | None = None) -> None:
    """Write the document as one HTML file.

    The template is `report_templates/audit.html` of the client, the firm, or the built-in one.
    Raises TemplateError (names the template and what is wrong in it) and UsageError (cannot be written); neither leaves half a file.
    """
    page = html_of(document, lang, client_dir)
    with atomically(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")


def html_of(document: Document, lang: Lang, client_dir: Path | None = None) -> str:
    """The page as a text. Raises TemplateError."""
    name, raw = template_run.template(TEMPLATE, client_dir)
    extra = {"identity": identity_line(document, lang), "colours": COLOURS, "ink": INK, "accent": ACCENT}
    return template_run.run("html", name, raw, {**context(document, lang), **extra}).decode("utf-8")
