"""One automaton that passes over everything a host said and lets through what no pattern of `scrub` can meet: linear, and cheap.

It is made from the very patterns: what they demand of the surroundings of a match is left out (but for one character before it) and
upper bounds of repetitions are lifted, so it meets all that they meet, and somewhat more. What it meets is then read closely. Of
ASCII alone, where a letter is a letter for both engines.
Sources: RE2's syntax page (no look-around, counted repetitions cost states); Python's `re` for what \\s is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import re2  # type: ignore[import-untyped]

_SPACE = r"\t-\r\x1c-\x20"  # \s of Python's re within ASCII; RE2 knows fewer
_BEFORE = re.compile(r"\(\?<(?P<how>[=!])(?P<one>\\[sSdDwW]|\[\^?[^]\\]*(?:\\.[^]\\]*)*\])\)")  # a look-behind at one character
_BOUNDED = re.compile(r"\{(\d+),\d+\}\??")
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
_MEMORY = 16 << 20  # bytes for the states of one automaton; beyond that it begins anew
_AT_ONCE = 1 << 20  # bytes that are joined for one pass


def sieve(patterns: Iterable[str]) -> Any:
    """An RE2 pattern that is met wherever one of these patterns of Python's `re` (flags I and M, ASCII text) is.

    It takes the rest of the line along: of one line nothing is looked at twice, however often it would meet there.
    """
    options = re2.Options()
    options.max_mem = _MEMORY
    return re2.compile(rf"(?im)(?:{'|'.join(map(widened, patterns))})[^\n]*", options)


def widened(pattern: str) -> str:
    """A pattern without look-around and without upper bounds. What it demands of the character before is taken along.

    >>> widened(r"(?<![\\w-])a{2,9}(?!b(?:c)[)])[^\\s]{0,5}(?P<s>x)")
    '(?:^|[^\\\\w-])a{2,}[^\\\\t-\\\\r\\\\x1c-\\\\x20]*(?:x)'
    """
    parts, at = [], 0
    if behind := _BEFORE.match(pattern):
        one, at = widened(behind["one"]), behind.end()
        parts.append(one if behind["how"] == "=" else f"(?:^|{_others(one)})")
    while at < len(pattern):
        end = _end(pattern, at)
        piece = pattern[at:end]
        at = end
        if piece.startswith("["):
            parts.append(piece.replace(r"\s", _SPACE))
        elif not piece.startswith(_LOOKS):
            parts.append({r"\s": f"[{_SPACE}]", r"\S": f"[^{_SPACE}]"}.get(piece, piece))
    whole = _BOUNDED.sub(lambda m: {"0": "*", "1": "+"}.get(m[1], f"{{{m[1]},}}"), "".join(parts))
    return whole.replace("(?P<s>", "(?:")


def _others(one: str) -> str:
    """The class of all other characters. Only of what stands in patterns here: no class that is negated already but a lone one."""
    if one.startswith("[^"):
        return "[" + one[2:]
    return "[^" + one[1:] if one.startswith("[") else one.swapcase()


def _end(pattern: str, at: int) -> int:
    """Where the piece that begins there ends: an escape, a class, a whole look-around, else one character."""
    if pattern[at] == "\\":
        return at + 2
    if pattern[at] == "[":
        end = at + (2 if pattern[at + 1] == "^" else 1)
        while pattern[end] != "]":
            end = _end(pattern, end) if pattern[end] == "\\" else end + 1
        return end + 1
    if not pattern.startswith(_LOOKS, at):
        return at + 1
    end = at + 3
    while pattern[end] != ")":
        end = _end_of_group(pattern, end) if pattern[end] == "(" else _end(pattern, end)
    return end + 1


def _end_of_group(pattern: str, at: int) -> int:
    end = at + 1
    while pattern[end] != ")":
        end = _end_of_group(pattern, end) if pattern[end] == "(" else _end(pattern, end)
    return end + 1


def caught(sieves: Sequence[Any], texts: Sequence[bytes] | Sequence[str]) -> set[int]:
    """Which of the texts (ASCII) one of the sieves meets, found in one pass over all of them.

    A match begins at or before each place where a pattern would meet, so the text of that place is among those it touches.
    """
    if sum(map(len, texts)) <= _AT_ONCE:
        return _touched(sieves, texts)
    found: set[int] = set()
    start = size = 0
    for n, text in enumerate(texts):
        size += len(text)
        if size > _AT_ONCE or n == len(texts) - 1:
            found |= {start + k for k in _touched(sieves, texts[start : n + 1])}
            start, size = n + 1, 0
    return found


def _touched(sieves: Sequence[Any], texts: Sequence[bytes] | Sequence[str]) -> set[int]:
    whole = b"\n".join(text if isinstance(text, bytes) else text.encode() for text in texts)
    places = [(m.start(), m.end()) for one in sieves for m in one.finditer(whole)]
    if not places:
        return set()
    ends = list(accumulate(len(text) + 1 for text in texts))
    return {k for first, last in places for k in range(bisect_right(ends, first), min(bisect_right(ends, last), len(texts) - 1) + 1)}
