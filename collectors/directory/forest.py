"""The forest: its partitions, schema, optional features and settings of the directory service."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.model.shared.directory import FsmoName, FsmoRole
from auditkit.probing import Reply, Search, probe

from ._names import deleted, hidden, label
from ._values import bit, default

RECYCLE_BIN = "CN=Recycle Bin Feature,"  # its GUID 766ddcd8-acd0-445e-f3b9-a7f9b6744f2a (MS-ADTS 3.1.1.9.1)
CROSS_REF_NTDS, CROSS_REF_DOMAIN = 1, 2  # MS-ADTS 2.2.10 systemFlags of crossRef objects
# Tombstones live 60 days where nothing is set (MS-ADTS 7.1.1.2.4.1.1); forests made with 2003 SP1 or later have 180 written there.
TOMBSTONE_DEFAULT = 60
CONFIDENTIAL = 0x80  # MS-ADTS 2.2.9 fCONFIDENTIAL
LAPS = {"ms-mcs-admpwd": "legacy", "mslaps-password": "windows", "mslaps-encryptedpassword": "windows"}
SCHEMAS = {
    13: "2000", 30: "2003", 31: "2003 R2", 39: "2008 beta", 44: "2008", 47: "2008 R2", 51: "8 beta", 52: "2012 beta", 56: "2012",
    69: "2012 R2", 72: "2016 beta", 87: "2016", 88: "2019", 90: "2025 beta", 91: "2025",
}  # fmt: skip


@fact()
class Forest:
    """level: msDS-Behavior-Version of the forest (see `Domain`). recycle_bin: the optional feature is on."""

    level: int | None
    recycle_bin: bool | None


@fact(key=("dn",))
class NamingContext:
    """A partition that the forest knows (crossRef). netbios: "" = no domain. kind: outside = a name that this forest does not hold."""

    dn: str
    dns_name: str | None
    netbios: str | None
    kind: str | None


@fact()
class Schema:
    """version: objectVersion; means: the Windows Server that brings it, "" = no version of Windows Server is known to."""

    version: int | None
    means: str | None


@fact(key=("name",))
class SchemaExtension:
    """An attribute that an extension of the schema brings. product: legacy = Microsoft LAPS, windows = Windows LAPS.

    guid: its schemaIDGUID, which access lists name it by; confidential: whoever may read properties may not read this one (MS-ADTS
    3.1.1.2.3, searchFlags). None = may not be read.
    """

    name: str
    product: str
    guid: str | None
    confidential: bool | None


@fact()
class DirectoryService:
    """Settings of the whole forest. tombstone_days: how long a deleted object is kept; deleted_days: how long it can be taken out of the
    recycle bin. heuristics: dSHeuristics (MS-ADTS 6.1.1.2.4.1.2), "" = not set; anonymous: operations without login are
    let through to the access control (its 7th character is 2); unguarded: operators that AdminSDHolder does not protect (its 16th, bits:
    1 account, 2 server, 4 print, 8 backup operators); list_object: the right List Object is honoured (its 3rd is not 0)."""

    tombstone_days: int | None
    deleted_days: int | None
    heuristics: str | None
    anonymous: bool | None
    list_object: bool | None
    unguarded: int | None


def role(name: FsmoName, e: Entry) -> FsmoRole:
    """Who holds it. An object that names nobody is one that may not be read: every such object has a holder."""
    holder = e.text("fSMORoleOwner")
    server = None if holder is None else label(holder, 1).split("\n")[0]
    return FsmoRole(role=name, holder=holder, server=server, gone=None if holder is None else deleted(holder))


@probe(
    "directory.partitions",
    Search(
        "CN=Partitions,{configuration}",
        attributes=(
            "objectClass", "instanceType", "nCName", "dnsRoot", "nETBIOSName", "systemFlags", "fSMORoleOwner", "msDS-Behavior-Version",
            "msDS-EnabledFeature",
        ),
    ),
    on=("directory",),
)  # fmt: skip
def partitions(reply: Reply) -> Iterator[Forest | NamingContext | FsmoRole]:
    for e in entries(reply.stdout):
        if e.dn.upper().startswith("CN=PARTITIONS,"):
            on = any(f.upper().startswith(RECYCLE_BIN.upper()) for f in e.texts("msDS-EnabledFeature"))
            yield Forest(level=default(e, "msDS-Behavior-Version", 0), recycle_bin=None if hidden(e) else on)
            yield role("naming", e)
        elif hidden(e):
            yield NamingContext(dn=e.dn, dns_name=None, netbios=None, kind=None)
        else:
            yield _context(e)


def _context(e: Entry) -> NamingContext:
    flags, dn = e.number("systemFlags") or 0, e.text("nCName") or e.dn
    if not flags & CROSS_REF_NTDS:
        kind = "outside"
    elif flags & CROSS_REF_DOMAIN:
        kind = "domain"
    else:
        kind = next((k for k in ("schema", "configuration") if dn.upper().startswith(f"CN={k.upper()},")), "application")
    return NamingContext(dn=dn, dns_name=", ".join(e.texts("dnsRoot")), netbios=e.text("nETBIOSName") or "", kind=kind)


@probe(
    "directory.schema", Search("{schema}", attributes=("instanceType", "objectVersion", "fSMORoleOwner"), scope="base"), on=("directory",)
)
def schema(reply: Reply) -> Iterator[Schema | FsmoRole]:
    for e in entries(reply.stdout):
        version = e.number("objectVersion")
        yield Schema(version=version, means=None if version is None else SCHEMAS.get(version, ""))
        yield role("schema", e)


@probe(
    "directory.schema_extensions",
    Search(
        "{schema}",
        "(|" + "".join(f"(lDAPDisplayName={n})" for n in ("ms-Mcs-AdmPwd", "msLAPS-Password", "msLAPS-EncryptedPassword")) + ")",
        ("instanceType", "lDAPDisplayName", "schemaIDGUID", "searchFlags"),
        "one",
    ),
    on=("directory",),
)
def schema_extensions(reply: Reply) -> Iterator[SchemaExtension]:
    for e in entries(reply.stdout):
        name = e.text("lDAPDisplayName") or ""
        confidential = bit(default(e, "searchFlags", 0), CONFIDENTIAL)
        yield SchemaExtension(name=name, product=LAPS[name.lower()], guid=e.guid("schemaIDGUID"), confidential=confidential)


@probe(
    "directory.infrastructure",
    Search("CN=Infrastructure,{domain}", attributes=("instanceType", "fSMORoleOwner"), scope="base"),
    on=("directory",),
)
def infrastructure(reply: Reply) -> Iterator[FsmoRole]:
    for e in entries(reply.stdout):
        yield role("infrastructure", e)


@probe("directory.pdc", Search("{domain}", attributes=("instanceType", "fSMORoleOwner"), scope="base"), on=("directory",))
def pdc(reply: Reply) -> Iterator[FsmoRole]:
    for e in entries(reply.stdout):
        yield role("pdc", e)


@fact()
class RidPool:
    """Numbers for new accounts: issued to controllers so far, of `total` (MS-ADTS 3.1.1.5.2.6, rIDAvailablePool)."""

    issued: int | None
    total: int | None


@probe(
    "directory.rid",
    Search("CN=RID Manager$,CN=System,{domain}", attributes=("instanceType", "fSMORoleOwner", "rIDAvailablePool"), scope="base"),
    on=("directory",),
)
def rid(reply: Reply) -> Iterator[FsmoRole | RidPool]:
    for e in entries(reply.stdout):
        pool = e.number("rIDAvailablePool")
        yield role("rid", e)
        yield RidPool(issued=None if pool is None else pool & 0xFFFFFFFF, total=None if pool is None else pool >> 32 & 0xFFFFFFFF)


@probe(
    "directory.service",
    Search(
        "CN=Directory Service,CN=Windows NT,CN=Services,{configuration}",
        attributes=("instanceType", "tombstoneLifetime", "msDS-DeletedObjectLifetime", "dSHeuristics"),
        scope="base",
    ),
    on=("directory",),
)
def service(reply: Reply) -> Iterator[DirectoryService]:
    for e in entries(reply.stdout):
        words = None if hidden(e) else e.text("dSHeuristics") or ""
        tombstone = default(e, "tombstoneLifetime", TOMBSTONE_DEFAULT)
        kept = e.number("msDS-DeletedObjectLifetime")
        yield DirectoryService(
            tombstone_days=tombstone,
            deleted_days=tombstone if kept is None else kept,
            heuristics=words,
            anonymous=None if words is None else words[6:7] == "2",
            list_object=None if words is None else words[2:3] not in ("", "0"),
            unguarded=None if words is None else int(words[15:16] or "0", 16),
        )
