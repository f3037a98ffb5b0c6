"""Widths of columns by what stands in them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

LETTER = 98        # twips a letter of 9-point Arial, Cyrillic, on average with room to spare
EDGE = 200         # twips of cell margins and lines
BOLD = 1.15        # headings are bold
_BREAKS = re.compile(r"[\s\-‑/,;]+")


CROWDED = 0.86     # of the width taken by the longest words alone
MANY = 9           # columns

Need = tuple[int, int, int]


def needs(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Need]:
    """Widths of each column in letters: the longest word; the longest name between blanks; what nine rows in ten fit into."""
    found = []
    for k, head in enumerate(heads):
        texts = [row[k] for row in rows[:400]]
        words = sorted(max((len(word) for word in _BREAKS.split(text)), default=0) for text in texts)
        lengths = sorted(max(map(len, text.split("\n"))) for text in texts)
        least = max(math.ceil(max(map(len, _BREAKS.split(head))) * BOLD), words[int(len(words) * 0.97)] if words else 0)
        names = sorted(max(map(len, text.split()), default=0) for text in texts)
        least, whole = min(least, 24), min(30, max(least, names[int(len(names) * 0.9)] if names else 0))
        found.append((least, whole, min(60, max(whole, len(head) // 2, lengths[int(len(lengths) * 0.9)] if lengths else 0))))
    return found


def wide(needed: Sequence[Need], total: int) -> bool:
    """Whether a table is too crowded for a width (twips)."""
    return len(needed) >= MANY or sum(least * LETTER + EDGE for least, _, _ in needed) > total * CROWDED


def widths(needed: Sequence[Need], weights: Sequence[float], total: int) -> list[int]:
    """Twips of each column, together `total`: nobody below his longest word while there is room; the rest by what is liked.

    weights: fixed shares (all above 0) go before what is found.
    """
    if weights and all(share > 0 for share in weights):
        return _exact([total * share / sum(weights) for share in weights], total)
    have: list[float] = [least * LETTER + EDGE for least, _, _ in needed]
    if sum(have) >= total:
        return _exact([total * one / sum(have) for one in have], total)
    for k in (1, 2):
        more = [max((need[k] - need[k - 1]) * LETTER, 1.0) for need in needed]
        share = min(1.0, (total - sum(have)) / sum(more))
        have = [one + extra * share for one, extra in zip(have, more, strict=True)]
    liked = [max(need[2], 1) for need in needed]
    return _exact([one + (total - sum(have)) * like / sum(liked) for one, like in zip(have, liked, strict=True)], total)


def _exact(parts: list[float], total: int) -> list[int]:
    whole = [int(part) for part in parts]
    whole[-1] += total - sum(whole)
    return whole
