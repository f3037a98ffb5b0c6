"""Names that people give: safe slugs, and the near name they probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
SLUG_RULE = "1-63 latin letters, digits and . _ - inside (it names files)"

# Russian letters as names of files spell them (GOST R 52535.1 without its signs).
_LATIN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", (
    "a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh",
    "shch", "", "y", "", "e", "iu", "ia"), strict=True))
# Letters that look the same: the usual reason why a name "is there and is not found".
_SAME = str.maketrans("аВЕеКМНоОрРсСТухХ", "aBEeKMHoOpPcCTyxX")


def slug(text: str) -> str:
    """A text as a safe name of a file; "client" where nothing of it can stay.

    >>> slug("ООО «Ромашка-Юг»")
    'ooo-romashka-iug'
    """
    latin = "".join(_LATIN.get(c, c) for c in text.lower())
    return re.sub(r"[^a-z0-9._]+", "-", latin).strip("-._")[:63].rstrip("-._") or "client"


def is_slug(text: str) -> bool:
    """True for a name that is safe in paths, addresses and reports as it is."""
    return SLUG.fullmatch(text) is not None and ".." not in text


def near(name: str, names: Iterable[str]) -> str:
    """What they probably meant, ready to stand at the end of a message; "" where nothing is near.

    >>> near("prot", ["port", "sudo"])
    ' (did you mean port?)'
    >>> near("1с", ["1c"])
    ' (did you mean 1c? One of the two holds a Cyrillic letter that looks like a Latin one)'
    """
    known = list(names)
    for other in known:
        if other != name and other.translate(_SAME) == name.translate(_SAME):
            return f" (did you mean {other}? One of the two holds a Cyrillic letter that looks like a Latin one)"
    found = difflib.get_close_matches(name, known, n=3, cutoff=0.7)
    return f" (did you mean {' or '.join(found)}?)" if found else ""
