"""Statements and labels -> words, safe to show in any file."""

from __future__ import annotations

from auditkit import i18n
from auditkit.i18n import Lang
from auditkit.model import Statement, Text, Value
from auditkit.reporting.cells import Cell, Label
from auditkit.text import inert

# UTF-16 units. A cell of a sheet holds 32,767, but a row that is many pages high holds LibreOffice up for minutes, and nobody reads it.
LONGEST = 5_000


class Said(str):
    """Words that remember the statement they come from: a plain str to a template, until it is printed."""

    __slots__ = ("ident",)
    ident: str

    def __new__(cls, words: str, ident: str) -> Said:
        made = super().__new__(cls, words)
        made.ident = ident
        return made

    def __reduce__(self) -> tuple[type[Said], tuple[str, str]]:
        return Said, (str(self), self.ident)


def words(cell: Statement | Label, lang: Lang) -> str:
    """The words of a statement in a language: no control or direction character, no endless text.

    Raises i18n.MessageError where the message or a value of it is missing.
    """
    return shown(i18n.text(lang, cell.message, {name: _value(v, lang) for name, v in cell.values}))


def _value(value: Value, lang: Lang) -> str | int | float:
    if isinstance(value, Text):
        return value.ru if lang == "ru" else value.en
    return value


def shown(text: str) -> str:
    """Any text as a file may hold it; one that is longer than LONGEST is cut and ends in "…".

    >>> shown("a\\x00b")
    'a\\ufffdb'
    """
    text = inert(text, LONGEST)
    if len(text) * 2 > LONGEST and len(text.encode("utf-16-le")) > 2 * LONGEST:
        text = text.encode("utf-16-le")[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + "…"
    return text


def title_of(cell: Cell | str, lang: Lang) -> str:
    """Words for a heading: on one line."""
    return " ".join((i18n.text(lang, cell) if isinstance(cell, str) else words(cell, lang)).split())
