"""Who may do what to the objects that rule the domain: their owners and access lists (MS-ADTS 5.1.3), as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.probing import Reply, Search, probe

from ._descriptor import Descriptor, decode
from ._rights import Held, held
from .privileges import RULING

Place = Literal["domain", "adminsdholder", "unit", "site", "policy", "controller", "privileged", "group"]
# SYSTEM, BUILTIN\Administrators, the controllers of the forest, the object itself, whoever makes an object: all rule it by design.
BY_DESIGN = frozenset({"S-1-5-18", "S-1-5-32-544", "S-1-5-9", "S-1-5-10", "S-1-3-0"})
# Of the domain: Enterprise Read-only Domain Controllers, the built-in Administrator, Domain Admins, controllers, Schema and Enterprise
# Admins: they replicate by design.
REPLICATORS = (498, 500, 512, 516, 518, 519)


@fact(key=("dn", "place"))
class ObjectSecurity:
    """An object whose access list was asked for. sid: its own, "" = it has none or shows none. owner: SID, "" = none; inherits: takes
    entries from above. place group: one that Windows made and that rules nothing; its rights are not told.

    Owner and inherits are None where the right to read the list is missing (READ_CONTROL): then nothing is known of who may do what.
    """

    dn: str
    place: Place
    sid: str
    owner: str | None
    inherits: bool | None


@fact(key=("dn", "place", "sid", "may", "attribute", "below", "on_class", "inherited"))
class DirectoryRight:
    """A right that gives power over an object (or over those below it), of everybody but SYSTEM, BUILTIN\\Administrators, controllers
    and the object itself.

    may: GenericAll, Owner, WriteDacl, WriteOwner, WriteAllProperties, AllExtendedRights (reset passwords, replicate, read confidential
    attributes), GetChanges, GetChangesAll, DCSync (both, so all passwords of the domain), AddReplica, ResetPassword,
    MigrateSidHistory, AddMember, AddSelf, WriteKeyCredentialLink, WriteAllowedToAct (resource-based delegation),
    WriteUserAccountControl, WriteGPLink, WritePolicyPath, WriteSPN, WriteLogonScript, WriteAltSecurityIdentities,
    WriteGroupMSAMembership, ReadConfidential (a confidential
    attribute, by its schemaIDGUID in `attribute`). below: on objects below, of class `on_class` ("" = every). inherited: it came
    from above. sid and may None: the list may not be read.
    """

    dn: str
    place: Place
    sid: str | None
    may: str | None
    attribute: str
    below: bool
    on_class: str
    inherited: bool


Rows = Iterator[ObjectSecurity | DirectoryRight]


def _of(e: Entry, place: Place) -> Rows:
    blob, own = e.blob("nTSecurityDescriptor"), e.sid() or ""
    if blob is None:
        yield ObjectSecurity(dn=e.dn, place=place, sid=own, owner=None, inherits=None)
        yield DirectoryRight(dn=e.dn, place=place, sid=None, may=None, attribute="", below=False, on_class="", inherited=False)
        return
    d = decode(blob)
    yield ObjectSecurity(dn=e.dn, place=place, sid=own, owner=d.owner, inherits=d.inherits)
    if place == "group":
        return
    for below in (False, True):
        for h in held(d, below):
            if h.sid not in BY_DESIGN:
                yield _right(e.dn, place, h, below)
    if place == "domain":
        yield from (_right(e.dn, place, h, False) for h in _replicators(d, own))


def _right(dn: str, place: Place, h: Held, below: bool) -> DirectoryRight:
    return DirectoryRight(
        dn=dn, place=place, sid=h.sid, may=h.may, attribute=h.attribute, below=below, on_class=h.on_class, inherited=h.inherited
    )


def _replicators(d: Descriptor, domain: str) -> Iterator[Held]:
    """Who can have all passwords sent to him (MS-DRSR, IDL_DRSGetNCChanges): Get-Changes and Get-Changes-All together. The two may
    come by two groups: the second is enough where the first is given to anybody who has it not by design."""
    rights = [h for h in held(d) if h.sid not in BY_DESIGN]
    some = {h.sid for h in rights if h.may in ("GetChanges", "GenericAll", "AllExtendedRights")}
    shared = bool(some - {f"{domain}-{rid}" for rid in REPLICATORS})
    every = {h.sid for h in rights if h.may in ("GetChangesAll", "GenericAll", "AllExtendedRights")}
    for sid in sorted(every):
        if sid in some or shared:
            yield Held(sid, "DCSync", "", "", all(h.inherited for h in rights if h.sid == sid))


def _reader(place: Place) -> Callable[[Reply], Rows]:
    def read(reply: Reply) -> Iterator[ObjectSecurity | DirectoryRight]:
        for e in entries(reply.stdout):
            yield from _of(e, place if place != "privileged" or _privileged(e) else "group")

    return read


def _privileged(e: Entry) -> bool:
    """Of the groups that Windows itself made only those that rule the domain. DnsAdmins was asked for by its name."""
    rid = int((e.sid() or "-0").rpartition("-")[2])
    return (e.number("adminCount") or 0) > 0 or rid in RULING or rid > 1000 or not rid


_ASKED = ("objectSid", "adminCount", "nTSecurityDescriptor")
_ON = ("directory",)
domain_rights = probe("directory.rights_domain", Search("{domain}", attributes=_ASKED, scope="base", security=True), on=_ON)(
    _reader("domain")
)
holder_rights = probe(
    "directory.rights_adminsdholder", Search("CN=AdminSDHolder,CN=System,{domain}", attributes=_ASKED, scope="base", security=True), on=_ON
)(_reader("adminsdholder"))
unit_rights = probe(
    "directory.rights_units",
    Search(
        "{domain}", "(|(objectCategory=organizationalUnit)(&(objectClass=container)(|(cn=Users)(cn=Computers))))", _ASKED, security=True
    ),
    on=_ON,
)(_reader("unit"))
site_rights = probe(
    "directory.rights_sites", Search("CN=Sites,{configuration}", "(objectClass=site)", _ASKED, "one", security=True), on=_ON
)(_reader("site"))
policy_rights = probe(
    "directory.rights_policies",
    Search("CN=Policies,CN=System,{domain}", "(objectClass=groupPolicyContainer)", _ASKED, "one", security=True),
    on=_ON,
)(_reader("policy"))
controller_rights = probe(
    "directory.rights_controllers",
    Search("{domain}", "(&(objectCategory=computer)(|(primaryGroupID=516)(primaryGroupID=521)))", _ASKED, security=True),
    on=_ON,
)(_reader("controller"))
privileged_rights = probe(
    "directory.rights_privileged",
    Search(
        "{domain}",
        "(|(adminCount=1)(&(objectClass=group)(isCriticalSystemObject=TRUE))(&(objectClass=group)(sAMAccountName=DnsAdmins)))",
        _ASKED,
        security=True,
    ),
    on=_ON,
)(_reader("privileged"))
