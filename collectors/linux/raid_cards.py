"""RAID controllers that no reader here can ask (PCI class 0104): an unknown in the table of arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.storage import Raid
from auditkit.probing import NotHere, NotUnderstood, Reply, probe

from ._raid_cards import ADAPTEC, BUS, HPE, LSI, NO_BUS


@probe("linux.other_raid", f"grep -HE 'bc01sc04' {BUS}", codes=(0, 1, 2), harmless=NO_BUS)
def other_raid(reply: Reply) -> Iterator[Raid]:
    """Controllers that no reader here knows: an unknown. Those of the other probes are theirs; Intel's only help md and LVM."""
    strange: list[str] = []
    for line in reply.lines():
        card = re.search(r":pci:(v0000([0-9A-F]{4})d0000([0-9A-F]{4})sv.*)$", line)
        if not card:
            raise NotUnderstood(f"no modalias of a PCI device: {line[:80]!r}")
        if card[2] != "8086" and not any(re.match(known, card[1]) for known in (LSI, HPE, ADAPTEC)):
            strange.append(f"{card[2]}:{card[3]}".lower())
    if strange:
        raise NotUnderstood(f"a RAID controller that this program cannot ask: PCI {', '.join(sorted(strange))}")
    raise NotHere("no RAID controller of another maker")
    yield  # makes it a generator
