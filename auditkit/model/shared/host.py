"""Facts about a computer as a whole: name, identity, operating system, hardware, processor, memory, clock, and its guests."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from auditkit.model import Ident, fact


@fact()
class HostName:
    """What the host calls itself. fqdn: with its domain, in lower case; "" = its own files name no domain (DNS is not asked)."""

    name: str
    fqdn: Annotated[str, Ident("fqdn")]


@fact()
class MachineId:
    """machine-id(5), or its like elsewhere: given once at installation. Copied disk images share it."""

    machine_id: Annotated[str, Ident("machine-id")]


@fact()
class OsRelease:
    """The operating system.

    os_family: linux, windows, ... distro, based_on: short names in lower case (debian; ubuntu is based on it). version: the release
    that has a support end (12, 9.4, 1.7); full_version: down to the point release or build where the system tells it (12.15,
    1.7.5.16). codename, variant: "" = none. pretty: as the maker writes it.
    """

    os_family: str
    distro: str
    based_on: tuple[str, ...]
    name: str
    version: str
    full_version: str
    codename: str
    variant: str
    pretty: str


@fact()
class Kernel:
    """The kernel that runs: `uname -r`, -v, -m."""

    release: str
    version: str
    arch: str


@fact()
class Hardware:
    """What the firmware says (SMBIOS) or the device tree.

    serial: "" = none, or only a placeholder of the maker, which then stands in placeholder_serial ("To be filled by O.E.M.");
    None = not seen (it needs root). board_serial, uuid: likewise, placeholders are "". bios_date: as written. chassis: the word
    of SMBIOS 7.4.1 in lower case (rack mount chassis, other, ...).
    """

    vendor: str
    model: str
    serial: Annotated[str | None, Ident("serial")]
    placeholder_serial: str | None
    uuid: str | None
    board: str
    board_serial: str | None
    bios_version: str
    bios_date: str
    chassis: str


@fact()
class Virtualisation:
    """kind: "none" = bare metal; kvm, vmware, microsoft, oracle, xen, ... container: "none", lxc, docker, podman, systemd-nspawn..."""

    kind: str
    container: str


@fact()
class Boot:
    """When the kernel started. In a container: when its host did."""

    booted_at: datetime


@fact()
class Cpu:
    """sockets, cores: of all together, as the (perhaps virtual) hardware says; threads: processors the kernel may use."""

    model: str
    sockets: int | None
    cores: int | None
    threads: int


@fact()
class Memory:
    """available_bytes: what programs could still take; None = a kernel older than 3.14 does not tell."""

    total_bytes: int
    available_bytes: int | None


@fact(key=("name",))
class Swap:
    """An area to swap to. kind: partition, file. No row = no swap."""

    name: str
    kind: str
    size_bytes: int
    used_bytes: int


@fact(key=("hypervisor", "guest_id", "name"))
class Guest:
    """A virtual machine or container on this host.

    guest_id: UUID, number or hash, as the hypervisor names it; "" = not told. state: running, stopped, paused, ... in the words of
    the hypervisor, lower case. image: of a container, else "".
    """

    hypervisor: str
    kind: Literal["vm", "container"]
    name: str
    guest_id: str
    state: str
    image: str


@fact(key=("daemon",))
class TimeSync:
    """Whether the clock follows another. daemon: who says so (kernel = the kernel's own flag). source: "" = none or not told.

    offset_s: seconds this clock is ahead; None = not told. stratum: 0 = no source; None = not told.
    """

    daemon: str
    synchronised: bool
    source: str
    stratum: int | None
    offset_s: float | None


@fact(key=("name",))
class Ups:
    """A power supply with a battery that this host watches. status: words of NUT (OL = on line, OB = on battery, LB, RB = replace).

    replace_battery: None = this kind of supply cannot tell.
    """

    name: str
    vendor: str
    model: str
    status: str
    charge_pct: float | None
    runtime_s: float | None
    replace_battery: bool | None
