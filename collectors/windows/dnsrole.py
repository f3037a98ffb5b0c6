"""The DNS server of Windows by WMI (root\\MicrosoftDNS): zones, forwarders, sweeping of old records."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.services import DnsServer, DnsZone
from auditkit.model.shared.windows_roles import DnsScavenging, DnsZoneAging
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, number, sure, text, texts, whole

# MicrosoftDNS_Zone.ZoneType as servers send it (MS-DNSP 2.2.5.1.1, DNS_ZONE_TYPE), AllowUpdate, SecureSecondaries
_KINDS = {0: "hint", 1: "primary", 2: "secondary", 3: "stub", 4: "forward"}
_UPDATES = {0: "none", 1: "any", 2: "secure"}
_ANYBODY, _NOBODY = 0, 3


@probe("windows.dns", PowerShell("dnsrole"), on=("windows",))
def dns(reply: Reply) -> Iterator[DnsServer | DnsScavenging | DnsZone | DnsZoneAging]:
    """ScavengingInterval in hours, 0 = never; a zone is swept only where both the server and the zone say so."""
    section = Section(reply, "Win32_Service", "MicrosoftDNS_Server", "MicrosoftDNS_Zone")
    if section.blank:
        raise NotHere("no DNS server here")
    server = section.one("MicrosoftDNS_Server")
    if server is None:
        raise NotUnderstood("the DNS server did not tell its settings")
    recursion = not sure(server, "NoRecursion")
    yield DnsServer(
        product="windows", listen=texts(server, "ListenAddresses"), forwarders=texts(server, "Forwarders"), recursion=recursion,
        recursion_for=("any",) if recursion else (), transfer_to=None,
    )  # fmt: skip
    yield DnsScavenging(interval_h=whole(server, "ScavengingInterval"))
    for row in section.rows("MicrosoftDNS_Zone"):
        yield from _zone(row)


def _zone(row: Row) -> Iterator[DnsZone | DnsZoneAging]:
    name, kind = text(row, "Name").lower(), _KINDS.get(whole(row, "ZoneType"))
    if kind is None:
        raise NotUnderstood(f"zone {name}: ZoneType {row['ZoneType']!r}")
    yield DnsZone(
        product="windows", name=name, kind=kind, masters=texts(row, "MasterServers"), file=text(row, "DataFile"), transfer_to=_transfer(row)
    )
    if kind == "primary":
        updates = _UPDATES.get(whole(row, "AllowUpdate"))
        if updates is None:
            raise NotUnderstood(f"zone {name}: AllowUpdate {row['AllowUpdate']!r}")
        yield DnsZoneAging(
            zone=name, aging=sure(row, "Aging"), in_directory=sure(row, "DsIntegrated"), reverse=sure(row, "Reverse"),
            auto=sure(row, "AutoCreated"), updates=updates,  # type: ignore[arg-type]
        )  # fmt: skip


def _transfer(row: Row) -> tuple[str, ...] | None:
    """0 anybody, 1 servers named in the zone, 2 those listed, 3 nobody."""
    how = number(row, "SecureSecondaries")
    if how is None:
        return None
    named = {_ANYBODY: ("any",), 1: ("name servers of the zone",), _NOBODY: ()}
    return named[how] if how in named else texts(row, "SecondaryServers")
