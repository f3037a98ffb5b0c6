"""Says of every statement in a file whether it still follows from the stored bytes. Above reporting and assessment: it needs both.

The bytes of every answer are read again with today's readers, the assessment is made again from those facts, and the file's
statements are compared with what follows now. A statement rests on questions; trouble with one of them is trouble of the
statement, also where its words still come out the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from auditkit.assessment import Assessment, assess
from auditkit.checking import load_checklists
from auditkit.declared import declared_tables
from auditkit.errors import EvidenceError
from auditkit.model import Absent, Found, Outcome, Statement, Unknown
from auditkit.registry import Registry
from auditkit.reporting.document import ident, statements
from auditkit.reporting.reading import Said, meta_in, said_in, same
from auditkit.reporting.report import audit_document
from auditkit.store import Answer, Store, packed, unpacked
from auditkit.workspace.layout import Workspace

Cause = Literal["edited", "evidence_missing", "evidence_changed", "differs"]
DECLARED = "findings.declared"


@dataclass(frozen=True, slots=True)
class Failed:
    """A statement that does not hold. text: as the file has it; derived: as it comes out now ("" = it does not come out at all)."""

    id: str
    location: str
    cause: Cause
    text: str
    derived: str
    why: str


@dataclass(frozen=True, slots=True)
class Verification:
    """holds + declared + len(not_checkable) + len(failed) = statements. not_checkable: no key opens the secret bytes behind them."""

    statements: int
    holds: int
    declared: int
    not_checkable: tuple[Said, ...]
    failed: tuple[Failed, ...]

    @property
    def good(self) -> bool:
        """True where every statement holds or is a person's own."""
        return not self.failed and not self.not_checkable


@dataclass(slots=True)
class _Reread:
    """Facts read again from the bytes, and what went wrong with which question."""

    store: Store
    registry: Registry
    trouble: dict[str, tuple[Cause | Literal["closed"], str]] = field(default_factory=dict)

    def facts(self, a: Answer) -> list[object]:
        """For `build`: what the bytes say now; where they cannot be read, what was stored, with the trouble noted."""
        probe = self.registry.probes.get(a.question.probe)
        stored = self._stored(a)
        if a.evidence is None or probe is None:
            return stored or []
        try:
            outcome = self.store.again(a, probe)
        except EvidenceError as e:
            self._note(a, self._cause(str(e)), str(e))
            return stored or []
        # Canonical order: what is derived must not depend on the order of a reply's lines, and stored facts have lost it.
        fresh = unpacked(packed(_facts(outcome)), self.registry.types)
        if a.cause in ("timed_out", "truncated"):
            return stored if stored is not None else fresh
        if stored is not None and (packed(fresh) != packed(stored) or _state(outcome) != a.state):
            self._note(a, "differs", "the stored facts do not follow from the stored bytes")
        return fresh

    def _stored(self, a: Answer) -> list[object] | None:
        probe = self.registry.probes.get(a.question.probe)
        try:
            return self.store.facts(a, probe, self.registry.types)
        except EvidenceError as e:
            self._note(a, self._cause(str(e)), f"facts: {e}")
            return None

    @staticmethod
    def _cause(said: str) -> Cause | Literal["closed"]:
        if "missing" in said or "no byte" in said:
            return "evidence_missing"
        return "evidence_changed" if "changed" in said or "damaged" in said else "closed"

    def _note(self, a: Answer, cause: Cause | Literal["closed"], why: str) -> None:
        q = a.question
        self.trouble.setdefault(f"{q.target}/{q.probe}/{q.arg}", (cause, f"{q.target}/{q.probe}: {why}"))


def _facts(outcome: Outcome) -> list[object]:
    match outcome:
        case Found(found) | Unknown(_, found):
            return list(found)
        case Absent():
            return []


def _state(outcome: Outcome) -> str:
    match outcome:
        case Found():
            return "found"
        case Absent():
            return "absent"
        case Unknown():
            return "unknown"


def verify(workspace: Workspace, store: Store, registry: Registry, file: Path) -> Verification:
    """Raises UsageError where the file is none of ours, was made by other checklists than there are now, or its snapshot is gone."""
    meta = meta_in(file)
    snapshot = store.snapshot(int(meta.snapshot))
    reread = _Reread(store, registry)
    client = workspace.client()
    declared = declared_tables(None if workspace.is_local else client)
    a = assess(
        store, snapshot, registry, load_checklists(workspace.path), date.fromisoformat(meta.as_of), client.client.name,
        workspace.decisions(), declared, facts_of=reread.facts,
    )  # fmt: skip
    again = {ident(s): s for _, s in statements(audit_document(a))}
    troubled = _Troubled(a, reread)
    failed: list[Failed] = []
    closed: list[Said] = []
    count: Counter[str] = Counter()
    for said in said_in(file):
        count["statements"] += 1
        result = _judge(said, again.get(said.id), meta.lang, troubled)
        if isinstance(result, Failed):
            failed.append(result)
        elif result == "closed":
            closed.append(said)
        else:
            count[result] += 1
    failed += _unsaid(reread, failed)
    return Verification(count["statements"], count["holds"], count["declared"], tuple(closed), tuple(failed))


def _unsaid(reread: _Reread, failed: list[Failed]) -> Iterator[Failed]:
    """Evidence that is gone or changed is named even where no statement of this file rests on it."""
    told = " ".join(f.why for f in failed)
    for question, (cause, why) in sorted(reread.trouble.items()):
        if cause != "closed" and why not in told:
            yield Failed("", f"evidence {question}", cause, "", "", why)


@dataclass(slots=True)
class _Troubled:
    a: Assessment
    reread: _Reread
    _known: dict[str, tuple[str, str] | None] = field(default_factory=dict)

    def of(self, statement: Statement) -> tuple[str, str] | None:
        """The worst trouble among the questions a statement rests on."""
        found = [t for ref in statement.rests_on if (t := self._of_ref(ref))]
        order = ("evidence_missing", "evidence_changed", "differs", "closed")
        return min(found, key=lambda t: order.index(t[0]), default=None)

    def _of_ref(self, ref: str) -> tuple[str, str] | None:
        if not self.reread.trouble:
            return None
        if ref not in self._known:
            questions = {f"{e.target}/{e.probe}/{e.arg}" for e in self.a.book.origins(ref)}
            hit = sorted(q for q in questions if q in self.reread.trouble)
            self._known[ref] = self.reread.trouble[hit[0]] if hit else None
        return self._known[ref]


def _judge(said: Said, statement: Statement | None, lang: str, troubled: _Troubled) -> Failed | Literal["holds", "declared", "closed"]:
    from auditkit.reporting.words import words

    if statement is None:
        return Failed(said.id, said.location, "differs", said.text, "", "it does not follow from the stored evidence any more")
    derived = words(statement, "ru" if lang == "ru" else "en")
    trouble = troubled.of(statement)
    if not same(said, statement, "ru" if lang == "ru" else "en"):
        return Failed(said.id, said.location, "edited", said.text, derived, "the file says something else than what is derived")
    if trouble is not None and trouble[0] != "closed":
        cause: Cause = (
            "evidence_missing"
            if trouble[0] == "evidence_missing"
            else "evidence_changed"
            if trouble[0] == "evidence_changed"
            else "differs"
        )
        return Failed(said.id, said.location, cause, said.text, derived, trouble[1])
    if trouble is not None:
        return "closed"
    return "declared" if statement.message == DECLARED else "holds"
