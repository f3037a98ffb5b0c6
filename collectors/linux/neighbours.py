"""Who answers on the same wire: ip-neighbour(8) (text: busybox and old iproute2 have no JSON), else /proc/net/arp."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from auditkit.model.shared.network import Neighbour
from auditkit.probing import NotUnderstood, Reply, probe

# What the kernel ages by the minute is one state here: a fact does not follow the clock.
_STATES = dict.fromkeys(("REACHABLE", "STALE", "DELAY", "PROBE"), "seen") | {
    "PERMANENT": "permanent",
    "NOARP": "noarp",
    "FAILED": "failed",
    "INCOMPLETE": "failed",
}
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}$")


@probe("linux.neighbours", "ip neigh show")
def neighbours(reply: Reply) -> Iterator[Neighbour]:
    """`ADDRESS dev IF [lladdr MAC] [router|proxy|extern_learn...] STATE`."""
    for line in reply.lines():
        words = line.split()
        if words[1:2] != ["dev"]:
            raise NotUnderstood(f"no neighbour: {line[:80]!r}")
        if "proxy" in words:
            continue  # an address this host answers for: nobody was seen
        mac = words[words.index("lladdr") + 1] if "lladdr" in words else ""
        yield _neighbour(words[0], mac, words[2], _STATES[words[-1]])


def _neighbour(address: str, mac: str, interface: str, state: str) -> Neighbour:
    ip = ipaddress.ip_address(address)
    mac = mac.lower()
    return Neighbour(
        mac=mac if _MAC.match(mac) and mac.strip("0:") else "",
        address="" if ip.is_link_local or ip.is_loopback or state == "failed" else str(ip),
        ip=str(ip),
        name="",
        interface=interface,
        source="arp" if ip.version == 4 else "ndp",
        state=state,
    )


@neighbours.otherwise("cat /proc/net/arp")
def _(reply: Reply) -> Iterator[Neighbour]:
    """Columns: address, hardware type, flags (2 complete, 4 permanent), MAC, mask, interface."""
    for line in reply.lines():
        if line.startswith("IP address"):
            continue
        address, _, flags, mac, _, interface = line.split()
        bits = int(flags, 16)
        yield _neighbour(address, mac, interface, "permanent" if bits & 4 else "seen" if bits & 2 else "failed")
