"""Replication of the controller that was asked, and when each partition was last backed up: blobs of a partition's root object."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from auditkit.ldif import Entry, LdifError, entries
from auditkit.model import fact
from auditkit.probing import NotUnderstood, Probe, Reply, Search, derived, probe

from ._names import hidden, label
from .controllers import DirectoryAgent

_1601 = datetime(1601, 1, 1, tzinfo=UTC)
# MS-DRSR 5.170 REPS_FROM: version, then cb, failures, last success, last attempt, result, …; the source's objectGUID is at 160.
_HEAD, _SOURCE, _SHORTEST = struct.Struct("<IIIIQQI"), 160, 208
_META, _META_HEAD = struct.Struct("<IIQ16sQQ"), struct.Struct("<IIII")  # MS-DRSR 4.1.10.2.22 PROPERTY_META_DATA(_EXT_VECTOR)
DSA_SIGNATURE = 0x2004A  # attid of dSASignature (1.2.840.113556.1.2.74): a backup of the partition writes it (MS-ADA1)


@fact(key=("naming_context", "source"))
class ReplicationLink:
    """From whom the asked controller takes a partition, and how it went (repsFrom). source: objectGUID of the directory service.

    failures: in a row, since the last success. result: Windows error of the last attempt, 0 = well. ever: it has succeeded once;
    last_success: None where it has not. last_attempt: None where there was none.
    """

    naming_context: str
    source: str
    failures: int
    result: int
    ever: bool
    last_success: datetime | None
    last_attempt: datetime | None


@fact(key=("naming_context", "server", "source"))
class ReplicationPartner:
    """A `ReplicationLink` with the partner's name. server: short name; "" = no such directory service exists (any more)."""

    naming_context: str
    source: str
    server: str
    failures: int
    result: int
    ever: bool
    last_success: datetime | None


@fact(key=("naming_context",))
class DirectoryBackup:
    """When a partition was last backed up in a way the directory notices (a backup of the system state, or VSS).

    ever: False = no such backup since the partition was made; None = its metadata may not be read. last_backup: None unless ever.
    """

    naming_context: str
    ever: bool | None
    last_backup: datetime | None


def _read(reply: Reply) -> Iterator[ReplicationLink | DirectoryBackup]:
    for e in entries(reply.stdout):
        for blob in e.all("repsFrom"):
            yield link(e.dn, blob)
        yield backup(e)
        if hidden(e):  # "no partner" would prove nothing
            raise NotUnderstood(f"{e.dn}: its attributes may not be read, from whom it is replicated is not known")


_read.__name__ = "naming_context"


def _asks(name: str, base: str) -> Probe[Any]:
    command = Search(base, attributes=("instanceType", "repsFrom", "replPropertyMetaData"), scope="base")
    wrap: Callable[..., Probe[Any]] = probe(f"directory.replication_{name}", command, on=("directory",))
    return wrap(_read)


of_domain = _asks("domain", "{domain}")
of_configuration = _asks("configuration", "{configuration}")
of_schema = _asks("schema", "{schema}")
of_domain_dns = _asks("domain_dns", "DC=DomainDnsZones,{domain}")
of_forest_dns = _asks("forest_dns", "DC=ForestDnsZones,{root}")


def link(context: str, blob: bytes) -> ReplicationLink:
    """One value of repsFrom. Raises LdifError for a version or length that is not of REPS_FROM."""
    if len(blob) < _SHORTEST:
        raise LdifError(f"{context}: repsFrom has {len(blob)} bytes, at least {_SHORTEST} are needed")
    version, _, _, failures, success, attempt, result = _HEAD.unpack_from(blob)
    if version not in (1, 2):
        raise LdifError(f"{context}: repsFrom is of version {version}, 1 and 2 are known")
    source = str(uuid.UUID(bytes_le=blob[_SOURCE : _SOURCE + 16]))
    return ReplicationLink(
        naming_context=context,
        source=source,
        failures=failures,
        result=result,
        ever=success > 0,
        last_success=_moment(success),
        last_attempt=_moment(attempt),
    )


def backup(e: Entry) -> DirectoryBackup:
    """When dSASignature was last written."""
    blob = e.blob("replPropertyMetaData")
    if blob is None:
        return DirectoryBackup(naming_context=e.dn, ever=None, last_backup=None)
    version, _, count, _ = _META_HEAD.unpack_from(blob)
    if version != 1 or len(blob) < _META_HEAD.size + count * _META.size:
        raise LdifError(f"{e.dn}: replPropertyMetaData of version {version} has {len(blob)} bytes for {count} attributes")
    rows = (_META.unpack_from(blob, _META_HEAD.size + n * _META.size) for n in range(count))
    written = next((row[2] for row in rows if row[0] == DSA_SIGNATURE), 0)
    return DirectoryBackup(naming_context=e.dn, ever=written > 0, last_backup=_moment(written))


def _moment(seconds: int) -> datetime | None:
    """Seconds since 1601 (DSTIME, MS-DRSR 5.46); 0 = never."""
    try:
        return _1601 + timedelta(seconds=seconds) if seconds else None
    except OverflowError as e:
        raise LdifError(f"{seconds} s after 1601 is no time") from e


@derived("directory.replication_partners")
def partners(link: Sequence[ReplicationLink], agent: Sequence[DirectoryAgent]) -> Iterator[ReplicationPartner]:
    names = {a.guid: label(a.server_dn) for a in agent}
    for one in link:
        yield ReplicationPartner(
            naming_context=one.naming_context,
            source=one.source,
            server=names.get(one.source, ""),
            failures=one.failures,
            result=one.result,
            ever=one.ever,
            last_success=one.last_success,
        )
