"""Looks at a lab host from outside that several tests of its facts need: sockets, programs, units, mounts, routes, addresses."""

from __future__ import annotations

import ipaddress
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.collectors.linux.livekit import Live, local
from tests.lab.hosts import Host

_IOCTL = """
import fcntl, json, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def ask(name, what):
    return socket.inet_ntoa(fcntl.ioctl(s, what, struct.pack("256s", name.encode()))[20:24])
print(json.dumps([(n, ask(n, 0x8915), ask(n, 0x891B)) for _, n in socket.if_nameindex()]))
"""  # SIOCGIFADDR, SIOCGIFNETMASK: netdevice(7)


@dataclass(frozen=True, slots=True)
class Moving:
    """What moves on a host while it is asked: waiting ports, running programs, units, who was seen on the wire."""

    sockets: dict[tuple[str, str, int], frozenset[str]]
    programs: Counter[tuple[int, str]]
    units: set[tuple[str, str, str, str]]
    arp: set[tuple[str, str, str]]


def moving_on(host: Host) -> Moving:
    """As it is now."""
    return Moving(sockets(host), programs(host), units(host), arp(host))


def arp(host: Host) -> set[tuple[str, str, str]]:
    """(address, MAC, interface) of the complete entries of /proc/net/arp."""
    rows = (row.split() for row in Path(f"/proc/{host.pid}/net/arp").read_text().splitlines()[1:])
    return {(cells[0], cells[3], cells[5]) for cells in rows if int(cells[2], 16) & 2}


def v4(word: str) -> str:
    """`0101630A` of /proc/net: the bytes as the machine keeps them, here the lowest first."""
    return ".".join(str(b) for b in reversed(bytes.fromhex(word)))


def v6(word: str, swapped: bool) -> str:
    """32 hexadecimal digits. swapped: in four words, as /proc/net/tcp6 has them; if_inet6 and ipv6_route have them in order."""
    parts = [word[i : i + 8] for i in range(0, 32, 8)]
    raw = b"".join(bytes.fromhex(p)[::-1] if swapped else bytes.fromhex(p) for p in parts)
    return str(ipaddress.IPv6Address(raw))


def pids(host: Host) -> list[Path]:
    """Folders in this machine's /proc of the host's programs."""
    own = (Path(f"/proc/{host.pid}/ns/pid")).readlink()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "ns/pid").readlink() == own:
                found.append(folder)
        except OSError:
            continue  # it has ended since
    return found


def sockets(host: Host) -> dict[tuple[str, str, int], frozenset[str]]:
    """Ports that wait (protocol, address, port) -> the programs that hold them: tcp in state LISTEN, udp without a peer (proc(5))."""
    holders = _holders(host)
    found: dict[tuple[str, str, int], frozenset[str]] = {}
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for row in Path(f"/proc/{host.pid}/net/{table}").read_text().splitlines()[1:]:
            cells = row.split()
            address, port = cells[1].split(":")
            if cells[3] == ("0A" if "tcp" in table else "07"):
                key = (table[:3], v6(address, True) if table.endswith("6") else v4(address), int(port, 16))
                found[key] = found.get(key, frozenset()) | holders.get(cells[9], frozenset())
    return found


def _holders(host: Host) -> dict[str, frozenset[str]]:
    """Number of a socket -> names of the programs that have it open."""
    found: dict[str, frozenset[str]] = {}
    for folder in pids(host):
        try:
            name = (folder / "comm").read_text().strip()
            links = [str(link.readlink()) for link in (folder / "fd").iterdir()]
        except OSError:
            continue  # it has ended since
        for number in (link[8:-1] for link in links if link.startswith("socket:[")):
            found[number] = found.get(number, frozenset()) | {name}
    return found


def programs(host: Host) -> Counter[tuple[int, str]]:
    """(uid, command line) of what runs there, how many times each."""
    found: Counter[tuple[int, str]] = Counter()
    for folder in pids(host):
        try:
            words = (folder / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
            uid = int(re.findall(r"^Uid:\s+\d+\s+(\d+)", (folder / "status").read_text(), re.M)[0])
        except OSError:
            continue  # it has ended since
        found[uid, words] += 1
    return found


def units(host: Host) -> set[tuple[str, str, str, str]]:
    """(name, state, sub-state, description) by systemd's D-Bus interface (org.freedesktop.systemd1(5), ListUnits)."""
    rows = json.loads(host.must(_BUS.format("ListUnits")))["data"][0]
    kept = [r for r in rows if r[0].rpartition(".")[2] in _KINDS and not (r[2] in ("not-found", "masked") and r[3] == "inactive")]
    return {(r[0], r[3], r[4], r[1]) for r in kept}


_BUS = "busctl --json=short call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager {}"
_KINDS = ("service", "socket", "timer", "path", "mount", "automount", "swap")


def unit_files(host: Host) -> dict[str, str]:
    """Name of a unit's file -> whether it starts by itself (ListUnitFiles)."""
    rows = json.loads(host.must(_BUS.format("ListUnitFiles")))["data"][0]
    return {path.rpartition("/")[2]: state for path, state in rows}


def mounts(live: Live) -> list[tuple[str, str, str, bool]]:
    """(target, source, file system, read-only) of mountinfo (proc_pid_mountinfo(5)), another file than the probe's."""
    rows = []
    for line in live.proc("mountinfo").splitlines():
        before, after = (part.split(" ") for part in line.split(" - ", 1))
        target, source = (re.sub(r"\\(\d{3})", lambda m: chr(int(m[1], 8)), word) for word in (before[4], after[1]))
        rows.append((target, source, after[0], "ro" in before[5].split(",") or "ro" in after[2].split(",")))
    return rows


def addresses(host: Host) -> set[tuple[str, str, int]]:
    """(interface, address, prefix): IPv4 by netdevice(7), asked in the host's network, IPv6 by if_inet6."""
    said = json.loads(local("nsenter", "-t", str(host.pid), "-n", sys.executable, "-c", _IOCTL))
    found = {(name, a, ipaddress.ip_network(f"0.0.0.0/{mask}").prefixlen) for name, a, mask in said}
    trie = Path(f"/proc/{host.pid}/net/fib_trie").read_text()
    assert {a for _, a, _ in found} == set(re.findall(r"-- (\S+)\n\s+/32 host LOCAL", trie)), "one address an interface is assumed here"
    rows = (line.split() for line in Path(f"/proc/{host.pid}/net/if_inet6").read_text().splitlines())
    return found | {(r[5], v6(r[0], False), int(r[2], 16)) for r in rows}


def routes(live: Live) -> set[tuple[str, str, str, int]]:
    """(destination, gateway, interface, metric) of /proc/net/route and ipv6_route: what is not local, multicast or the null route."""
    found = set()
    for row in live.proc("net/route").splitlines()[1:]:
        face, to, via, _, _, _, metric, mask, *_ = row.split()
        net = ipaddress.ip_network(f"{v4(to)}/{v4(mask)}")
        found.add(("default" if net.prefixlen == 0 else str(net), v4(via) if int(via, 16) else "", face, int(metric)))
    for row in live.proc("net/ipv6_route").splitlines():
        to, size, _, _, via, metric, _, _, flags, face = row.split()
        if not to.startswith("ff") and face != "lo" and not int(flags, 16) & 0x80200000:  # RTF_LOCAL, RTF_NONEXTHOP (include/uapi)
            found.add((f"{v6(to, False)}/{int(size, 16)}", v6(via, False) if int(via, 16) else "", face, int(metric, 16)))
    return found
