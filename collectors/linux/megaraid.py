"""Arrays of Broadcom (LSI) MegaRAID and Dell PERC controllers: StorCLI and PerCLI (StorCLI reference manual, JSON output)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from auditkit.model.shared.storage import DiskHealth, Raid
from auditkit.probing import NotUnderstood, Reply, probe

from ._raid_cards import LSI, NO_BUS, ask, health

_STORCLI = "storcli64 storcli perccli64 perccli /opt/MegaRAID/storcli/storcli64 /opt/MegaRAID/perccli/perccli64"


@probe(
    "linux.megaraid",
    ask(LSI, "Broadcom/LSI/Dell PERC", _STORCLI, "/call show all J nolog"),
    missing="no MegaRAID controller here",
    harmless=NO_BUS,
)
def megaraid(reply: Reply) -> Iterator[Raid | DiskHealth]:
    """JSON: a controller each, with "VD LIST" and "PD LIST". Optl is the only good state; rebuilding arrays are still degraded."""
    for controller in json.loads(reply.text)["Controllers"]:
        status, data = controller["Command Status"], controller.get("Response Data", {})
        if status["Status"] != "Success":
            raise NotUnderstood(f"the controller says: {status.get('Description', status['Status'])}")
        number = status["Controller"]
        disks = data.get("PD LIST", [])
        for drive in data.get("VD LIST", []):
            yield _virtual(number, drive, disks)
        for disk in disks:
            yield _physical(number, disk)


def _virtual(controller: Any, drive: dict[str, Any], disks: list[dict[str, Any]]) -> Raid:
    group = drive["DG/VD"].partition("/")[0]
    own = [d for d in disks if str(d["DG"]) == group]
    return Raid(
        name=f"megaraid:c{controller}/v{drive['DG/VD'].rpartition('/')[2]}", level=drive["TYPE"].lower(), state=drive["State"],
        members=tuple(d["EID:Slt"] for d in own if d["State"] == "Onln"),
        failed=tuple(d["EID:Slt"] for d in own if d["State"] in ("Offln", "Failed", "Msng", "UBad", "Rbld")),
        spare=tuple(d["EID:Slt"] for d in disks if d["State"] in ("GHS", "DHS") and str(d["DG"]) in (group, "-")),
        degraded=drive["State"] != "Optl", progress="rebuild" if any(d["State"] == "Rbld" for d in own) else "",
    )  # fmt: skip


def _physical(controller: Any, disk: dict[str, Any]) -> DiskHealth:
    good = disk["State"] in ("Onln", "GHS", "DHS", "UGood", "JBOD", "Rbld", "Cpybck")
    return health(f"megaraid:c{controller}/{disk['EID:Slt']}", str(disk.get("Model", "")).strip(), good)
