"""DNS as Active Directory keeps it: blobs of dNSProperty and dnsRecord (MS-DNSP 2.3.2.1, 2.3.2.2)."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from auditkit.ldif import LdifError

_PROPERTY = struct.Struct("<IIIII")
_RECORD = struct.Struct("<HHBBHI")
_1601 = datetime(1601, 1, 1, tzinfo=UTC)
TYPES = {
    0: "ZERO", 1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 13: "HINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 28: "AAAA",
    29: "LOC", 33: "SRV", 35: "NAPTR", 39: "DNAME", 43: "DS", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY", 50: "NSEC3", 51: "NSEC3PARAM",
    52: "TLSA", 0xFF01: "WINS", 0xFF02: "WINSR",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """kind: TYPES, or TYPE with its number. data: as a zone file writes it; hexadecimal digits for kinds that are not read further.

    ttl: seconds. stamped: hour of the last refresh, None = static.
    """

    kind: str
    data: str
    ttl: int
    stamped: datetime | None


def zone_property(blob: bytes) -> tuple[int, bytes]:
    """One value of dNSProperty: its id and its data. Raises LdifError where it is shorter than it says."""
    if len(blob) < _PROPERTY.size:
        raise LdifError(f"a dNSProperty of {len(blob)} bytes")
    length, _, _, version, number = _PROPERTY.unpack_from(blob)
    data = blob[_PROPERTY.size : _PROPERTY.size + length]
    if version != 1 or len(data) != length:
        raise LdifError(f"dNSProperty {number} of version {version} has {len(data)} of {length} bytes")
    return number, data


def addresses_v4(data: bytes) -> tuple[str, ...]:
    """IP4_ARRAY (MS-DNSP 2.2.3.2.1): a count, then addresses."""
    if not data:
        return ()
    count = int.from_bytes(data[:4], "little")
    found = [data[n : n + 4] for n in range(4, 4 + 4 * count, 4)]
    return tuple(_address(a, 4) for a in found)


def addresses(data: bytes) -> tuple[str, ...]:
    """DNS_ADDR_ARRAY (MS-DNSP 2.2.3.2.3): 32 bytes of head, then 64 for each address, which begins with a sockaddr."""
    if not data:
        return ()
    count = int.from_bytes(data[4:8], "little")
    found = []
    for at in range(32, 32 + 64 * count, 64):
        family, six = int.from_bytes(data[at : at + 2], "little"), data[at + 8 : at + 24]
        found.append(_address(data[at + 4 : at + 8], 4) if family == 2 else _address(six, 16))
    return tuple(found)


def record(blob: bytes) -> Record:
    """One value of dnsRecord. Raises LdifError where it is shorter than it says, or its data is not of its kind."""
    if len(blob) < 24:
        raise LdifError(f"a dnsRecord of {len(blob)} bytes")
    length, number, _, _, _, _ = _RECORD.unpack_from(blob)
    ttl, hours = int.from_bytes(blob[12:16], "big"), int.from_bytes(blob[20:24], "little")
    data = blob[24 : 24 + length]
    kind = TYPES.get(number, f"TYPE{number}")
    if len(data) != length:
        raise LdifError(f"a dnsRecord of kind {kind} has {len(data)} of {length} bytes")
    return Record(kind, DATA.get(kind, bytes.hex)(data), ttl, _1601 + timedelta(hours=hours) if hours else None)


def _address(raw: bytes, size: int) -> str:
    if len(raw) != size:
        raise LdifError(f"an address of {len(raw)} bytes, {size} are needed")
    return str(ipaddress.ip_address(raw))


def _name(raw: bytes) -> str:
    """DNS_COUNT_NAME (MS-DNSP 2.2.2.2.2): length, number of labels, labels. The root is "."."""
    return _names(raw, 1)[0]


def _names(raw: bytes, count: int) -> list[str]:
    found, at = [], 0
    for _ in range(count):
        length, labels = raw[at], raw[at + 1]
        at, end, parts = at + 2, at + 2 + length, []
        for _ in range(labels):
            size = raw[at]
            parts.append(raw[at + 1 : at + 1 + size].decode())
            at += 1 + size
        if at > end or end > len(raw):
            raise LdifError("a name of DNS that is longer than it says")
        found.append(".".join(parts) or ".")
        at = end
    return found


def _numbers(raw: bytes, count: int) -> list[str]:
    if len(raw) < 2 * count:
        raise LdifError(f"{len(raw)} bytes for {count} numbers")
    return [str(n) for n in struct.unpack_from(f">{count}H", raw)]


def _soa(raw: bytes) -> str:
    if len(raw) < 20:
        raise LdifError(f"a SOA of {len(raw)} bytes")
    return " ".join([*_names(raw[20:], 2), *map(str, struct.unpack_from(">5I", raw))])


def _strings(raw: bytes) -> str:
    found, at = [], 0
    while at < len(raw):
        size = raw[at]
        if at + 1 + size > len(raw):
            raise LdifError("a string of DNS that is longer than it says")
        found.append(raw[at + 1 : at + 1 + size].decode("utf-8", "backslashreplace"))
        at += 1 + size
    return " ".join(found)


DATA: dict[str, Callable[[bytes], str]] = {
    "A": lambda raw: _address(raw, 4),
    "AAAA": lambda raw: _address(raw, 16),
    "NS": _name,
    "CNAME": _name,
    "PTR": _name,
    "DNAME": _name,
    "MX": lambda raw: " ".join([*_numbers(raw, 1), _name(raw[2:])]),
    "SRV": lambda raw: " ".join([*_numbers(raw, 3), _name(raw[6:])]),
    "SOA": _soa,
    "TXT": _strings,
}
