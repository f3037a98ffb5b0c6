"""DNS servers and search domains (resolv.conf(5)); behind the cache of systemd-resolved its own servers (systemd-resolved(8))."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from auditkit.model.shared.network import Resolver, SearchDomain
from auditkit.probing import Reply, probe

from ._readings import NO_FILE, grepped, loopback

_UPLINK = "/run/systemd/resolve/resolv.conf"
_STUBS = ("127.0.0.53", "127.0.0.54")


@probe(
    "linux.resolver",
    f"grep -HE '^[[:space:]]*(nameserver|search|domain)[[:space:]]' /etc/resolv.conf {_UPLINK}",
    codes=(0, 1, 2),
    harmless=rf"{re.escape(_UPLINK)}: {NO_FILE}",
    no_file="no /etc/resolv.conf: the resolver asks 127.0.0.1",
)
def resolver(reply: Reply) -> Iterator[Resolver | SearchDomain]:
    """Of `search` and `domain` the last one counts, of `nameserver` the first three (the others are never asked)."""
    lines = [(file, *said.split()) for file, said in grepped(reply)]
    servers = [w[2] for w in lines if w[0] != _UPLINK and w[1] == "nameserver"]
    uplink = [w[2] for w in lines if w[0] == _UPLINK and w[1] == "nameserver"]
    stub = bool(uplink) and any(s in _STUBS for s in servers)
    for position, server in enumerate(dict.fromkeys(uplink if stub else servers[:3]), 1):
        own = loopback(server)  # also refuses what is no address
        yield Resolver(server=server.lower() if "%" in server else str(ipaddress.ip_address(server)), position=position, stub=stub or own)
    searched = [w[2:] for w in lines if w[0] != _UPLINK and w[1] in ("search", "domain")]
    for position, domain in enumerate(dict.fromkeys(d.lower().rstrip(".") or "." for d in searched[-1]) if searched else (), 1):
        yield SearchDomain(domain=domain, position=position)
