"""Computers whose keys and passwords the directory keeps: BitLocker recovery keys, passwords of local administrators (LAPS)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from auditkit.ldif import LdifError, entries, sid
from auditkit.model import fact
from auditkit.model.shared.directory import ComputerAccount, DirectoryGroup, DirectoryMembership, DirectoryUser, Domain, Trust
from auditkit.probing import Reply, Search, derived, probe

from ._names import parent
from .dangerous import people
from .forest import SchemaExtension
from .managed import ManagedAccount
from .security import DirectoryRight

# MS-ADTS: the set of properties that Windows LAPS puts encrypted passwords into (ms-LAPS-Encrypted-Password-Attributes)
ENCRYPTED_SET = "f3531ec6-6330-4f8e-8d39-7a671fbac605"
RULERS = ("-512", "-519")  # MS-DTYP 2.4.2.4: Domain Admins, Enterprise Admins


@fact()
class DirectorySight:
    """What the account that asked can see. rules: it is an administrator of the domain, from whom nothing is hidden by default."""

    rules: bool | None


@fact(key=("dn",))
class BitlockerKey:
    """A recovery key that a computer has put into the directory (MS-ADTS, class msFVE-RecoveryInformation); not the key itself.

    By default administrators of the domain alone may list them: to others the table is empty whatever there is (`ComputerProtection`).
    """

    dn: str
    computer_dn: str
    created: datetime | None


@fact(key=("sid",))
class ComputerProtection:
    """A computer account, and what the directory keeps of it. bitlocker: at least one recovery key; None = none is seen, and the account
    that asked does not see all. laps, laps_expiry, last_logon: as in `ComputerAccount`."""

    sid: str
    name: str
    dn: str
    role: Literal["controller", "server", "workstation", "other"] | None
    enabled: bool | None
    created: datetime | None
    last_logon: datetime | None
    never_logged_on: bool | None
    bitlocker: bool | None
    laps: bool | None
    laps_expiry: datetime | None


@fact(key=("dn", "sid", "product", "may"))
class LapsReader:
    """Who may read the passwords of local administrators that lie below a unit or the domain, by entries of their access lists.

    product: see `SchemaExtension`. may: ReadConfidential = given for that; GenericAll, AllExtendedRights = a wider right that holds it.
    Entries on single computers are not looked at. trustee, anybody, exposed: see `DangerousRight`; None: the list may not be read.
    """

    dn: str
    sid: str | None
    trustee: str | None
    product: str
    may: str | None
    anybody: bool | None
    exposed: bool | None


@probe("directory.sight", Search("", attributes=("tokenGroups",), scope="base"), on=("directory",))
def sight(reply: Reply) -> Iterator[DirectorySight]:
    """tokenGroups of the root DSE are the SIDs of whoever asks (MS-ADTS 3.1.1.3.2). Raises LdifError."""
    for e in entries(reply.stdout):
        sids = [sid(raw) for raw in e.all("tokenGroups")]
        yield DirectorySight(rules=None if not sids else any(s == "S-1-5-32-544" or s.endswith(RULERS) for s in sids))


@probe("directory.bitlocker_keys", Search("{domain}", "(objectClass=msFVE-RecoveryInformation)", ("whenCreated",)), on=("directory",))
def bitlocker_keys(reply: Reply) -> Iterator[BitlockerKey]:
    for e in entries(reply.stdout):
        above = parent(e.dn)
        if not above:
            raise LdifError(f"{e.dn}: a recovery key below no computer")
        yield BitlockerKey(dn=e.dn, computer_dn=above, created=e.moment("whenCreated"))


@derived("directory.computer_protection")
def protection(
    computer: Sequence[ComputerAccount], key: Sequence[BitlockerKey], seen: Sequence[DirectorySight]
) -> Iterator[ComputerProtection]:
    """Without a key "no" is said only to an administrator: all others see none whatever there is."""
    rules = bool(seen) and bool(seen[0].rules)
    with_key = {k.computer_dn.casefold() for k in key}
    for c in computer:
        has = True if c.dn.casefold() in with_key else (False if rules else None)
        yield ComputerProtection(
            sid=c.sid, name=c.name, dn=c.dn, role=c.role, enabled=c.enabled, created=c.created, last_logon=c.last_logon,
            never_logged_on=c.never_logged_on, bitlocker=has, laps=c.laps, laps_expiry=c.laps_expiry,
        )  # fmt: skip


@derived("directory.laps_readers")
def laps_readers(
    domain: Sequence[Domain],
    extension: Sequence[SchemaExtension],
    right: Sequence[DirectoryRight],
    group: Sequence[DirectoryGroup],
    membership: Sequence[DirectoryMembership],
    user: Sequence[DirectoryUser],
    computer: Sequence[ComputerAccount],
    managed: Sequence[ManagedAccount],
    trust: Sequence[Trust],
) -> Iterator[LapsReader]:
    """Where the schema has no LAPS nobody reads anything: no row. Raises NotUnderstood without the domain's SID."""
    products = {e.guid: e.product for e in extension}
    who = people(domain, group, membership, user, computer, managed, trust)
    for r in right:
        if not products or r.place not in ("domain", "unit") or (r.sid is not None and (not r.below or r.inherited)):
            continue
        if r.sid is None:
            yield LapsReader(dn=r.dn, sid=None, trustee=None, product="", may=None, anybody=None, exposed=None)
        for product in _readable(r, products):
            j = who.judge(r.sid or "")
            yield LapsReader(dn=r.dn, sid=r.sid, trustee=j.name, product=product, may=r.may, anybody=j.anybody, exposed=j.exposed)


def _readable(r: DirectoryRight, products: dict[str | None, str]) -> list[str]:
    """The kinds of LAPS whose passwords the right shows. One whose GUID is not known is taken for shown by every such right."""
    if r.on_class not in ("", "computer"):
        return []
    if r.may in ("GenericAll", "AllExtendedRights"):
        return sorted(set(products.values()))
    if r.may != "ReadConfidential":
        return []
    encrypted = {p for p in products.values() if p == "windows" and r.attribute == ENCRYPTED_SET}
    return sorted({p for guid, p in products.items() if guid in (r.attribute, None)} | encrypted)
