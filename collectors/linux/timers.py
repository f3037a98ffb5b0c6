"""Timers of systemd with what they start (systemctl(1) show). Arguments may hold passwords, so the reply is a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.software import ScheduledTask
from auditkit.probing import Reply, probe

from ._systemd import units as blocks

_PROPERTIES = "Id,Unit,TimersCalendar,TimersMonotonic,ActiveState,UnitFileState,User,ExecStart"
_ARGV = re.compile(r"argv\[\]=(.*?) ; (?:ignore_errors|flags)=")


@probe(
    "linux.timers",
    f"systemctl show --all --no-pager --property={_PROPERTIES} '*.timer' '*.service'",
    secret=True,
    missing="no systemd here",
)
def timers(reply: Reply) -> Iterator[ScheduledTask]:
    """A timer names its unit; that one's command line and account are in the same reply, else they could not be seen."""
    found = {u["Id"][0]: u for u in blocks(reply.text)}
    for name in sorted(n for n in found if n.endswith(".timer")):
        timer = found[name]
        started = timer.get("Unit", [""])[0] or name.removesuffix(".timer") + ".service"
        service = found.get(started)
        yield ScheduledTask(
            kind="timer",
            owner=(service or {}).get("User", [""])[0] or "root",
            schedule="; ".join(_when(timer)),
            command=_command(service) if service else None,
            source=name,
            enabled=timer["ActiveState"][0] == "active",
        )


def _when(timer: dict[str, list[str]]) -> Iterator[str]:
    """`{ OnCalendar=*-*-* 06:00:00 ; next_elapse=... }` -> `OnCalendar=*-*-* 06:00:00`"""
    for said in timer.get("TimersCalendar", []) + timer.get("TimersMonotonic", []):
        yield said.strip("{} ").partition(" ; next_elapse=")[0]


def _command(service: dict[str, list[str]]) -> str | None:
    lines = [_ARGV.findall(said) for said in service.get("ExecStart", [])]
    return "; ".join(a for line in lines for a in line) or None
