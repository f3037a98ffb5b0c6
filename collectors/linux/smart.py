"""What disks say of their own health: smartctl(8) -j (smartmontools 7.0 and newer)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from auditkit.model.shared.storage import DiskHealth
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

# Virtual disks (vda, xvda, loop, md) have nothing to say; where there is no other, smartctl is not missed.
# --scan names disks behind MegaRAID too: "/dev/bus/0 -d megaraid,8 # /dev/bus/0 [megaraid_disk_08], SCSI device". It calls
# SATA disks scsi; smartctl itself knows better.
_SCAN = 'for d in /sys/block/sd* /sys/block/hd* /sys/block/nvme*; do if [ -e "$d" ]; then smartctl --scan; exit; fi; done'
_ASK = 'set -f; set -- ${1%%#*}; case $3 in scsi) smartctl -j -a "$1" ;; *) smartctl -j -a "$@" ;; esac'
_COULD_NOT_LOOK = 0b11  # bit 0: the command line was not understood; bit 1: the device did not open
_ISCSI = 5  # SPC-4, protocol identifier
_SCSI_NAME = ("scsi_vendor", "scsi_product")
_VIRTUAL = ("VMware", "VBOX", "Virtual disk", "QEMU", "Msft", "Xen")


@probe(
    "linux.smart",
    Shell(_ASK, root=True, seconds=30),
    each=Shell(_SCAN, root=True),
    codes=range(256),  # a mask of bits, read below
)
def smart(reply: Reply) -> Iterator[DiskHealth]:
    """One disk. Volumes of a controller and virtual disks have no health of their own."""
    said = json.loads(reply.text)
    words = reply.arg.partition("#")[0].split()
    if (reply.code or 0) & _COULD_NOT_LOOK:
        raise NotUnderstood(f"smartctl could not look: {_message(said)}")
    name = " ".join([words[0], *(w for w in words[2:] if "," in w)])
    model = str(said.get("model_name") or said.get("scsi_model_name") or " ".join(str(said.get(k, "")) for k in _SCSI_NAME).strip())
    passed = _at(said, "smart_status", "passed")
    if "LOGICAL VOLUME" in model.upper():
        raise NotUnderstood(f"{name} is a volume of a RAID controller ({model}): its disks must be asked through the controller's tool")
    if _at(said, "scsi_transport_protocol", "value") == _ISCSI:
        raise NotHere(f"{name} ({model}) is a volume over iSCSI: the disks below it are another system's")
    if passed is None:
        if _at(said, "smart_support", "available") is False or any(v in model for v in _VIRTUAL):
            raise NotHere(f"{name} ({model}) has no SMART")
        raise NotUnderstood(f"{name}: no verdict: {_message(said)}")
    attributes = {row["id"]: row["raw"]["value"] for row in _at(said, "ata_smart_attributes", "table") or []}
    yield DiskHealth(
        device=name,
        model=model,
        serial=str(said.get("serial_number", "")),
        passed=bool(passed) and not reply_bit(reply, 3),
        reallocated=attributes.get(5, said.get("scsi_grown_defect_list")),
        pending=attributes.get(197),
        wear_pct=_first(said, ("nvme_smart_health_information_log", "percentage_used"), ("endurance_used", "current_percent")),
        errors=_first(said, ("nvme_smart_health_information_log", "media_errors"), ("ata_smart_error_log", "summary", "count")),
        power_on_h=_at(said, "power_on_time", "hours"),
        temperature_c=_at(said, "temperature", "current"),
    )


def reply_bit(reply: Reply, bit: int) -> bool:
    """A bit of the exit status: 3 = the disk is failing, 4 = an attribute is at its threshold now, 6 = errors in its log."""
    return bool((reply.code or 0) & (1 << bit))


def _at(said: Any, *path: str) -> Any:
    for key in path:
        said = said.get(key) if isinstance(said, Mapping) else None
    return said


def _first(said: Any, *paths: tuple[str, ...]) -> Any:
    return next((v for path in paths if (v := _at(said, *path)) is not None), None)


def _message(said: Any) -> str:
    told = [str(m.get("string", "")) for m in _at(said, "smartctl", "messages") or []]
    return "; ".join(told) or "smartctl gives no reason"
