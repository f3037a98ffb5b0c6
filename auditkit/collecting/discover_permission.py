"""Leave to look around. Before it is here no packet is sent: discovery begins with this and with nothing else."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from auditkit.errors import ConfigError
from auditkit.text import one_line
from auditkit.transports.sweep_ranges import Grant, Ip, Range
from auditkit.workspace.client import Permission

MOST = 65_536  # addresses of one range: a /16; more is days of knocking, and for IPv6 (a /64) no time is enough
_SHARED = ipaddress.ip_network("100.64.0.0/10")
_EXAMPLE = "permission: {who: 'Иванов И. И., директор', ranges: [10.0.0.0/24], from: 2026-11-01, until: 2026-12-31}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the transport demands (grant), and what is looked at, in order, each range once."""

    grant: Grant
    wanted: tuple[Range, ...]


def check_permission(permission: Permission | None, ranges: Sequence[str], today: date, place: str = "client.yaml") -> Allowed:
    """ranges: what somebody wants to look at; none = all that is permitted.

    Raises ConfigError, which names the file, the field and the cure: no record; a record without ranges or dates; a day outside
    them; a range that no permitted one holds, that is no range, has over 65,536 addresses, or holds addresses that are no hosts';
    a public range that is not permitted by itself.
    """
    if permission is None:
        raise ConfigError(f"{place}: permission: is missing: nobody is knocked at before the client allowed it. Write {_EXAMPLE}")
    problems = list(_dates(permission, today))
    if not permission.ranges:
        problems.append("permission.ranges: is empty: write the networks that the client allowed, like [10.0.0.0/24]")
    if problems:
        raise ConfigError("\n".join(f"{place}: {p}" for p in problems))
    permitted = tuple(Range.parse(r) for r in permission.ranges)
    grant = Grant(permission.who, permitted)
    wanted = [_range(r) for r in ranges] if ranges else list(permitted)
    problems = [p for r in wanted for p in _wrong(r, grant)]
    if problems:
        raise ConfigError("\n".join(f"{place}: {p}" for p in problems))
    return Allowed(grant, tuple({(r.first, r.last): r for r in wanted}.values()))


def _dates(p: Permission, today: date) -> Iterator[str]:
    if p.from_ is None or p.until is None:
        name = "from" if p.from_ is None else "until"
        day = "first" if name == "from" else "last"
        yield f"permission.{name}: is missing: write the {day} day that the client allowed, as YYYY-MM-DD"
    elif today < p.from_:
        yield f"permission.from: is {p.from_}, and today is {today}: wait until then, or agree on another day with {one_line(p.who, 60)}"
    elif today > p.until:
        yield f"permission.until: was {p.until}, and today is {today}: ask {one_line(p.who, 60)} for a new one and write its dates"


def _range(text: str) -> Range:
    try:
        return Range.parse(text.strip())
    except ValueError as e:
        raise ConfigError(f"{one_line(text, 60)}: is no range ({e}): write 10.0.0.0/24, one address, or 10.0.0.10-10.0.0.90") from None


def _wrong(wanted: Range, grant: Grant) -> Iterator[str]:
    """What speaks against a range, one sentence each."""
    if not grant.holds(wanted):
        known = ", ".join(r.text for r in grant.ranges)
        yield f"permission.ranges: {wanted.text} is not inside what {one_line(grant.who, 60)} allowed ({known}): ask, and add it there"
    elif not _private(wanted) and not any(r.holds(wanted) and not _touches_private(r) for r in grant.ranges):
        yield f"permission.ranges: {wanted.text} is public, and is allowed only as part of a wider range: write it there by itself"
    if wanted.size > MOST:
        yield f"permission.ranges: {wanted.text} has {wanted.size:,} addresses, and one range may have {MOST:,}: name parts of it"
    if any(ip.is_multicast or ip.is_unspecified for ip in (wanted.first, wanted.last)):
        yield f"permission.ranges: {wanted.text} holds addresses that no host can have: name the networks that hosts are in"


def _inner(ip: Ip) -> bool:
    """RFC 1918, 4193, 3927 and others that are not routed on the internet; RFC 6598, which Python counts as neither."""
    return ip.is_private or ip in _SHARED


def _private(r: Range) -> bool:
    """Both ends lie in private networks, and no public one lies between."""
    return _inner(r.first) and _inner(r.last) and (r.first.version == 6 or r.size <= 2**24)


def _touches_private(r: Range) -> bool:
    """A range with private addresses in it (0.0.0.0/0) does not name public ones on purpose."""
    return _inner(r.first) or _inner(r.last) or r.size > MOST
