"""Discovery without login: a collection whose targets are ranges of addresses.

Its snapshot holds what the newest one held (answers keep their time and evidence) and the ranges beside it, so that every device
that was seen and never asked stands in the denominator of what a report says. A later collection takes the ranges along in the
same way (`ranges_before`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date

from auditkit.collecting.discover_permission import check_permission
from auditkit.collecting.plan import plan
from auditkit.collecting.run import Progress, collect
from auditkit.errors import RegistryError
from auditkit.registry import Registry
from auditkit.store import Carried, SnapshotInfo, Store, TargetInfo
from auditkit.transports.base import Context, Credential, Target, now
from auditkit.transports.sweep import GRANT, PACE, SweepOptions
from auditkit.transports.sweep_pace import Pace
from auditkit.transports.sweep_ranges import Range
from auditkit.workspace.client import Permission

PLATFORM, TRANSPORT = "range", "sweep"
AT_ONCE = 2  # ranges; the rate holds over all of them, and their sockets must fit into the usual 1024 open files
_SNMP = "snmp"


@dataclass(frozen=True, slots=True)
class Look:
    """What to look at, and how. ranges: () = all that is permitted. snmp: its password is an SNMP v2c community; None = do not ask.

    today: the day the permission must hold on.
    """

    permission: Permission | None
    today: date
    ranges: tuple[str, ...] = ()
    options: SweepOptions = field(default_factory=SweepOptions)
    snmp: Credential | None = None


def ranges_before(store: Store, asked: Collection[str] = ()) -> Carried | None:
    """What `collect` takes along into its own snapshot: the ranges of the newest one, and the hosts whose answers came in files.

    asked: ids of what it asks itself.
    """
    return _before(store, lambda t: t.id not in asked and (not t.is_thing or t.transport == "bundle"))


def discover(
    store: Store, registry: Registry, context: Context, look: Look, tool: str, operator: str, progress: Progress | None = None
) -> SnapshotInfo:
    """Look at the permitted ranges and keep what answered, in a new snapshot.

    Raises ConfigError, before anything is sent or written, where the permission does not hold (see `check_permission`).
    """
    allowed = check_permission(look.permission, look.ranges, look.today)
    if not registry.probes_on(PLATFORM):
        raise RegistryError("no probe looks at ranges: run it without --probe, or with --probe discovery.host")
    targets = [_target(r, look) for r in allowed.wanted]
    ids = {t.id for t in targets}
    before = _before(store, lambda t: t.id not in ids)
    infos = [*(before.targets if before else ()), *(TargetInfo(t.id, t.platform, t.transport, t.address) for t in targets)]
    snapshot = store.begin(infos, plan(targets, registry), now(), tool, operator, before)
    lent = replace(context, extra={**context.extra, GRANT: allowed.grant, PACE: Pace(look.options.rate)})
    credentials = {_SNMP: look.snmp} if look.snmp else {}
    collect(store, snapshot, targets, registry, lent, credentials, AT_ONCE, progress)
    return store.snapshot(snapshot)


def _target(r: Range, look: Look) -> Target:
    return Target(r.slug, PLATFORM, TRANSPORT, r.text, look.options, _SNMP if look.snmp else None)


def _before(store: Store, wanted: Callable[[TargetInfo], bool]) -> Carried | None:
    known = store.snapshots()
    return Carried(known[-1].id, tuple(t for t in known[-1].targets if wanted(t))) if known else None
