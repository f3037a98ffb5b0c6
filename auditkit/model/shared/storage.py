"""Facts about disks, arrays, volumes, file systems, and what is shared from them."""

from __future__ import annotations

from typing import Literal

from auditkit.model import fact


@fact(key=("name",))
class Disk:
    """A block device. kind: disk, part, lvm, raid1, crypt, mpath, loop, rom... parent: devices it is made of, () for a disk.

    model, serial: None = not seen; "" for what is no disk. rotational: None = not told. bus: sata, nvme, usb, iscsi, virtio...,
    "" = not told. fs, mount: "" = none.
    """

    name: str
    kind: str
    size_bytes: int
    model: str | None
    serial: str | None
    rotational: bool | None
    removable: bool
    read_only: bool
    bus: str
    parent: tuple[str, ...]
    fs: str
    mount: str


@fact(key=("mount",))
class Volume:
    """A mounted file system and how full it is.

    used_pct: of what ordinary users may fill, rounded up as df does. remote: on another host. pseudo: nothing
    that anybody needs fills up there: images that are always full (squashfs, iso9660), layers of containers, the kernel's own.
    """

    mount: str
    device: str
    fs: str
    size_bytes: int
    used_bytes: int
    avail_bytes: int
    used_pct: int
    remote: bool
    read_only: bool
    pseudo: bool


@fact(key=("mount",))
class VolumeInodes:
    """How many of the inodes of a file system are used; only where it has a fixed number of them."""

    mount: str
    inodes: int
    used: int
    used_pct: int


@fact(key=("target", "source", "fs"))
class Mount:
    """A mount, of whatever kind. What lies under a second mount on the same target has a row too."""

    target: str
    source: str
    fs: str
    options: tuple[str, ...]
    remote: bool


@fact(key=("target", "source"))
class MountPlanned:
    """A line of fstab(5). target: "none" for swap. automatic: mounted at boot; needed: boot stops without it (no nofail)."""

    target: str
    source: str
    fs: str
    options: tuple[str, ...]
    automatic: bool
    needed: bool


@fact(key=("name",))
class Raid:
    """An array, of the kernel or of a controller: md, LVM, ZFS, btrfs, MegaRAID, Smart Array...

    name: with a prefix where it is not md (zfs:tank, megaraid:c0/v1). state: in the words of its tool. members, failed, spare:
    devices. degraded: it has less redundancy than it was made with, or does not work at all. progress: "recovery 12.6 %", "" = none.
    """

    name: str
    level: str
    state: str
    members: tuple[str, ...]
    failed: tuple[str, ...]
    spare: tuple[str, ...]
    degraded: bool
    progress: str


@fact(key=("device",))
class DiskHealth:
    """What a disk says of itself (SMART), or its controller of it.

    device: with what tells disks behind a controller apart (/dev/bus/0 megaraid,8). passed: the disk's or the controller's own
    verdict. reallocated, pending: sectors. wear_pct: of the rated endurance, used. errors: in its log (ATA) or of media (NVMe).
    None = this kind of disk does not tell.
    """

    device: str
    model: str
    serial: str
    passed: bool
    reallocated: int | None
    pending: int | None
    wear_pct: int | None
    errors: int | None
    power_on_h: int | None
    temperature_c: int | None


@fact(key=("name", "uuid"))
class VolumeGroup:
    """A volume group of LVM. missing: physical volumes that are not there."""

    name: str
    uuid: str
    size_bytes: int
    free_bytes: int
    physical_volumes: int
    missing: int


@fact(key=("group_name", "name"))
class LogicalVolume:
    """A logical volume of LVM. kind: linear, striped, thin, thin-pool, raid1... health: "" = well.

    data_pct, metadata_pct: how full a thin pool, a thin volume or a snapshot is; None = it is none of these. origin: of a snapshot.
    """

    group_name: str
    name: str
    kind: str
    size_bytes: int
    active: bool
    health: str
    pool: str
    origin: str
    data_pct: float | None
    metadata_pct: float | None


@fact(key=("origin", "path", "clients", "options"))
class Export:
    """A folder given to others over NFS. clients: who shares these options; "*" = everybody, however it was written.

    origin: the file, or "kernel" for what is exported now.
    """

    path: str
    clients: tuple[str, ...]
    options: tuple[str, ...]
    origin: str


@fact(key=("name",))
class Share:
    """A folder given to others over SMB. guest: without a password. users, hosts: who may come; () = no limit of the share's own."""

    name: str
    path: str
    comment: str
    guest: bool
    read_only: bool
    users: tuple[str, ...]
    hosts: tuple[str, ...]
    protocol: Literal["smb"]
