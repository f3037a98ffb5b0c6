"""What the logs of a controller hold beyond mere information (LogService, LogEntry)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from auditkit.model.shared.iron import IronEvent, IronLog
from auditkit.probing import NotUnderstood, Reply, Resources, probe
from auditkit.scrub import scrub

from ._rows import Resource, resources

_SEVERITIES: dict[str, Literal["ok", "warning", "critical"]] = {"ok": "ok", "warning": "warning", "critical": "critical"}


@probe("redfish.system_log", Resources("Systems/LogServices/Entries"), on=("redfish",))
def system_log(reply: Reply) -> Iterator[IronLog | IronEvent]:
    """LogEntry 1.15 of the systems. No log service at all: nothing is told, not even how many entries there are."""
    yield from _read(reply, "system")


@probe("redfish.manager_log", Resources("Managers/LogServices/Entries"), on=("redfish",))
def manager_log(reply: Reply) -> Iterator[IronLog | IronEvent]:
    """LogEntry 1.15 of the controllers."""
    yield from _read(reply, "controller")


def _read(reply: Reply, of: Literal["system", "controller"]) -> Iterator[IronLog | IronEvent]:
    held = list(resources(reply))
    times = [at for r in held if (at := r.moment("Created"))]
    if held:
        yield IronLog(of=of, entries=len(held), newest=max(times, default=None))
    for r in held:
        severity = _severity(r)
        if severity != "ok":
            message = scrub(r.text("Message", "Name"))[:500]
            yield IronEvent(ref=r.at, at=r.moment("Created"), severity=severity, message=message)


def _severity(r: Resource) -> Literal["ok", "warning", "critical"]:
    """An entry without a severity is information (iDRAC's life-cycle log has such)."""
    said = r.text("Severity").lower() or "ok"
    if said not in _SEVERITIES:
        raise NotUnderstood(f"{r.at}: severity {said[:40]!r}")
    return _SEVERITIES[said]
