"""What a store holds, as it hands it out: targets, snapshots, answers; and answers on their way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from auditkit.model import Outcome, Question
from auditkit.probing import Reply


class TargetInfo(msgspec.Struct, frozen=True):
    """A target as a snapshot remembers it: without options and credentials."""

    id: str
    platform: str
    transport: str
    address: str
    site: str = ""
    role: str = ""

    @property
    def is_thing(self) -> bool:
        """False for a range of addresses: it is looked at and answers for others, but is no asset itself."""
        return self.platform != "range"


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """closed None: unfinished."""

    id: int
    opened: datetime
    closed: datetime | None
    tool: str
    operator: str
    targets: tuple[TargetInfo, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as stored. state: found | absent | unknown."""

    question: Question
    state: str
    why: str
    cause: str
    at: datetime
    account: str
    command: str
    evidence: str | None
    secret: bool
    facts: str | None


@dataclass(frozen=True, slots=True)
class Carried:
    """Targets of an earlier snapshot whose answers hold in a new one too."""

    snapshot: int
    targets: tuple[TargetInfo, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An answer on its way into the store. at: when, where no reply says it. secret: its evidence is kept encrypted only."""

    question: Question
    command: str
    outcome: Outcome
    reply: Reply | None
    at: datetime
    secret: bool
