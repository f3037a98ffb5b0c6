"""Ports that wait: ss(8), else netstat(8) (net-tools and busybox), else /proc/net (proc(5)) without process names.

The families are asked one after the other because old iproute2 prints `*` for all of IPv4 and new for all of both.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Literal

from auditkit.model.shared.network import Listener
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import loopback

Row = tuple[str, str, int, str | None]  # protocol, address with %interface, port, process
_PROC = re.compile(r'\("([^"]*)",pid=\d+')
_HEADS = ("Active Internet", "Proto ", "Netid ", "sl ")


@probe(
    "linux.listeners",
    Shell("command -v ss >/dev/null || exit 127; printf 'inet\\n' && ss -4Hlntup && printf 'inet6\\n' && ss -6Hlntup", root_helps=True),
    none=b"inet\ninet6",
)
def listeners(reply: Reply) -> Iterator[Listener]:
    """Columns: netid, state, two queues, local address:port, peer, processes (own ones only without root)."""
    return _merged(_ss(reply))


def _ss(reply: Reply) -> Iterator[Row]:
    every = "0.0.0.0"
    for line in reply.lines():
        words = line.split(maxsplit=6)
        if words[0] in ("inet", "inet6"):
            every = "0.0.0.0" if words[0] == "inet" else "::"
        elif words[0] in ("tcp", "udp") and len(words) >= 6:
            names = sorted(set(_PROC.findall(words[6]))) if len(words) > 6 else []
            address, _, port = words[4].rpartition(":")
            yield words[0], address.strip("[]").replace("*", every), int(port), _seen(names, reply.root)
        else:
            raise NotUnderstood(f"no socket: {line[:80]!r}")


def _seen(names: list[str], root: bool) -> str | None:
    return ",".join(names) if names or root else None


def _merged(rows: Iterable[Row]) -> Iterator[Listener]:
    """Several sockets of one port (workers, one an interface) are one listener."""
    found: dict[tuple[str, str, int], tuple[set[str], set[str], bool]] = {}
    for proto, text, port, process in rows:
        plain, _, interface = text.partition("%")
        plain, _, old = plain.partition("]%") if "]%" in plain else (plain.strip("[]"), "", "")
        address = str(ipaddress.ip_address(plain))
        names, faces, seen = found.setdefault((proto, address, port), (set(), set(), True))
        names.update(process.split(",") if process else ())
        faces.update({interface or old} - {"", "lo"})
        found[proto, address, port] = (names, faces, seen and process is not None)
    for (proto, address, port), (names, faces, seen) in sorted(found.items()):
        kind: Literal["tcp", "udp"] = "tcp" if proto == "tcp" else "udp"
        process = ",".join(sorted(names)) if names or seen else None
        public = not loopback(address)
        yield Listener(proto=kind, address=address, port=port, process=process, public=public, interfaces=tuple(sorted(faces)))


@listeners.otherwise("netstat -lntup")
def _(reply: Reply) -> Iterator[Listener]:
    """`tcp6 0 0 :::22 :::* LISTEN 812/sshd`; UDP has no state."""
    return _merged(_netstat(reply))


def _netstat(reply: Reply) -> Iterator[Row]:
    for line in reply.lines():
        found = re.match(r"(tcp|udp)6?\s+\d+\s+\d+\s+(\S+):(\d+)\s+\S+\s+(?:LISTEN\s*)?(.*)$", line)
        if found:
            name = found[4].partition("/")[2].strip() if "/" in found[4] else ""
            yield found[1], found[2], int(found[3]), _seen([name.split(":")[0]] if name else [], reply.root)
        elif not line.strip().startswith(_HEADS):
            raise NotUnderstood(f"no socket: {line[:80]!r}")


@listeners.otherwise("grep -H '' /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6")
def _(reply: Reply) -> Iterator[Listener]:
    """Hexadecimal, each 32-bit word in the byte order of the machine (little endian is taken); state 0A listens, 07 = UDP unconnected."""
    return _merged(_proc(reply))


def _proc(reply: Reply) -> Iterator[Row]:
    for line in reply.lines():
        file, _, row = line.partition(":")
        words = row.split()
        if words[:1] == ["sl"]:
            continue
        proto = file.removeprefix("/proc/net/")[:3]
        address, _, port = words[1].partition(":")
        if words[3] == ("0A" if proto == "tcp" else "07"):
            raw = bytes.fromhex(address)
            flipped = b"".join(raw[i : i + 4][::-1] for i in range(0, len(raw), 4))
            yield proto, str(ipaddress.ip_address(flipped)), int(port, 16), None
