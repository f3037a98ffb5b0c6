"""Units of the service manager: systemd (systemctl(1) show), or OpenRC (rc-status(8))."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.software import Service
from auditkit.probing import NotUnderstood, Reply, probe

from ._systemd import units as blocks

_KINDS = "'*.service' '*.socket' '*.timer' '*.path' '*.mount' '*.automount' '*.swap'"


@probe(
    "linux.units",
    f"systemctl show --all --no-pager --property=Id,LoadState,ActiveState,SubState,UnitFileState,Description {_KINDS}",
)
def units(reply: Reply) -> Iterator[Service]:
    """Units in memory. What is named by others but has no file (not-found) and never ran is none."""
    for unit in blocks(reply.text):
        name, load, state = unit["Id"][0], unit["LoadState"][0], unit["ActiveState"][0]
        if load in ("not-found", "masked") and state == "inactive":
            continue
        yield Service(
            name=name,
            state=state,
            sub=unit["SubState"][0],
            enabled=unit.get("UnitFileState", [""])[0],
            failed=state == "failed",
            description=unit.get("Description", [""])[0],
        )


@units.otherwise("rc-status --all --nocolor")
def _(reply: Reply) -> Iterator[Service]:
    """`Runlevel: default`, then ` sshd   [  started  ]`; what hangs under a dynamic level was not enabled by hand."""
    level = ""
    seen: dict[str, Service] = {}
    for line in reply.lines():
        head = re.match(r"(?:Runlevel|Dynamic Runlevel): (\S+)", line)
        row = re.match(r"\s+(\S+)\s+\[\s*([a-z]+)[^\]]*\]", line)
        if head:
            level = head[1]
        elif row:
            state = {"started": "active", "stopped": "inactive", "crashed": "failed"}.get(row[2], row[2])
            enabled = "enabled" if level in ("sysinit", "boot", "default", "nonetwork", "shutdown") else ""
            unit = Service(name=row[1], state=state, sub=row[2], enabled=enabled, failed=row[2] == "crashed", description="")
            seen.setdefault(row[1], unit)
        elif not line.startswith(("Caching", " *")):
            raise NotUnderstood(f"neither level nor service: {line[:80]!r}")
    yield from seen.values()
