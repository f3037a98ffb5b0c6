"""DNS zones that the directory holds, and their records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.probing import Probe, Reply, Search, probe

from ._dnsrecord import addresses, addresses_v4, record, zone_property
from ._names import hidden, label

# MS-DNSP 2.3.2.1.1 ids of properties
TYPE, UPDATE, NO_REFRESH, SCAVENGERS_V4, REFRESH, AGING, MASTERS_V4, SCAVENGERS, MASTERS = 1, 2, 0x10, 0x11, 0x20, 0x40, 0x81, 0x90, 0x91
Kind = Literal["cache", "primary", "secondary", "stub", "forwarder", "secondary cache"]
Update = Literal["none", "insecure", "secure"]
KINDS: dict[int, Kind] = {0: "cache", 1: "primary", 2: "secondary", 3: "stub", 4: "forwarder", 5: "secondary cache"}  # MS-DNSP 2.2.5.1.1
UPDATES: dict[int, Update] = {0: "none", 1: "insecure", 2: "secure"}  # MS-DNSP 2.2.6.1.1
PLACES = {"domain": "DC=DomainDnsZones,{domain}", "forest": "DC=ForestDnsZones,{root}", "system": "CN=System,{domain}"}
INTERNAL = frozenset({"rootdnsservers", "..trustanchors", "trustanchors", "..cache"})  # lists the server keeps for itself


@fact(key=("place", "name"))
class AdZone:
    """A zone that the directory holds. place: the partition: domain, forest, or system (that of the domain itself, as in 2000).

    kind, updates (dynamic updates), aging, no_refresh_hours, refresh_hours: None = the zone has no such property, or it may not be
    read. scavengers: addresses of the servers that may scavenge, () = any that scavenges at all. forwards_to: where a forwarder, stub or
    secondary asks. internal: no zone for clients, but the list of root servers and the like. deleting: it was deleted, and waits.
    """

    place: Literal["domain", "forest", "system"]
    name: str
    kind: Kind | None
    updates: Update | None
    aging: bool | None
    no_refresh_hours: int | None
    refresh_hours: int | None
    scavengers: tuple[str, ...] | None
    forwards_to: tuple[str, ...] | None
    internal: bool
    deleting: bool


@fact(key=("place", "zone", "name", "kind", "data"))
class AdRecord:
    """A record. name: as in the zone, "@" = the zone itself. static: it is never scavenged; stamped: otherwise the hour of its last
    refresh, None where static. tombstoned: the name was deleted, and waits to be forgotten."""

    place: Literal["domain", "forest", "system"]
    zone: str
    name: str
    kind: str
    data: str
    ttl_s: int
    static: bool
    stamped: datetime | None
    tombstoned: bool


def _zone(place: Any, e: Entry) -> AdZone:
    raw = label(e.dn)
    deleting = raw.lower().startswith("..deleted-")
    p = dict(zone_property(b) for b in e.all("dNSProperty"))
    told = None if hidden(e) or not p else p
    return AdZone(
        place=place,
        name=raw,
        kind=KINDS[_number(p[TYPE])] if TYPE in p else None,
        updates=UPDATES[_number(p[UPDATE])] if UPDATE in p else None,
        aging=bool(_number(p[AGING])) if AGING in p else None,
        no_refresh_hours=_number(p[NO_REFRESH]) if NO_REFRESH in p else None,
        refresh_hours=_number(p[REFRESH]) if REFRESH in p else None,
        scavengers=None if told is None else addresses(p.get(SCAVENGERS, b"")) or addresses_v4(p.get(SCAVENGERS_V4, b"")),
        forwards_to=None if told is None else addresses(p.get(MASTERS, b"")) or addresses_v4(p.get(MASTERS_V4, b"")),
        internal=raw.lower() in INTERNAL,
        deleting=deleting,
    )


def _number(data: bytes) -> int:
    """A DWORD, or the one byte of ALLOW_UPDATE."""
    return int.from_bytes(data[:4], "little")


def _zones(place: str) -> Probe[Any]:
    def read(reply: Reply) -> Iterator[AdZone]:
        for e in entries(reply.stdout):
            yield _zone(place, e)

    command = Search(PLACES[place], "(objectClass=dnsZone)", ("instanceType", "dNSProperty"))
    return probe(f"directory.dns_zones_{place}", command, on=("directory",))(read)


def _records(place: Any) -> Probe[Any]:
    def read(reply: Reply) -> Iterator[AdRecord]:
        for e in entries(reply.stdout):
            for blob in dict.fromkeys(e.all("dnsRecord")):
                r = record(blob)
                yield AdRecord(
                    place=place,
                    zone=label(e.dn, 1),
                    name=label(e.dn),
                    kind=r.kind,
                    data=r.data,
                    ttl_s=r.ttl,
                    static=r.stamped is None,
                    stamped=r.stamped,
                    tombstoned=e.truth("dNSTombstoned") or r.kind == "ZERO",
                )

    command = Search(PLACES[place], "(objectClass=dnsNode)", ("instanceType", "dnsRecord", "dNSTombstoned"))
    return probe(f"directory.dns_records_{place}", command, on=("directory",))(read)


zones_domain, zones_forest, zones_system = _zones("domain"), _zones("forest"), _zones("system")
records_domain, records_forest, records_system = _records("domain"), _records("forest"), _records("system")
