"""Power supplies of a NUT server (RFC 9271; names of variables: RFC 9271, appendix A)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from auditkit.model.shared.host import Ups
from auditkit.model.shared.power import UpsBattery
from auditkit.probing import NotUnderstood, Reply, UpsVariables, probe

_VAR = re.compile(r'VAR (?P<ups>\S+) (?P<name>[\w.]+) "(?P<value>(?:[^"\\]|\\.)*)"')
_STATES = frozenset({"OL", "OB", "BYPASS", "OFF"})  # one of them stands in every status that a driver has read (RFC 9271, 5.1)
_DATE = re.compile(r"(\d{4})[-/.](\d\d)[-/.](\d\d)|(\d\d)/(\d\d)/(\d\d)(\d\d)?")


@probe("power.nut", UpsVariables(), on=("nut",))
def nut(reply: Reply) -> Iterator[Ups | UpsBattery]:
    """`VAR <ups> <name> "<value>"` lines; without ups.status nothing is known of it."""
    said: dict[str, str] = {}
    for line in reply.lines():
        m = _VAR.fullmatch(line)
        if m is None or m["ups"] != reply.arg:
            raise NotUnderstood(f"no variable: {line[:80]!r}")
        said[m["name"]] = re.sub(r"\\(.)", r"\1", m["value"])
    if "ups.status" not in said:
        raise NotUnderstood("no ups.status")
    status = said["ups.status"].split()
    if not _STATES & set(status):
        raise NotUnderstood(f"ups.status {said['ups.status'][:40]!r} tells no state of the line")
    yield Ups(
        name=reply.arg, vendor=_text(said, "ups.mfr", "device.mfr"), model=_text(said, "ups.model", "device.model"),
        status=said["ups.status"], charge_pct=number(said, "battery.charge"), runtime_s=number(said, "battery.runtime"),
        replace_battery="RB" in status,
    )  # fmt: skip
    yield UpsBattery(
        name=reply.arg, serial=_text(said, "ups.serial", "device.serial"), on_battery="OB" in status, low="LB" in status,
        overloaded="OVER" in status, load_pct=number(said, "ups.load"),
        replaced_on=day(said.get("battery.mfr.date") or said.get("battery.date", "")),
    )  # fmt: skip


def _text(said: Mapping[str, str], *names: str) -> str:
    return next((said[n].strip() for n in names if said.get(n, "").strip()), "")


def number(said: Mapping[str, str], name: str) -> float | None:
    """A variable as a number; None where it is not told. Raises ValueError."""
    return float(said[name]) if name in said else None


def day(text: str) -> date | None:
    """2019/03/01, 2019-03-01 or, as American units write it, 03/01/19; None where nothing is told. Raises NotUnderstood, ValueError.

    >>> day("03/01/19"), day("2019/03/01")
    (datetime.date(2019, 3, 1), datetime.date(2019, 3, 1))
    """
    if not text.strip() or text.strip().lower() in ("not set", "n/a", "unknown"):
        return None
    m = _DATE.fullmatch(text.strip())
    if m is None:
        raise NotUnderstood(f"no date: {text[:40]!r}")
    if m[1]:
        return date(int(m[1]), int(m[2]), int(m[3]))
    return date(int(m[6] + m[7]) if m[7] else 2000 + int(m[6]), int(m[4]), int(m[5]))
