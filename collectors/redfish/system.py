"""Systems and the controllers that watch over them (ComputerSystem, Manager)."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.iron import IronController, IronSystem
from auditkit.probing import NotUnderstood, Reply, Resources, probe

from ._rows import Resource, resources


@probe("redfish.systems", Resources("Systems"), on=("redfish",))
def systems(reply: Reply) -> Iterator[IronSystem]:
    """ComputerSystem 1.20. A controller without a system is none that sits in a server."""
    found = [_system(r) for r in resources(reply)]
    if not found:
        raise NotUnderstood("no system at all")
    yield from found


def _system(r: Resource) -> IronSystem:
    """Dell keeps the service tag, by which everybody knows the machine, in SKU; SerialNumber is that of the board there."""
    vendor = r.text("Manufacturer")
    dell = vendor.lower().startswith("dell")
    return IronSystem(
        ref=r.at, name=r.text("Name", "Id"), vendor=vendor, model=r.text("Model"),
        serial=r.serial("SKU", "SerialNumber") if dell else r.serial("SerialNumber"), bios_version=r.text("BiosVersion"),
        power=r.text("PowerState").lower() if r.text("PowerState") in ("On", "Off") else "", health=r.health(),
        memory_gib=r.number("MemorySummary.TotalSystemMemoryGiB"), processors=r.whole("ProcessorSummary.Count"),
        host_name=r.text("HostName"),
    )  # fmt: skip


@probe("redfish.managers", Resources("Managers"), on=("redfish",))
def managers(reply: Reply) -> Iterator[IronController]:
    """Manager 1.19. Its firmware is what attackers of BMCs look for first."""
    for r in resources(reply):
        yield IronController(
            ref=r.at, name=r.text("Name", "Id"), model=r.text("Model"), firmware=r.text("FirmwareVersion"), health=r.health(),
            at=r.moment("DateTime"),
        )  # fmt: skip
