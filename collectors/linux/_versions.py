"""Order of versions as rpm has it (rpmvercmp; rpm-version(7)); good enough for kernels of Debian too."""

from __future__ import annotations

import re
from itertools import zip_longest


def newer(a: str, b: str) -> bool:
    """Whether version a comes after version b: numbers as numbers, a number after a word, the longer after its own beginning.

    >>> newer("6.1.0-21-amd64", "6.1.0-9-amd64"), newer("4.18.0-513.5.1.el8_9.x86_64", "4.18.0-513.el8.x86_64"), newer("1.0", "1.0")
    (True, True, False)
    """
    for x, y in zip_longest(re.findall(r"\d+|[A-Za-z]+", a), re.findall(r"\d+|[A-Za-z]+", b)):
        if x == y:
            continue
        if x is None or y is None:
            return y is None
        if x.isdigit() and y.isdigit():
            if int(x) != int(y):
                return int(x) > int(y)
            continue
        return bool(x.isdigit()) if x.isdigit() != y.isdigit() else bool(x > y)
    return False
