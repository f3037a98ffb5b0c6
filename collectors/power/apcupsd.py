"""A power supply that apcupsd watches (apcupsd manual, "apcupsd Status Logging")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditkit.model.shared.host import Ups
from auditkit.model.shared.power import UpsBattery
from auditkit.probing import ApcStatus, NotUnderstood, Reply, probe

from .nut import day

_SECONDS = {"Seconds": 1, "Minutes": 60, "Hours": 3600, "Percent": 1}


@probe("power.apcupsd", ApcStatus(), on=("apcupsd",))
def apcupsd(reply: Reply) -> Iterator[Ups | UpsBattery]:
    """`NAME     : value` lines from APC to END APC."""
    said = {name.strip(): value.strip() for name, colon, value in (s.partition(":") for s in reply.lines()) if colon}
    if "APC" not in said or "END APC" not in said or "STATUS" not in said:
        raise NotUnderstood("no status from APC to END APC")
    status = said["STATUS"].split()
    if "COMMLOST" in status:
        raise NotUnderstood("apcupsd has lost the power supply (COMMLOST): what it tells is old")
    name = said.get("UPSNAME") or said.get("HOSTNAME", "")
    yield Ups(
        name=name, vendor="APC", model=said.get("MODEL", ""), status=said["STATUS"], charge_pct=_amount(said, "BCHARGE"),
        runtime_s=_amount(said, "TIMELEFT"), replace_battery=None if said.get("DRIVER", "").startswith("DUMB") else "REPLACEBATT" in status,
    )  # fmt: skip
    yield UpsBattery(
        name=name, serial=said.get("SERIALNO", ""), on_battery="ONBATT" in status, low="LOWBATT" in status,
        overloaded="OVERLOAD" in status, load_pct=_amount(said, "LOADPCT"), replaced_on=day(said.get("BATTDATE", "")),
    )  # fmt: skip


def _amount(said: Mapping[str, str], name: str) -> float | None:
    """`85.0 Percent`, `27.5 Minutes` (in seconds). None where it is not told. Raises ValueError, LookupError."""
    if said.get(name, "N/A") == "N/A":
        return None
    value, _, unit = said[name].partition(" ")
    return float(value) * _SECONDS[unit.split(" ")[0]]
