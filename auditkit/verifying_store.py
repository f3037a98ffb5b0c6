"""Do the stored answers follow from the stored bytes, and are they those that the collection sealed?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from auditkit.collecting.sealing import digest_of, sealed
from auditkit.errors import EvidenceError
from auditkit.model import Absent, Found, Outcome, Unknown
from auditkit.registry import Registry
from auditkit.store import Answer, Store, packed, unpacked
from auditkit.verifying_failed import Cause, Failed
from auditkit.workspace.journal import verify_chain

Trouble = Cause | Literal["closed"]
Seal = Literal["holds", "missing", "broken"]
_ORDER: tuple[Trouble, ...] = ("evidence_missing", "evidence_changed", "differs", "closed")


@dataclass(slots=True)
class Reread:
    """Facts read again from the bytes, and what went wrong with which question: "target/probe/arg" -> (trouble, why)."""

    store: Store
    registry: Registry
    trouble: dict[str, tuple[Trouble, str]] = field(default_factory=dict)
    _read: dict[str, list[object]] = field(default_factory=dict)

    def all_of(self, snapshot: int) -> None:
        """Every answer of a snapshot, also those that no statement rests on."""
        for a in self.store.answers(snapshot):
            self.facts(a)

    def facts(self, a: Answer) -> list[object]:
        """For `build`: what the bytes say now; where they cannot be read, what was stored, with the trouble noted."""
        key = _key(a)
        if key not in self._read:
            self._read[key] = self._facts(a)
        return self._read[key]

    def _facts(self, a: Answer) -> list[object]:
        probe = self.registry.probes.get(a.question.probe)
        stored = self._stored(a)
        if a.evidence is None:
            if a.state != "unknown" or a.facts is not None:
                self._note(a, "evidence_missing", f"it is stored as {a.state}, and there are no bytes that it was read from")
            return stored or []
        if probe is None:
            self._note(a, "closed", "no probe of this name is installed here, so nobody can read its bytes again")
            return stored or []
        try:
            outcome = self.store.again(a, probe)
        except EvidenceError as e:
            self._note(a, _cause(str(e)), str(e))
            return stored or []
        # Canonical order: what is derived must not depend on the order of a reply's lines, and stored facts have lost it.
        read = _seen(outcome) if _cut(a, outcome) else list(_facts(outcome))
        fresh = unpacked(packed(read), self.registry.types)
        if stored is not None and (packed(fresh) != packed(stored) or not _follows(a, outcome)):
            self._note(a, "differs", f"the stored answer does not follow from the stored bytes: {_difference(a, outcome)}")
        return fresh

    def _stored(self, a: Answer) -> list[object] | None:
        try:
            return self.store.facts(a, self.registry.probes.get(a.question.probe), self.registry.types)
        except EvidenceError as e:
            self._note(a, _cause(str(e)), f"facts: {e}")
            return None

    def _note(self, a: Answer, cause: Trouble, why: str) -> None:
        self.trouble.setdefault(_key(a), (cause, f"{a.question.target}/{a.question.probe}: {why}"))


def worst(troubles: Iterator[tuple[Trouble, str]]) -> tuple[Trouble, str] | None:
    """The one to be told of several."""
    return min(troubles, key=lambda t: _ORDER.index(t[0]), default=None)


def _key(a: Answer) -> str:
    return f"{a.question.target}/{a.question.probe}/{a.question.arg}"


def _cause(said: str) -> Trouble:
    if "missing" in said or "no byte" in said:
        return "evidence_missing"
    return "evidence_changed" if "changed" in said or "damaged" in said else "closed"


def _cut(a: Answer, outcome: Outcome) -> bool:
    """An answer whose trouble its bytes do not show: the transport saw it (`collecting.run`). Only an unknown can have had one.

    no_sudo and the like too: what a transport says stands above what a reader makes of the bytes that came all the same.
    """
    if a.state != "unknown" or a.cause in ("", "not_understood"):
        # The list of an each= is cut by the transport with a cause of its own, and every other trouble is in the bytes.
        return False
    return not (isinstance(outcome, Unknown) and (outcome.why, outcome.cause or "") == (a.why, a.cause))


def _follows(a: Answer, outcome: Outcome) -> bool:
    if _cut(a, outcome):
        return True  # its facts are compared by the caller; its words are the transport's, and only the seal holds them
    match outcome:
        case Found():
            return (a.state, a.why, a.cause) == ("found", "", "")
        case Absent(why):
            return (a.state, a.why, a.cause) == ("absent", _plain(why), "")
        case Unknown(why, _, cause):
            return (a.state, a.why, a.cause) == ("unknown", _plain(why), cause or "")


def _difference(a: Answer, outcome: Outcome) -> str:
    now = type(outcome).__name__.lower()
    if now != a.state:
        return f"stored as {a.state}, read as {now}"
    return "other facts" if _follows(a, outcome) else "another reason"


def _plain(why: str) -> str:
    return why.replace("\0", "\ufffd")  # as the store keeps it


def _seen(outcome: Outcome) -> list[object]:
    return list(outcome.seen) if isinstance(outcome, Unknown) else []


def _facts(outcome: Outcome) -> tuple[object, ...]:
    match outcome:
        case Found(found) | Unknown(_, found):
            return tuple(found)
        case Absent():
            return ()


def seal_of(store: Store, snapshot: int, journal: Path) -> tuple[Seal, list[Failed]]:
    """Whether the snapshot is what its collection sealed in the journal, and what is wrong with both.

    missing: the journal says nothing of it (not finished, or collected before seals were written).
    """
    try:
        verify_chain(journal)
        held = sealed(journal, snapshot)
    except EvidenceError as e:
        return "broken", [Failed("", "journal", "evidence_changed", "", "", str(e))]
    if held is None:
        return "missing", []
    if held == digest_of(store, snapshot):
        return "holds", []
    why = "its questions or answers are not those that its collection sealed in the journal: take state/ from a copy"
    return "broken", [Failed("", f"snapshot {snapshot}", "evidence_changed", "", "", why)]
