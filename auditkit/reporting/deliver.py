"""An assessment as files in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from auditkit.assessment import Assessment
from auditkit.i18n import Lang
from auditkit.reporting.cells import Label
from auditkit.reporting.document import Document, Note
from auditkit.reporting.report import audit_document, form

Numbering = Callable[[Lang, str], int]  # language, draft | edited | approved -> number of the issue


@dataclass(frozen=True, slots=True)
class File:
    """A file that was made. kind: docx | xlsx | html | kb."""

    kind: str
    lang: str
    path: Path


@dataclass(frozen=True, slots=True)
class Made:
    """notices: what was left out, and why (no LibreOffice, no Graphviz), to be put into words."""

    files: tuple[File, ...]
    notices: tuple[Label, ...]


def deliver(assessment: Assessment, client_dir: Path, out: Path, langs: Sequence[Lang], numbered: Numbering, tool: str) -> Made:
    """deliverables/<date>-audit/audit.<lang>.{docx,xlsx,html}. numbered: gives the issue its number, when the folder can be written.

    Raises UsageError where it cannot.
    """
    from auditkit.reporting.docx import write_docx
    from auditkit.reporting.html import write_html
    from auditkit.reporting.trial import try_folder
    from auditkit.reporting.xlsx import write_xlsx
    from auditkit.workspace.files import trouble

    folder = out / f"{assessment.as_of.isoformat()}-audit"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise trouble(folder, e, "made") from e
    try_folder(folder)
    files: list[File] = []
    notices: dict[Label, None] = {}
    for lang in langs:
        document = audit_document(assessment, numbered(lang, form(assessment)), tool)
        notices.update(dict.fromkeys(_left_out(document)))
        _keep_earlier(folder, lang)
        paths = {kind: folder / f"audit.{lang}.{kind}" for kind in ("docx", "xlsx", "html")}
        notices.update(dict.fromkeys(write_docx(document, lang, paths["docx"], client_dir)))
        write_xlsx(document, lang, paths["xlsx"])
        write_html(document, lang, paths["html"], client_dir)
        files += [File(kind, lang, path) for kind, path in paths.items()]
    return Made(tuple(files), tuple(notices))


def _keep_earlier(folder: Path, lang: Lang) -> None:
    """A report of the same day is put aside, not overwritten: somebody may have worked in it."""
    for path in sorted(folder.glob(f"audit.{lang}.*")):
        made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        aside = folder / "earlier" / f"{path.stem}.{made:%H%M%S}{path.suffix}"
        aside.parent.mkdir(exist_ok=True)
        path.replace(aside)


def _left_out(document: Document) -> Iterator[Label]:
    """What the document itself says was left out for want of a program on this machine."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Note) and isinstance(block.text, Label) and block.text.message.startswith("notice."):
                yield block.text
