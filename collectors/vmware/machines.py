"""Virtual machines and where they lie (VirtualMachine, Datastore)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from auditkit.model.shared.vmware import Datastore, VirtualMachine
from auditkit.probing import Objects, Reply, probe

from ._rows import Row, rows

_MACHINE = (
    "name", "runtime.host", "runtime.powerState", "config.uuid", "config.template", "config.guestFullName", "config.version",
    "config.hardware", "config.files.vmPathName", "config.datastoreUrl", "guest.hostName", "guest.net", "guest.toolsRunningStatus",
    "snapshot",
)  # fmt: skip
_BOUND = ("vim.vm.device.VirtualUSB", "vim.vm.device.VirtualPCIPassthrough")


@probe("vmware.machines", Objects("VirtualMachine", _MACHINE), on=("vsphere",))
def machines(reply: Reply) -> Iterator[VirtualMachine]:
    """A machine that is inaccessible or orphaned has no config: those fields are None."""
    for row in rows(reply, "VirtualMachine"):
        yield _machine(row)


def _machine(row: Row) -> VirtualMachine:
    devices: list[dict[str, Any]] | None = row.get("config.hardware.device", unset=[] if row.get("config.hardware") else None)
    made = _snapshots(row)
    memory = row.get("config.hardware.memoryMB")
    nets = row.get("guest.net", unset=[])
    stores = row.get("config.datastoreUrl")
    return VirtualMachine(
        ref=row.ref, name=row.get("name"), host=row.get("runtime.host"), uuid=row.get("config.uuid"), power=row.get("runtime.powerState"),
        template=row.get("config.template"), guest_os=row.get("config.guestFullName"), guest_name=row.get("guest.hostName"),
        addresses=None if nets is None else tuple(sorted({a for n in nets for a in n.get("ipAddress", [])})),
        tools=row.get("guest.toolsRunningStatus"), cpus=row.get("config.hardware.numCPU"),
        memory_bytes=None if memory is None else memory << 20, hardware=row.get("config.version"),
        snapshots=None if made is None else len(made), oldest_snapshot=min(made) if made else None,
        datastores=tuple(sorted(s["name"] for s in stores)) if stores else _store_of_path(row),
        macs=None if devices is None else tuple(sorted(d["macAddress"].lower() for d in devices if d.get("macAddress"))),
        passthrough=None if devices is None else tuple(sorted(_label(d) for d in devices if d["_"] in _BOUND)),
        cd_connected=None if devices is None else any(_connected(d) for d in devices if d["_"] == "vim.vm.device.VirtualCdrom"),
    )  # fmt: skip


def _snapshots(row: Row) -> list[datetime] | None:
    """Times of all snapshots, children too; unset = there is none."""
    if not row.seen("snapshot"):
        return None
    made: list[datetime] = []
    waiting = list(row.get("snapshot.rootSnapshotList", unset=[]))
    while waiting:
        one = waiting.pop()
        made.append(datetime.fromisoformat(one["createTime"]))
        waiting += one.get("childSnapshotList", [])
    return made


def _store_of_path(row: Row) -> tuple[str, ...] | None:
    """[datastore] folder/name.vmx"""
    path = row.get("config.files.vmPathName")
    return None if path is None else (path.partition("]")[0].removeprefix("["),)


def _label(device: dict[str, Any]) -> str:
    return str(device.get("deviceInfo", {}).get("summary") or device.get("deviceInfo", {}).get("label") or device["key"])


def _connected(device: dict[str, Any]) -> bool:
    return bool(device.get("connectable", {}).get("connected"))


@probe("vmware.datastores", Objects("Datastore", ("summary",)), on=("vsphere",))
def datastores(reply: Reply) -> Iterator[Datastore]:
    """DatastoreSummary; where it is not accessible its sizes are old, and are not believed."""
    for row in rows(reply, "Datastore"):
        there = row.get("summary.accessible")
        total, free = (row.get(f"summary.{p}") if there else None for p in ("capacity", "freeSpace"))
        shared = row.get("summary.multipleHostAccess")
        yield Datastore(
            ref=row.ref, name=row.get("summary.name"), kind=row.get("summary.type"), capacity_bytes=total, free_bytes=free,
            free_pct=round(100 * free / total, 1) if total and free is not None else None, accessible=there,
            local=None if shared is None else not shared,
        )  # fmt: skip
