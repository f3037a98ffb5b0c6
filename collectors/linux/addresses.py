"""Addresses, from `ip -o addr` (iproute2 of any age and busybox speak it; -j is missing before 4.14), else from `ifconfig -a`."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from auditkit.model.shared.network import Address
from auditkit.probing import NotUnderstood, Reply, probe

# Interfaces whose addresses are the same on thousands of hosts: containers' bridges and their likes.
_NOT_OWN = re.compile(r"(lo|docker|br-[0-9a-f]{12}|veth|virbr|vnet|cni|flannel|cali|kube|lxcbr|lxdbr|podman|tap|vmnet|ve-)")
_LINE = re.compile(r"\d+: (\S+?)(?:@\S+)?\s+(inet6?) (\S+)(?: peer (\S+))?(.*)$")


@probe("linux.addresses", "ip -o addr show")
def addresses(reply: Reply) -> Iterator[Address]:
    """One address a line; lines without inet are the links of busybox."""
    for line in reply.lines():
        found = _LINE.match(line)
        if found:
            words = found[5].partition("\\")[0].split()
            scope = words[words.index("scope") + 1]
            text = f"{found[3]}/{found[4].partition('/')[2]}" if found[4] else found[3]
            yield _address(found[1], text, scope, "dynamic" in words, "temporary" in words or "tentative" in words)
        elif not re.match(r"\d+: \S+: <", line):
            raise NotUnderstood(f"no address: {line[:80]!r}")


def _address(interface: str, text: str, scope: str, dynamic: bool | None, fleeting: bool) -> Address:
    face = ipaddress.ip_interface(text)
    own = scope in ("global", "site") and not fleeting and not _NOT_OWN.match(interface)
    own = own and not (face.ip.is_loopback or face.ip.is_link_local or face.ip.is_unspecified)
    return Address(
        interface=interface,
        address=str(face.ip),
        prefix=face.network.prefixlen,
        family="inet" if face.version == 4 else "inet6",
        scope=scope,
        dynamic=dynamic,
        host_address=str(face.ip) if own else "",
    )


@addresses.otherwise("ifconfig -a")
def _(reply: Reply) -> Iterator[Address]:
    """net-tools 1.60 (`inet addr:`), 2.x (`inet`) and busybox."""
    interface = ""
    for line in reply.lines():
        head = re.match(r"([^\s:]+(?::\d+)?):?\s", line)
        interface = head[1] if head else interface
        v4 = re.search(r"\binet (?:addr:)?(\d+\.\d+\.\d+\.\d+).*?\b(?:netmask |Mask:)(\S+)", line)
        v6 = re.search(r"\binet6 (?:addr: )?([0-9a-fA-F:.]+)(?:/(\d+)|.*?prefixlen (\d+))", line)
        if v4:
            yield _address(interface, f"{v4[1]}/{v4[2]}", "host" if v4[1].startswith("127.") else "global", None, False)
        elif v6:
            told = re.search(r"Scope:(\w+)|scopeid \S+<(\w+)>", line)
            scope = (told[1] or told[2]).lower() if told else "global"
            yield _address(interface, f"{v6[1]}/{v6[2] or v6[3]}", scope, None, False)
        elif re.search(r"\binet6? ", line):
            raise NotUnderstood(f"no address: {line.strip()[:80]!r}")
