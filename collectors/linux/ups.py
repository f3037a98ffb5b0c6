"""Power supplies with a battery, as Network UPS Tools see them: upsc(8), "NUT command and variable naming scheme"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditkit.model.shared.host import Ups
from auditkit.probing import NotUnderstood, Reply, probe

from .processor import fields

_STATES = frozenset({"OL", "OB", "BYPASS", "OFF"})  # one of them stands in every status that a driver has read (RFC 9271, 5.1)


@probe(
    "linux.ups",
    'upsc "$1"',
    each="upsc -l",
    missing="no upsc (Network UPS Tools) here",
    harmless=r"^Init SSL without certificate database$",
)
def ups(reply: Reply) -> Iterator[Ups]:
    """`name: value` lines; without ups.status nothing is known of it."""
    said = fields(reply.text)
    if "ups.status" not in said:
        raise NotUnderstood("no ups.status")
    if not _STATES & set(said["ups.status"].split()):
        raise NotUnderstood(f"ups.status {said['ups.status'][:40]!r} tells no state of the line: the driver has not read the supply")
    yield Ups(
        name=reply.arg, vendor=_text(said, "ups.mfr", "device.mfr"), model=_text(said, "ups.model", "device.model"),
        status=said["ups.status"], charge_pct=_number(said, "battery.charge"), runtime_s=_number(said, "battery.runtime"),
        replace_battery="RB" in said["ups.status"].split(),
    )  # fmt: skip


def _text(said: Mapping[str, str], *names: str) -> str:
    return next((said[n] for n in names if n in said), "")


def _number(said: Mapping[str, str], name: str) -> float | None:
    return float(said[name]) if name in said else None
