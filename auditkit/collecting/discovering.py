"""Discovery of a workspace: its permission, its store, its journal; and the proposal that comes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from auditkit.collecting.discover import Look, discover
from auditkit.collecting.discover_accounts import accounts
from auditkit.collecting.discover_mentions import mentioned, not_looked, seen_in
from auditkit.collecting.discover_permission import check_permission
from auditkit.collecting.discover_propose import propose, write_proposal
from auditkit.collecting.run import Progress
from auditkit.collecting.sealing import seal
from auditkit.collecting.session import context_of, operator, tool
from auditkit.errors import UsageError
from auditkit.i18n import Lang
from auditkit.registry import Registry
from auditkit.store import SnapshotInfo, Store
from auditkit.transports.sweep import SweepOptions
from auditkit.workspace.credentials import open_credential
from auditkit.workspace.files import locked
from auditkit.workspace.journal import Journal
from auditkit.workspace.layout import Workspace
from auditkit.workspace.targets import PLATFORMS

MOST_RATE = 10_000  # SweepOptions.rate


def run_discovery(
    workspace: Workspace,
    store: Store,
    registry: Registry,
    ranges: Sequence[str],
    today: date,
    rate: float | None = None,
    snmp: str | None = None,
    progress: Progress | None = None,
) -> SnapshotInfo:
    """Look at the permitted ranges. Raises ConfigError where the permission does not hold: before anything is sent."""
    if rate is not None and not 0 < rate <= MOST_RATE:
        raise UsageError(f"--rate {rate:g}: must be above 0 and at most {MOST_RATE} connections a second")
    options = SweepOptions(rate=rate) if rate is not None else SweepOptions()
    community = open_credential(snmp, workspace) if snmp else None
    look = Look(workspace.client().permission, today, tuple(ranges), options, community)
    with Journal(workspace.journal) as journal, locked(workspace.state / "collect.lock", seconds=1.0):
        made = discover(store, registry, context_of(workspace, journal, {}, None), look, tool(), operator(), progress)
        seal(store, made.id, journal, operator())
    return made


def propose_targets(
    workspace: Workspace, book: Any, lang: Lang, ranges: Sequence[str], today: date, *, swept: bool = True
) -> tuple[Path, int]:
    """Write targets.proposed.yaml from what was seen and what collected facts mention; -> its place, and how many devices were found.

    swept: addresses outside of the permission are told, not proposed; without a sweep nothing was sent and none is needed.
    Computers that have an account in a directory count as found.
    """
    seen, held = seen_in(book), accounts(book, today)
    grant = check_permission(workspace.client().permission, ranges, today).grant if swept else None
    text = propose(seen, mentioned(book), workspace.targets(), PLATFORMS, lang, not_looked(book), grant, held)
    return write_proposal(workspace.path, text), len(seen) + len(held)
