"""Widths of columns by what stands in them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

LETTER = 98        # twips a letter of 9-point Arial, Cyrillic, on average with room to spare
EDGE = 200         # twips of cell margins and lines
BOLD = 1.15        # headings are bold
_BREAKS = re.compile(r"[ \t\n\-/]+")   # a no-break space is none
_BLANKS = re.compile(r"[ \t\n]+")


CROWDED = 0.92     # of the width taken by the longest words alone
MANY, LONG = 9, 8  # columns and rows: a page turned sideways for less is mostly white

Need = tuple[int, int, int]


def needs(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Need]:
    """Widths of each column in letters: the longest word; the longest name between blanks; what nine rows in ten fit into."""
    found = []
    for k, head in enumerate(heads):
        texts = [row[k] for row in rows[:400]]
        words = sorted(max((len(word) for word in _BREAKS.split(text)), default=0) for text in texts)
        lengths = sorted(max(map(len, text.split("\n"))) for text in texts)
        least = max(math.ceil(max(map(len, _BREAKS.split(head))) * BOLD), words[int(len(words) * 0.97)] if words else 0)
        names = sorted(max(map(len, _BLANKS.split(text))) for text in texts)
        least, whole = min(least, 24), min(30, max(least, names[int(len(names) * 0.9)] if names else 0))
        found.append((least, whole, min(60, max(whole, len(head) // 2, lengths[int(len(lengths) * 0.9)] if lengths else 0))))
    return found


def wide(needed: Sequence[Need], rows: int, total: int) -> bool:
    """Whether a table is too crowded for a width (twips)."""
    crowded = sum(least * LETTER + EDGE for least, _, _ in needed) > total * CROWDED
    return crowded or (len(needed) >= MANY and rows >= LONG)


def widths(needed: Sequence[Need], weights: Sequence[float], total: int) -> list[int]:
    """Twips of each column, together `total`: nobody below his longest word while there is room; the rest by what is liked.

    weights: shares (all above 0) go before what is liked.
    """
    have: list[float] = [least * LETTER + EDGE for least, _, _ in needed]
    if sum(have) >= total:
        return _exact([total * one / sum(have) for one in have], total)
    if all(share > 0 for share in weights):
        return _exact(_shared(have, weights, total), total)
    for k in (1, 2):
        more = [max((need[k] - need[k - 1]) * LETTER, 1.0) for need in needed]
        share = min(1.0, (total - sum(have)) / sum(more))
        have = [one + extra * share for one, extra in zip(have, more, strict=True)]
    liked = [max(need[2], 1) for need in needed]
    return _exact([one + (total - sum(have)) * like / sum(liked) for one, like in zip(have, liked, strict=True)], total)


def _shared(least: list[float], weights: Sequence[float], total: int) -> list[float]:
    """Shares of the total; who would get less than his least gets that, and the others share the rest."""
    fixed: dict[int, float] = {}
    while True:
        free = [k for k in range(len(least)) if k not in fixed]
        rest, shares = total - sum(fixed.values()), sum(weights[k] for k in free)
        short = {k: least[k] for k in free if rest * weights[k] / shares < least[k]}
        if not short:
            return [fixed[k] if k in fixed else rest * weights[k] / shares for k in range(len(least))]
        fixed |= short


def _exact(parts: list[float], total: int) -> list[int]:
    whole = [int(part) for part in parts]
    whole[-1] += total - sum(whole)
    return whole
