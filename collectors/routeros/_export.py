"""An export of RouterOS as items: menu, verb, properties. `/export` with and without `terse`; bytes in escapes are put together.

Grammar by what the exports of 6.49 and 7 hold (help.mikrotik.com/docs, "Configuration Management"): comment lines that begin with #,
a line with a menu, lines with a command below it, "\\" at the end of a line that goes on. An export has no end mark of its own, so the
command that asks for it prints one after it: without it the export was cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from auditkit.probing import NotUnderstood
from auditkit.text import decode, one_line

END = "auditkit: end of export"
_VERBS = frozenset({"add", "set", "remove", "disable", "enable", "move", "unset", "reset-configuration"})
_ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "_": b" ", "a": b"\a", "b": b"\b", "f": b"\f", "v": b"\v"}  # any other letter is itself
_HEAD = re.compile(r"# (?:.* by RouterOS (?P<version>\d[\w.]*)|(?P<name>software id|model|serial number) = (?P<value>\S.*?))\s*$")


@dataclass(frozen=True, slots=True)
class Item:
    """One command of an export. line: where it begins. find: what `[ find … ]` names ("default-name=ether1"), "" = nothing."""

    menu: str
    verb: str
    line: int
    find: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, otherwise: str = "") -> str:
        """A property; `otherwise` where the export does not name it, which means its default."""
        return self.values.get(name, otherwise)

    @property
    def on(self) -> bool:
        """Not disabled."""
        return self.get("disabled", "no") == "no"


@dataclass(frozen=True, slots=True)
class Export:
    """The whole. head: version, software id, model, serial number, as far as the comments at its top tell."""

    head: dict[str, str]
    items: tuple[Item, ...]

    def of(self, menu: str, verb: str = "add") -> list[Item]:
        """The items of one menu, in their order."""
        return [i for i in self.items if i.menu == menu and i.verb == verb]

    def setting(self, menu: str, name: str, default: str) -> str:
        """A property of a menu that has one item; the last `set` decides."""
        return next((i.values[name] for i in reversed(self.of(menu, "set")) if name in i.values), default)


def read(text: str) -> Export:
    """Raises NotUnderstood for a line that is no command, and where the mark after the export is missing."""
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines or lines.pop().strip() != END:
        raise NotUnderstood("the export was cut: the mark that was asked for after it is missing")
    head: dict[str, str] = {}
    items: list[Item] = []
    menu = ""
    for number, line in _joined(lines):
        if line.startswith("#"):
            if m := _HEAD.match(line):
                head |= {"version": m["version"]} if m["version"] else {m["name"]: m["value"]}
            continue
        words = _words(line, number)
        path: list[str] = []
        while words and _bare(words[0]) is not None and _bare(words[0]) not in _VERBS:
            path.append(_bare(words.pop(0)) or "")
        if path and path[0].startswith("/"):
            menu = " ".join(path)
        elif path:
            raise NotUnderstood(f"line {number}: neither a menu nor a command")
        if words:
            items.append(_item(menu, words, number))
    return Export(head, tuple(items))


def _joined(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Lines that go on put together; blank ones left out."""
    held, start = "", 0
    for number, line in enumerate(lines, 1):
        start = start if held else number
        text = line.rstrip("\r")
        joined = held + (text.lstrip() if held else text.strip())
        if text.endswith("\\") and not text.endswith("\\\\"):
            held = joined[:-1]
            continue
        held = ""
        if joined.strip():
            yield start, joined
    if held:
        raise NotUnderstood(f"line {start}: goes on, and nothing follows")


Word = tuple[str, str | None]  # name, value; None = a word without "="


def _bare(word: Word) -> str | None:
    return word[0] if word[1] is None else None


def _words(line: str, number: int) -> list[Word]:
    """name=value, name="va lue", name (a flag), [ find … ]."""
    made: list[Word] = []
    n = 0
    while n < len(line):
        if line[n] == " ":
            n += 1
        elif line[n] == "[":
            end = line.find("]", n)
            if end < 0:
                raise NotUnderstood(f"line {number}: a bracket that is not closed")
            made.append(("[find]", line[n + 1 : end].strip().removeprefix("find").strip()))
            n = end + 1
        else:
            word, n = _word(line, n, number)
            made.append(word)
    return made


def _word(line: str, n: int, number: int) -> tuple[Word, int]:
    start = n
    while n < len(line) and line[n] not in ' ="':
        n += 1
    name = line[start:n]
    if n >= len(line) or line[n] == " ":
        return (name, None), n
    if line[n] == "=":
        value, n = _value(line, n + 1, number)
        return (name, value), n
    value, n = _value(line, n, number)  # a quoted word without a name: set "default" …
    return (f"{name}{value}", None), n


def _value(line: str, n: int, number: int) -> tuple[str, int]:
    raw = bytearray()
    quoted = n < len(line) and line[n] == '"'
    n += quoted
    depth = 0
    while n < len(line):
        c = line[n]
        if quoted and c == '"':
            return decode(bytes(raw)), n + 1
        if not quoted and c == " " and not depth:
            break
        if not quoted and c in "({":
            depth += 1
        elif not quoted and c in ")}":
            depth -= 1
        if c == "\\" and n + 1 < len(line):
            piece, n = _escape(line, n)
            raw += piece
        else:
            raw += c.encode("utf-8", "surrogateescape")
            n += 1
    if quoted:
        raise NotUnderstood(f"line {number}: a quote that is not closed")
    return decode(bytes(raw)), n


def _escape(line: str, n: int) -> tuple[bytes, int]:
    r"""\D0\9F = bytes by their number; \" \\ \$ \? \_ \n \r \t."""
    two = line[n + 1 : n + 3]
    if re.fullmatch(r"[0-9A-F]{2}", two):
        return bytes([int(two, 16)]), n + 3
    one = line[n + 1]
    return _ESCAPES.get(one, one.encode("utf-8", "surrogateescape")), n + 2


def _item(menu: str, words: list[Word], number: int) -> Item:
    if not menu:
        raise NotUnderstood(f"line {number}: a command before any menu")
    verb = _bare(words.pop(0)) or ""
    if verb not in _VERBS:
        raise NotUnderstood(f"line {number}: {one_line(verb, 20)!r} is no command of an export")
    find = ""
    values: dict[str, str] = {}
    for name, value in words:
        if name == "[find]":
            find = value or ""
        elif value is None:
            if not find and verb == "set" and not values:
                find = name  # set telnet disabled=yes; set 0 …
            else:
                values[name.removeprefix("!")] = "no" if name.startswith("!") else "yes"
        else:
            values[name] = value
    return Item(menu, verb, number, find, values)
