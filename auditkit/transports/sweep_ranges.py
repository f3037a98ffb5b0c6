"""Ranges of addresses, and the permission to knock at them. Nothing is sent to an address that no `Grant` holds."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses from first to last, both included. text: as it is written. hosts_only: a network, so its two ends are no hosts."""

    text: str
    first: Ip
    last: Ip
    hosts_only: bool = False

    @classmethod
    def parse(cls, text: str) -> Range:
        """`10.0.0.0/24`, `10.0.0.5`, `10.0.0.10-10.0.0.90`. Raises ValueError.

        >>> Range.parse("10.0.0.0/30").size, Range.parse("10.0.0.10-10.0.0.90").size, Range.parse("fd00::/127").size
        (2, 81, 2)
        """
        low, dash, high = (part.strip() for part in text.partition("-"))
        if dash:
            first, last = ipaddress.ip_address(low), ipaddress.ip_address(high)
            if first.version != last.version or int(first) > int(last):
                raise ValueError(f"{text}: the first address must not lie behind the last")
            return cls(text, first, last)
        net = ipaddress.ip_network(low)
        # RFC 3021: of a /31 both addresses are hosts; IPv6 has no broadcast address
        return cls(text, net[0], net[-1], hosts_only=net.version == 4 and net.prefixlen < 31)

    @property
    def size(self) -> int:
        """How many addresses are knocked at."""
        return int(self.last) - int(self.first) + 1 - 2 * self.hosts_only

    def addresses(self) -> Iterator[str]:
        """All of them, in order; of a network without its own and its broadcast address."""
        make = type(self.first)
        yield from (str(make(n)) for n in range(int(self.first) + self.hosts_only, int(self.last) + 1 - self.hosts_only))

    def holds(self, other: Range) -> bool:
        """True where every address of the other lies in this one."""
        same = self.first.version == other.first.version
        return same and int(self.first) <= int(other.first) and int(other.last) <= int(self.last)

    @property
    def slug(self) -> str:
        """A name for files.

        >>> Range.parse("10.0.0.0/24").slug
        'range-10.0.0.0-24'
        """
        return "range-" + "".join(c if c.isalnum() or c == "." else "-" for c in self.text).strip("-")


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to knock: made from the permission record of client.yaml by `auditkit.collecting.discover_permission` alone."""

    who: str
    ranges: tuple[Range, ...]

    def holds(self, wanted: Range) -> bool:
        """True where one permitted range holds all of it."""
        return any(r.holds(wanted) for r in self.ranges)
