"""Uninterruptible power supplies: facts that checks, reports and the failure model share."""

from __future__ import annotations

from datetime import date

from auditkit.model import fact


@fact(key=("name",))
class UpsBattery:
    """More of a power supply (see Ups). serial: "" = not told. replaced_on: date of the battery; None = the supply does not tell."""

    name: str
    serial: str
    on_battery: bool
    low: bool
    overloaded: bool
    load_pct: float | None
    replaced_on: date | None
