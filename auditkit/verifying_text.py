"""A file against a fresh one of the same kind, written from what is derived now: places of statements, and the text around them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditkit.i18n import Lang
from auditkit.reporting.document import Document
from auditkit.reporting.reading import Said, kind_of, said_in
from auditkit.verifying_failed import Failed
from auditkit.verifying_pieces import Around, Piece
from auditkit.verifying_places import differences, misplaced, missing
from auditkit.verifying_xlsx import CHANGED, GONE, regrouped, rows_in

_CELL = re.compile(r"(?:![A-Z]+|, row )(\d+)(?: \(its column is gone\))?$")
MOST = 50  # differences of text that are told one by one
MARKUP = "the markup or the style of the page was changed: it may show something else than it says"


@dataclass(frozen=True, slots=True)
class Compared:
    """said: the file's statements. misplaced: index into said -> what is wrong with its place. failed: what is missing or was changed.

    text: characters of text outside statements that are not as they were written. pictures: what they show is not compared.
    """

    said: tuple[Said, ...]
    misplaced: dict[int, str]
    failed: tuple[Failed, ...]
    text: int
    pictures: int


def compare(file: Path, document: Document, lang: Lang, client_dir: Path) -> Compared:
    """Raises UsageError where the file cannot be read, TemplateError where the client's template cannot be used."""
    kind = kind_of(file)
    with tempfile.TemporaryDirectory(prefix="auditkit-verify-") as folder:
        fresh = Path(folder) / f"fresh.{kind}"
        _write(kind, document, lang, fresh, client_dir)
        said, wanted = tuple(said_in(file)), tuple(said_in(fresh))
        places = misplaced([s.id for s in wanted], [s.id for s in said], ordered=kind != "xlsx")
        lacking = list(missing(wanted, said))
        if kind == "xlsx":
            moved, changed = _regrouped(fresh, file, lang, said)
            places = {**moved, **places}
            pictures = 0
        else:
            here = _around(kind, file)
            changed = list(_text(_around(kind, fresh), here))
            pictures = here.pictures
    count = sum(max(len(f.text), len(f.derived)) for f in changed if f.why != MARKUP)
    return Compared(said, places, (*lacking, *_first(changed)), count, pictures)


def _regrouped(fresh: Path, file: Path, lang: Lang, said: tuple[Said, ...]) -> tuple[dict[int, str], list[Failed]]:
    """Statements that stand in another row, by their index into `said`, and changes of texts."""
    failed = list(regrouped(rows_in(fresh, lang), rows_in(file, lang)))
    moved = {(f.id, f.location): f.why for f in failed if f.id}
    places = {n: why for n, s in enumerate(said) if (why := moved.get((s.id, _CELL.sub(r"!\1", s.location))))}
    return places, [f for f in failed if not f.id]


def _write(kind: str, document: Document, lang: Lang, path: Path, client_dir: Path) -> None:
    if kind == "html":
        from auditkit.reporting.html import write_html

        write_html(document, lang, path, client_dir)
    elif kind == "docx":
        from auditkit.reporting.docx import docx_of

        path.write_bytes(docx_of(document, lang, client_dir, pages=False)[0])
    else:
        from auditkit.reporting.xlsx import write_xlsx

        write_xlsx(document, lang, path)


def _around(kind: str, path: Path) -> Around:
    if kind == "html":
        from auditkit.verifying_html import around_in_html

        return around_in_html(path)
    from auditkit.verifying_docx import around_in_docx

    return around_in_docx(path)


def _text(wanted: Around, found: Around) -> Iterator[Failed]:
    a, b = [(p.text, p.markup) for p in wanted.ordered], [(p.text, p.markup) for p in found.ordered]
    for block in differences(a, b):
        here = found.ordered[block.c : block.d]
        place = (here or found.ordered[max(0, block.c - 1) :] or [Piece("", "the start", False)])[0].location
        yield _changed(wanted.ordered[block.a : block.b], here, place)
    written, there = {p.text for p in wanted.anywhere}, {p.text for p in found.anywhere}
    yield from (Failed("", p.location, "edited", p.text, "", CHANGED) for p in found.anywhere if p.text not in written)
    yield from (Failed("", p.location, "edited", "", p.text, GONE) for p in wanted.anywhere if p.text not in there)


def _changed(wanted: Sequence[Piece], found: Sequence[Piece], place: str) -> Failed:
    texts = [" ".join(p.text for p in side if not p.markup) for side in (found, wanted)]
    if texts[0] == texts[1]:
        tags = [" ".join(p.text for p in side) for side in (found, wanted)]
        return Failed("", place, "edited", tags[0], tags[1], MARKUP)
    return Failed("", place, "edited", texts[0], texts[1], CHANGED if texts[0] else GONE)


def _first(changed: list[Failed]) -> list[Failed]:
    """A file of another template differs everywhere: the first differences tell enough."""
    told = changed[:MOST]
    if len(changed) > MOST:
        why = f"{len(changed) - MOST} more places outside statements differ: was the template changed since the file was written?"
        told.append(Failed("", "the whole file", "edited", "", "", why))
    return told
