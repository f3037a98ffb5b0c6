"""Routes of the main table (ip-route(8)), else from /proc/net/route (proc(5), kernel Documentation/networking/proc_net_tcp)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import pairwise

from auditkit.model.shared.network import Family, Route
from auditkit.probing import NotUnderstood, Reply, probe

_KINDS = ("unicast", "blackhole", "unreachable", "prohibit", "throw", "local", "broadcast", "multicast", "nat")


@probe(
    "linux.routes",
    "command -v ip >/dev/null || exit 127; "
    "printf 'inet\\n' && ip -o -4 route show table main && printf 'inet6\\n' && ip -o -6 route show table main",
    none=b"inet\ninet6",
)
def routes(reply: Reply) -> Iterator[Route]:
    """The family alone on a line, then its routes; several next hops of one route lie on its line after backslashes."""
    family: Family = "inet"
    for line in reply.lines():
        word = line.strip()
        if word in ("inet", "inet6"):
            family = "inet6" if word == "inet6" else "inet"
            continue
        head, *hops = line.split("\\")
        words = head.split()
        kind = words.pop(0) if words[0] in _KINDS else "unicast"
        if kind in ("multicast", "local", "broadcast"):
            continue  # the kernel's own, which busybox shows and iproute2 does not
        named = dict(pairwise(words[1:]))
        for hop in hops or [""]:
            via = hop.split()
            if hop and via[:1] != ["nexthop"]:
                raise NotUnderstood(f"no next hop: {hop[:80]!r}")
            yield _route(words[0], kind, family, named | dict(pairwise(via[1:])))


def _route(destination: str, kind: str, family: Family, named: dict[str, str]) -> Route:
    if destination != "default":
        destination = str(ipaddress.ip_network(destination))
    via = named.get("via", "")
    if via in ("inet", "inet6"):  # RFC 5549: an IPv4 route by an IPv6 gateway
        via = named[via]
    return Route(
        destination=destination,
        gateway=str(ipaddress.ip_address(via)) if via else "",
        interface=named.get("dev", ""),
        metric=int(named.get("metric", "0")),
        family=family,
        kind=kind,
        origin=named.get("proto", ""),
    )


@routes.otherwise("cat /proc/net/route /proc/net/ipv6_route")
def _(reply: Reply) -> Iterator[Route]:
    """Hexadecimal; IPv4 in the byte order of the machine (little endian is taken: x86, ARM)."""
    for line in reply.lines():
        words = line.split()
        if len(words) == 11 and words[0] != "Iface":
            flags = int(words[3], 16)
            net = f"{_v4(words[1])}/{_v4(words[7])}"
            yield _hex(net, _v4(words[2]), words[0], int(words[6]), "inet", flags)
        elif len(words) == 10:
            net = f"{_v6(words[0])}/{int(words[1], 16)}"
            flags = int(words[8], 16)
            # the table shows local and multicast entries too, and a reject route on lo where there is none
            if flags & 1 and words[9] != "lo" and not net.startswith("ff") and not flags & 0x80000000:
                yield _hex(net, _v6(words[4]), words[9], int(words[5], 16), "inet6", flags)
        elif words[0] != "Iface":
            raise NotUnderstood(f"no route: {line[:80]!r}")


def _v4(text: str) -> str:
    return str(ipaddress.IPv4Address(bytes.fromhex(text)[::-1]))


def _v6(text: str) -> str:
    return str(ipaddress.IPv6Address(bytes.fromhex(text)))


def _hex(net: str, gateway: str, interface: str, metric: int, family: Family, flags: int) -> Route:
    return Route(
        destination="default" if net.endswith("/0.0.0.0") or net == "::/0" else str(ipaddress.ip_network(net)),
        gateway="" if gateway in ("0.0.0.0", "::") else gateway,
        interface=interface,
        metric=metric,
        family=family,
        kind="unreachable" if flags & 0x200 else "unicast",  # RTF_REJECT
        origin="",
    )
