"""Volumes, disks and what they say of their health, BitLocker."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.storage import Volume
from auditkit.model.shared.windows import EncryptedVolume, PhysicalDisk
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, number, sure, text, whole

# MSFT_PhysicalDisk: BusType, MediaType, HealthStatus
_BUSES = {1: "scsi", 3: "ata", 6: "fc", 7: "usb", 8: "raid", 9: "iscsi", 10: "sas", 11: "sata", 12: "sd", 14: "virtual", 17: "nvme"}
_MEDIA = {3: "hdd", 4: "ssd", 5: "scm"}
_HEALTH = {0: "healthy", 1: "warning", 2: "unhealthy", 5: "unknown"}


@probe("windows.volumes", PowerShell("volumes"), on=("windows",))
def volumes(reply: Reply) -> Iterator[Volume]:
    """Win32_LogicalDisk of type 3 (fixed). A volume that is not formatted, or locked by BitLocker, has no size: left to that probe."""
    for row in Section(reply, "Win32_LogicalDisk").rows("Win32_LogicalDisk"):
        size, free = number(row, "Size"), number(row, "FreeSpace")
        if whole(row, "DriveType") != 3 or (size is None and free is None):
            continue
        if not size or free is None or free > size:
            raise NotUnderstood(f"{text(row, 'DeviceID')}: {free} free of {size}")
        yield Volume(
            mount=text(row, "DeviceID"), device=text(row, "DeviceID"), fs=text(row, "FileSystem").lower(), size_bytes=size,
            used_bytes=size - free, avail_bytes=free, used_pct=-(-100 * (size - free) // size), remote=False, read_only=False, pseudo=False,
        )  # fmt: skip


@probe("windows.disks", PowerShell("disks"), on=("windows",))
def disks(reply: Reply) -> Iterator[PhysicalDisk]:
    """Win32_DiskDrive, with MSFT_PhysicalDisk of the same number and the SMART prediction of the same device."""
    section = Section(reply, "Win32_DiskDrive", "MSStorageDriver_FailurePredictStatus", "MSFT_PhysicalDisk")
    word = "MSStorageDriver_FailurePredictStatus"
    smart = {} if section.failed(word) else {text(r, "InstanceName").lower(): sure(r, "PredictFailure") for r in section.rows(word)}
    known = {} if section.failed("MSFT_PhysicalDisk") else {text(r, "DeviceId"): r for r in section.rows("MSFT_PhysicalDisk")}
    for row in section.rows("Win32_DiskDrive"):
        more = known.get(str(whole(row, "Index")))
        pnp = text(row, "PNPDeviceID").lower()
        failing = next((said for name, said in smart.items() if name.rpartition("_")[0] == pnp or name == pnp), None)
        yield _disk(row, more, failing)


def _disk(row: Row, more: Row | None, failing: bool | None) -> PhysicalDisk:
    bus = _BUSES.get(number(more, "BusType") or 0, "") if more else text(row, "InterfaceType").lower()
    health = number(more, "HealthStatus") if more else None
    if health is not None and health not in _HEALTH:
        raise NotUnderstood(f"HealthStatus {health}")
    return PhysicalDisk(
        name=text(row, "DeviceID"), model=text(row, "Model").strip(), serial=_serial(text(row, "SerialNumber")),
        size_bytes=number(row, "Size"), bus=bus, media=_MEDIA.get(number(more, "MediaType") or 0, "") if more else "",
        health=None if health is None else _HEALTH[health], failing=failing,  # type: ignore[arg-type]
    )  # fmt: skip


def _serial(said: str) -> str:
    """Windows 7 and Vista give the 20 letters of an ATA serial number as 40 hexadecimal digits, the bytes of each word swapped.

    >>> _serial("2020202057202d44435731413238333934303539"), _serial(" S4EVNF0M ")
    ('WD-WCA182930495', 'S4EVNF0M')
    """
    if not re.fullmatch(r"[0-9a-fA-F]{40}", said.strip()):
        return said.strip()
    raw = bytes.fromhex(said.strip())
    turned = b"".join(raw[n : n + 2][::-1] for n in range(0, len(raw), 2))
    return turned.decode("ascii").strip() if turned.isascii() and turned.decode("ascii").isprintable() else said.strip()


@probe("windows.bitlocker", PowerShell("bitlocker"), on=("windows",), missing="BitLocker is not installed here")
def bitlocker(reply: Reply) -> Iterator[EncryptedVolume]:
    """Win32_EncryptableVolume: ProtectionStatus 0 off, 1 on, 2 unknown (locked)."""
    section = Section(reply, "system", "Win32_EncryptableVolume")
    system = section.one("system")
    if system is None:
        raise NotUnderstood("the system drive is not named")
    for row in section.rows("Win32_EncryptableVolume"):
        status = whole(row, "ProtectionStatus")
        if status not in (0, 1, 2):
            raise NotUnderstood(f"ProtectionStatus {status}")
        letter = text(row, "DriveLetter")
        yield EncryptedVolume(
            volume=letter or text(row, "DeviceID"), protected=None if status == 2 else status == 1, system=letter == text(system, "drive")
        )
