"""What an access list lets whom do to an object (MS-ADTS 5.1.3.2, 5.1.3.2.1), in words; and who stands for everybody."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditkit.ldif import Entry

from ._descriptor import Descriptor, decode

CREATE_CHILD, DELETE_CHILD, VALIDATED, READ_PROPERTY, WRITE_PROPERTY, CONTROL_ACCESS = 0x1, 0x2, 0x8, 0x10, 0x20, 0x100
WRITE_DAC, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE = 0x40000, 0x80000, 0x10000000, 0x40000000
FULL = 0xF01FF  # MS-ADTS 5.1.3.2: what GENERIC_ALL stands for on an object of a directory
EVERYONE, OWNER_RIGHTS = "S-1-1-0", "S-1-3-4"

# schemaIDGUID of attributes and rightsGuid of the sets that hold them (MS-ADA1 to MS-ADA3, MS-ADTS 3.1.1.2.3.3)
WRITES = {
    uuid.UUID("bf9679c0-0de6-11d0-a285-00aa003049e2"): "AddMember",  # member
    uuid.UUID("bc0ac240-79a9-11d0-9020-00c04fc2d4cf"): "AddMember",  # the set Membership
    uuid.UUID("5b47d60f-6090-40b2-9f37-2a4de88f3063"): "WriteKeyCredentialLink",  # msDS-KeyCredentialLink
    uuid.UUID("3f78c3e5-f79a-46bd-a0b8-9d18116ddc79"): "WriteAllowedToAct",  # msDS-AllowedToActOnBehalfOfOtherIdentity
    uuid.UUID("4c164200-20c0-11d0-a768-00aa006e0529"): "WriteAllowedToAct",  # the set User-Account-Restrictions holds it too
    uuid.UUID("bf967a68-0de6-11d0-a285-00aa003049e2"): "WriteUserAccountControl",  # userAccountControl
    uuid.UUID("f30e3bbe-9ff0-11d1-b603-0000f80367c1"): "WriteGPLink",  # gPLink
    uuid.UUID("f30e3bc1-9ff0-11d1-b603-0000f80367c1"): "WritePolicyPath",  # gPCFileSysPath
    uuid.UUID("f3a64788-5306-11d1-a9c5-0000f80367c1"): "WriteSPN",  # servicePrincipalName
    uuid.UUID("e48d0154-bcf8-11d1-8702-00c04fb96050"): "WriteSPN",  # the set Public-Information holds it
    uuid.UUID("bf9679a8-0de6-11d0-a285-00aa003049e2"): "WriteLogonScript",  # scriptPath
    uuid.UUID("5f202010-79a5-11d0-9020-00c04fc2d4cf"): "WriteLogonScript",  # the set User-Logon holds it
    uuid.UUID("00fbf30c-91fe-11d1-aebc-0000f80367c1"): "WriteAltSecurityIdentities",  # altSecurityIdentities
    uuid.UUID("888eedd6-ce04-df40-b462-b8a50e41ba38"): "WriteGroupMSAMembership",  # msDS-GroupMSAMembership
}
MEMBER = uuid.UUID("bf9679c0-0de6-11d0-a285-00aa003049e2")
EXTENDED = {
    uuid.UUID("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"): "GetChanges",  # DS-Replication-Get-Changes
    uuid.UUID("1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"): "GetChangesAll",  # DS-Replication-Get-Changes-All
    uuid.UUID("9923a32a-3607-11d2-b9be-0000f87a36b2"): "AddReplica",  # DS-Install-Replica
    uuid.UUID("00299570-246d-11d0-a768-00aa006e0529"): "ResetPassword",  # User-Force-Change-Password
    uuid.UUID("ba33815a-4f93-4c76-87f3-57574bff8109"): "MigrateSidHistory",  # Migrate-SID-History
}
CLASSES = {
    uuid.UUID("19195a5b-6da0-11d0-afd3-00c04fd930c9"): "domainDNS",
    uuid.UUID("bf967aa5-0de6-11d0-a285-00aa003049e2"): "organizationalUnit",
    uuid.UUID("bf967a8b-0de6-11d0-a285-00aa003049e2"): "container",
    uuid.UUID("f30e3bc2-9ff0-11d1-b603-0000f80367c1"): "groupPolicyContainer",
    uuid.UUID("bf967aba-0de6-11d0-a285-00aa003049e2"): "user",
    uuid.UUID("4828cc14-1437-45bc-9b07-ad6f015e5f28"): "inetOrgPerson",
    uuid.UUID("bf967a9c-0de6-11d0-a285-00aa003049e2"): "group",
    uuid.UUID("bf967a86-0de6-11d0-a285-00aa003049e2"): "computer",
    uuid.UUID("7b8b558a-93a5-4af7-adca-c017e67f1057"): "msDS-GroupManagedServiceAccount",
}
# Everyone, network, interactive, anonymous, authenticated users, this organisation, users, guests; of a domain: guest 501,
# users 513, guests 514, computers 515 (MS-DTYP 2.4.2.4).
ANYBODY = frozenset({EVERYONE, "S-1-5-2", "S-1-5-4", "S-1-5-7", "S-1-5-11", "S-1-5-15", "S-1-5-32-545", "S-1-5-32-546"})
ANYBODY_OF_A_DOMAIN = ("-501", "-513", "-514", "-515")
Grants = Mapping[tuple[str, uuid.UUID | None, uuid.UUID | None, bool], int]


@dataclass(frozen=True, slots=True)
class Held:
    """sid may do `may`. attribute: of ReadConfidential, its GUID. on_class: the class of objects below that it is about, "" = every."""

    sid: str
    may: str
    attribute: str
    on_class: str
    inherited: bool


def anybody(sids: tuple[str, ...]) -> bool:
    """Whether one of them stands for every ordinary account or computer."""
    return any(s in ANYBODY or (s.startswith("S-1-5-21-") and s.endswith(ANYBODY_OF_A_DOMAIN)) for s in sids)


def grants(d: Descriptor, below: bool = False) -> Grants:
    """(SID, what, class below, whether it came from above) -> mask: on the object itself, or on objects below it.

    What is denied to the same SID further up is taken off; what is denied to its groups is not: nobody is called harmless by it.
    A condition is taken for met where it allows and for not met where it denies.
    """
    if d.aces is None:
        return {(EVERYONE, None, None, False): GENERIC_ALL}
    granted: dict[tuple[str, uuid.UUID | None, uuid.UUID | None, bool], int] = defaultdict(int)
    denied: dict[tuple[str, uuid.UUID | None], int] = defaultdict(int)
    for ace in d.aces:
        if not (ace.below if below else ace.here):
            continue
        on = ace.on if below else None
        if ace.allow:
            granted[ace.sid, ace.what, on, ace.inherited] |= ace.mask & ~denied[ace.sid, None] & ~denied[ace.sid, ace.what]
        elif not ace.conditional and on is None:
            denied[ace.sid, ace.what] |= ace.mask & ~GENERIC_ALL | (FULL if ace.mask & GENERIC_ALL else 0)
    return granted


def allowed(d: Descriptor, mask: int) -> tuple[str, ...]:
    """SIDs that have one of these bits on the object, sorted: for descriptors that are a list of names."""
    return tuple(sorted({who for (who, *_), got in grants(d).items() if got & (mask | GENERIC_ALL)}))


def actors(e: Entry) -> tuple[str, ...]:
    """SIDs that may act in anybody's name on this account (MS-SFU). The right to read it is the right to read
    userAccountControl: both lie in the set User-Account-Restrictions."""
    blob = e.blob("msDS-AllowedToActOnBehalfOfOtherIdentity")
    return () if blob is None else allowed(decode(blob), FULL)


def held(d: Descriptor, below: bool = False) -> Iterator[Held]:
    """Every right that gives power over the object (or over those below), and every right to read a confidential attribute."""
    owner_limited = any(a.sid == OWNER_RIGHTS and a.here for a in d.aces or ())
    found: dict[tuple[str, str, str, str], bool] = {}
    if not below and d.owner and not owner_limited:
        found[d.owner, "Owner", "", ""] = False
    for (who, what, on, inherited), mask in grants(d, below).items():
        name = d.owner if who == OWNER_RIGHTS else who
        for may, attribute in _named(mask, what):
            key = (name, may, attribute, "" if on is None else CLASSES.get(on, str(on)))
            found[key] = found.get(key, True) and inherited
    for (name, may, attribute, on_class), inherited in sorted(found.items()):
        yield Held(name, may, attribute, on_class, inherited)


def _named(mask: int, what: uuid.UUID | None) -> Iterator[tuple[str, str]]:
    if what in CLASSES:  # of its own class: the whole object, whichever children it may make
        mask, what = mask | CREATE_CHILD | DELETE_CHILD, None
    if what is not None:
        yield from _named_of(mask, what)
    elif mask & GENERIC_ALL or mask & FULL == FULL:
        yield "GenericAll", ""
    else:
        pairs = (
            (WRITE_DAC, "WriteDacl"), (WRITE_OWNER, "WriteOwner"), (WRITE_PROPERTY | GENERIC_WRITE, "WriteAllProperties"),
            (CONTROL_ACCESS, "AllExtendedRights"), (VALIDATED | GENERIC_WRITE, "AddSelf"),
        )  # fmt: skip
        yield from ((may, "") for bits, may in pairs if mask & bits)


def _named_of(mask: int, what: uuid.UUID) -> Iterator[tuple[str, str]]:
    if mask & (WRITE_PROPERTY | GENERIC_WRITE | GENERIC_ALL) and what in WRITES:
        yield WRITES[what], ""
    if mask & VALIDATED and what == MEMBER:
        yield "AddSelf", ""
    if mask & (CONTROL_ACCESS | GENERIC_ALL):
        if what in EXTENDED:
            yield EXTENDED[what], ""
        elif mask & (READ_PROPERTY | GENERIC_ALL) and what not in WRITES:
            yield "ReadConfidential", str(what)
