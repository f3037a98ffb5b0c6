"""A configuration of Cisco IOS, IOS-XE, NX-OS, ASA or a small business switch as a tree: what is indented belongs to what stands above.

Text blocks are no configuration: banners and whatever else stands between two marks (IOS writes ^C), certificates and public keys in hex,
macros. Lines may repeat. IOS ends a configuration with `end`, ASA with `: end`; NX-OS and the small business switches with nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from auditkit.probing import NotUnderstood

Family = Literal["ios", "nxos", "asa", "s300"]
_HEADERS = re.compile(r"Building configuration|Current configuration\b|Using \d+ out of \d+ bytes|config-file-header|: Saved$|: Written by ", re.I)
_MORE = re.compile(r"-- ?More ?--|<--- More --->", re.I)
_BANNER = re.compile(r"(?P<what>banner \S+|aaa authentication (?:banner|fail-message)|menu \S+ (?:title|prompt)) (?P<rest>\S.*)$")
_HEX = re.compile(r"[0-9A-Fa-f ]+$")
_HEX_BEGINS = re.compile(r"certificate (?!.*nvram:)|key-string$|key-hash ")
_CHANGED = re.compile(r"! Last configuration change at (?P<at>.+?)(?: by (?P<by>\S+))?$")


@dataclass(slots=True)
class Node:
    """One line without its indentation. block: the text that it holds between marks (a banner), "" = none."""

    text: str
    line: int
    below: list[Node] = field(default_factory=list)
    block: str = ""

    def first(self, start: str) -> Node | None:
        """The first line below that begins with these words."""
        return next(self.all(start), None)

    def all(self, start: str) -> Iterator[Node]:
        """The lines below that begin with these words."""
        return (n for n in self.below if n.text == start or n.text.startswith(f"{start} "))

    def says(self, start: str) -> bool:
        """Whether a line below begins with these words."""
        return self.first(start) is not None

    def rest(self, start: str) -> str | None:
        """What follows these words in the first line below that begins with them; None = there is none."""
        node = self.first(start)
        return None if node is None else node.text[len(start) :].strip()

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Every line below with the lines it stands under."""
        for n in self.below:
            yield path, n
            if n.below:
                yield from n.walk((*path, n.text))


@dataclass(frozen=True, slots=True)
class Tree:
    """The whole. changed, changed_by: of the comment at the top, as it is written; "" = not told. lines: of configuration, without blocks."""

    root: Node
    changed: str
    changed_by: str
    lines: int


def read(text: str, family: Family = "ios") -> Tree:
    """Raises NotUnderstood where the end mark of its family, or that of a block, is missing, or where a pager stopped."""
    lines = [s.rstrip("\r") for s in text.split("\n")]
    root = Node("", 0)
    held: list[tuple[int, Node]] = [(-1, root)]
    changed, by, count, ended, n = "", "", 0, False, 0
    while n < len(lines):
        line, number = lines[n].rstrip(), n + 1
        n += 1
        words = line.strip()
        if not words or _HEADERS.match(words) and count == 0:
            continue
        if _MORE.search(words):
            raise NotUnderstood(f"line {number}: a pager stopped here, the configuration is not whole")
        if words.startswith(("!", ":")):
            if m := _CHANGED.match(words):
                changed, by = m["at"], m["by"] or ""
            ended = ended or family == "asa" and words == ": end"
            continue
        if ended:
            raise NotUnderstood(f"line {number}: something stands after the end of the configuration")
        if family == "ios" and line == "end":
            ended = True
            continue
        depth = len(line) - len(line.lstrip())
        while held[-1][0] >= depth:
            held.pop()
        node = Node(words, number)
        n = _block(node, lines, n, family)
        held[-1][1].below.append(node)
        held.append((depth, node))
        count += 1
    if not count:
        raise NotUnderstood("no line of configuration")
    if family in ("ios", "asa") and not ended:
        raise NotUnderstood("the configuration was cut: its end mark is missing")
    return Tree(root, changed, by, count)


def _block(node: Node, lines: list[str], n: int, family: Family) -> int:
    """Take up the text that a line opens; the place of the next line of configuration."""
    if family != "asa" and (m := _BANNER.match(node.text)):
        mark = "^C" if m["rest"].startswith("^C") else m["rest"][0]
        node.text = m["what"]
        return _until(node, m["rest"][len(mark) :], mark, lines, n)
    if node.text.count("^C") % 2:
        node.text, _, rest = node.text.partition("^C")
        node.text = node.text.strip()
        return _until(node, rest, "^C", lines, n)
    if node.text.startswith("macro name "):
        return _until(node, "", "@", lines, n)
    if _HEX_BEGINS.match(node.text):
        return _hex(node, lines, n)
    return n


def _until(node: Node, rest: str, mark: str, lines: list[str], n: int) -> int:
    took = [rest]
    while mark not in took[-1]:
        if n >= len(lines):
            raise NotUnderstood(f"line {node.line}: the text that begins here has no end")
        took.append(lines[n])
        n += 1
    took[-1] = took[-1].split(mark)[0]
    node.block = "\n".join(took).strip()
    return n


def _hex(node: Node, lines: list[str], n: int) -> int:
    start = n
    while n < len(lines) and lines[n].strip() and _HEX.match(lines[n].strip()):
        n += 1
    if n > start:
        if n >= len(lines) or lines[n].strip() not in ("quit", "exit"):
            raise NotUnderstood(f"line {node.line}: the certificate or key that begins here has no end")
        n += 1
    return n
