"""Answer files of a folder into a new snapshot, beside everything the newest one held: the same entrance as an online collection.

Every file is looked at twice: once to decide what it is worth (whole, ours, the newest of its host), and once to read it; what was
changed in between is not taken. Nothing of a file is believed before its end has proven that it is as it left its writer.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from auditkit.collecting import bundle_state
from auditkit.collecting.bundle_make import opener
from auditkit.collecting.bundle_state import State, Taken
from auditkit.collecting.plan import plan
from auditkit.collecting.run import Progress, collect
from auditkit.collecting.sealing import seal
from auditkit.collecting.session import context_of, operator, tool
from auditkit.errors import UsageError
from auditkit.registry import Registry
from auditkit.store import Carried, SnapshotInfo, Store, TargetInfo
from auditkit.transports.answerfile import SUFFIX, Head, Opener, Refused, Why
from auditkit.transports.base import Sent, Target, now
from auditkit.transports.bundle import OPENER, BundleOptions
from auditkit.transports.powershellanswer import Cut, read
from auditkit.workspace.files import locked, trouble
from auditkit.workspace.journal import Journal
from auditkit.workspace.layout import Workspace
from auditkit.workspace.names import slug

TRANSPORT = "bundle"
AT_ONCE = 4  # files in memory at a time
MOST_FILES = 100_000
AHEAD = timedelta(hours=26)  # no zone of time explains more


@dataclass(frozen=True, slots=True)
class Good:
    """A file that is taken. target: under which id."""

    file: Path
    head: Head
    sha256: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Bad:
    """A file that is not taken. said: details, perhaps words of the file."""

    file: Path
    why: Why
    said: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A folder of answer files. other: names of what is no answer file by its name, not looked at."""

    good: tuple[Good, ...]
    bad: tuple[Bad, ...]
    other: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BundleRead:
    """What became of a folder. snapshot None: no file was good, nothing was changed."""

    looked: Looked
    snapshot: SnapshotInfo | None


def look(workspace: Workspace, folder: Path, targets: Sequence[Target]) -> Looked:
    """Decide about every file of a folder; nothing is kept. Raises UsageError where it cannot be listed."""
    state = bundle_state.load(workspace)
    names, other = _names(folder)
    by = opener(workspace)
    opened = [_opened(by, place) for place in names]
    good, bad = _newest(opened, {t.identity: t for t in state.taken}, now() + AHEAD)
    return Looked(tuple(_named(good, targets, state)), tuple(sorted(bad, key=lambda b: b.file.name)), other)


def read_folder(
    workspace: Workspace, store: Store, registry: Registry, folder: Path, targets: Sequence[Target], progress: Progress | None = None
) -> BundleRead:
    """Take the good answers of a folder into a new snapshot that holds all of the newest one as well.

    targets: of targets.yaml. What was refused is told, and written into the journal; it is not moved or changed.
    """
    with locked(workspace.state / "collect.lock", seconds=1.0), Journal(workspace.journal) as journal:
        looked = look(workspace, folder, targets)
        for bad in looked.bad:
            journal(Sent(now(), "", "", operator(), f"answer file {bad.file.name} not taken: {bad.why} {bad.said}".rstrip()))
        if not looked.good:
            return BundleRead(looked, None)
        hosts = [_target(g, targets) for g in looked.good]
        snapshot = _begin(store, registry, hosts)
        context = context_of(workspace, journal, {}, None)
        lent = replace(context, extra={**context.extra, OPENER: opener(workspace)})
        collect(store, snapshot, hosts, registry, lent, {}, AT_ONCE, progress)
        seal(store, snapshot, journal, operator())
        _remember(workspace, looked.good)
    return BundleRead(looked, store.snapshot(snapshot))


def _names(folder: Path) -> tuple[list[Path], tuple[str, ...]]:
    try:
        with os.scandir(folder) as found:
            names = sorted(e.name for e in found)
    except OSError as e:
        raise trouble(folder, e, "listed") from e
    if len(names) > MOST_FILES:
        raise UsageError(f"{folder}: holds more than {MOST_FILES:,} files: move a part of them away")
    other = tuple(n for n in names if not n.endswith(SUFFIX))
    return [folder / n for n in names if n.endswith(SUFFIX)], other


def _opened(by: Opener, place: Path) -> Good | Bad:
    try:
        answer = by.open(place)
        if answer.head.system == "windows":
            read(answer.stdout, by.most)
    except Refused as e:
        return Bad(place, e.why, e.said)
    except Cut as e:
        return Bad(place, "damaged", str(e))
    return Good(place, answer.head, answer.sha256)


def _newest(
    opened: Iterable[Good | Bad], before: dict[tuple[str, str, str, str], Taken], latest: datetime
) -> tuple[list[Good], list[Bad]]:
    """Of each host the newest file; the same bytes twice count once.

    latest: what tells of a later time than this comes from a wrong clock, and must not stand above all others for good.
    """

    def age(at: datetime) -> tuple[bool, datetime]:
        return at <= latest, at

    bad = [o for o in opened if isinstance(o, Bad)]
    best: dict[tuple[str, str, str, str], Good] = {}
    for good in (o for o in opened if isinstance(o, Good)):
        who = good.head.identity
        other = best.get(who)
        if other is not None and other.sha256 == good.sha256:
            bad.append(Bad(good.file, "again", other.file.name))
        elif other is not None and age(good.head.at) <= age(other.head.at):
            bad.append(Bad(good.file, "older", other.file.name))
        elif (earlier := before.get(who)) is not None and age(good.head.at) < age(earlier.at):
            bad.append(Bad(good.file, "older", f"{earlier.at:%Y-%m-%d %H:%M} UTC"))
        else:
            if other is not None:
                bad.append(Bad(other.file, "older", good.file.name))
            best[who] = good
    return list(best.values()), bad


def _named(good: Sequence[Good], targets: Sequence[Target], state: State) -> Iterator[Good]:
    """Give every host the id it had before, that of its target, or one of its own."""
    known = {t.identity: t.target for t in state.taken}
    declared = {g.head.identity: t.id for g in good for t in targets if _is_it(g.head, t)}
    double = {i for i, n in Counter(declared.values()).items() if n > 1}
    used = {*known.values(), *(t.id for t in targets)}
    for g in sorted(good, key=lambda g: g.head.identity):
        who = g.head.identity
        wanted = declared.get(who, "")
        if wanted in double:
            wanted = ""
        name = wanted or known.get(who, "") or _free(g.head, used)
        used.add(name)
        yield replace(g, target=name)


def _is_it(head: Head, target: Target) -> bool:
    """Whether a declared target is this host: by its id, or by the name it is asked under."""
    whole = f"{head.host}.{head.domain}".lower()
    return target.platform == head.system and (
        head.host.lower() in (target.id.lower(), target.address.lower()) or (bool(head.domain) and target.address.lower() == whole)
    )


def _free(head: Head, used: set[str]) -> str:
    """A name that no other host has: two machines may be called alike, in two workgroups or after an image was copied."""
    name = slug(head.host) or "host"
    tail = re.sub(r"[^0-9a-z]", "", head.machine.lower())
    tries = [name, f"{name[:50]}-{tail[:6]}", *(f"{name[:50]}-{n}" for n in range(2, MOST_FILES))]
    return next(t for t in tries if t not in used and not t.endswith("-"))


def _target(good: Good, targets: Sequence[Target]) -> Target:
    declared = next((t for t in targets if t.id == good.target), None)
    head = good.head
    address = declared.address if declared else f"{head.host}.{head.domain}" if head.domain else head.host
    options = BundleOptions(file=str(good.file), sha256=good.sha256)
    site, role = (declared.site, declared.role) if declared else ("", "")
    return Target(good.target, head.system, TRANSPORT, address, options, None, site, role)


def _begin(store: Store, registry: Registry, hosts: Sequence[Target]) -> int:
    ids = {t.id for t in hosts}
    known = store.snapshots()
    carried = Carried(known[-1].id, tuple(t for t in known[-1].targets if t.id not in ids)) if known else None
    infos = [TargetInfo(t.id, t.platform, t.transport, t.address, t.site, t.role) for t in hosts]
    return store.begin([*(carried.targets if carried else ()), *infos], plan(hosts, registry), now(), tool(), operator(), carried)


def _remember(workspace: Workspace, good: Iterable[Good]) -> None:
    with locked(workspace.state / "bundle.lock"):
        state = bundle_state.load(workspace)
        taken = {t.identity: t for t in state.taken}
        taken |= {g.head.identity: Taken(g.head.identity, g.target, g.head.at, g.sha256) for g in good}
        kept = tuple(taken[who] for who in sorted(taken))
        bundle_state.keep(workspace, msgspec.structs.replace(state, taken=kept))
