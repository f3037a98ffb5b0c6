"""Identity of assets.

Two targets are one asset where they share a strong mark (serial, machine-id, SID of the computer account, MAC, FQDN) and no other
strong kind contradicts: a copied disk image has the same machine-id but other MACs, and is refused and reported instead of merged.
An address alone joins what was only seen (a neighbour, a directory entry) to a target, never two targets: private addresses repeat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from auditkit.model import about, marks

Mark = tuple[str, str]
STRONG = ("serial", "machine-id", "sid", "mac", "fqdn")
CONFIDENCE: Mapping[str, float] = {"serial": 0.99, "machine-id": 0.98, "sid": 0.98, "mac": 0.95, "fqdn": 0.9, "address": 0.6}
MOST_SHARED = 50  # targets that hold one mark; more is no identity but a default value


@dataclass(frozen=True, slots=True)
class Joined:
    """Why two things are one asset."""

    asset: str
    what: str
    kind: str
    value: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Refused:
    """A mark on several targets that contradict each other: cloned, not merged."""

    kind: str
    value: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """asset_of: ("target", id) or a mark -> asset id. own: asset id -> its targets; seen: ids of assets nobody asked."""

    asset_of: Mapping[Mark, str]
    own: Mapping[str, tuple[str, ...]]
    seen: tuple[str, ...]
    joined: tuple[Joined, ...]
    refused: tuple[Refused, ...]

    def of(self, record: object) -> str | None:
        """The asset that a fact about another thing is about."""
        return next((self.asset_of[m] for m in sorted(marks(record), key=_strength) if m in self.asset_of), None)


@dataclass(slots=True)
class _Groups:
    """Union-find that keeps the smallest name as the representative."""

    parent: dict[str, str] = field(default_factory=dict)

    def find(self, x: str) -> str:
        while self.parent.setdefault(x, x) != x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def marks(self, x: str, own: Mapping[str, set[Mark]]) -> set[Mark]:
        """The marks of everything that was joined with x so far."""
        root = self.find(x)
        return set().union(*(own[t] for t in own if self.parent.get(t, t) == root or self.find(t) == root))

    def join(self, a: str, b: str) -> None:
        first, second = sorted((self.find(a), self.find(b)))
        self.parent[second] = first


def _strength(mark: tuple[str, str]) -> int:
    return STRONG.index(mark[0]) if mark[0] in STRONG else len(STRONG)


def resolve(targets: Iterable[str], facts: Iterable[tuple[str, object]], given: Mapping[Mark, str] | None = None) -> Resolution:
    """(target, fact) pairs -> assets. given: ids that marks had in earlier snapshots, which are kept."""
    own: dict[str, set[Mark]] = {t: set() for t in targets}
    others: set[tuple[Mark, ...]] = set()
    for target, record in facts:
        found = marks(record)
        if not found:
            continue
        if about(type(record)) == "self":
            own.setdefault(target, set()).update(found)
        else:
            others.add(tuple(sorted(found, key=_strength)))
    groups, joined, refused = _targets(own)
    names = _names(own, groups, given or {})
    asset_of: dict[Mark, str] = {("target", t): names[groups.find(t)] for t in own}
    cloned = {(r.kind, r.value) for r in refused}
    _claim_marks(own, asset_of, cloned)
    seen = _others(sorted(others), asset_of, cloned, given or {})
    held: dict[str, list[str]] = defaultdict(list)
    for t in sorted(own):
        held[asset_of["target", t]].append(t)
    told = tuple(Joined(asset_of["target", a], b, kind, value, CONFIDENCE[kind]) for a, b, kind, value in joined)
    return Resolution(asset_of, {a: tuple(ts) for a, ts in held.items()}, tuple(seen), told, tuple(refused))


def _targets(own: Mapping[str, set[Mark]]) -> tuple[_Groups, list[tuple[str, str, str, str]], list[Refused]]:
    holders: dict[Mark, list[str]] = defaultdict(list)
    for target in sorted(own):
        for mark in own[target]:
            if mark[0] in STRONG:
                holders[mark].append(target)
    groups, joined, refused = _Groups(), [], []
    for mark, targets in sorted(holders.items(), key=lambda item: (_strength(item[0]), item[0])):
        if len(targets) < 2:
            continue
        if len(targets) > MOST_SHARED or (mark[0] == "fqdn" and not _same_machine(own, targets)):
            refused.append(Refused(mark[0], mark[1], tuple(targets)))
            continue
        if any(_contradict(groups.marks(a, own), groups.marks(b, own), mark[0]) for a, b in combinations(targets, 2)):
            refused.append(Refused(mark[0], mark[1], tuple(targets)))
            continue
        for a, b in combinations(targets, 2):
            if groups.find(a) != groups.find(b):
                groups.join(a, b)
                joined.append((a, b, *mark))
    return groups, joined, refused


def _same_machine(own: Mapping[str, set[Mark]], targets: list[str]) -> bool:
    """A name alone is no identity: two sites may both have a web.local. Some other strong mark has to agree."""
    others = [{m for m in own[t] if m[0] in STRONG and m[0] != "fqdn"} for t in targets]
    return bool(set.intersection(*others)) if others else False


def _contradict(a: set[Mark], b: set[Mark], but: str) -> bool:
    """Another strong kind that both show, with nothing in common."""
    for kind in STRONG:
        left, right = ({v for k, v in side if k == kind} for side in (a, b))
        if kind != but and left and right and not left & right:
            return True
    return False


def _names(own: Mapping[str, set[Mark]], groups: _Groups, given: Mapping[Mark, str]) -> dict[str, str]:
    """Representative -> asset id: the one its marks had before (the strongest mark decides, each id once), else its first target's."""
    members: dict[str, list[str]] = defaultdict(list)
    for t in sorted(own):
        members[groups.find(t)].append(t)
    taken: set[str] = set()
    names: dict[str, str] = {}
    for root, targets in members.items():
        found = sorted({m for t in targets for m in own[t] if m[0] in STRONG}, key=lambda m: (_strength(m), m))
        before = [given[m] for m in (*[("target", t) for t in targets], *found) if m in given]
        name = next((n for n in before if n not in taken), None) or root
        while name in taken:
            name += "'"
        taken.add(name)
        names[root] = name
    return names


def _claim_marks(own: Mapping[str, set[Mark]], asset_of: dict[Mark, str], cloned: set[Mark]) -> None:
    """Marks that lead to exactly one asset lead there; an address that two assets hold leads nowhere."""
    holders: dict[Mark, set[str]] = defaultdict(set)
    for target, found in own.items():
        for mark in found - cloned:
            holders[mark].add(asset_of["target", target])
    for mark, assets in holders.items():
        if len(assets) == 1:
            asset_of[mark] = next(iter(assets))


def _others(others: list[tuple[Mark, ...]], asset_of: dict[Mark, str], cloned: set[Mark], given: Mapping[Mark, str]) -> Iterator[str]:
    """Things seen from elsewhere: joined to what is known by any mark, otherwise assets of their own."""
    seen: dict[str, None] = {}
    for found in sorted(others, key=lambda ms: (_strength(ms[0]), ms)):
        usable = [m for m in found if m not in cloned]
        if not usable:
            continue
        name = next((asset_of[m] for m in usable if m in asset_of), None)
        if name is None:
            name = next((given[m] for m in usable if m in given), None) or f"seen-{usable[0][1]}"
            seen[name] = None
        for mark in usable:
            asset_of.setdefault(mark, name)
    return iter(seen)
