"""Who has answered by now: the hosts that are known (targets, computer accounts of the domain) against the answers taken and waiting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from auditkit.collecting import bundle_state
from auditkit.collecting.bundle_read import TRANSPORT, look
from auditkit.model.shared.directory import DirectoryComputer
from auditkit.registry import Registry
from auditkit.store import Answer, Store
from auditkit.transports.base import Target
from auditkit.workspace.layout import Workspace

State = Literal["answered", "waiting", "collected", "silent"]
_ORDER: tuple[State, ...] = ("answered", "waiting", "collected", "silent")


@dataclass(frozen=True, slots=True)
class HostState:
    """A host. known: where from: targets, directory, answer. domain: "" = not known. at: of its answer.

    waiting: a good file lies in the folder and was not read yet; collected: it answered online; silent: nothing came from it.
    """

    name: str
    domain: str
    known: tuple[str, ...]
    state: State = "silent"
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """The hosts, and what is not known about them. whole: whether the list of the domain's computers is; None = no domain was asked."""

    hosts: tuple[HostState, ...]
    whole: bool | None
    refused: int = 0

    def count(self, state: State) -> int:
        """How many hosts are in that state."""
        return sum(h.state == state for h in self.hosts)


@dataclass(slots=True)
class _Hosts:
    """Hosts by short name; two of one name are told apart where both domains are known."""

    rows: list[HostState] = field(default_factory=list)

    def add(self, host: HostState) -> None:
        for n, row in enumerate(self.rows):
            if row.name == host.name and (row.domain == host.domain or "" in (row.domain, host.domain)):
                best = min(row, host, key=lambda h: _ORDER.index(h.state))
                known = tuple(dict.fromkeys((*row.known, *host.known)))
                self.rows[n] = replace(row, domain=row.domain or host.domain, known=known, state=best.state, at=best.at)
                return
        self.rows.append(host)


def status(workspace: Workspace, store: Store, registry: Registry, targets: Sequence[Target], folder: Path | None = None) -> Status:
    """Hosts by name. folder: of answer files that were not read yet. Reads only."""
    hosts = _Hosts()
    snapshots = store.snapshots()
    answers = store.answers(snapshots[-1].id) if snapshots else []
    online = {a.question.target for a in answers if a.evidence is not None}
    if snapshots:
        online -= {t.id for t in snapshots[-1].targets if t.transport == TRANSPORT}
    for t in targets:
        if t.platform in ("windows", "linux"):
            name, domain = _split(t.address if t.address[:1].isalpha() else t.id)
            hosts.add(HostState(name, domain, ("targets",), "collected" if t.id in online else "silent"))
    planned = {q for q in (store.questions(snapshots[-1].id) if snapshots else ()) if _lists_computers(registry, q.probe)}
    whole = not planned - {a.question for a in answers} if planned else None
    for computers, is_whole in _directories(store, registry, answers):
        whole = whole is not False and is_whole
        for c in computers:
            domain = (c.fqdn or "").lower().partition(".")[2]
            if c.enabled is not False:
                hosts.add(HostState(c.name.lower().removesuffix("$"), domain, ("directory",)))
    for taken in bundle_state.load(workspace).taken:
        hosts.add(HostState(taken.identity[1], taken.identity[2], ("answer",), "answered", taken.at))
    refused = 0
    if folder is not None:
        looked = look(workspace, folder, targets)
        refused = len(looked.bad)
        for g in looked.good:
            hosts.add(HostState(g.head.host.lower(), g.head.domain.lower(), ("answer",), "waiting", g.head.at))
    return Status(tuple(sorted(hosts.rows, key=lambda h: (h.name, h.domain))), whole, refused)


def _split(name: str) -> tuple[str, str]:
    short, _, domain = name.lower().partition(".")
    return short, domain


def _directories(store: Store, registry: Registry, answers: Iterable[Answer]) -> Iterator[tuple[list[DirectoryComputer], bool]]:
    """Computer accounts, an answer at a time, and whether that answer is whole."""
    for a in answers:
        if _lists_computers(registry, a.question.probe):
            found = [] if a.question.arg == "*" else store.facts(a, registry.probes[a.question.probe], registry.types)
            yield [f for f in found if isinstance(f, DirectoryComputer)], a.state != "unknown"


def _lists_computers(registry: Registry, probe: str) -> bool:
    return probe in registry.probes and DirectoryComputer in registry.probes[probe].yields
