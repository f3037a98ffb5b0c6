"""Access lists of IOS: their lines as sets of packets, and which line can never be reached (earlier ones meet all that it would)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditkit.model.shared.netconfig import AccessEntry

from ._tree import Node, Tree

Ports = tuple[int, int]
_ANY: Ports = (0, 65535)
_NAMES = {
    "ftp-data": 20, "ftp": 21, "telnet": 23, "smtp": 25, "domain": 53, "bootps": 67, "bootpc": 68, "tftp": 69, "www": 80, "pop3": 110,
    "ntp": 123, "snmp": 161, "snmptrap": 162, "bgp": 179, "isakmp": 500, "syslog": 514, "tacacs": 49, "non500-isakmp": 4500,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Net:
    base: int
    care: int  # bits that must be equal

    def within(self, other: _Net) -> bool:
        return other.care & ~self.care == 0 and (self.base ^ other.base) & other.care == 0


_ALL = _Net(0, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """exact: nothing else is asked of a packet. known: proto, networks and ports were understood."""

    action: str
    proto: str
    src: _Net
    dst: _Net
    sport: Ports
    dport: Ports
    exact: bool
    known: bool
    logs: bool

    def inside(self, other: Entry) -> bool:
        """Whether every packet of it is one of the other."""
        return (
            other.exact and other.known and other.proto in ("ip", self.proto) and self.src.within(other.src) and self.dst.within(other.dst)
            and _in(self.sport, other.sport) and _in(self.dport, other.dport)
        )  # fmt: skip


def _in(a: Ports, b: Ports) -> bool:
    return b[0] <= a[0] and a[1] <= b[1]


def lists(tree: Tree) -> dict[str, list[str]]:
    """Name -> its lines (action first), of numbered and named lists of IPv4; remarks left out."""
    made: dict[str, list[str]] = {}
    for n in tree.root.below:
        if m := re.match(r"access-list (\S+) (.*)", n.text):
            made.setdefault(m[1], []).extend(_line(m[2]))
        elif m := re.match(r"ip access-list (?:standard|extended) (\S+)", n.text):
            made.setdefault(m[1], []).extend(text for c in n.below for text in _line(c.text))
    return made


def _line(text: str) -> Iterator[str]:
    text = re.sub(r"^\d+ ", "", text)
    if text.startswith(("permit ", "deny ", "dynamic ")):
        yield text


def other_lists(root: Node) -> set[str]:
    """Names of lists of IPv6 and MAC."""
    return {m[1] for n in root.below if (m := re.match(r"(?:ipv6 access-list|mac access-list extended) (\S+)", n.text))}


def entries(name: str, lines: list[str], filters: bool) -> Iterator[AccessEntry]:
    """Its lines as facts."""
    read = [parse(s, standard(name, lines)) for s in lines]
    for number, e in enumerate(read, 1):
        earlier = read[: number - 1]
        hidden: int | None = next((n for n, o in enumerate(earlier, 1) if e.known and e.inside(o)), 0)
        if not hidden and not e.known:
            hidden = next((n for n, o in enumerate(earlier, 1) if o.known and o.exact and o.proto == "ip" and o.src == o.dst == _ALL), None)
        if hidden == 0 and any(not o.known for o in earlier):
            hidden = None
        everything = e.known and e.exact and e.action == "permit" and e.proto == "ip" and e.src == _ALL and e.dst == _ALL
        yield AccessEntry(
            acl=name, number=number, action="permit" if e.action == "permit" else "deny", everything=everything, hidden_by=hidden, logs=e.logs,
            filters=filters,
        )  # fmt: skip


def standard(name: str, lines: list[str]) -> bool:
    """Whether it looks at the source alone: by its number, or by lines without a protocol."""
    if name.isdigit():
        return 1 <= int(name) <= 99 or 1300 <= int(name) <= 1999
    return all(re.match(r"(?:permit|deny) (?:any|host|\d)", s) and not re.match(r"(?:permit|deny) \d+ (?:any|host|\d+\.\S+ \d+\.\S+ \S)", s) for s in lines)


def parse(text: str, is_standard: bool) -> Entry:
    """One line. What is not understood is known=False: then it hides nothing."""
    words = text.split()
    action = words.pop(0)
    logs = any(w in ("log", "log-input") for w in words)
    words = [w for w in words if w not in ("log", "log-input")]
    try:
        proto = "ip" if is_standard else words.pop(0)
        src = _net(words)
        sport = _ports(words, proto)
        dst = _ALL if is_standard else _net(words)
        dport = _ports(words, proto)
    except (ValueError, IndexError):
        return Entry(action, "", _ALL, _ALL, _ANY, _ANY, exact=False, known=False, logs=logs)
    return Entry(action, proto, src, dst, sport, dport, exact=not words, known=True, logs=logs)


def _net(words: list[str]) -> _Net:
    first = words.pop(0)
    if first == "any":
        return _ALL
    if first == "host":
        return _Net(int(ipaddress.IPv4Address(words.pop(0))), 0xFFFFFFFF)
    base = int(ipaddress.IPv4Address(first))
    if words and re.fullmatch(r"\d+\.\d+\.\d+\.\d+", words[0]):
        return _Net(base, 0xFFFFFFFF & ~int(ipaddress.IPv4Address(words.pop(0))))
    return _Net(base, 0xFFFFFFFF)


def _ports(words: list[str], proto: str) -> Ports:
    if not words or proto not in ("tcp", "udp") or words[0] not in ("eq", "gt", "lt", "range", "neq"):
        return _ANY
    what = words.pop(0)
    first = _port(words.pop(0))
    if what == "range":
        return first, _port(words.pop(0))
    if what == "eq" and not (words and (words[0].isdigit() or words[0] in _NAMES)):
        return first, first
    if what in ("gt", "lt"):
        return (first + 1, 65535) if what == "gt" else (0, first - 1)
    raise ValueError("several ports, or all but one")


def _port(text: str) -> int:
    return int(text) if text.isdigit() else _NAMES[text]
