"""One collection of a workspace: resume or begin, open credentials, keep the journal, ask."""

from __future__ import annotations

import getpass
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from auditkit.collecting.discover import ranges_before
from auditkit.collecting.plan import plan
from auditkit.collecting.run import Progress, collect
from auditkit.collecting.sealing import seal
from auditkit.errors import StoreError, UsageError
from auditkit.registry import Registry
from auditkit.store import SnapshotInfo, Store, TargetInfo
from auditkit.transports.base import Context, Credential, Target, now
from auditkit.workspace.credentials import open_credential
from auditkit.workspace.files import locked
from auditkit.workspace.journal import Journal
from auditkit.workspace.keys import print_key
from auditkit.workspace.layout import Workspace

RESUME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asked:
    """What to collect. new: do not go on with an unfinished snapshot. prompt: asks the person at the terminal for a secret."""

    targets: Sequence[Target]
    registry: Registry
    new: bool = False
    progress: Progress | None = None
    prompt: Callable[[str], str] | None = None
    workers: int = 16


def run_session(workspace: Workspace, store: Store, asked: Asked) -> SnapshotInfo:
    """Collect, and give the finished snapshot. Raises UsageError before anything is written where the input is wrong.

    Every reference to a credential is opened before the first question is planned: a missing one must not leave half a collection.
    """
    if not asked.targets:
        raise UsageError(f"{workspace.path / 'targets.yaml'}: names no target: add one, or run `auditkit discover`")
    credentials = _credentials(workspace, asked)
    journal = Journal(workspace.journal)
    context = context_of(workspace, journal, credentials, asked.prompt)
    try:
        with locked(workspace.state / "collect.lock", seconds=1.0):
            snapshot = _snapshot(store, asked)
            collect(store, snapshot, asked.targets, asked.registry, context, credentials, asked.workers, asked.progress)
            seal(store, snapshot, journal, operator())
    finally:
        journal.close()
    return store.snapshot(snapshot)


def context_of(workspace: Workspace, journal: Journal, credentials: dict[str, Credential], prompt: Callable[[str], str] | None) -> Context:
    """What a collection lends to transports; a credential that is asked for later is opened once."""

    def opened(reference: str) -> Credential:
        if reference not in credentials:
            credentials[reference] = open_credential(reference, workspace, prompt=prompt)
        return credentials[reference]

    return Context(print_key(workspace), workspace.known_hosts, journal, opened)


def _credentials(workspace: Workspace, asked: Asked) -> dict[str, Credential]:
    wanted: dict[str, str] = {}
    for t in asked.targets:
        if t.credential:
            wanted.setdefault(t.credential, t.id)
        for hop in getattr(t.options, "jump", ()):
            if hop.credential:
                wanted.setdefault(hop.credential, f"{t.id} (jump)")
    return {ref: open_credential(ref, workspace, prompt=asked.prompt, target=target) for ref, target in sorted(wanted.items())}


def _snapshot(store: Store, asked: Asked) -> int:
    """The unfinished snapshot of the same targets and probes, if young; else a new one with its plan."""
    questions = plan(asked.targets, asked.registry)
    targets = [TargetInfo(t.id, t.platform, t.transport, t.address, t.site, t.role) for t in asked.targets]
    known = store.snapshots()
    if known and not asked.new:
        last = known[-1]
        # The same plan for the same things at the same addresses: otherwise two machines, or two plans, would mix in one snapshot.
        things = [t for t in last.targets if t.is_thing and t.transport != "bundle"]
        planned = {q for q in store.questions(last.id) if q.target in {t.id for t in things} and q.arg in ("", "*")}
        same = things == targets and set(questions) <= planned and {q.probe for q in planned} == {q.probe for q in questions}
        if last.closed is None and now() - last.opened < RESUME and same:
            return last.id
    seen = ranges_before(store, {t.id for t in targets})  # what discovery saw, and what answered in a file, stays in the denominator
    return store.begin([*targets, *(seen.targets if seen else ())], questions, now(), tool(), operator(), seen)


def operator() -> str:
    """Who runs the program."""
    try:
        return getpass.getuser()
    except (KeyError, OSError) as e:
        raise StoreError(f"this user has no name on this system ({e}): set the variable USER") from e


def tool() -> str:
    """Name and version of the program."""
    try:
        return f"auditkit {version('infra-auditkit')}"
    except PackageNotFoundError:
        return f"auditkit {_declared()}+checkout"


def _declared() -> str:
    """The version that the checkout gives itself."""
    place = Path(__file__).resolve().parents[2] / "pyproject.toml"
    return str(tomllib.loads(place.read_text(encoding="utf-8"))["project"]["version"])
