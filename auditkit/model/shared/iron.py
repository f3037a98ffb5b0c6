"""Facts that a management controller (iLO, iDRAC, XClarity, BMC) tells of the iron it sits in. DMTF DSP0268, Redfish schemas."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from auditkit.model import Ident, fact

Health = Literal["ok", "warning", "critical"]


@fact(key=("ref",))
class IronSystem:
    """A computer as its controller sees it. ref: its address in the service.

    serial: the one its maker knows it by (Dell: the service tag); "" = none, or a placeholder. health: of it and all in it
    (Status.HealthRollup, else Status.Health); None = not told. power: on, off, "" = on its way. host_name: as the OS told the
    controller; "" = it did not.
    """

    ref: str
    name: str
    vendor: str
    model: str
    serial: Annotated[str | None, Ident("serial")]
    bios_version: str
    power: str
    health: Health | None
    memory_gib: float | None
    processors: int | None
    host_name: str


@fact(key=("ref",))
class IronDrive:
    """A drive. health: None = not told. failure_predicted: by the drive itself. life_left_pct: of a solid-state drive."""

    ref: str
    name: str
    model: str
    serial: str
    media: str
    capacity_bytes: int | None
    health: Health | None
    failure_predicted: bool | None
    life_left_pct: float | None


@fact(key=("ref",))
class IronVolume:
    """A volume of a RAID controller. level: RAIDType, "" = not told."""

    ref: str
    name: str
    level: str
    capacity_bytes: int | None
    health: Health | None


@fact(key=("kind", "ref"))
class IronPart:
    """A power supply, fan or sensor of temperature. Empty slots are none. health: None = not told.

    reading: revolutions, per cent, °C or watts of output, as the part tells; bound: where it becomes critical, None = not told.
    """

    kind: Literal["power supply", "fan", "temperature"]
    ref: str
    name: str
    model: str
    serial: str
    health: Health | None
    reading: float | None
    bound: float | None


@fact(key=("ref",))
class IronController:
    """The controller itself. at: its clock when it was asked; None = not told."""

    ref: str
    name: str
    model: str
    firmware: str
    health: Health | None
    at: datetime | None


@fact(key=("ref",))
class IronEvent:
    """An entry of a controller's log that is no mere information. severity: warning, critical."""

    ref: str
    at: datetime | None
    severity: Literal["warning", "critical"]
    message: str


@fact(key=("of",))
class IronLog:
    """How much the logs of a system or of a controller hold. entries: all of them, mere information too."""

    of: Literal["system", "controller"]
    entries: int
    newest: datetime | None
