"""YAML of the workspace: read strictly, every error with its line and column, all errors of a file at once.

One walk over libyaml's events gives both the data and the places, so no second reader can disagree with the first. Of plain values
only null, true, false and numbers in their normal form are anything but text: ``no``, ``9:00``, ``+7495…``, ``1.10`` and dates stay as
they are written, and the models read them (YAML 1.1 makes False, 540, a number without its plus and 1.1 of the first four).
Refused: double keys, tags, merge keys, a second document, nesting over 32, aliases that multiply. Source: YAML 1.2.2, chapters 5.2, 10.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from auditkit.errors import ConfigError
from auditkit.text import one_line
from auditkit.workspace.files import read_bytes, typed

LARGEST = 5_000_000   # bytes of a file
DEEPEST = 32          # lists and mappings inside one another
MOST_COPIES = 10_000  # values that all aliases of a file may stand for together

Step = str | int
Way = tuple[Step, ...]
Spot = tuple[int, int]  # line and column, from 1

_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None,
                          "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_CONTROL = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_REFUSED = (
    (re.compile(f"(?P<s>{_CONTROL})"), "a control character: delete it"),
    (re.compile(r"(?m)^[ \t]*(?P<s>[\u00a0\u2007\u202f\u3000])"), "a no-break space in the indent: replace it by blanks"),
)
_HINTS = (
    ("tab character", "a tab: indent with spaces"),
    ("cannot start any token", "a value that begins with this character must stand in quotes"),
    ("mapping values are not allowed", "a colon and a blank inside a value (put it in quotes), or a wrong indent (align the line)"),
    ("did not find expected", "a wrong indent, or a bracket or quote that is not closed"),
    ("could not find expected ':'", "a line without a colon after its key (or without a blank after the colon)"),
    ("unexpected end of stream", "a quote that is not closed"),
    ("maximum nesting depth", f"lists and mappings may lie inside one another {DEEPEST} deep"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a way into the data. on_key: the key is wrong, not its value. spot: where no way leads there."""

    way: Way
    text: str
    on_key: bool = False
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as data, and where each value and key stands."""

    name: str
    data: Any
    values: dict[Way, Spot] = field(repr=False)
    keys: dict[Way, Spot] = field(repr=False)

    def spot(self, way: Way, on_key: bool = False) -> Spot:
        """Line and column of what the way leads to; of its nearest parent where it is not there."""
        if on_key and way in self.keys:
            return self.keys[way]
        while way and way not in self.values:
            way = way[:-1]
        return self.values.get(way, (1, 1))

    def error(self, problems: Iterable[Problem]) -> ConfigError:
        """All problems, in the order of the file, one a line: ``targets.yaml:12:5: targets[3].port: what is wrong``."""
        lines = sorted({(*(p.spot or self.spot(p.way, p.on_key)), path(p.way), p.text) for p in problems})
        return ConfigError("\n".join(f"{self.name}:{line}:{col}: {at}: {text}" if at else f"{self.name}:{line}:{col}: {text}"
                                     for line, col, at, text in lines))


def path(way: Way) -> str:
    """A way as people read it.

    >>> path(("targets", 3, "port"))
    'targets[3].port'
    """
    return one_line("".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in way).removeprefix("."), 200)


def load(place: Path) -> Document:
    """Read a file. Raises ConfigError naming every place that is wrong; also where there is no such file, or it cannot be read."""
    raw = read_bytes(place, LARGEST)
    if raw is None:
        raise ConfigError(f"{typed(place)}: there is no such file; `auditkit init` writes one with comments")
    return parse(typed(place), raw)


def parse(name: str, raw: bytes) -> Document:
    """The same from bytes; `name` is what errors call the file."""
    if len(raw) > LARGEST:
        raise ConfigError(f"{name}: is larger than {LARGEST:,} bytes: this cannot be what the file is for")
    text = _decode(name, raw)
    if not text.strip():
        raise ConfigError(f"{name}: is empty; `auditkit init` in another folder writes one with comments to copy from")
    for pattern, what in _REFUSED:
        if found := pattern.search(text):
            raise ConfigError(f"{_at(name, text, found.start('s'))}: {what}")
    return _Reader(name, text).document()


def _at(name: str, text: str, offset: int) -> str:
    return f"{name}:{text.count(chr(10), 0, offset) + 1}:{offset - text.rfind(chr(10), 0, offset)}"


def _decode(name: str, raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):  # Notepad's "Unicode"; YAML 1.2.2, 5.2 demands it
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as e:
            raise ConfigError(f"{name}: is broken UTF-16 at byte {e.start}; save it as UTF-8") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        start = raw.rfind(b"\n", 0, e.start) + 1
        line, column = raw.count(b"\n", 0, e.start) + 1, len(raw[start : e.start].decode("utf-8", "replace")) + 1
        tongue = _tongue(raw)
        guess = f"this is {tongue}, as Notepad saves it by the name of ANSI; " if tongue else ""
        raise ConfigError(f"{name}:{line}:{column}: is not UTF-8: {guess}save the file again with the encoding UTF-8") from None


def _tongue(raw: bytes) -> str:
    """Windows-1251 where the high bytes are nearly all its Russian letters."""
    high = [b for b in raw if b >= 0x80]
    letters = sum(b >= 0xC0 or b in b"\xa8\xb8\xab\xbb\xb9\x97\x96\xa0" for b in high)
    return "Windows-1251" if letters >= 0.9 * len(high) else ""


def _plain(value: str) -> Any:
    """A value without quotes: a number only where the number, printed, is the same text, so that nothing is lost (+7495…, 1.10)."""
    if value in _WORDS:
        return _WORDS[value]
    if _INT.fullmatch(value):
        number: int | float = int(value)
    elif _FLOAT.fullmatch(value):
        number = float(value)
    else:
        return value
    return number if str(number) == value else value


class _Reader:
    """One walk over the events of one file."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._loader = yaml.CSafeLoader(text)
        self._problems: list[Problem] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._copies = 0
        self._values: dict[Way, Spot] = {}
        self._keys: dict[Way, Spot] = {}

    def document(self) -> Document:
        try:
            data = self._read()
        except yaml.MarkedYAMLError as e:
            raise self._syntax(e) from None
        except yaml.YAMLError as e:
            raise ConfigError(f"{self._name}: is no YAML: {one_line(str(e))}") from None
        finally:
            self._loader.dispose()
        if not self._values:
            raise ConfigError(f"{self._name}: holds nothing but comments; fill in what they describe")
        document = Document(self._name, data, self._values, self._keys)
        if self._problems:
            raise document.error(self._problems)
        return document

    def _read(self) -> Any:
        data: Any = None
        while (event := self._loader.get_event()) is not None:
            if isinstance(event, yaml.DocumentStartEvent):
                if self._values:
                    self._wrong((), "a second document (---): one file holds one", event)
                    return data
                data = self._node(self._loader.get_event(), ())[0]
        return data

    def _syntax(self, e: yaml.MarkedYAMLError) -> ConfigError:
        mark = e.problem_mark or e.context_mark
        problem = e.problem or e.context or "cannot be read"
        hint = next((h for words, h in _HINTS if words in problem), "")
        at = f"{self._name}:{mark.line + 1}:{mark.column + 1}" if mark else self._name
        # No word of the line itself: it may hold a password.
        return ConfigError(f"{at}: is no YAML: {hint or problem}")

    def _wrong(self, way: Way, text: str, event: Any) -> None:
        self._problems.append(Problem(way, text, spot=_spot(event)))

    def _stop(self, way: Way, text: str, event: Any) -> ConfigError:
        self._wrong(way, text, event)
        return Document(self._name, None, self._values, self._keys).error(self._problems)

    def _node(self, event: Any, way: Way) -> tuple[Any, int]:
        """The value and how many values it is made of."""
        self._values[way] = _spot(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, way)
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            self._wrong(way, "a tag (!…): tags are not read; remove it", event)
        if len(way) > DEEPEST:
            raise self._stop((), f"lists and mappings may lie inside one another {DEEPEST} deep", event)
        if isinstance(event, yaml.ScalarEvent):
            made: tuple[Any, int] = (_plain(event.value) if event.implicit[0] and event.tag is None else event.value, 1)
        elif isinstance(event, yaml.SequenceStartEvent):
            made = self._list(way)
        else:
            made = self._mapping(way)
        if event.anchor is not None:
            self._anchors[event.anchor] = made
        return made

    def _alias(self, event: Any, way: Way) -> tuple[Any, int]:
        if event.anchor not in self._anchors:  # known only when whole: an alias inside what it names is unknown too
            self._wrong(way, "an alias (*…) of what is not defined before it; a text that begins with * must stand in quotes", event)
            return None, 1
        value, weight = self._anchors[event.anchor]
        self._copies += weight
        if self._copies > MOST_COPIES:
            raise self._stop(way, f"aliases (*…) that stand for more than {MOST_COPIES:,} values: write them out", event)
        return value, weight

    def _list(self, way: Way) -> tuple[list[Any], int]:
        found: list[Any] = []
        total = 1
        while not isinstance(event := self._loader.get_event(), yaml.SequenceEndEvent):
            value, weight = self._node(event, (*way, len(found)))
            found.append(value)
            total += weight
        return found, total

    def _mapping(self, way: Way) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        total = 1
        while not isinstance(event := self._loader.get_event(), yaml.MappingEndEvent):
            key = self._key(event, way)
            here = (*way, key)
            if key in found:
                self._wrong(here, f"a double key; the first stands in line {self._keys[here][0]}: keep one", event)
            else:
                self._keys[here] = _spot(event)
            value, weight = self._node(self._loader.get_event(), here)
            found.setdefault(key, value)
            total += weight
        return found, total

    def _key(self, event: Any, way: Way) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._wrong(way, "a key must be a text; a value that begins with { [ or * must stand in quotes", event)
            self._node(event, (*way, "?"))
            return f"?{event.start_mark.line}"
        if event.value == "<<" and event.implicit[0]:
            self._wrong(way, "a merge key (<<): merge keys are not read; write the keys out, or use `defaults:`", event)
        return str(event.value)


def _spot(event: Any) -> Spot:
    return event.start_mark.line + 1, event.start_mark.column + 1
