"""ESXi hosts and their clusters (HostSystem, ClusterComputeResource)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditkit.model.shared.vmware import HypervisorCluster, HypervisorHost
from auditkit.probing import Objects, Reply, probe

from ._rows import Row, rows

_PLACEHOLDERS = frozenset(
    {"", "none", "to be filled by o.e.m.", "default string", "system serial number", "not specified", "0", "no asset tag"}
)
_HOST = (
    "name", "parent", "summary.hardware", "summary.config.product", "summary.overallStatus", "summary.runtime.healthSystemRuntime",
    "runtime.connectionState", "runtime.inMaintenanceMode", "runtime.bootTime", "hardware.systemInfo", "config.dateTimeInfo",
    "config.service", "config.lockdownMode",
)  # fmt: skip


@probe("vmware.hosts", Objects("HostSystem", _HOST), on=("vsphere",))
def hosts(reply: Reply) -> Iterator[HypervisorHost]:
    """A host that is not connected tells neither its hardware nor its configuration: those fields are None."""
    for row in rows(reply, "HostSystem"):
        yield _host(row)


def _host(row: Row) -> HypervisorHost:
    services = {s["key"]: bool(s["running"]) for s in row.get("config.service.service") or ()}
    ntp = row.get("config.dateTimeInfo.ntpConfig.server", unset=[] if row.get("config.dateTimeInfo") else None)
    return HypervisorHost(
        ref=row.ref, name=row.get("name"), cluster=row.get("parent", unset=""), vendor=row.get("summary.hardware.vendor"),
        model=row.get("summary.hardware.model"), serial=_serial(row), version=row.get("summary.config.product.version"),
        build=row.get("summary.config.product.build"), booted_at=row.moment("runtime.bootTime"),
        sockets=row.get("summary.hardware.numCpuPkgs"), cores=row.get("summary.hardware.numCpuCores"),
        memory_bytes=row.get("summary.hardware.memorySize"), state=row.get("runtime.connectionState"),
        maintenance=row.get("runtime.inMaintenanceMode"), status=_status(row), sensors=_sensors(row),
        ntp=None if ntp is None else tuple(ntp), ntp_on=services.get("ntpd"), ssh_on=services.get("TSM-SSH"), shell_on=services.get("TSM"),
        lockdown=row.get("config.lockdownMode"),
    )  # fmt: skip


def _serial(row: Row) -> str | None:
    """hardware.systemInfo.serialNumber (API 6.7 and later), else the service tag."""
    info = row.get("hardware.systemInfo")
    if info is None:
        return None
    tags = [i["identifierValue"] for i in _identifying(info, row) if i["identifierType"]["key"] in ("ServiceTag", "SerialNumberTag")]
    found = str(info.get("serialNumber") or next(iter(tags), "")).strip()
    return "" if found.lower() in _PLACEHOLDERS or found.startswith("VMware-") else found


def _identifying(info: dict[str, Any], row: Row) -> list[dict[str, Any]]:
    return info.get("otherIdentifyingInfo") or row.get("summary.hardware.otherIdentifyingInfo") or []


def _status(row: Row) -> str | None:
    """ManagedEntityStatus; "gray" is the API's word for not known."""
    found = row.get("summary.overallStatus")
    return None if found == "gray" else found


def _sensors(row: Row) -> tuple[str, ...] | None:
    """Sensors that are not green; None where none of them told a state: nobody looked at the hardware then."""
    health = row.get("summary.runtime.healthSystemRuntime.systemHealthInfo")
    if health is None:
        return None
    said = [(s["name"], s["healthState"]["key"].lower()) for s in health.get("numericSensorInfo", [])]
    known = [(name, state) for name, state in said if state in ("green", "yellow", "red")]
    return tuple(sorted(f"{name}: {state}" for name, state in known if state != "green")) if known else None


_CLUSTER = ("name", "host", "configuration.dasConfig", "configuration.drsConfig")


@probe("vmware.clusters", Objects("ClusterComputeResource", _CLUSTER), on=("vsphere",))
def clusters(reply: Reply) -> Iterator[HypervisorCluster]:
    """dasConfig is HA, drsConfig DRS."""
    for row in rows(reply, "ClusterComputeResource"):
        yield HypervisorCluster(
            ref=row.ref, name=row.get("name"), hosts=len(row.get("host", unset=[])), ha=row.get("configuration.dasConfig.enabled"),
            admission=row.get("configuration.dasConfig.admissionControlEnabled"), drs=row.get("configuration.drsConfig.enabled"),
        )  # fmt: skip
