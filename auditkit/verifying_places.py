"""Does every statement stand in a file as often, and in the order, in which the program writes it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from auditkit.reporting.reading import Said
from auditkit.verifying_failed import Failed

T = TypeVar("T", bound=Hashable)
LONG = 3000  # above that, difflib may take repeated items for noise: it finds a difference all the same, in bearable time
MOVED = "it stands in another place than auditkit wrote it"
OFTEN = "it stands here more often than auditkit wrote it"
MISSING = "is missing from the file"


@dataclass(frozen=True, slots=True)
class Block:
    """A difference: items [a, b) of the one against [c, d) of the other."""

    a: int
    b: int
    c: int
    d: int


def differences(wanted: Sequence[T], found: Sequence[T]) -> Iterator[Block]:
    """Where two sequences differ, in order."""
    start = 0
    while start < min(len(wanted), len(found)) and wanted[start] == found[start]:
        start += 1
    end = 0
    while end < min(len(wanted), len(found)) - start and wanted[-1 - end] == found[-1 - end]:
        end += 1
    a, b = wanted[start : len(wanted) - end], found[start : len(found) - end]
    for tag, i, j, k, n in SequenceMatcher(None, a, b, autojunk=len(b) > LONG).get_opcodes():
        if tag != "equal":
            yield Block(i + start, j + start, k + start, n + start)


def misplaced(wanted: Sequence[str], found: Sequence[str], ordered: bool) -> dict[int, str]:
    """Index into `found` (ids) -> what is wrong with that place. ordered False: only how often each stands is compared."""
    known = set(wanted)
    surplus = Counter(found) - Counter(wanted)
    if ordered:
        places = [n for block in differences(wanted, found) for n in range(block.c, block.d)]
    else:
        places = [n for n in reversed(range(len(found))) if surplus[found[n]]]
    wrong: dict[int, str] = {}
    for n in places:
        if found[n] not in known:
            continue  # it follows from nothing: that is told of it
        if surplus[found[n]] > 0:
            surplus[found[n]] -= 1
            wrong[n] = OFTEN
        elif ordered:
            wrong[n] = MOVED
    return wrong


def missing(wanted: Sequence[Said], found: Sequence[Said]) -> Iterator[Failed]:
    """Statements that the program writes and the file does not have, each as often as it lacks."""
    lacking = Counter(s.id for s in wanted) - Counter(s.id for s in found)
    for said in wanted:
        if lacking[said.id] > 0:
            lacking[said.id] -= 1
            yield Failed(said.id, said.location, "edited", "", said.text, MISSING)
