"""What stands around the statements of a Word file: the text of its paragraphs outside the bookmarks of statements.

Numbers that a program counts anew when it saves (pages; ECMA-376 part 1, 17.16.5) are left out, and nothing else is.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from auditkit.reporting.docx_xml import w
from auditkit.reporting.packages import contents, package, part_of
from auditkit.reporting.said import IDENT, unescaped
from auditkit.verifying_pieces import Around, Piece, plain

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_COUNTED = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES|PAGEREF)\b")
_PAGE = re.compile(r"\t\s*\d*\s*$")
_ALIEN = ("altChunk", "object", "sym")  # other ways to show something: none of ours
_TAGS = ("p", "t", "tab", "br", "cr", "bookmarkStart", "bookmarkEnd", "moveFrom", "fldChar", "instrText", "fldSimple", "hyperlink",
         "drawing", "pict", *_ALIEN)  # fmt: skip


def around_in_docx(path: Path) -> Around:
    """Paragraphs of the body in order; those of headers, footers and notes beside them."""
    raw = contents(path)
    around = Around()
    with package(path, raw) as found:
        others = sorted(n for n in found.namelist() if n.startswith(("word/header", "word/foot", "word/endnotes")) and n.endswith(".xml"))
        escaped = "docProps/app.xml" in found.namelist() and b"<Application>LibreOffice" in part_of(path, found, "docProps/app.xml")
        for name in ("word/document.xml", *others):
            walk = _Walk(name.removeprefix("word/").removesuffix(".xml"), escaped)
            walk.read(part_of(path, found, name))
            (around.anywhere if name in others else around.ordered).extend(walk.pieces)
            around.pictures += walk.pictures
    return around


@dataclass(slots=True)
class _Walk:
    part: str
    escaped: bool
    pieces: list[Piece] = field(default_factory=list)
    pictures: int = 0
    _said: dict[str, None] = field(default_factory=dict)         # numbers of the bookmarks of statements that are open
    _fields: list[list[str]] = field(default_factory=list)       # instructions of the fields that are open, innermost last
    _texts: list[list[str]] = field(default_factory=lambda: [[]])  # of the paragraphs that are open: a text box lies inside one
    _entry: bool = False                                         # of the contents
    _skipped: int = 0
    _count: int = 0

    def read(self, xml: bytes) -> None:
        tags = [w(n) for n in _TAGS]
        events = etree.iterparse(io.BytesIO(xml), events=("start", "end"), tag=[*tags, _FALLBACK], resolve_entities=False, huge_tree=True)
        for event, element in events:
            name = etree.QName(element).localname
            if name in ("Fallback", "moveFrom"):
                self._skipped += 1 if event == "start" else -1
            elif not self._skipped:
                (self._start if event == "start" else self._end)(name, element)
            if event == "end" and name == "p":
                element.clear()
        self._close()

    def _start(self, name: str, element: Any) -> None:
        match name:
            case "p":
                self._count += 1
                self._texts.append([])
                self._entry = False
            case "bookmarkStart":
                label = element.get(w("name")) or ""
                found = IDENT.match(label)
                if found and label[found.end() : found.end() + 1] in ("", "_"):
                    self._said[element.get(w("id")) or ""] = None
            case "fldSimple":
                self._fields.append([element.get(w("instr")) or ""])
            case "hyperlink":
                self._entry = (element.get(w("anchor")) or "").startswith(("akh", "_Toc"))
            case "drawing" | "pict":
                self.pictures += 1
                self._texts[-1].append("[picture]")

    def _end(self, name: str, element: Any) -> None:
        match name:
            case "p":
                self._close()
            case "t":
                self._text(element.text or "")
            case "tab" | "br" | "cr":
                if element.getparent().tag == w("r"):
                    self._text("\t" if name == "tab" else "\n")
            case "bookmarkEnd":
                self._said.pop(element.get(w("id")) or "", None)
            case "instrText":
                if self._fields:
                    self._fields[-1].append(element.text or "")
            case "fldChar":
                self._field(element.get(w("fldCharType")) or "")
            case "fldSimple":
                self._field("end")
            case _ if name in _ALIEN:
                self._texts[-1].append(f"[{name}]")

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append([])
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _text(self, text: str) -> None:
        counted = self._fields and _COUNTED.match("".join(self._fields[-1])) and text.strip().isdigit()
        if not self._said and not counted:
            self._texts[-1].append(text)

    def _close(self) -> None:
        text = "".join(self._texts.pop()) if self._texts else ""
        text = plain(_PAGE.sub("", text) if self._entry else text)
        if text:
            self.pieces.append(Piece(unescaped(text) if self.escaped else text, f"{self.part}, paragraph {self._count or 1}"))
