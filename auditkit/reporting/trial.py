"""A report tried out before anybody is asked: a template or a folder that will not do is said at once, not after the whole collection."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from auditkit import resources
from auditkit.errors import UsageError
from auditkit.i18n import Lang
from auditkit.reporting.document import (
    Answer,
    Block,
    Bullets,
    Column,
    Document,
    Figure,
    Finding,
    KeyFigures,
    Meta,
    Note,
    Para,
    Picture,
    Section,
    Signer,
    Table,
    Verdicts,
    label,
    say,
    value,
)
from auditkit.reporting.docx import TEMPLATE as DOCX
from auditkit.reporting.docx import docx_of
from auditkit.reporting.html import TEMPLATE as HTML
from auditkit.reporting.html import html_of

_PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
_REFS = ("target:trial",)


def try_templates(client_dir: Path | None, langs: Iterable[Lang]) -> None:
    """Run the client's and the firm's own templates on a small document with every kind of block; built-in ones are tested with the
    program. Raises TemplateError naming the template and what is wrong in it."""
    own = {name for name in (DOCX, HTML) if _is_own(name, client_dir)}
    for lang in langs if own else ():
        if DOCX in own:
            docx_of(trial_document(), lang, client_dir, pages=False)
        if HTML in own:
            html_of(trial_document(), lang, client_dir)


def try_folder(out: Path) -> None:
    """Raises UsageError where nothing could be written below `out`, which need not exist yet. Makes nothing."""
    for place in (out, *out.absolute().parents):
        if place.is_dir():
            if not os.access(place, os.W_OK | os.X_OK):
                raise UsageError(f"{out}: documents cannot be written there ({place} is closed to this user): give another folder, --out")
            return
        if place.exists():
            raise UsageError(f"{out}: documents cannot be written there ({place} is a file): give another folder, --out")


def _is_own(name: str, client_dir: Path | None) -> bool:
    return resources.find("report_templates", name, client_dir) != resources.builtin("report_templates") / name


def trial_document() -> Document:
    """Every kind of block once, with every part that a template may ask for."""
    text = value("trial", _REFS)
    blocks: tuple[Block, ...] = (
        Para(text, "lead"),
        Bullets((text,)),
        Note(text, "unknown"),
        Table("trial", (Column("column.target"), Column("column.why")), ((text, say("severity.4", _REFS)),), label("section.coverage")),
        Table("trial-none", (Column("column.target"),), (), None, say("coverage.no_targets", _REFS)),
        Picture(_PIXEL, text, text),
        Finding("1", 4, text, text, text, text, text, (text,), text, "LIN-01"),
        KeyFigures((Figure(value(1, _REFS), text, "good"),)),
        Verdicts((Answer(text, text, text, "bad"),)),
    )
    meta = Meta("trial", "1", datetime.now(UTC).date(), "0" * 12, "1", "auditkit", auditor="trial")
    sections = (
        Section("trial", text, blocks), Section("trial-inner", text, (Para(text),), level=2),
        Section("trial-appendix", text, (Para(text, "small"),), appendix=True, new_page=True),
    )  # fmt: skip
    return Document(label("doc.audit.title"), label("doc.audit.subtitle", client="trial"), meta, sections, (Signer(text, "trial"),))
