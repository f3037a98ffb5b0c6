"""Where Windows takes the time from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.windows import TimeSettings
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Section, number, text

_KINDS = {"nt5ds": "domain", "ntp": "ntp", "allsync": "all", "nosync": "none"}
_WORDS = ("Win32_ComputerSystem", "parameters", "policy", "vm_provider", "Win32_Service", "Win32_TimeZone")


@probe("windows.time", PowerShell("time"), on=("windows",))
def time(reply: Reply) -> Iterator[TimeSettings]:
    """w32time's keys; a policy counts before them. NtpServer: "server,0x9 server2,0x1"."""
    section = Section(reply, *_WORDS)
    local, policy, vm = section.one("parameters"), section.one("policy"), section.one("vm_provider")
    service, system = section.rows("Win32_Service"), section.rows("Win32_ComputerSystem")
    if local is None or policy is None or vm is None or not service or not system:
        raise NotUnderstood("one of parameters, policy, vm_provider, Win32_Service, Win32_ComputerSystem is not there")
    said = text(policy, "Type") or text(local, "Type")
    if said.lower() not in _KINDS:
        raise NotUnderstood(f"Type {said!r}")
    servers = text(policy, "NtpServer") or text(local, "NtpServer")
    virtual = re.search(r"(?i)virtual machine", text(system[0], "Model")) is not None
    yield TimeSettings(
        kind=_KINDS[said.lower()], servers=tuple(s.partition(",")[0] for s in servers.split()),  # type: ignore[arg-type]
        vm_provider=virtual and number(vm, "Enabled") == 1, running=text(service[0], "State").lower() == "running",
        by_policy=bool(text(policy, "Type")), virtual=virtual,
    )  # fmt: skip
