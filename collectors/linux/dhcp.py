"""Addresses that this host gives away: ISC dhcpd.conf(5), Kea (JSON with comments), dnsmasq(8)."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from typing import Any

from auditkit.model.shared.services import DhcpRange
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._nginx import Directive, parse
from ._readings import NO_FILE, grepped


def _words(args: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for a in args for w in a.split(",") if w)


@probe(
    "linux.dhcp_isc",
    Shell("cat /etc/dhcp/dhcpd.conf", root_helps=True),
    secret=True,  # keys for dynamic updates of DNS
    no_file="no ISC DHCP server configuration here",
)
def dhcp_isc(reply: Reply) -> Iterator[DhcpRange]:
    """subnet N netmask M { range A B; option routers …; }: the same words and braces as nginx has."""
    found = list(_subnets(parse(reply.text), {}))
    if not found:
        raise NotHere("dhcpd.conf gives away no address")
    yield from found


def _subnets(block: Directive, above: dict[str, tuple[str, ...]]) -> Iterator[DhcpRange]:
    options = above | {d.args[0]: _words(d.args[1:]) for d in block.all("option") if d.args}
    for inner in block.body:
        if inner.name == "subnet" and inner.body:
            yield from _ranges(inner, options)
        elif inner.name in ("shared-network", "group"):
            yield from _subnets(inner, options)


def _ranges(block: Directive, above: dict[str, tuple[str, ...]]) -> Iterator[DhcpRange]:
    options = above | {d.args[0]: _words(d.args[1:]) for d in block.all("option") if d.args}
    subnet = str(ipaddress.ip_network(f"{block.args[0]}/{block.args[2]}"))
    ranges = [[a for a in d.args if a != "dynamic-bootp"] for pool in (block, *block.all("pool")) for d in pool.all("range")]
    for given in ranges or [["", ""]]:
        yield DhcpRange(
            product="isc-dhcp",
            subnet=subnet,
            begins=given[0],
            ends=given[-1],
            routers=options.get("routers", ()),
            servers=options.get("domain-name-servers", ()),
        )


@probe(
    "linux.dhcp_kea",
    Shell("cat /etc/kea/kea-dhcp4.conf", root=True),
    secret=True,
    no_file="no Kea DHCP server configuration here",
)
def dhcp_kea(reply: Reply) -> Iterator[DhcpRange]:
    """{"Dhcp4": {"subnet4": [{"subnet": …, "pools": [{"pool": "a - b"}], "option-data": […]}], "shared-networks": […]}}."""
    dhcp = json.loads(_plain(reply.text))["Dhcp4"]
    subnets = dhcp.get("subnet4", []) + [s for n in dhcp.get("shared-networks", []) for s in n.get("subnet4", [])]
    if not subnets:
        raise NotHere("Kea gives away no address")
    for subnet in subnets:
        options = {o.get("name"): o.get("data", "") for o in dhcp.get("option-data", []) + subnet.get("option-data", [])}
        for pool in subnet.get("pools", []) or [{"pool": ""}]:
            yield _kea(subnet["subnet"], pool["pool"], options)


def _kea(subnet: str, pool: str, options: dict[str, Any]) -> DhcpRange:
    ends = [p.strip() for p in pool.split("-")]
    return DhcpRange(
        product="kea",
        subnet=subnet,
        begins=ends[0],
        ends=ends[-1],
        routers=tuple(re.split(r"[,\s]+", options["routers"])) if options.get("routers") else (),
        servers=tuple(re.split(r"[,\s]+", options["domain-name-servers"])) if options.get("domain-name-servers") else (),
    )


def _plain(text: str) -> str:
    """JSON without the comments and last commas that Kea allows; what stands in quotes is left alone.

    >>> _plain('{"a": "http://x", // no' + chr(10) + '"b": 1 /* y */ }')
    '{"a": "http://x", \\n"b": 1  }'
    """
    quoted = r'("(?:[^"\\\n]|\\.)*"?)'  # what does not end is taken whole too: JSON's own reader complains, and in linear time
    bare = re.sub(rf"{quoted}|//[^\n]*|\#[^\n]*|/\*(?:.*?\*/|.*)", lambda m: m[1] or "", text, flags=re.S)
    return re.sub(rf"{quoted}|,(?=\s*[}}\]])", lambda m: m[1] or "", bare)


@probe(
    "linux.dhcp_dnsmasq",
    Shell(
        "find /etc/dnsmasq.conf /etc/dnsmasq.d -maxdepth 1 -type f -exec grep -HE '^[[:space:]]*dhcp-(range|option)' '{}' +",
        root_helps=True,
    ),
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no dnsmasq configuration here",
)
def dhcp_dnsmasq(reply: Reply) -> Iterator[DhcpRange]:
    """dhcp-range=[tag,…]first,last[,mask][,lease]; option 3 is the router, 6 the name servers."""
    ranges: list[list[str]] = []
    options: dict[str, tuple[str, ...]] = {}
    for _, said in grepped(reply):
        name, equals, value = said.partition("=")
        words = [w.strip() for w in value.split(",")]
        if not equals:
            raise NotUnderstood(f"no setting: {said[:80]!r}")
        if name.strip() == "dhcp-range":
            ranges.append([w for w in words if re.fullmatch(r"[0-9a-fA-F.:]+", w) and re.search(r"[.:]", w)])
        elif name.strip() == "dhcp-option":
            options[words[0].removeprefix("option:")] = tuple(words[1:])
    for given in ranges:
        yield DhcpRange(
            product="dnsmasq",
            subnet=str(ipaddress.ip_network(f"{given[0]}/{given[2]}", strict=False)) if len(given) > 2 else "",
            begins=given[0],
            ends=given[1] if len(given) > 1 else "",
            routers=options.get("router", options.get("3", ())),
            servers=options.get("dns-server", options.get("6", ())),
        )
    if not ranges:
        raise NotHere("dnsmasq has options and no range: it gives away no address")
