"""Files of ours read back: which statements they hold, in which words now, and what the file says of itself.

Files come from anywhere: edited, sorted, saved by LibreOffice, or made to hurt. What is no file of ours is a UsageError.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditkit.errors import UsageError
from auditkit.i18n import Lang
from auditkit.model import Statement
from auditkit.reporting.identity import Identity, identity_of
from auditkit.reporting.packages import contents, package
from auditkit.reporting.said import Said
from auditkit.reporting.words import words

__all__ = ["Said", "kind_of", "meta_in", "said_in", "same"]


def said_in(path: Path | str) -> Iterator[Said]:
    """Every statement in a docx, xlsx or html file, in the file's order. Raises UsageError."""
    path = Path(path)
    raw = contents(path)
    kind = _kind(path, raw)
    if kind == "html":
        from auditkit.reporting.reading_html import said_in_html

        yield from said_in_html(path, raw)
    elif kind == "docx":
        from auditkit.reporting.reading_docx import said_in_docx

        yield from said_in_docx(path, raw)
    else:
        from auditkit.reporting.reading_xlsx import said_in_xlsx

        yield from said_in_xlsx(path, raw, meta_in(path).lang)


def meta_in(path: Path | str) -> Identity:
    """What a file says of itself: snapshot, as_of, checklists, lang, tool. Raises UsageError where it says nothing of the kind."""
    path = Path(path)
    raw = contents(path)
    if _kind(path, raw) == "html":
        from auditkit.reporting.reading_html import line_in_html

        return identity_of(line_in_html(path, raw), str(path))
    from auditkit.reporting.reading_office import line_in_office

    with package(path, raw) as found:
        return identity_of(line_in_office(path, found), str(path))


def same(said: Said, statement: Statement, lang: Lang) -> bool:
    """Whether a file still says what the statement says: the same words, or in a sheet the same number or date."""
    value = dict(statement.values).get("value")
    if said.raw is not None and statement.message in ("cell.number", "cell.amount"):
        return said.raw == value
    if said.raw is not None and statement.message == "cell.date":
        return str(said.raw) == str(value)[:10]
    return said.text == words(statement, lang)


def kind_of(path: Path) -> str:
    """docx, xlsx or html, by what is in the file. Raises UsageError."""
    return _kind(path, contents(path))


def _kind(path: Path, raw: bytes) -> str:
    if not raw.startswith(b"PK"):
        if b"<html" not in raw[:4096].lower():
            raise UsageError(f"{path}: neither docx, xlsx nor html: give a file that auditkit wrote")
        return "html"
    with package(path, raw) as found:
        names = set(found.namelist())
    for kind, part in (("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")):
        if part in names:
            return kind
    raise UsageError(f"{path}: neither docx, xlsx nor html: give a file that auditkit wrote")
