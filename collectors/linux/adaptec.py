"""Arrays of Adaptec (Microchip) controllers: arcconf (ARCCONF command line utility user guide, GETCONFIG)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.storage import Raid
from auditkit.probing import NotHere, NotUnderstood, Reply, probe

from ._raid_cards import ADAPTEC, NO_BUS, ask


@probe(
    "linux.adaptec",
    ask(ADAPTEC, "Adaptec/Microchip", "arcconf /usr/Arcconf/arcconf /usr/StorMan/arcconf", "getconfig 1 ld nologs"),
    missing="no Adaptec controller here",
    harmless=NO_BUS,
)
def adaptec(reply: Reply) -> Iterator[Raid]:
    """Controller 1; `Logical device number 0`, then `Name : value` lines, segments as `Segment 0 : Present (...) serial`."""
    found = re.search(r"^Controllers found: (\d+)", reply.text, re.M)
    if not found or "Command completed successfully" not in reply.text:
        raise NotUnderstood("the answer has no number of controllers, or no end")
    for block in re.split(r"^Logical [Dd]evice number ", reply.text, flags=re.M)[1:]:
        yield _array(block)
    if int(found[1]) > 1:
        raise NotUnderstood(f"{found[1]} controllers, and only the first was asked")
    if "No logical devices configured" in reply.text:
        raise NotHere("the controller has no logical device")


def _array(block: str) -> Raid:
    said = {k.strip().lower(): v.strip() for k, _, v in (line.partition(" : ") for line in block.splitlines()[1:])}
    segments = {k: v for k, v in said.items() if re.match(r"segment \d+$", k)}
    state = said["status of logical device"]
    return Raid(
        name=f"adaptec:c1/v{block.split(None, 1)[0]}", level=f"raid{said['raid level']}", state=state,
        members=tuple(v.split()[-1] for v in segments.values() if v.startswith("Present")),
        failed=tuple(k for k, v in segments.items() if not v.startswith("Present")), spare=(), degraded=state != "Optimal", progress="",
    )  # fmt: skip
