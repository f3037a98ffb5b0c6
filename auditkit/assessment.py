"""assess(): a pure function of (store, snapshot, decisions, checklists, as_of). Run again, it says the same: verify rests on that.

Every deliverable is drawn from an assessment and from nothing else.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from auditkit.book import Book, Declared, FactsOf, build
from auditkit.checking import Checklist, CheckVerdict, Item, check, without_rules
from auditkit.collecting import TargetState, target_states
from auditkit.model import Decision
from auditkit.registry import Registry
from auditkit.store import SnapshotInfo, Store


@dataclass(frozen=True, slots=True)
class Coverage:
    """Questions by the kind of their answer; unknown includes those never asked."""

    found: int
    absent: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Finding:
    """The alarms of one item: what is said once for all assets. number: as documents refer to it, from 1, worst first."""

    number: int
    item: Item
    severity: int
    verdicts: tuple[CheckVerdict, ...]

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(v.asset for v in self.verdicts)

    @property
    def total(self) -> int:
        """Alarmed rows over all assets."""
        return sum(v.total for v in self.verdicts)


@dataclass(frozen=True, slots=True)
class Assessment:
    """targets: what was asked; ranges: what was looked at without login. verdicts: one an item and asset.

    findings: alarms, worst first; accepted ones are only among the verdicts.
    """

    client: str
    snapshot: SnapshotInfo
    as_of: date
    digest: str
    checklists: tuple[Checklist, ...]
    targets: tuple[TargetState, ...]
    ranges: tuple[TargetState, ...]
    coverage: Coverage
    verdicts: tuple[CheckVerdict, ...]
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
    book: Book

    @property
    def items(self) -> tuple[Item, ...]:
        """All items of all checklists."""
        return tuple(i for c in self.checklists for i in c.items)

    @property
    def unruled(self) -> dict[str, tuple[str, ...]]:
        """Platforms that no rule is for -> assets that were asked as such: nothing is said of them, neither good nor bad."""
        return without_rules(self.book.assets, self.items)

    def verdicts_of(self, asset: str) -> list[CheckVerdict]:
        """What was said of one asset."""
        return [v for v in self.verdicts if v.asset == asset]


def assess(
    store: Store,
    snapshot: SnapshotInfo,
    registry: Registry,
    checklists: Sequence[Checklist],
    as_of: date,
    client: str,
    decisions: Iterable[Decision] = (),
    declared: Iterable[Declared] = (),
    book_path: str = ":memory:",
    facts_of: FactsOf | None = None,
) -> Assessment:
    """The whole, frozen. Raises EvidenceError where stored bytes are gone or changed, ChecklistError for an item that cannot be asked."""
    book = build(store, snapshot, registry, as_of, declared, book_path, facts_of)
    held = tuple(decisions)
    verdicts = tuple(check(book, (i for c in checklists for i in c.items), held, as_of))
    states = tuple(target_states(store.questions(snapshot.id), store.answers(snapshot.id), [t.id for t in snapshot.targets]))
    things = {t.id for t in snapshot.targets if t.is_thing}
    coverage = Coverage(sum(s.found for s in states), sum(s.absent for s in states), sum(s.unknown for s in states))
    return Assessment(
        client,
        snapshot,
        as_of,
        digest_of(checklists),
        tuple(checklists),
        tuple(s for s in states if s.id in things),
        tuple(s for s in states if s.id not in things),
        coverage,
        verdicts,
        _findings(verdicts),
        held,
        book,
    )


def digest_of(checklists: Iterable[Checklist]) -> str:
    """A print of the rules that were asked (12 hex digits)."""
    return hashlib.sha256("".join(sorted(c.digest for c in checklists)).encode()).hexdigest()[:12]


def _findings(verdicts: Sequence[CheckVerdict]) -> tuple[Finding, ...]:
    alarms: dict[str, list[CheckVerdict]] = defaultdict(list)
    for v in verdicts:
        if v.state == "alarm":
            alarms[v.item.id].append(v)
    ordered = sorted(alarms.values(), key=lambda vs: (-vs[0].item.severity, -len(vs), vs[0].item.id))
    return tuple(Finding(n, vs[0].item, vs[0].item.severity, tuple(vs)) for n, vs in enumerate(ordered, 1))
