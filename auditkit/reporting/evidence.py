"""What sections are drawn from: the assessment, and a running index of the evidence they refer to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from auditkit.assessment import Assessment
from auditkit.model import Decision, Evidence

MOST = 6  # numbers printed beside one finding; all stand in the index


@dataclass(slots=True)
class Draft:
    """An assessment on its way to a document. Evidence is numbered in the order in which the text refers to it."""

    a: Assessment
    numbers: dict[Evidence, int] = field(default_factory=dict)

    def cite(self, refs: Iterable[str]) -> list[int]:
        """Numbers of the evidence behind refs, ascending."""
        found = {self.numbers.setdefault(e, len(self.numbers) + 1) for ref in refs for e in self.a.book.origins(ref)}
        return sorted(found)

    def wording(self, item: str, lang: str) -> Decision | None:
        """A person's own words for a finding, the newest."""
        return next((d for d in reversed(self.a.decisions) if d.kind == "edited" and d.subject == item and d.lang in ("", lang)), None)


def cited(numbers: list[int]) -> str:
    """Numbers for print.

    >>> cited([1, 2, 3, 4, 5, 6, 7, 8])
    '1, 2, 3, 4, 5, 6 … (8)'
    """
    shown = ", ".join(map(str, numbers[:MOST]))
    return shown if len(numbers) <= MOST else f"{shown} … ({len(numbers)})"
