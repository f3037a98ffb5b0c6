"""How SYSVOL is replicated: by the old FRS, by DFS replication, or on the way from one to the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from auditkit.ldif import entries
from auditkit.model import fact
from auditkit.probing import NotUnderstood, Reply, Search, derived, probe

from ._names import hidden

# MS-FRS2 2.3.2 msDFSR-Flags of the global settings while SYSVOL moves from FRS to DFSR; a domain made without FRS has 48.
PREPARED, REDIRECTED, ELIMINATED = 16, 32, 48
Kind = Literal["dfsr_settings", "dfsr_group", "frs_set", "frs_member"]
CLASSES: dict[bytes, Kind] = {
    b"msdfsr-globalsettings": "dfsr_settings",
    b"msdfsr-replicationgroup": "dfsr_group",
    b"ntfrsreplicaset": "frs_set",
    b"ntfrsmember": "frs_member",
}


@fact(key=("dn",))
class SysvolObject:
    """An object of one of the two ways. flags: msDFSR-Flags, 0 where it is not set."""

    dn: str
    kind: Kind
    flags: int | None


@fact()
class SysvolReplication:
    """way: frs; prepared, redirected = a migration that was begun and not ended; dfsr; None = its objects do not say."""

    way: Literal["frs", "prepared", "redirected", "dfsr"] | None


@probe(
    "directory.sysvol",
    Search(
        "CN=System,{domain}",
        "(|(objectClass=msDFSR-GlobalSettings)(objectClass=msDFSR-ReplicationGroup)(objectClass=nTFRSReplicaSet)(objectClass=nTFRSMember))",
        ("objectClass", "instanceType", "msDFSR-Flags"),
    ),
    on=("directory",),
)
def sysvol(reply: Reply) -> Iterator[SysvolObject]:
    for e in entries(reply.stdout):
        kind = next((CLASSES[c.lower()] for c in e.all("objectClass") if c.lower() in CLASSES), None)
        if kind is None:
            raise NotUnderstood(f"{e.dn} is of no class that was asked for")
        yield SysvolObject(dn=e.dn, kind=kind, flags=None if hidden(e) else e.number("msDFSR-Flags") or 0)


@derived("directory.sysvol_replication")
def replication(found: Sequence[SysvolObject]) -> Iterator[SysvolReplication]:
    """FRS has its set "Domain System Volume" in every domain that ever used it; without one and without flags nobody can say."""
    frs = any(o.kind == "frs_set" and o.dn.lower().startswith("cn=domain system volume") for o in found)
    flags = next((o.flags for o in found if o.kind == "dfsr_settings"), 0)
    if flags is None:
        yield SysvolReplication(way=None)
    elif flags >= ELIMINATED:
        yield SysvolReplication(way="dfsr")
    elif flags >= PREPARED:
        yield SysvolReplication(way="redirected" if flags >= REDIRECTED else "prepared")
    else:
        yield SysvolReplication(way="frs" if frs else None)
