"""What stands around the statements of a page: its tags with their attributes, its style, and every other text."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from auditkit.reporting.packages import contents
from auditkit.reporting.said import IDENT
from auditkit.verifying_pieces import Around, Piece, plain

_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_HIDDEN = ("style", "script")


def around_in_html(path: Path) -> Around:
    """Comments, the order of attributes and the spaces between tags may differ; all else is a piece."""
    page = _Page()
    page.feed(contents(path).decode("utf-8"))
    page.close()
    page.flush()
    return page.around


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.around = Around()
        self._open: list[tuple[str, bool]] = []
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.flush()
        given = {name: value or "" for name, value in attrs}
        said = IDENT.fullmatch(given.get("data-s", "")) is not None
        if said:
            given["data-s"] = ""  # which statement stands where is compared apart
        if tag == "img":
            self.around.pictures += 1
            if given.get("src", "").startswith("data:image/"):
                given["src"] = "data:image/"
        if tag not in _VOID:
            self._open.append((tag, said))
        self._add("<" + " ".join([tag, *(f'{name}="{plain(value)}"' for name, value in sorted(given.items()))]) + ">", markup=True)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.flush()
        if tag not in [t for t, _ in self._open]:
            return
        while self._open:
            closed, _ = self._open.pop()
            self._add(f"</{closed}>", markup=True)
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if not any(said for _, said in self._open):
            self._text.append(data)

    def flush(self) -> None:
        """The text up to here is a piece."""
        text, self._text = plain("".join(self._text)), []
        if text:
            self._add(text, markup=bool(self._open) and self._open[-1][0] in _HIDDEN)

    def _add(self, text: str, *, markup: bool) -> None:
        self.around.ordered.append(Piece(text, f"line {self.getpos()[0]}", markup))
