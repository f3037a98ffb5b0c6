"""Statements in a page: elements with `data-s`."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from auditkit.errors import UsageError
from auditkit.reporting.said import IDENT, Said

_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.line, self.said = "", list[Said]()
        self._open: list[tuple[str, str, list[str]]] = []
        self._place = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and given.get("name") == "auditkit":
            self.line = given.get("content") or ""
        if tag == "section":
            self._place = given.get("id") or ""
        if tag == "br":
            self.handle_data("\n")
        if tag not in _VOID:
            self._open.append((tag, given.get("data-s") or "", []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in [t for t, _, _ in self._open]:
            return
        while self._open:
            closed, ident, text = self._open.pop()
            if IDENT.fullmatch(ident):
                self.said.append(Said(ident, "".join(text), f"#{self._place}, line {self.getpos()[0]}"))
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        for _, ident, text in self._open:
            if ident:
                text.append(data)


def _page(path: Path, raw: bytes) -> _Page:
    page = _Page()
    try:
        page.feed(raw.decode("utf-8"))
    except UnicodeDecodeError as e:
        raise UsageError(f"{path}: it is no UTF-8 page: give the file as auditkit wrote it") from e
    page.close()
    return page


def said_in_html(path: Path, raw: bytes) -> list[Said]:
    """Statements in order. Raises UsageError where it is no UTF-8."""
    return _page(path, raw).said


def line_in_html(path: Path, raw: bytes) -> str:
    """The line that the page says of itself, or ""."""
    return _page(path, raw).line
