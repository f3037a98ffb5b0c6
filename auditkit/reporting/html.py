"""HTML: one file that carries all it shows, runs nothing and asks for nothing; every statement is a span with `data-s`."""

from __future__ import annotations

from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from auditkit import resources
from auditkit.errors import TemplateError
from auditkit.i18n import Lang
from auditkit.reporting.context import context
from auditkit.reporting.document import Document
from auditkit.reporting.identity import identity_line
from auditkit.reporting.safe import atomically
from auditkit.reporting.tones import ACCENT, COLOURS, INK
from auditkit.reporting.words import Said

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
    source = resources.find("report_templates", TEMPLATE, client_dir)
    if source is None:
        raise TemplateError(f"report_templates/{TEMPLATE}: the built-in template is missing: install the program again")
    try:
        template = environment().from_string(source.read_text(encoding="utf-8"))
        return template.render(**context(document, lang), identity=identity_line(document, lang), colours=COLOURS, ink=INK, accent=ACCENT)
    except jinja2.TemplateSyntaxError as e:
        raise TemplateError(f"{source}:{e.lineno}: {e.message}") from e
    except UnicodeDecodeError as e:
        raise TemplateError(f"{source}: it is no UTF-8 text: save it as UTF-8") from e
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as e:
        raise TemplateError(f"{source}: {e}") from e


def environment() -> jinja2.Environment:
    """Jinja that runs templates of strangers: sandboxed, escaping, and an unknown name is an error."""
    return ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=True, finalize=_finalize, trim_blocks=True, lstrip_blocks=True,
    )


def _finalize(value: object) -> object:
    return Markup('<span data-s="{}">{}</span>').format(value.ident, escape(str(value))) if isinstance(value, Said) else value
