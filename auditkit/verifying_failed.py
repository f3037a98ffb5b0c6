"""What `verify` says of a thing that does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Cause = Literal["edited", "evidence_missing", "evidence_changed", "differs"]


@dataclass(frozen=True, slots=True)
class Failed:
    """What does not hold. id "": no statement, but a text around them, an answer, the snapshot or the journal.

    text: as the file has it; derived: as it comes out now ("" = it does not come out at all).
    """

    id: str
    location: str
    cause: Cause
    text: str
    derived: str
    why: str
