"""Power supplies, fans and temperatures (Power, Thermal; since 2020.4 PowerSubsystem and ThermalSubsystem)."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.iron import IronPart
from auditkit.probing import NotHere, Reply, Resources, probe

from ._rows import Resource, plugged, resources


@probe("redfish.power", Resources("Chassis/Power"), on=("redfish",))
def power(reply: Reply) -> Iterator[IronPart]:
    """Power 1.7: its PowerSupplies. An empty bay is none."""
    held = [r for r in resources(reply) if r.tells("PowerSupplies")]
    found = [p for r in held for p in r.parts("PowerSupplies") if not p.empty]
    if held and not found:
        raise NotHere("every place for a power supply is empty")
    yield from map(_supply, found)


@power.otherwise(Resources("Chassis/PowerSubsystem/PowerSupplies"))
def supplies(reply: Reply) -> Iterator[IronPart]:
    """PowerSupply 1.5, on controllers that no longer have Power."""
    yield from (_supply(r) for r in plugged(reply, "a power supply"))


def _supply(r: Resource) -> IronPart:
    return IronPart(
        kind="power supply", ref=r.at, name=r.text("Name", "MemberId", "Id"), model=r.text("Model"), serial=r.serial("SerialNumber"),
        health=r.health(), reading=r.number("LastPowerOutputWatts"), bound=None,
    )  # fmt: skip


@probe("redfish.thermal", Resources("Chassis/Thermal"), on=("redfish",))
def thermal(reply: Reply) -> Iterator[IronPart]:
    """Thermal 1.7: Fans and Temperatures."""
    held = list(resources(reply))
    made = [_fan(p, "Reading") for r in held for p in r.parts("Fans") if not p.empty]
    made += [_temperature(p) for r in held for p in r.parts("Temperatures") if not p.empty]
    if held and not made:
        raise NotHere("neither a fan nor a sensor is told")
    yield from made


@thermal.otherwise(Resources("Chassis/ThermalSubsystem/Fans"))
def fans(reply: Reply) -> Iterator[IronPart]:
    """Fan 1.5, on controllers that no longer have Thermal."""
    yield from (_fan(r, "SpeedPercent.Reading") for r in plugged(reply, "a fan"))


def _temperature(r: Resource) -> IronPart:
    return IronPart(
        kind="temperature", ref=r.at, name=r.text("Name", "MemberId"), model="", serial="", health=r.health(),
        reading=r.number("ReadingCelsius"), bound=r.number("UpperThresholdCritical"),
    )  # fmt: skip


def _fan(r: Resource, reading: str) -> IronPart:
    return IronPart(
        kind="fan", ref=r.at, name=r.text("Name", "FanName", "MemberId"), model=r.text("Model"), serial=r.serial("SerialNumber"),
        health=r.health(), reading=r.number(reading), bound=r.number("LowerThresholdCritical"),
    )  # fmt: skip
