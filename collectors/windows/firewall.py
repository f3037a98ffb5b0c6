"""Profiles of the firewall of Windows, as they work: a policy counts before the local value."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.windows import FirewallProfile
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Section, number, sure, text

_PROFILES = {"DomainProfile": "domain", "StandardProfile": "private", "PublicProfile": "public"}


@probe("windows.firewall", PowerShell("firewall"), on=("windows",))
def firewall(reply: Reply) -> Iterator[FirewallProfile]:
    """EnableFirewall not set = on (MS-GPFAS 2.2.2); DefaultInboundAction not set = block; 0 = allow. The private profile is "Standard"."""
    section = Section(reply, "local", "policy")
    local = {text(r, "profile"): r for r in section.rows("local")}
    policy = {text(r, "profile"): r for r in section.rows("policy")}
    if set(local) != set(_PROFILES) or set(policy) != set(_PROFILES):
        raise NotUnderstood(f"profiles {sorted(local)} and {sorted(policy)}")
    if not any(sure(r, "there") for r in local.values()):
        raise NotUnderstood("no key of the firewall is there")
    for profile, name in _PROFILES.items():
        said = number(policy[profile], "EnableFirewall")
        inbound = number(policy[profile], "DefaultInboundAction")
        enabled = number(local[profile], "EnableFirewall") if said is None else said
        action = number(local[profile], "DefaultInboundAction") if inbound is None else inbound
        yield FirewallProfile(
            profile=name, enabled=enabled != 0, inbound="allow" if action == 0 else "block", by_policy=said is not None  # type: ignore[arg-type]
        )
