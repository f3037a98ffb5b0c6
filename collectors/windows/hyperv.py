"""Hyper-V by WMI: machines, checkpoints, replicas, what guests tell. root\\virtualization\\v2 from 2012 on, root\\virtualization before."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from auditkit.model.shared.hyperv import HypervCheckpoint, HypervMachine
from auditkit.model.shared.vmware import VirtualMachine
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, moment, number, text, texts, whole
from ._xml import element

_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
# Msvm_ComputerSystem.EnabledState: 2 on, 3 off, 4 stopping, 6 saved, 9 paused, 10 starting; 327xx = on its way, of older versions
_ON, _OFF, _SUSPENDED = {2, 4, 10, 32770, 32774, 32776, 32777}, {3}, {6, 9, 32768, 32769, 32773}
_STARTS = {2: "nothing", 3: "if it ran", 4: "always"}  # AutomaticStartupAction
_STATES = (
    "disabled", "ready", "waiting for initial", "replicating", "synced", "recovered", "committed", "suspended", "critical",
    "waiting for resync", "resyncing", "resync suspended", "failover", "failback", "failback complete",
)  # fmt: skip
_HEALTH = {0: "none", 1: "normal", 2: "warning", 3: "critical"}
_TYPE = "Microsoft:Hyper-V:"
_OLD = {3: "System:Realized", 5: "Snapshot:Realized"}  # SettingType of Windows Server 2008 R2
_DISK = "microsoft virtual hard disk"  # ResourceSubType before 2012
_PARTS = (
    "Msvm_MemorySettingData", "Msvm_ProcessorSettingData", "Msvm_StorageAllocationSettingData",
    "Msvm_SyntheticEthernetPortSettingData", "Msvm_EmulatedEthernetPortSettingData", "Msvm_HeartbeatComponent",
    "Msvm_KvpExchangeComponent",
)  # fmt: skip
MB = 1024 * 1024


@probe("windows.hyperv", PowerShell("hyperv"), on=("windows",))
def hyperv(reply: Reply) -> Iterator[VirtualMachine | HypervMachine | HypervCheckpoint]:
    """A machine is told by its Name being a GUID: its Caption is translated. Whoever is no administrator is shown none, or a few: the
    section then ends with "access denied".
    """
    section = Section(reply, "system", "settings", *_PARTS)
    if section.blank:
        raise NotHere("Hyper-V is not installed here")
    yield from _told(reply, section.rows("system"), section.rows("settings"), _Parts({w: section.rows(w) for w in _PARTS}))


@hyperv.otherwise(PowerShell("hypervold"))
def _(reply: Reply) -> Iterator[VirtualMachine | HypervMachine | HypervCheckpoint]:
    """Windows Server 2008 R2 and 2008, which had no replicas: the same in other words. SettingType 3 = a machine, 5 = a snapshot;
    AutomaticStartupAction 0 nothing, 1 if it ran, 2 always. 2008 itself does not tell SettingType.
    """
    parts = [p for p in _PARTS if "Storage" not in p]
    globals_, disks = "Msvm_VirtualSystemGlobalSettingData", "Msvm_ResourceAllocationSettingData"
    section = Section(reply, "system", "settings", globals_, disks, *parts)
    starts = {text(r, "SystemName").upper(): whole(r, "AutomaticStartupAction") + 2 for r in section.rows(globals_)}
    settings = [
        {**r, "type": _TYPE + _OLD[whole(r, "type")], "subtype": None, "start": starts.get(_machine(r))} for r in section.rows("settings")
        if number(r, "type") in _OLD
    ]  # fmt: skip
    rows = {p: section.rows(p) for p in parts}
    rows["Msvm_StorageAllocationSettingData"] = [
        {"InstanceID": r["InstanceID"], "HostResource": r["Connection"]} for r in section.rows(disks)
        if text(r, "ResourceSubType").lower() == _DISK
    ]  # fmt: skip
    if any(r["type"] is None for r in section.rows("settings")):
        raise NotUnderstood("Hyper-V of Windows Server 2008 does not tell machines from snapshots")
    yield from _told(reply, section.rows("system"), settings, _Parts(rows))


def _told(
    reply: Reply, systems: list[Row], settings: list[Row], parts: _Parts
) -> Iterator[VirtualMachine | HypervMachine | HypervCheckpoint]:
    if not systems and reply.code == 0:
        raise NotUnderstood("Hyper-V did not even name its own host")
    machines = {text(r, "name").upper(): r for r in systems if _GUID.fullmatch(text(r, "name"))}
    current = {_machine(r): r for r in settings if text(r, "type") == _TYPE + "System:Realized"}
    checkpoints = defaultdict(list)
    for row in settings:
        made = _checkpoint(row, machines)
        if made is not None:
            checkpoints[made.machine].append(made)
    for ref, row in sorted(machines.items()):
        if ref not in current:
            raise NotUnderstood(f"machine {ref} without its settings")
        yield _virtual(ref, row, current[ref], parts, checkpoints[ref])
        yield _hyperv(ref, row, current[ref], parts)
        yield from checkpoints[ref]
    if not machines and reply.code == 0:
        raise NotHere("Hyper-V has no machine")


def _machine(row: Row) -> str:
    return text(row, "machine").upper()


def _checkpoint(row: Row, machines: dict[str, Row]) -> HypervCheckpoint | None:
    """VirtualSystemType …:Snapshot:Realized is a user's, Recovery made by a backup, Replica a point of recovery of a replica."""
    kind = text(row, "type").removeprefix(_TYPE)
    if not kind.startswith("Snapshot:"):
        return None
    at, word = moment(row, "made"), kind.split(":")[1].lower()
    if at is None:
        raise NotUnderstood("a checkpoint without its time")
    named = machines.get(_machine(row))
    return HypervCheckpoint(
        machine=_machine(row), machine_name=text(named, "title") if named else "", ref=text(row, "id").rpartition(":")[2].upper(),
        name=text(row, "title"), kind={"realized": "user", "recovery": "recovery", "replica": "replica"}.get(word, "other"),  # type: ignore[arg-type]
        made_at=at,
    )  # fmt: skip


class _Parts:
    """What hangs on a machine, by its GUID: InstanceID is Microsoft:<GUID>\\…, SystemName is the GUID."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self.by: dict[str, dict[str, list[Row]]] = {word: defaultdict(list) for word in _PARTS}
        for word in _PARTS:
            for row in rows[word]:
                owner = text(row, "SystemName") if "SystemName" in row else text(row, "InstanceID").partition(":")[2].partition("\\")[0]
                self.by[word][owner.upper()].append(row)

    def quantity(self, word: str, ref: str) -> int | None:
        found = [whole(r, "VirtualQuantity") for r in self.by[word][ref]]
        return sum(found) if found else None

    def disks(self, ref: str) -> tuple[str, ...]:
        return tuple(sorted({p for r in self.by["Msvm_StorageAllocationSettingData"][ref] for p in texts(r, "HostResource") if p}))

    def macs(self, ref: str) -> tuple[str, ...]:
        rows = [r for w in _PARTS if "Ethernet" in w for r in self.by[w][ref]]
        found = {text(r, "Address").lower() for r in rows}
        return tuple(sorted(":".join(re.findall("..", mac)) for mac in found if re.fullmatch("[0-9a-f]{12}", mac) and mac.strip("0")))

    def heartbeat(self, ref: str) -> bool | None:
        """OperationalStatus 2 = OK; 12 no contact, 13 lost communication; others (15 paused) tell nothing."""
        states = [s for r in self.by["Msvm_HeartbeatComponent"][ref] for s in (r["OperationalStatus"] or ())[:1]]
        return None if not states or states[0] not in (2, 12, 13) else states[0] == 2

    def told(self, ref: str) -> dict[str, str]:
        """What the guest itself says (key-value pairs of the integration services); {} = it says nothing."""
        rows = self.by["Msvm_KvpExchangeComponent"][ref]
        return dict(_pair(item) for r in rows for item in texts(r, "GuestIntrinsicExchangeItems"))


def _pair(item: str) -> tuple[str, str]:
    values = {p.get("NAME", ""): p.findtext("VALUE") or "" for p in element(item, "an exchange item").iter("PROPERTY")}
    return values.get("Name", ""), values.get("Data", "")


def _virtual(ref: str, row: Row, settings: Row, parts: _Parts, checkpoints: list[HypervCheckpoint]) -> VirtualMachine:
    state, told = whole(row, "state"), parts.told(ref)
    power = "poweredOn" if state in _ON else "poweredOff" if state in _OFF else "suspended" if state in _SUSPENDED else None
    memory = parts.quantity("Msvm_MemorySettingData", ref)
    return VirtualMachine(
        ref=ref, name=text(row, "title"), host=None, uuid=text(settings, "bios").strip("{}").lower() or None, power=power, template=False,
        guest_os="", guest_name=told.get("FullyQualifiedDomainName", "").lower() or None,
        addresses=tuple(a for a in told.get("NetworkAddressIPv4", "").split(";") if a) if told else None, tools=None,
        cpus=parts.quantity("Msvm_ProcessorSettingData", ref), memory_bytes=None if memory is None else memory * MB, hardware=None,
        snapshots=len(checkpoints), oldest_snapshot=min((c.made_at for c in checkpoints), default=None), datastores=(),
        macs=parts.macs(ref), passthrough=None, cd_connected=None,
    )  # fmt: skip


def _runs(state: int) -> bool | None:
    return True if state in _ON else False if state in _OFF | _SUSPENDED else None


def _hyperv(ref: str, row: Row, settings: Row, parts: _Parts) -> HypervMachine:
    start = _STARTS.get(whole(settings, "start"))
    health = _HEALTH.get(number(row, "health") or 0)
    if start is None or health is None:
        raise NotUnderstood(f"AutomaticStartupAction {settings['start']!r}, ReplicationHealth {row['health']!r}")
    state, at = number(row, "replication") or 0, moment(row, "replicated")
    return HypervMachine(
        ref=ref, name=text(row, "title"), running=_runs(whole(row, "state")), disks=parts.disks(ref),
        generation=2 if text(settings, "subtype").endswith(":2") else 1, start=start, heartbeat=parts.heartbeat(ref),  # type: ignore[arg-type]
        guest_os=parts.told(ref).get("OSName", ""), replication=_STATES[state] if state < len(_STATES) else "other",  # type: ignore[arg-type]
        replica_health=health, replicated_at=None if at is None or at.year < 2000 else at,  # type: ignore[arg-type]
    )  # fmt: skip
