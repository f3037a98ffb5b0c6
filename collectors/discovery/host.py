"""Devices that answer in a range of addresses: what they say of themselves to anybody."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from auditkit.probing import NotUnderstood, Reply, Sweep, probe
from auditkit.text import decode, one_line

from . import _guess, _smb, _snmp
from ._banner import Said, greeting, headers
from ._dns import ptr_names
from ._guess import SERVICES
from ._tls import Shown, shown
from .seen import SeenDevice, SeenService, SeenSmb

SWEEP = Sweep(
    ports=tuple(SERVICES),
    tls=frozenset({443, 465, 636, 993, 995, 5986, 8006, 8443}),
    http=frozenset({80, 443, 631, 5985, 5986, 8006, 8080, 8443}),
    smb=frozenset({445}),
)
Service = tuple[SeenService, Said]
T = TypeVar("T")


@probe("discovery.host", SWEEP, on=("range",))
def host(reply: Reply) -> Iterator[SeenDevice | SeenService | SeenSmb]:
    """Everything one address showed. What one port said and nobody can read costs that port alone."""
    seen = json.loads(reply.stdout)
    if seen["address"] != reply.arg:
        raise NotUnderstood(f"the reply of {reply.arg} speaks of {seen['address']}")
    opened = [p for p in seen["ports"] if p["state"] == "open"]
    read = [_service(reply.arg, p) for p in opened]
    services = [(service, said) for service, said, _ in read]
    smb = next((made for _, _, made in read if made), None)
    yield _device(seen, services, smb)
    yield from (service for service, _ in services)
    if smb is not None:
        yield smb


def _raw(text: str | None) -> bytes:
    return base64.b64decode(text or "", validate=True)


def _service(address: str, port: dict[str, Any]) -> tuple[SeenService, Said, SeenSmb | None]:
    unread = ["the connection was reset"] if "error" in port else []
    said = _said(port)
    certificate = _certificate(port, unread)
    tls = port.get("tls")
    smb = _smb_of(address, port, unread) if port["port"] in SWEEP.smb else None
    if smb is not None:
        said = _smb_said(smb)
    made = SeenService(
        address=address, port=port["port"], service=SERVICES.get(port["port"], ""), product=said.product, version=said.version,
        banner=said.banner, tls=None if tls is None else "certificate" in tls, tls_version=tls.get("version") if tls else None,
        tls_names=certificate.names if certificate else None, certificate_sha256=certificate.sha256 if certificate else None,
        issuer=certificate.issuer if certificate else None, not_after=certificate.not_after if certificate else None,
        self_signed=certificate.self_signed if certificate else None, unread="; ".join(unread),
    )  # fmt: skip
    return made, said, smb


def _said(port: dict[str, Any]) -> Said:
    if "http" in port:
        return headers(_raw(port["http"]))
    return greeting(_raw(port.get("said")))


def _certificate(port: dict[str, Any], unread: list[str]) -> Shown | None:
    tls = port.get("tls")
    if tls is None:
        return None
    if "failed" in tls:
        unread.append(f"TLS: {one_line(tls['failed'], 100)}")
        return None
    try:
        return shown(_raw(tls["certificate"]))
    except ValueError as e:
        unread.append(f"TLS: {one_line(str(e), 100)}")
        return None


def _smb_of(address: str, port: dict[str, Any], unread: list[str]) -> SeenSmb:
    """A row even where nothing could be read: a server that nobody understood is no server that is in order."""
    told = port.get("smb") or {}
    if "failed" in told:
        unread.append(f"SMB: {one_line(told['failed'], 100)}")
    first = _smb_read(_smb.negotiated, told.get("negotiate"), unread)
    c = _smb_read(_smb.challenge, told.get("challenge"), unread)
    samba = c.version[2] == 0 if c and c.version else None  # Samba says 6.1.0, a Windows that never was
    return SeenSmb(
        address=address, dialect=first.dialect if first else None, signing=first.signing if first else None,
        smb1=None if told.get("smb1") is None else _smb.speaks_smb1(_raw(told["smb1"])),
        computer=c.computer if c else None, workgroup=c.workgroup if c else None, dns_name=c.dns_name.lower() if c else None,
        dns_domain=c.dns_domain.lower() if c else None, forest=c.forest.lower() if c else None, samba=samba,
        build=(".".join(map(str, c.version)) if c.version and not samba else "") if c else None,
    )  # fmt: skip


def _smb_read(read: Callable[[bytes], T], told: str | None, unread: list[str]) -> T | None:
    if told is None:
        return None
    try:
        return read(_raw(told))
    except ValueError as e:
        unread.append(f"SMB: {one_line(str(e), 100)}")
        return None


def _smb_said(smb: SeenSmb) -> Said:
    """Product of the port."""
    if smb.build:
        return Said("Windows SMB", smb.build, _guess.windows(int(smb.build.rpartition(".")[2])))
    if smb.samba:
        return Said("Samba", "", "Samba")
    if smb.dialect:
        return Said("SMB", smb.dialect)
    return Said("SMB 1") if smb.smb1 else Said()


def _device(seen: dict[str, Any], services: list[Service], smb: SeenSmb | None) -> SeenDevice:
    ports = frozenset(s.port for s, _ in services)
    states = [p["state"] for p in seen["ports"]]
    arp = seen["arp"]
    ptr = _or_none(ptr_names, seen["ptr"])
    told = _or_none(_snmp.values, seen["snmp"]) or {}
    description, sys_name = (_octets(told.get(key)) for key in (_snmp.DESCRIPTION, _snmp.NAME))
    name, source = _name(smb, sys_name or "", ptr or (), services)
    guesses = [s.os for _, s in services if s.os]
    guesses = [*(g for g in guesses if g.startswith("Windows")), *([_by_description(description)] if description else []), *guesses]
    return SeenDevice(
        address=seen["address"], mac=arp["mac"] if arp else None, own_mac=arp["mac"] if arp and arp["addresses"] == 1 else "", name=name,
        name_from=source, fqdn=_fqdn(smb), domain=_domain(smb), os_guess=next((g for g in guesses if g), ""),
        kind=_guess.kind(guesses, {s.port for s, _ in services if not s.unread}), roles=_guess.roles(ports), ports=tuple(sorted(ports)),
        refused=states.count("refused"), silent=states.count("silent"), barred=states.count("unreachable") + states.count("not_sent"),
        ptr=ptr, description=description,
    )  # fmt: skip


def _or_none(read: Callable[[bytes], T | None], told: dict[str, Any] | None) -> T | None:
    """None = could not be seen: not asked, no reply, or a reply that nobody can read. The bytes stay in evidence."""
    if not told or "reply" not in told:
        return None
    try:
        return read(_raw(told["reply"]))
    except ValueError:
        return None


def _octets(value: bytes | str | None) -> str | None:
    return one_line(decode(value), 500) if isinstance(value, bytes) else None


def _by_description(text: str) -> str:
    """sysDescr begins with what the thing is: "RouterOS RB951…", "Linux host 5.10…", "Hardware: … Software: Windows Version…"."""
    if "Windows" in text and text.startswith("Hardware:"):
        return "Windows"
    return one_line(text, 120) if text.startswith(("RouterOS", "Linux", "Cisco", "VMware", "FreeBSD", "Huawei")) else ""


def _name(smb: SeenSmb | None, sys_name: str, ptr: tuple[str, ...], services: list[Service]) -> tuple[str, str]:
    if smb is not None and (said := _fqdn(smb) or smb.computer or smb.dns_name):
        return said, "smb"
    if sys_name:
        return sys_name, "snmp"
    if ptr:
        return min(ptr, key=lambda n: (len(n), n)), "ptr"
    shown_names = [n for s, _ in services for n in s.tls_names or () if "." in n and "*" not in n and not n[0].isdigit()]
    return (shown_names[0], "tls") if shown_names else ("", "")


def _fqdn(smb: SeenSmb | None) -> str:
    """A member of a domain names itself host.domain; a workgroup machine's DNS name is its bare NetBIOS name."""
    if smb is None or not smb.dns_name or not smb.dns_domain:
        return ""
    return smb.dns_name if smb.dns_name.endswith(f".{smb.dns_domain}") else ""


def _domain(smb: SeenSmb | None) -> str:
    if smb is None:
        return ""
    if _fqdn(smb):
        return smb.dns_domain or ""
    return smb.workgroup if smb.workgroup and smb.workgroup != smb.computer else ""  # alone, a server is its own domain
