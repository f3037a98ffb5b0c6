"""Says of every statement in a file whether it still follows from the stored bytes. Above reporting and assessment: it needs both.

The bytes of every answer are read again with today's readers, the assessment is made again from those facts, and the document is
written anew from it. The file is compared with that: it must say every statement, in the same place, in the same words, and nothing
beside them. A statement rests on questions; trouble with one of them is trouble of the statement, also where its words still come out
the same. How a Word file or a workbook looks, and what pictures show, is not compared.
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
from auditkit.errors import UsageError
from auditkit.i18n import Lang
from auditkit.model import Decision, Statement
from auditkit.registry import Registry
from auditkit.reporting.document import Document, Finding, ident, statements
from auditkit.reporting.identity import Identity
from auditkit.reporting.reading import Said, meta_in, same
from auditkit.reporting.report import audit_document
from auditkit.reporting.words import words
from auditkit.store import SnapshotInfo, Store
from auditkit.verifying_failed import Cause, Failed
from auditkit.verifying_store import Reread, Seal, Trouble, seal_of, worst
from auditkit.verifying_text import compare
from auditkit.workspace.layout import Workspace

__all__ = ["Cause", "Failed", "Verification", "verify"]
DECLARED = "findings.declared"


@dataclass(frozen=True, slots=True)
class Verification:
    """holds + declared + len(not_checkable) + (failed statements of the file) = statements.

    failed: also what is missing from the file, changed around its statements, or wrong with the store. not_checkable: no key opens the
    secret bytes behind them. seal: whether the answers are those of the collection (missing: no seal was written; broken is in failed).
    unchecked_text: characters outside statements that differ from what is written now. unchecked_pictures: they are not compared.
    """

    statements: int
    holds: int
    declared: int
    not_checkable: tuple[Said, ...]
    failed: tuple[Failed, ...]
    seal: Seal = "missing"
    unchecked_text: int = 0
    unchecked_pictures: int = 0

    @property
    def good(self) -> bool:
        """True where every statement holds or is a person's own, and nothing stands beside them."""
        return not self.failed and not self.not_checkable


def verify(workspace: Workspace, store: Store, registry: Registry, file: Path) -> Verification:
    """Raises UsageError where the file is none of ours, was made by other checklists than there are now, or its snapshot is gone.

    Of a person's decisions those count that were made by the day the file speaks of; it says no hour, so one of that very day counts
    even if it came after the file was written.
    """
    meta, snapshot, as_of = _about(file, store)
    reread = Reread(store, registry)
    reread.all_of(snapshot.id)
    decisions = [d for d in workspace.decisions() if d.at.date() <= as_of]
    a = _assessed(workspace, store, registry, snapshot, as_of, decisions, reread)
    if a.digest != meta.checklists:
        cure = f"put the checklists of that day back, or write it anew: auditkit report --snapshot {snapshot.id} --as-of {as_of}"
        raise UsageError(f"{file}: was made by other checklists ({meta.checklists}) than there are now ({a.digest}): {cure}")
    document = audit_document(a, meta.issue, meta.tool)
    found = compare(file, document, meta.lang, workspace.path)
    judge = _Judge({ident(s): s for s in _said_by(document)}, meta.lang, _Troubled(a, reread), _hint(decisions, as_of))
    count: Counter[str] = Counter()
    failed: list[Failed] = []
    closed: list[Said] = []
    for n, said in enumerate(found.said):
        result = judge.of(said, found.misplaced.get(n))
        if isinstance(result, Failed):
            failed.append(result)
        elif result == "closed":
            closed.append(said)
        else:
            count[result] += 1
    failed += judge.hinted(found.failed)
    seal, broken = seal_of(store, snapshot.id, workspace.journal)
    # A seal says that something was changed, not what: where reading again has named it, it would only say so twice.
    named = any(cause != "closed" for cause, _ in reread.trouble.values())
    failed += [*_unsaid(reread, failed), *(f for f in broken if not (named and f.location.startswith("snapshot ")))]
    return Verification(
        len(found.said), count["holds"], count["declared"], tuple(closed), tuple(failed), seal, found.text, found.pictures
    )  # fmt: skip


def _said_by(document: Document) -> Iterator[Statement]:
    """All that any kind of file says: a workbook keeps what was derived of a finding beside a person's wording of it."""
    yield from (s for _, s in statements(document))
    yield from (b.text for section in document.sections for b in section.blocks if isinstance(b, Finding) and isinstance(b.text, Statement))


def _about(file: Path, store: Store) -> tuple[Identity, SnapshotInfo, date]:
    meta = meta_in(file)
    try:
        number, as_of = int(meta.snapshot), date.fromisoformat(meta.as_of)
    except ValueError as e:
        raise UsageError(f"{file}: what it says of itself was changed ({e}): give the file as auditkit wrote it") from None
    return meta, store.snapshot(number), as_of


def _assessed(
    workspace: Workspace, store: Store, registry: Registry, snapshot: SnapshotInfo, as_of: date, decisions: list[Decision], reread: Reread
) -> Assessment:
    client = workspace.client()
    declared = declared_tables(None if workspace.is_local else client)
    lists = load_checklists(workspace.path)
    return assess(store, snapshot, registry, lists, as_of, client.client.name, decisions, declared, facts_of=reread.facts)


def _hint(decisions: list[Decision], as_of: date) -> str:
    """A decision of the file's own day may be younger than the file."""
    same_day = [d for d in decisions if d.at.date() == as_of]
    if not same_day:
        return ""
    told = ", ".join(sorted({f"{d.kind} {d.subject}" for d in same_day}))
    return f"; or a decision of that day is younger than the file ({told}): then write it anew"


def _unsaid(reread: Reread, failed: list[Failed]) -> Iterator[Failed]:
    """Evidence that is gone or changed is named even where no statement of this file rests on it."""
    told = " ".join(f.why for f in failed)
    for question, (cause, why) in sorted(reread.trouble.items()):
        if cause != "closed" and why not in told:
            yield Failed("", f"evidence {question}", cause, "", "", why)


@dataclass(slots=True)
class _Troubled:
    a: Assessment
    reread: Reread
    _known: dict[str, tuple[Trouble, str] | None] = field(default_factory=dict)

    def of(self, statement: Statement) -> tuple[Trouble, str] | None:
        """The worst trouble among the questions a statement rests on."""
        return worst(t for ref in statement.rests_on if (t := self._of_ref(ref)))

    def _of_ref(self, ref: str) -> tuple[Trouble, str] | None:
        if not self.reread.trouble:
            return None
        if ref not in self._known:
            questions = {f"{e.target}/{e.probe}/{e.arg}" for e in self.a.book.origins(ref)}
            self._known[ref] = worst(self.reread.trouble[q] for q in sorted(questions) if q in self.reread.trouble)
        return self._known[ref]


@dataclass(frozen=True, slots=True)
class _Judge:
    """hint: what else may be the reason where a file and what is derived now differ."""

    again: dict[str, Statement]
    lang: Lang
    troubled: _Troubled
    hint: str

    def of(self, said: Said, misplaced: str | None) -> Failed | Literal["holds", "declared", "closed"]:
        """misplaced: what is wrong with the place where it stands, if something is."""
        statement = self.again.get(said.id)
        if statement is None:
            why = f"it does not follow from the stored evidence any more{self.hint}"
            return Failed(said.id, said.location, "differs", said.text, "", why)
        derived = words(statement, self.lang)
        if not same(said, statement, self.lang):
            return Failed(said.id, said.location, "edited", said.text, derived, "the file says something else than what is derived")
        trouble = self.troubled.of(statement)
        if trouble is not None and trouble[0] != "closed":
            return Failed(said.id, said.location, trouble[0], said.text, derived, trouble[1])
        if misplaced is not None:
            return Failed(said.id, said.location, "edited", said.text, derived, misplaced + self.hint)
        if trouble is not None:
            return "closed"
        return "declared" if statement.message == DECLARED else "holds"

    def hinted(self, failed: tuple[Failed, ...]) -> Iterator[Failed]:
        """Differences of a whole file, with the hint."""
        for f in failed:
            yield Failed(f.id, f.location, f.cause, f.text, f.derived, f.why + self.hint)
