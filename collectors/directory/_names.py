"""Distinguished names taken apart (RFC 4514), and what tells a hidden object from an empty one."""

from __future__ import annotations

import re

from auditkit.ldif import Entry, LdifError

_ESCAPE = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.S)
_DELETED = re.compile(r"\\0ADEL:|\nDEL:", re.I)
WITNESS = "instanceType"  # mustContain of top (MS-ADSC): an entry that comes without it is one whose attributes may not be read


def hidden(entry: Entry) -> bool:
    """Whether the account may see that the object is there, and nothing of it: MS-ADTS 5.1.3.3.6 gives its bare name then."""
    return WITNESS not in entry


def rdns(dn: str) -> list[str]:
    """The parts of a name, from the object up, escapes kept.

    >>> rdns(r"CN=a\\,b,OU=c,DC=d")
    ['CN=a\\\\,b', 'OU=c', 'DC=d']
    """
    parts, start, n = [], 0, 0
    while n < len(dn):
        if dn[n] == "\\":
            n += 1
        elif dn[n] == ",":
            parts.append(dn[start:n])
            start = n + 1
        n += 1
    return [*parts, dn[start:]] if dn else []


def value(rdn: str) -> str:
    """The value of one part, escapes undone. Raises LdifError where it is no NAME=value.

    >>> value(r"CN=\\D0\\9E\\D0\\9E\\, c")
    'ОО, c'
    """
    name, equals, raw = rdn.partition("=")
    if not equals or not name:
        raise LdifError(f"{rdn!r} is no part of a distinguished name")
    return _ESCAPE.sub(lambda m: bytes.fromhex(m[1].replace("\\", "")).decode() if m[1] else m[2], raw)


def label(dn: str, level: int = 0) -> str:
    """The value of the part that stands `level` above the object. Raises LdifError where the name is shorter.

    >>> label("CN=NTDS Settings,CN=DC1,CN=Servers,CN=Moscow,CN=Sites", 1)
    'DC1'
    """
    parts = rdns(dn)
    if level >= len(parts):
        raise LdifError(f"{dn!r} has no {level} parts above it")
    return value(parts[level])


def parent(dn: str, levels: int = 1) -> str:
    """The name of what holds the object."""
    return ",".join(rdns(dn)[levels:])


def deleted(dn: str) -> bool:
    """Whether the name is that of a tombstone (MS-ADTS 3.1.1.5.5): `CN=DC1\\0ADEL:<guid>,…`."""
    return bool(_DELETED.search(dn))


def dns_name(dn: str) -> str:
    """The DNS name of a naming context: its DC parts joined by dots.

    >>> dns_name("DC=corp,DC=example")
    'corp.example'
    """
    return ".".join(value(part) for part in rdns(dn) if part[:3].upper() == "DC=")


def same(one: str, other: str) -> bool:
    """Two names of one object: without regard to case (RFC 4517, 4.2.15)."""
    return one.casefold() == other.casefold()
