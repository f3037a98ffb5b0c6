"""A vCenter or an ESXi host and what it holds: facts that checks, reports and the failure model share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditkit.model import Secret, fact


@fact()
class VsphereProduct:
    """The server that was asked. kind: vcenter, or esxi where one host answered for itself. build: as VMware numbers it."""

    kind: Literal["vcenter", "esxi"]
    name: str
    version: str
    build: str
    instance: str


@fact(key=("ref",))
class HypervisorHost:
    """An ESXi host. serial: "" = none, or a placeholder; None = not told. booted_at: None = not connected. ntp: its time servers.

    state: connected, disconnected, notResponding. ssh_on, shell_on: the services TSM-SSH and TSM run now. status: green, yellow,
    red as vSphere colours it; None = gray, which is "not known". sensors: hardware sensors that are not green, "name: state"; None =
    no sensor told its state.
    """

    ref: str
    name: str
    cluster: str
    vendor: str | None
    model: str | None
    serial: str | None
    version: str | None
    build: str | None
    booted_at: datetime | None
    sockets: int | None
    cores: int | None
    memory_bytes: int | None
    state: str
    maintenance: bool
    status: str | None
    sensors: tuple[str, ...] | None
    ntp: tuple[str, ...] | None
    ntp_on: bool | None
    ssh_on: bool | None
    shell_on: bool | None
    lockdown: str | None


@fact(key=("ref",))
class VirtualMachine:
    """A virtual machine. power: poweredOn, poweredOff, suspended. tools: guestToolsRunning, guestToolsNotRunning, …; None = not told.

    host: ref of its HypervisorHost. snapshots: how many; oldest_snapshot: when the oldest was made, None = there is none (snapshots
    0) or not told (snapshots None). guest_os: as configured. datastores: names. macs: of its network cards, lower case.
    passthrough: devices of the host bound to it (USB keys, PCI): it cannot move without them.
    """

    ref: str
    name: str
    host: str | None
    uuid: str | None
    power: str | None
    template: bool | None
    guest_os: str | None
    guest_name: str | None
    addresses: tuple[str, ...] | None
    tools: str | None
    cpus: int | None
    memory_bytes: int | None
    hardware: str | None
    snapshots: int | None
    oldest_snapshot: datetime | None
    datastores: tuple[str, ...] | None
    macs: tuple[str, ...] | None
    passthrough: tuple[str, ...] | None
    cd_connected: bool | None


@fact(key=("ref",))
class Datastore:
    """Where virtual machines lie. local: seen by one host alone; None = not told."""

    ref: str
    name: str
    kind: str
    capacity_bytes: int | None
    free_bytes: int | None
    free_pct: float | None
    accessible: bool | None
    local: bool | None


@fact(key=("ref",))
class HypervisorCluster:
    """A cluster of hosts. ha, drs: on or off; admission: whether HA keeps room for the failure of a host; None = not told."""

    ref: str
    name: str
    hosts: int
    ha: bool | None
    admission: bool | None
    drs: bool | None


@fact(key=("edition", "key_print"))
class VsphereLicence:
    """A licence. key_print: keyed print of the key itself. total 0 = without a limit. ends: never, or dated: then expires says when."""

    edition: str
    name: str
    key_print: Secret
    total: int
    used: int | None
    evaluation: bool
    ends: Literal["never", "dated"]
    expires: datetime | None
