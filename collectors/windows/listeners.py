"""Ports that wait for others, with the programs and services behind them."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

from auditkit.model.shared.network import Listener
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Section, sure, text, whole

_SYSTEM = (0, 4)  # process numbers of the kernel, which serves SMB and HTTP.sys itself
_DYNAMIC = 49152  # of UDP, RFC 6335: a DNS server holds 2,500 of them, and nobody is let in by them
Place = tuple[Literal["tcp", "udp"], str, int]


@probe("windows.listeners", PowerShell("listeners"), on=("windows",))
def listeners(reply: Reply) -> Iterator[Listener]:
    """MSFT_NetTCPConnection in state Listen (2), MSFT_NetUDPEndpoint below 49152; before Windows Server 2012 without their processes."""
    section = Section(
        reply, "way", "MSFT_NetTCPConnection", "MSFT_NetUDPEndpoint", "Win32_Process", "Win32_Service", "tcp", "udp"
    )  # fmt: skip
    way = section.one("way")
    if way is None:
        raise NotUnderstood("how the ports were asked for is not told")
    found: dict[Place, set[int]] = defaultdict(set)
    if sure(way, "modern"):
        for row in section.rows("MSFT_NetTCPConnection"):
            found["tcp", text(row, "LocalAddress"), whole(row, "LocalPort")].add(whole(row, "OwningProcess"))
        for row in section.rows("MSFT_NetUDPEndpoint"):
            found["udp", text(row, "LocalAddress"), whole(row, "LocalPort")].add(whole(row, "OwningProcess"))
        names = _names(section)
    else:
        found.update({("tcp", text(r, "address"), whole(r, "port")): set() for r in section.rows("tcp")})
        found.update({("udp", text(r, "address"), whole(r, "port")): set() for r in section.rows("udp")})
        names = None
    if not any(proto == "tcp" for proto, _, _ in found):
        raise NotUnderstood("no TCP port at all: there is no such Windows")
    yield from _rows(found, names)


def _rows(found: dict[Place, set[int]], names: dict[int, str] | None) -> Iterator[Listener]:
    merged: dict[Place, set[int]] = defaultdict(set)
    for (proto, address, port), owners in found.items():
        merged[proto, address.partition("%")[0], port] |= owners
    for (proto, address, port), owners in sorted(merged.items()):
        if proto == "udp" and port >= _DYNAMIC:
            continue
        told = None if names is None else [names.get(p) for p in sorted(owners)]
        yield Listener(
            proto=proto, address=address, port=port, public=not ipaddress.ip_address(address).is_loopback, interfaces=(),
            process=None if told is None or None in told else ", ".join(dict.fromkeys(n for n in told if n)),
        )  # fmt: skip


def _names(section: Section) -> dict[int, str] | None:
    """Process -> program, for one that hosts services with their names. None where processes were not told."""
    if section.failed("Win32_Process"):
        return None
    services: dict[int, list[str]] = defaultdict(list)
    if not section.failed("Win32_Service"):
        for row in section.rows("Win32_Service"):
            services[whole(row, "ProcessId")].append(text(row, "Name"))
    names = dict.fromkeys(_SYSTEM, "")
    for row in section.rows("Win32_Process"):
        pid, name = whole(row, "ProcessId"), text(row, "Name")
        if pid not in _SYSTEM:
            names[pid] = f"{name} ({', '.join(sorted(services[pid]))})" if services.get(pid) else name
    return names
