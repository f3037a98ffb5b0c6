"""What is asked, what comes back, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auditkit.errors import Cause


@dataclass(frozen=True, slots=True)
class Question:
    """(target, probe, argument). A probe with `each=` is planned as argument "*": the list of its arguments."""

    target: str
    probe: str
    arg: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The reply was read. No facts = looked, none there."""

    facts: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """Proof that this target has no such thing."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Could not look: refused, timed out, truncated, warned, not understood. `seen` = facts that were read before that."""

    why: str
    seen: tuple[object, ...] = ()
    cause: Cause | None = None


Outcome = Found | Absent | Unknown


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reply as stored: whom was asked what, as whom, when, and where the bytes lie.

    address: SHA-256 of the bytes (hex), or a keyed HMAC where they are secret; None: no byte came back.
    """

    target: str
    probe: str
    arg: str
    command: str
    account: str
    at: datetime
    address: str | None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A table of facts that no whole answer fills for a target. A message id and its values, so that it reads in any language."""

    target: str
    table: str
    probe: str
    why: str
