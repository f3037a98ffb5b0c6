"""Arrays of HPE Smart Array controllers: ssacli (HPE Smart Storage Administrator user guide, `show config`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from auditkit.model.shared.storage import DiskHealth, Raid
from auditkit.probing import NotHere, NotUnderstood, Reply, probe

from ._raid_cards import HPE, NO_BUS, ask, health

_TOOLS = "ssacli hpssacli hpacucli /opt/smartstorageadmin/ssacli/bin/ssacli"
_DRIVE = re.compile(r"(logicaldrive|physicaldrive) (\S+) \((.*)\)$")
_STATE = re.compile(r"OK|Failed|Predictive Failure|Rebuilding|Erase|Offline|Not |Waiting")


class _Drive(NamedTuple):
    kind: str
    name: str
    array: str  # slot of the controller and letter of the array
    cells: tuple[str, ...]

    @property
    def state(self) -> str:
        """A word that is known, else the last cell."""
        return next((c for c in self.cells if _STATE.match(c)), self.cells[-1])


@probe(
    "linux.smart_array",
    ask(HPE, "HPE Smart Array", _TOOLS, "ctrl all show config"),
    missing="no HPE Smart Array controller here",
    harmless=NO_BUS,
)
def smart_array(reply: Reply) -> Iterator[Raid | DiskHealth]:
    """A controller, its arrays, in them `logicaldrive 1 (136.7 GB, RAID 1, OK)` and `physicaldrive 1I:1:1 (port..., OK, spare)`."""
    if not re.search(r" in Slot \w+", reply.text):
        raise NotUnderstood("no controller with its slot")
    drives = list(_drives(reply))
    if not drives:
        raise NotHere("the controller has no drives")
    disks = [d for d in drives if d.kind == "physicaldrive"]
    for drive in drives:
        if drive.kind == "logicaldrive":
            yield _array(drive, [d for d in disks if d.array == drive.array])
    for disk in disks:
        yield health(f"smartarray:{disk.array.split(' ')[0]}/{disk.name}", "", disk.state in ("OK", "Rebuilding"))


def _drives(reply: Reply) -> Iterator[_Drive]:
    slot, array = "", ""
    for line in reply.lines():
        text = line.strip()
        card, drive = re.search(r" in Slot (\w+)", text), _DRIVE.match(text)
        if card:
            slot, array = card[1], ""
        elif re.match(r"(array|unassigned)\b", text, re.I):
            array = text.split(" (")[0]
        elif drive:
            yield _Drive(drive[1], drive[2], f"{slot} {array}", tuple(c.strip() for c in drive[3].split(",")))
        elif text.startswith(("logicaldrive", "physicaldrive")):
            raise NotUnderstood(f"no drive: {text[:80]!r}")


def _array(drive: _Drive, disks: list[_Drive]) -> Raid:
    _, level, state = drive.cells[:3]
    return Raid(
        name=f"smartarray:{drive.array.split(' ')[0]}/{drive.name}", level=level.lower().replace(" ", ""), state=state,
        members=tuple(d.name for d in disks if d.state != "Failed" and "spare" not in d.cells),
        failed=tuple(d.name for d in disks if d.state == "Failed"), spare=tuple(d.name for d in disks if "spare" in d.cells),
        degraded=state != "OK", progress=state.lower() if re.search("Rebuilding|Recovering", state) else "",
    )  # fmt: skip
