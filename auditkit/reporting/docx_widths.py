"""Widths of columns by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence

LETTER = 98        # twips a letter of 9-point Arial, Cyrillic, on average with room to spare
EDGE = 200         # twips of cell margins and lines
_BREAKS = re.compile(r"[\s\-‑/,;]+")


def needs(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """(least, liked) width of each column in letters: the longest word, and the length nine rows in ten fit into."""
    found = []
    for k, head in enumerate(heads):
        texts = [row[k] for row in rows[:400]]
        words = sorted(max((len(word) for word in _BREAKS.split(text)), default=0) for text in texts)
        lengths = sorted(max(map(len, text.split("\n"))) for text in texts)
        least = max(max(map(len, _BREAKS.split(head))), words[int(len(words) * 0.97)] if words else 0)
        found.append((min(least, 24), min(60, max(least, len(head) // 2, lengths[int(len(lengths) * 0.9)] if lengths else 0))))
    return found


def wide(needed: Sequence[tuple[int, int]], total: int) -> bool:
    """Whether the longest words do not fit side by side into a width (twips)."""
    return sum(least * LETTER + EDGE for least, _ in needed) > total


def widths(needed: Sequence[tuple[int, int]], weights: Sequence[float], total: int) -> list[int]:
    """Twips of each column, together `total`: nobody below his longest word while there is room; the rest by what is liked.

    weights: fixed shares (all above 0) go before what is found.
    """
    if weights and all(share > 0 for share in weights):
        return _exact([total * share / sum(weights) for share in weights], total)
    least = [letters * LETTER + EDGE for letters, _ in needed]
    if sum(least) >= total:
        return _exact([total * one / sum(least) for one in least], total)
    more = [max(liked - letters, 0.3) for letters, liked in needed]
    return _exact([one + (total - sum(least)) * extra / sum(more) for one, extra in zip(least, more, strict=True)], total)


def _exact(parts: list[float], total: int) -> list[int]:
    whole = [int(part) for part in parts]
    whole[-1] += total - sum(whole)
    return whole
