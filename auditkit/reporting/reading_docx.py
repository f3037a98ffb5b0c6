"""Statements in a Word file: what stands between the two ends of a bookmark, in the order of the document.

The ends need not be brothers: LibreOffice moves them out of a run, into the next paragraph, or out of a cell (ECMA-376 part 1, 17.13.6).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lxml import etree

from auditkit.reporting.docx_xml import W
from auditkit.reporting.packages import package, part_of
from auditkit.reporting.said import IDENT, Said, unescaped

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # says again what Choice says
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}


def said_in_docx(path: Path, raw: bytes) -> Iterator[Said]:
    """Statements of the body, headers, footers and notes. Raises UsageError where the file is damaged."""
    with package(path, raw) as found:
        others = [n for n in found.namelist() if n.startswith(("word/header", "word/foot", "word/endnotes")) and n.endswith(".xml")]
        escaped = "docProps/app.xml" in found.namelist() and b"<Application>LibreOffice" in part_of(path, found, "docProps/app.xml")
        for name in ("word/document.xml", *sorted(others)):
            for said in _Walk(name.removeprefix("word/").removesuffix(".xml")).said(part_of(path, found, name)):
                yield replace(said, text=unescaped(said.text)) if escaped else said


@dataclass(slots=True)
class _Mark:
    name: str
    location: str
    text: list[str] = field(default_factory=list)
    broken: bool = False       # a paragraph has ended since the last text


@dataclass(slots=True)
class _Walk:
    part: str
    open: dict[str, _Mark] = field(default_factory=dict)
    paragraph: int = 0
    heading: str = ""
    skipped: int = 0

    def said(self, xml: bytes) -> Iterator[Said]:
        tags = [f"{{{W}}}{n}" for n in ("p", "t", "bookmarkStart", "bookmarkEnd", "moveFrom", *_SIGNS)]
        events = etree.iterparse(io.BytesIO(xml), events=("start", "end"), tag=[*tags, _FALLBACK], resolve_entities=False, huge_tree=True)
        for event, element in events:
            name = etree.QName(element).localname
            if name in ("Fallback", "moveFrom"):
                self.skipped += 1 if event == "start" else -1
            elif event == "start":
                self._start(name, element)
            elif not self.skipped:
                yield from self._end(name, element)
        for mark in self.open.values():  # an end that is lost: whatever follows is in it
            yield from _said(mark)

    def _start(self, name: str, element: Any) -> None:
        if name == "p":
            self.paragraph += 1
        elif name == "bookmarkStart" and not self.skipped:
            number, label = element.get(f"{{{W}}}id") or "", element.get(f"{{{W}}}name") or ""
            place = f"{self.part}, paragraph {self.paragraph or 1}"
            self.open[number] = _Mark(label, f"{place} ({self.heading})" if self.heading else place)

    def _end(self, name: str, element: Any) -> Iterator[Said]:
        if name == "t":
            self._add(element.text or "")
        elif name in _SIGNS and element.getparent().tag == f"{{{W}}}r":
            self._add(_SIGNS[name])
        elif name == "p":
            for mark in self.open.values():
                mark.broken = True
            element.clear()
        elif name == "bookmarkEnd":
            ended = element.get(f"{{{W}}}id") or ""
            if ended in self.open:
                mark = self.open.pop(ended)
                if mark.name.startswith("akh"):
                    self.heading = "".join(mark.text)[:60]
                yield from _said(mark)

    def _add(self, text: str) -> None:
        for mark in self.open.values():
            if mark.broken and mark.text and text:
                mark.text.append("\n")
            mark.broken = False if text else mark.broken
            mark.text.append(text)


def _said(mark: _Mark) -> Iterator[Said]:
    found = IDENT.match(mark.name)
    if found and mark.name[found.end() : found.end() + 1] in ("", "_"):
        yield Said(found[0], "".join(mark.text), mark.location)
