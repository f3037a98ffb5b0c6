"""The DHCP server of Windows: scopes, how full they are, failover. By its cmdlets, which Windows Server 2012 brought."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from auditkit.model.shared.services import DhcpRange
from auditkit.model.shared.windows_roles import DhcpScopeUse
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, number, text, texts, whole

_ROUTER, _DNS = 3, 6  # options of RFC 2132


@probe("windows.dhcp", PowerShell("dhcprole"), on=("windows",))
def dhcp(reply: Reply) -> Iterator[DhcpRange | DhcpScopeUse]:
    """Options of a scope go before those of the server. used_pct: of what is free and in use together."""
    section = Section(reply, "Win32_Service", "scope", "option", "use", "failover")
    if section.blank:
        raise NotHere("no DHCP server here")
    options = {(text(r, "id"), whole(r, "option")): texts(r, "value") for r in section.rows("option")}
    use = {text(r, "id"): r for r in section.rows("use")}
    partners = {text(r, "id"): text(r, "name") for r in section.rows("failover")}
    for row in section.rows("scope"):
        scope = text(row, "id")
        subnet = str(ipaddress.ip_network(f"{scope}/{text(row, 'mask')}", strict=False))
        begins, ends = text(row, "begins"), text(row, "ends")
        yield DhcpRange(
            product="windows", subnet=subnet, begins=begins, ends=ends, routers=_option(options, scope, _ROUTER),
            servers=_option(options, scope, _DNS),
        )  # fmt: skip
        if scope not in use:
            raise NotUnderstood(f"how full {scope} is is not told")
        free, used = _count(use[scope], "free", "free2"), _count(use[scope], "used", "used2")
        yield DhcpScopeUse(
            subnet=subnet, name=text(row, "title"), active=text(row, "state").lower() == "active", begins=begins, ends=ends, free=free,
            in_use=used, used_pct=round(100 * used / (free + used), 1) if free + used else 100.0, failover=partners.get(scope, ""),
        )  # fmt: skip
    if not section.rows("scope"):
        raise NotHere("the DHCP server has no scope")


def _option(options: dict[tuple[str, int], tuple[str, ...]], scope: str, wanted: int) -> tuple[str, ...]:
    return options.get((scope, wanted)) or options.get(("", wanted)) or ()


def _count(row: Row, *names: str) -> int:
    """Free and InUse, or AddressesFree and AddressesInUse: the same under two names, by version."""
    found = [n for n in (number(row, name) for name in names) if n is not None]
    if not found:
        raise NotUnderstood("how full a scope is is not told")
    return found[0]
