"""Arrays of RAID controllers, by the tools of their makers. A controller whose tool is not installed leaves an unknown, never silence.

The controller is found on the PCI bus (class 0104, modalias in sysfs), so that hosts without one are not suspected.
Sources: Broadcom StorCLI reference manual, HPE Smart Storage Administrator guide, Microchip ARCCONF command line guide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from auditkit.model.shared.storage import DiskHealth, Raid
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

_BUS = "/sys/bus/pci/devices/*/modalias"
_NO_BUS = r"^grep: /sys/bus/pci/devices/\*/modalias: No such file or directory$"
_NO = 127


def _ask(pattern: str, maker: str, tools: str, arguments: str) -> Shell:
    """Leave with 127 where no such controller is; else run the first tool that is there; else say on stderr what to install."""
    return Shell(
        f"grep -qE '^pci:{pattern}' {_BUS} || exit {_NO}; for t in {tools}; do"
        f' if command -v "$t" >/dev/null; then "$t" {arguments}; exit; fi; done;'
        f' echo "a {maker} RAID controller is here, but none of its tools ({tools}): install one and ask again" >&2; exit 3',
        root=True,
        seconds=90,
    )


_STORCLI = "storcli64 storcli perccli64 perccli /opt/MegaRAID/storcli/storcli64 /opt/MegaRAID/perccli/perccli64"
_LSI = "v00001000.*bc01sc04"
_HPE = "v0000(103C|9005)[^ ]*sv0000(103C|1590).*bc01sc04"
_ADAPTEC = "v00009005d[0-9A-F]{8}sv0000(9005|1028|1014|8086|1D49|19E5).*bc01sc04"


@probe(
    "linux.megaraid",
    _ask(_LSI, "Broadcom/LSI/Dell PERC", _STORCLI, "/call show all J nolog"),
    missing="no MegaRAID controller here",
    harmless=_NO_BUS,
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
    return _health(f"megaraid:c{controller}/{disk['EID:Slt']}", str(disk.get("Model", "")).strip(), good)


def _health(device: str, model: str, passed: bool) -> DiskHealth:
    return DiskHealth(
        device=device, model=model, serial="", passed=passed, reallocated=None, pending=None, wear_pct=None, errors=None,
        power_on_h=None, temperature_c=None,
    )  # fmt: skip


@probe(
    "linux.smart_array",
    _ask(_HPE, "HPE Smart Array", "ssacli hpssacli hpacucli /opt/smartstorageadmin/ssacli/bin/ssacli", "ctrl all show config"),
    missing="no HPE Smart Array controller here",
    harmless=_NO_BUS,
)
def smart_array(reply: Reply) -> Iterator[Raid | DiskHealth]:
    """Indented text: a controller, its arrays, in them `logicaldrive 1 (136.7 GB, RAID 1, OK)` and `physicaldrive 1I:1:1 (…, OK)`."""
    slot, array, drives = "", "", 0
    volumes: list[tuple[str, str, str, str]] = []
    disks: list[tuple[str, str, str, str]] = []
    for line in reply.lines():
        text = line.strip()
        card = re.search(r" in Slot (\w+)", text)
        logical = re.match(r"logicaldrive (\d+) \(([^()]*)\)", text)
        physical = re.match(r"physicaldrive (\S+) \((.*)\)$", text)
        if card:
            slot, array = card[1], ""
        elif text.startswith(("Array ", "array ", "Unassigned", "unassigned")):
            array = text.split(" (")[0]
        elif logical:
            cells = [c.strip() for c in logical[2].split(",")]
            volumes.append((f"smartarray:{slot}/{logical[1]}", f"{slot} {array}", cells[1], cells[2]))
        elif physical:
            cells = [c.strip() for c in physical[2].split(",")]
            state = next((c for c in cells if re.match(r"(OK|Failed|Predictive Failure|Rebuilding|Erase|Offline|Not)", c)), cells[-1])
            disks.append((physical[1], f"{slot} {array}", state, "spare" if "spare" in cells else ""))
        drives += bool(logical or physical)
    if not drives:
        raise NotHere("the controller has no drives")
    yield from _smart_array(volumes, disks)


def _smart_array(volumes: list[tuple[str, str, str, str]], disks: list[tuple[str, str, str, str]]) -> Iterator[Raid | DiskHealth]:
    for name, array, level, state in volumes:
        own = [d for d in disks if d[1] == array]
        yield Raid(
            name=name, level=level.lower(), state=state, members=tuple(d[0] for d in own if d[2] != "Failed" and not d[3]),
            failed=tuple(d[0] for d in own if d[2] == "Failed"), spare=tuple(d[0] for d in own if d[3]), degraded=state != "OK",
            progress=state.lower() if "Rebuilding" in state or "Recovering" in state else "",
        )  # fmt: skip
    for device, array, state, _ in disks:
        yield _health(f"smartarray:{array.split(' ')[0]}/{device}", "", state in ("OK", "Rebuilding"))


@probe(
    "linux.adaptec",
    _ask(_ADAPTEC, "Adaptec/Microchip", "arcconf /usr/Arcconf/arcconf /usr/StorMan/arcconf", "getconfig 1 ld nologs"),
    missing="no Adaptec controller here",
    harmless=_NO_BUS,
)
def adaptec(reply: Reply) -> Iterator[Raid]:
    """Controller 1; `Logical device number 0`, then `Name : value` lines, segments as `Segment 0 : Present (…) serial`."""
    found = re.search(r"^Controllers found: (\d+)", reply.text, re.M)
    if not found:
        raise NotUnderstood("no number of controllers")
    for block in re.split(r"^Logical [Dd]evice number ", reply.text, flags=re.M)[1:]:
        said = {k.strip().lower(): v.strip() for k, _, v in (line.partition(" : ") for line in block.splitlines()[1:])}
        segments = [v for k, v in said.items() if re.match(r"segment \d+$", k)]
        yield Raid(
            name=f"adaptec:c1/v{block.split(None, 1)[0]}", level=f"raid{said['raid level']}", state=said["status of logical device"],
            members=tuple(s for s in segments if s.startswith("Present")), failed=tuple(s for s in segments if not s.startswith("Present")),
            spare=(), degraded=said["status of logical device"] != "Optimal", progress="",
        )  # fmt: skip
    if int(found[1]) > 1:
        raise NotUnderstood(f"{found[1]} controllers, and only the first was asked")
    if "No logical devices configured" in reply.text:
        raise NotHere("the controller has no logical device")


@probe("linux.other_raid", f"grep -HE 'bc01sc04' {_BUS}", codes=(0, 1, 2), harmless=_NO_BUS)
def other_raid(reply: Reply) -> Iterator[Raid]:
    """Controllers that no reader here knows: an unknown. Those of the other probes are theirs; Intel's only help md and LVM."""
    strange: list[str] = []
    for line in reply.lines():
        card = re.search(r":pci:(v0000([0-9A-F]{4})d0000([0-9A-F]{4})sv.*)$", line)
        if not card:
            raise NotUnderstood(f"no modalias of a PCI device: {line[:80]!r}")
        if card[2] != "8086" and not any(re.match(known, card[1]) for known in (_LSI, _HPE, _ADAPTEC)):
            strange.append(f"{card[2]}:{card[3]}".lower())
    if strange:
        raise NotUnderstood(f"a RAID controller that this program cannot ask: PCI {', '.join(sorted(strange))}")
    raise NotHere("no RAID controller of another maker")
    yield  # makes it a generator
