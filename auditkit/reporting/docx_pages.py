"""Pages turned sideways for sections with wide tables, and what the template says of page and styles."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from docx.document import Document as Word

from auditkit.reporting.docx_raw import STYLES, Look
from auditkit.reporting.docx_xml import w
from auditkit.reporting.tones import COLOURS


def look_of(word: Word) -> Look:
    """Styles and page of a template. Raises ValueError naming the styles it lacks."""
    known = {str(s.name).casefold(): str(s.style_id) for s in word.styles}  # LibreOffice calls "toc 1" "TOC 1"
    ids = {name: known[name.casefold()] for name in STYLES if name.casefold() in known}
    missing = [name for name in STYLES if name not in ids]
    if missing:
        cure = "copy them from the built-in template (Word: Manage Styles, Import/Export)"
        raise ValueError(f"it lacks the styles {', '.join(missing)}: {cure}")
    fills = dict(COLOURS)
    for tone in ("good", "bad", "warning", "unknown"):
        shade = word.styles[f"Auditkit Cell {tone}"].element.find(f"{w('pPr')}/{w('shd')}")
        if shade is not None and len(shade.get(w("fill"), "")) == 6:
            fills[tone] = shade.get(w("fill"))
    page = word.sections[-1]
    width, height = int(page.page_width or 0), int(page.page_height or 0)
    left, right = int(page.left_margin or 0), int(page.right_margin or 0)
    if width - left - right < 3_600_000:  # 10 cm in EMU
        raise ValueError("its text is narrower than 10 cm: widen the page or its margins")
    upright, sideways = (width - left - right) // 635, (max(width, height) - left - right) // 635
    return Look(ids, {**fills, "plain": COLOURS["plain"]}, upright, sideways)


def keep(body: Any) -> None:
    """What leads into a table or card stays on its page: the paragraph before it, and a heading before that by its style."""
    for table in body.iterchildren(w("tbl")):
        before = table.getprevious()
        if before is None or before.tag != w("p") or not any(t.text for t in before.iter(w("t"))):
            continue
        properties = before.find(w("pPr"))
        if properties is None:
            properties = before.makeelement(w("pPr"))
            before.insert(0, properties)
        if properties.find(w("keepNext")) is None:
            style = properties.find(w("pStyle"))
            properties.insert(0 if style is None else properties.index(style) + 1, properties.makeelement(w("keepNext")))


def turn(body: Any, starts: Sequence[tuple[Any, bool]]) -> None:
    """Turn the pages of sections. starts: (an element inside the heading of each section, whether it lies sideways), in order.

    A change of direction is a section break of Word (ECMA-376 part 1, 17.6.17): the properties stand in the last paragraph before it.
    """
    last = body.find(w("sectPr"))
    if last is None or not any(sideways for _, sideways in starts):
        return
    upright, before = copy.deepcopy(last), False
    for n, (inside, sideways) in enumerate(starts):
        if sideways != before:
            top = next(a for a in (inside, *inside.iterancestors()) if a.getparent() is body)
            top.addprevious(_break(_properties(upright, before, first=n == 0 or not _broken(body))))
            before = sideways
    end = _properties(upright, before, first=False)
    body.replace(last, end)


def fresh(headings: Sequence[Any], body: Any) -> None:
    """Sections that begin a page (ECMA-376 part 1, 17.3.1.23); where the page turns there anyway nothing is added."""
    for inside in headings:
        top = next(a for a in (inside, *inside.iterancestors()) if a.getparent() is body)
        heading = top if top.tag == w("p") else top.getnext()
        before = top.getprevious()
        if before is not None and before.find(f"{w('pPr')}/{w('sectPr')}") is not None:
            continue
        properties = heading.find(w("pPr"))
        if properties is None:
            properties = heading.makeelement(w("pPr"))
            heading.insert(0, properties)
        style = properties.find(w("pStyle"))
        properties.insert(0 if style is None else properties.index(style) + 1, properties.makeelement(w("pageBreakBefore")))


def _broken(body: Any) -> bool:
    return body.find(f"{w('p')}/{w('pPr')}/{w('sectPr')}") is not None


def _properties(upright: Any, sideways: bool, *, first: bool) -> Any:
    made = copy.deepcopy(upright)
    kind = made.find(w("type"))
    if kind is not None:
        made.remove(kind)
    if not first:
        for tag in ("titlePg", "pgNumType"):
            for old in made.findall(w(tag)):
                made.remove(old)
    size = made.find(w("pgSz"))
    if sideways and size is not None:
        wide, high = size.get(w("w")), size.get(w("h"))
        size.set(w("w"), high), size.set(w("h"), wide), size.set(w("orient"), "landscape")
    return made


def _break(properties: Any) -> Any:
    paragraph = properties.makeelement(w("p"))
    holder = paragraph.makeelement(w("pPr"))
    spacing = holder.makeelement(w("spacing"))
    for name, value in (("before", "0"), ("after", "0"), ("line", "20"), ("lineRule", "exact")):
        spacing.set(w(name), value)
    holder.append(spacing)
    holder.append(properties)
    paragraph.append(holder)
    return paragraph
