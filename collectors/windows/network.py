"""Network adapters, addresses, routes, name servers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from auditkit.model.shared.network import Address, Interface, Resolver, Route, SearchDomain
from auditkit.model.shared.windows import NetbiosSetting
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, number, text, texts, truth, whole

_NETBIOS = {None: "default", 0: "default", 1: "on", 2: "off"}  # TcpipNetbiosOptions
_ORIGINS = {2: "static", 3: "static", 4: "icmp", 8: "rip", 13: "ospf", 14: "bgp"}  # Win32_IP4RouteTable.Protocol
_HARDWARE = re.compile(r"(?i)(pci|usb|vmbus|xenvif|xen|vid_|sd|mf)\\")  # PNPDeviceID; ROOT\, SW\, SWD\, BTH\ are made by software
_WORDS = ("Win32_NetworkAdapter", "Win32_NetworkAdapterConfiguration", "Win32_IP4RouteTable")


@probe("windows.network", PowerShell("network"), on=("windows",))
def network(reply: Reply) -> Iterator[Interface | Address | Route | Resolver | SearchDomain | NetbiosSetting]:
    """Win32_NetworkAdapter, -Configuration (those with IP) and Win32_IP4RouteTable. Adapters without MAC (tunnels) are left out."""
    section = Section(reply, *_WORDS)
    adapters = {whole(r, "Index"): r for r in section.rows("Win32_NetworkAdapter")}
    configured = section.rows("Win32_NetworkAdapterConfiguration")
    for row in adapters.values():
        if text(row, "MACAddress"):
            yield _interface(row)
    servers: dict[str, None] = {}
    domains: dict[str, None] = {}
    for row in configured:
        name = _name(adapters.get(whole(row, "Index")), row)
        yield from _addresses(name, row)
        yield _netbios(name, row)
        servers |= dict.fromkeys(texts(row, "DNSServerSearchOrder"))
        domains |= dict.fromkeys(d for d in texts(row, "DNSDomainSuffixSearchOrder") if d.strip())  # a list of one empty text is met
    for position, server in enumerate(servers, 1):
        yield Resolver(server=server, position=position, stub=ipaddress.ip_address(server).is_loopback)
    for position, domain in enumerate(domains, 1):
        yield SearchDomain(domain=domain, position=position)
    for row in section.rows("Win32_IP4RouteTable"):
        yield _route(row)


def _name(adapter: Row | None, row: Row) -> str:
    """Index makes it unique: two adapters of one model have one description."""
    shown = text(adapter, "NetConnectionID") if adapter else ""
    return shown or f"{text(row, 'Description' if 'Description' in row else 'Name')} ({whole(row, 'Index')})"


def _interface(row: Row) -> Interface:
    status, speed, mac = number(row, "NetConnectionStatus"), number(row, "Speed"), text(row, "MACAddress").lower()
    hardware = _HARDWARE.match(text(row, "PNPDeviceID")) is not None
    up = None if status is None else status in (2, 9)  # connected; authenticating succeeded
    unset = speed is None or speed >= 2**63 - 1
    return Interface(
        name=_name(row, row), mac=mac, hardware_mac=mac if hardware else "", up=up, mtu=None,
        speed_mbps=None if unset or not up else (speed or 0) // 1_000_000, duplex=None, kind="ethernet", master="",
    )  # fmt: skip


def _addresses(name: str, row: Row) -> Iterator[Address]:
    found, masks = texts(row, "IPAddress"), texts(row, "IPSubnet")
    if len(found) != len(masks):
        raise NotUnderstood(f"{name}: {len(found)} addresses and {len(masks)} masks")
    for said, mask in zip(found, masks, strict=True):
        address = ipaddress.ip_address(said.partition("%")[0])
        prefix = int(mask) if address.version == 6 else ipaddress.ip_network(f"0.0.0.0/{mask}").prefixlen
        local = address.is_link_local or address.is_loopback
        yield Address(
            interface=name, address=str(address), prefix=prefix, family="inet" if address.version == 4 else "inet6",
            scope="link" if local else "global", dynamic=truth(row, "DHCPEnabled") if address.version == 4 else None,
            host_address="" if local else str(address),
        )  # fmt: skip


def _netbios(name: str, row: Row) -> NetbiosSetting:
    option = number(row, "TcpipNetbiosOptions")
    if option not in _NETBIOS:
        raise NotUnderstood(f"TcpipNetbiosOptions {option}")
    return NetbiosSetting(adapter=name, setting=_NETBIOS[option])  # type: ignore[arg-type]


def _route(row: Row) -> Route:
    network = ipaddress.ip_network(f"{text(row, 'Destination')}/{text(row, 'Mask')}", strict=False)
    hop = text(row, "NextHop")
    return Route(
        destination="default" if network.prefixlen == 0 else str(network), gateway="" if hop == "0.0.0.0" else hop,
        interface=str(whole(row, "InterfaceIndex")), metric=max(number(row, "Metric1") or 0, 0), family="inet", kind="unicast",
        origin=_ORIGINS.get(number(row, "Protocol") or 0, ""),
    )  # fmt: skip
