"""A report as pure data: sections of blocks of statements. The words come last, in any language and any format.

An empty place always has a reason: a section without blocks, a table without rows and without `empty`, are a ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from auditkit.model import Statement
from auditkit.reporting.cells import Cell, Label, ident, label, plain, say, value

__all__ = [
    "Answer", "Block", "Bullets", "Cell", "Column", "Document", "Figure", "Finding", "KeyFigures", "Label", "Meta", "Note", "Para",
    "Picture", "Section", "Signer", "Table", "Tone", "Verdicts", "ident", "label", "plain", "say", "statements", "value",
]

# good: green; bad: red; warning: amber; unknown: grey with its own sign, never green; plain: no colour.
Tone = Literal["good", "bad", "warning", "unknown", "plain"]
Severity = Literal[1, 2, 3, 4]   # 4 = critical, as in the checklists
Kind = Literal["text", "number", "date", "code", "state"]
_ID = re.compile(r"^[a-z][a-z0-9_-]{0,40}$")
_PNG = b"\x89PNG\r\n\x1a\n"


def _need(right: bool, what: str) -> None:
    if not right:
        raise ValueError(what)


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph. lead: larger, for the one sentence that matters; small: remarks."""

    text: Cell
    style: Literal["normal", "lead", "small"] = "normal"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, with numbers or without."""

    items: tuple[Cell, ...]
    numbered: bool = False

    def __post_init__(self) -> None:
        _need(bool(self.items), "a list without items: leave the block out, or say why there is nothing")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    title: the heading, or its message id. kind: number and date cells stay numbers and dates in a sheet; code prints in a fixed width;
    state cells (severity.4, verdict.alarm, state.partial...) are coloured. weight: relative width, None = by what stands in the column.
    """

    title: str | Label
    kind: Kind = "text"
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and a sheet of the workbook. id: names the sheet and the place; title: heading above it, and the sheet's name.

    empty: what stands there when there are no rows; it is needed then ("looked, none there" and "could not look" differ).
    limit: rows printed in docx and html (the workbook holds all, and a line says so); None = all.
    """

    id: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: Cell | None = None
    empty: Statement | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        _need(bool(_ID.match(self.id)), f"table id {self.id!r}: a-z, digits, - and _, at most 41")
        _need(bool(self.columns), f"table {self.id}: no columns")
        for n, row in enumerate(self.rows):
            _need(len(row) == len(self.columns), f"table {self.id}, row {n}: {len(row)} cells for {len(self.columns)} columns")
        _need(bool(self.rows) or self.empty is not None, f"table {self.id} has no rows: say in `empty` why")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture. png: always (docx); svg: sharper, for html. alt: what is seen, for those who cannot. width_cm: at most 17."""

    png: bytes
    alt: Cell
    caption: Cell | None = None
    svg: bytes | None = None
    width_cm: float = 16.0

    def __post_init__(self) -> None:
        _need(self.png.startswith(_PNG), "a picture's png does not start as a PNG file")
        _need(self.svg is None or b"<svg" in self.svg[:2000], "a picture's svg does not start as an SVG file")
        _need(0 < self.width_cm <= 25, f"a picture {self.width_cm} cm wide")


@dataclass(frozen=True, slots=True)
class Note:
    """A remark in a box; tone unknown: something was not looked at; plain: a decision box or an assumption."""

    text: Cell
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding as a card: what is wrong, what it rests on, what to do.

    number: as other places refer to it ("Р-3"); evidence: refs of the appendix; declared: a person's own wording, printed in place of
    `text` and marked as declared.
    """

    number: str
    severity: Severity
    title: Cell
    text: Cell
    recommendation: Cell | None = None
    effort: Cell | None = None
    deadline: Cell | None = None
    evidence: tuple[Cell, ...] = ()
    declared: Statement | None = None
    check: str = ""

    def __post_init__(self) -> None:
        _need(self.severity in (1, 2, 3, 4), f"finding {self.number}: severity {self.severity}")


@dataclass(frozen=True, slots=True)
class Figure:
    """A big number and what it counts."""

    number: Cell
    caption: Cell
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """A few big numbers side by side."""

    figures: tuple[Figure, ...]

    def __post_init__(self) -> None:
        _need(0 < len(self.figures) <= 6, f"{len(self.figures)} key figures: one to six fit on a line")


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of the director and its answer; the tone says whether that answer is good for him (a "yes" may be bad)."""

    question: Cell
    answer: Cell
    because: Cell
    tone: Tone


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Questions answered yes, no, or "we do not know"."""

    answers: tuple[Answer, ...]

    def __post_init__(self) -> None:
        _need(bool(self.answers), "no answers: leave the block out, or say why there is nothing")


Block = Para | Bullets | Table | Picture | Note | Finding | KeyFigures | Verdicts


@dataclass(frozen=True, slots=True)
class Section:
    """A section. id: unique in the document (anchors, bookmarks); level: 1 to 3; appendix: lettered, after the rest.

    new_page: on paper it begins one.
    """

    id: str
    title: Cell
    blocks: tuple[Block, ...]
    level: Literal[1, 2, 3] = 1
    appendix: bool = False
    new_page: bool = False

    def __post_init__(self) -> None:
        _need(bool(_ID.match(self.id)), f"section id {self.id!r}: a-z, digits, - and _, at most 41")
        _need(bool(self.blocks), f"section {self.id} is empty: say in a paragraph why there is nothing")
        _need(self.level in (1, 2, 3), f"section {self.id}: level {self.level}")


@dataclass(frozen=True, slots=True)
class Signer:
    """A line of the signature sheet."""

    role: Cell
    name: str = ""


@dataclass(frozen=True, slots=True)
class Meta:
    """What a document is of and made from. checklists: digest of the items asked; tool: name and version of the program that writes it;
    version: the number of the issue, 0 = it could not be counted."""

    client: str
    snapshot: str
    as_of: date
    checklists: str
    number: str
    tool: str
    state: Literal["draft", "edited", "approved"] = "draft"
    version: int = 1
    auditor: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    title: Cell
    subtitle: Cell
    meta: Meta
    sections: tuple[Section, ...]
    signers: tuple[Signer, ...] = ()

    def __post_init__(self) -> None:
        _need(bool(self.sections), "a document without sections")
        _unique("section", [s.id for s in self.sections])
        _unique("table", [b.id for s in self.sections for b in s.blocks if isinstance(b, Table)])
        appendix = [s.appendix for s in self.sections]
        _need(appendix == sorted(appendix), "an appendix stands before a section that is none")
        levels = [0, *(s.level for s in self.sections)]
        for section, before in zip(self.sections, levels, strict=False):
            _need(section.level <= before + 1, f"section {section.id}: level {section.level} below level {before}")


def _unique(what: str, ids: list[str]) -> None:
    doubled = sorted({i for i in ids if ids.count(i) > 1})
    _need(not doubled, f"{what} ids stand twice: {', '.join(doubled)}")


def cells(block: Block) -> Iterator[Cell]:
    """Every cell of a block, in reading order."""
    match block:
        case Para(text=text) | Note(text=text):
            yield text
        case Bullets(items=items):
            yield from items
        case Table():
            yield from (c for c in (block.title,) if c)
            yield from (c for row in block.rows for c in row)
            yield from (c for c in (None if block.rows else block.empty,) if c)
        case Picture():
            yield from (c for c in (block.caption,) if c)
        case Finding():
            own = (block.title, block.declared or block.text, block.recommendation, block.effort, block.deadline, *block.evidence)
            yield from (c for c in own if c)
        case KeyFigures(figures=figures):
            yield from (c for f in figures for c in (f.number, f.caption))
        case Verdicts(answers=answers):
            yield from (c for a in answers for c in (a.question, a.answer, a.because))


def statements(document: Document) -> Iterator[tuple[str, Statement]]:
    """(section id, statement) for everything the document says, in reading order; the same statement may come more than once."""
    for section in document.sections:
        for cell in (section.title, *(c for block in section.blocks for c in cells(block))):
            if isinstance(cell, Statement):
                yield section.id, cell
