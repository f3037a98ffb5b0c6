"""Blocks built as XML rather than by the template: tables, key figures, answers, notes. Their looks are the template's styles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditkit.reporting.context import PART
from auditkit.reporting.docx_widths import Need, needs, wide, widths
from auditkit.reporting.docx_xml import NAMESPACES, cell, marked, paragraph, row, run, table
from auditkit.reporting.words import Said

# Style names a template must have -> filled by `Look` with their ids.
STYLES = (
    "Auditkit Table", "Auditkit Figures", "Auditkit Cell", "Auditkit Small", "Auditkit Code", "Auditkit Table Head", "Auditkit Figure",
    "Auditkit Figure Caption", "Auditkit Answer", "Auditkit Figure Gap", "Auditkit Picture", "toc 1", "toc 2",
    *(f"Auditkit Note {tone}" for tone in ("good", "bad", "warning", "unknown", "plain")),
    *(f"Auditkit Cell {tone}" for tone in ("good", "bad", "warning", "unknown")),
)


class Look:
    """What the template says: ids of styles by name, fills of toned cells, width of the text in twips (upright and sideways)."""

    def __init__(self, ids: Mapping[str, str], fills: Mapping[str, str], width: int, sideways: int) -> None:
        self.ids, self.fills, self.width, self.sideways = ids, fills, width, sideways

    def style(self, tone: str, code: bool) -> str:
        """The id of the style of a cell."""
        return self.ids["Auditkit Code" if code and tone == "plain" else "Auditkit Cell" if tone == "plain" else f"Auditkit Cell {tone}"]


def words(text: str) -> str:
    """A run of text, in bookmarks where it is a statement."""
    return marked(run(text), text.ident.split()) if isinstance(text, Said) else run(text)


def built(block: Mapping[str, Any], look: Look, width: int) -> list[str]:
    """XML of the elements that stand for a block on a page whose text is `width` twips wide."""
    match block["kind"]:
        case "table":
            return _table(block, look, width)
        case "figures":
            return _figures(block, look, width)
        case "verdicts":
            return _verdicts(block, look, width)
        case "note":
            return [_note(block["text"], block["tone"], look)]
    raise ValueError(f"a block of kind {block['kind']} is not built here")


def too_wide(block: Mapping[str, Any], look: Look) -> bool:
    """Whether a table does not fit on an upright page."""
    return block["kind"] == "table" and bool(block["rows"]) and wide(_needs(block), len(block["rows"]), look.width)


def _needs(block: Mapping[str, Any]) -> list[Need]:
    return needs([c["title"] for c in block["columns"]], [[c["text"] for c in r] for r in block["rows"][:400]])


def _root(xml: str) -> str:
    return xml.replace("<w:p>", f"<w:p {NAMESPACES}>", 1)


def _note(text: str, tone: str, look: Look) -> str:
    return _root(paragraph(look.ids[f"Auditkit Note {tone}"], words(text)))


def _gap(look: Look) -> str:
    return _root(paragraph(look.ids["Auditkit Figure Gap"], ""))


def _table(block: Mapping[str, Any], look: Look, width: int) -> list[str]:
    if block["empty"]:
        return [_note(block["empty"], "plain", look)]
    columns = block["columns"]
    sizes = widths(_needs(block), [c["weight"] for c in columns], width)
    right = '<w:jc w:val="right"/>'
    ends = [right if c["kind"] == "number" else "" for c in columns]
    head = look.ids["Auditkit Table Head"]
    top = row("".join(cell(s, paragraph(head, run(c["title"]), e)) for c, s, e in zip(columns, sizes, ends, strict=True)), head=True)
    made = []
    codes = [c["kind"] == "code" for c in columns]
    for cells in block["rows"]:
        made.append(row("".join(
            cell(s, paragraph(look.style(c["tone"], code), words(c["text"]), e), look.fills.get(c["tone"], ""))
            for c, s, e, code in zip(cells, sizes, ends, codes, strict=True)
        )))
    found = []
    for n, caption in enumerate(block["parts"]):
        if caption:
            found.append(_root(paragraph(look.ids["Auditkit Small"], run(caption), "<w:keepNext/>")))
        found += [table(look.ids["Auditkit Table"], sizes, [top, *made[n * PART : (n + 1) * PART]]), _gap(look)]
    return found


def _figures(block: Mapping[str, Any], look: Look, width: int) -> list[str]:
    figures = block["figures"]
    size = width // len(figures)
    number, caption = look.ids["Auditkit Figure"], look.ids["Auditkit Figure Caption"]
    cells = "".join(
        cell(size, paragraph(number, words(f["number"])) + paragraph(caption, words(f["caption"])), look.fills[f["tone"]]) for f in figures
    )
    return [table(look.ids["Auditkit Figures"], [size] * len(figures), [row(cells)], head=False), _gap(look)]


def _verdicts(block: Mapping[str, Any], look: Look, width: int) -> list[str]:
    sizes = widths([(1, 1, 1)] * 3, (30, 16, 54), width)
    made = [
        row(cell(sizes[0], paragraph(look.ids["Auditkit Answer"], words(a["question"])))
            + cell(sizes[1], paragraph(look.ids["Auditkit Answer"], words(a["answer"])), look.fills[a["tone"]])
            + cell(sizes[2], paragraph(look.ids["Auditkit Cell"], words(a["because"]))))
        for a in block["answers"]
    ]
    return [table(look.ids["Auditkit Table"], sizes, made, head=False), _gap(look)]
