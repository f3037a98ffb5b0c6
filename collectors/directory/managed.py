"""Service accounts whose passwords the domain makes and changes itself (MS-ADTS, msDS-ManagedPassword): gMSA, sMSA, dMSA."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from auditkit.ldif import Entry, LdifError, entries
from auditkit.model import fact
from auditkit.probing import Reply, Search, probe

from ._descriptor import decode
from ._names import hidden
from ._rights import READ_PROPERTY, actors, allowed, anybody
from ._values import bit, default

DISABLED, UNCONSTRAINED, TRANSITION, GENERIC_READ = 0x2, 0x80000, 0x1000000, 0x80000000  # MS-ADTS 2.2.16; MS-DTYP 2.4.3
Kind = Literal["group", "single", "delegated"]
CLASSES: dict[bytes, Kind] = {
    b"msds-groupmanagedserviceaccount": "group",
    b"msds-managedserviceaccount": "single",
    b"msds-delegatedmanagedserviceaccount": "delegated",
}


@fact(key=("sid",))
class ManagedAccount:
    """A managed service account. readers: SIDs that may read its password (gMSA; one of a single host has none), () = nobody;
    readers_anybody: one of them stands for every ordinary account or computer. interval_days: how often it changes. last_logon: right to
    14 days. actors: SIDs that may act in anybody's name on it; delegates_to, protocol_transition, unconstrained: as of computers.
    None = may not be read.
    """

    sid: str
    name: str
    dn: str
    kind: Kind
    enabled: bool | None
    created: datetime | None
    last_logon: datetime | None
    never_logged_on: bool | None
    password_set: datetime | None
    interval_days: int | None
    readers: tuple[str, ...] | None
    readers_anybody: bool | None
    actors: tuple[str, ...] | None
    spns: tuple[str, ...] | None
    delegates_to: tuple[str, ...] | None
    protocol_transition: bool | None
    unconstrained: bool | None


@probe(
    "directory.managed_accounts",
    Search(
        "{domain}",
        "(|(objectClass=msDS-GroupManagedServiceAccount)(objectClass=msDS-ManagedServiceAccount)(objectClass=msDS-DelegatedManagedServiceAccount))",
        (
            "objectClass", "instanceType", "sAMAccountName", "objectSid", "userAccountControl", "whenCreated", "lastLogonTimestamp",
            "pwdLastSet", "msDS-GroupMSAMembership", "msDS-ManagedPasswordInterval", "servicePrincipalName",
            "msDS-AllowedToActOnBehalfOfOtherIdentity", "msDS-AllowedToDelegateTo",
        ),
    ),
    on=("directory",),
)  # fmt: skip
def managed_accounts(reply: Reply) -> Iterator[ManagedAccount]:
    """Raises LdifError for an account without name, SID or a class that was asked for."""
    for e in entries(reply.stdout):
        yield _account(e)


def _account(e: Entry) -> ManagedAccount:
    number, name, flags = e.sid(), e.text("sAMAccountName"), e.number("userAccountControl")
    kind = next((CLASSES[c.lower()] for c in reversed(e.all("objectClass")) if c.lower() in CLASSES), None)
    if number is None or name is None or kind is None:
        raise LdifError(f"{e.dn}: a managed account without its name, its SID or its class")
    unseen = hidden(e)
    disabled, blob = bit(flags, DISABLED), e.blob("msDS-GroupMSAMembership")
    readers = allowed(decode(blob), READ_PROPERTY | GENERIC_READ) if blob is not None else None if unseen else ()
    return ManagedAccount(
        sid=number,
        name=name.removesuffix("$"),
        dn=e.dn,
        kind=kind,
        enabled=None if disabled is None else not disabled,
        created=e.moment("whenCreated"),
        last_logon=e.filetime("lastLogonTimestamp"),
        never_logged_on=None if unseen else not e.number("lastLogonTimestamp"),
        password_set=e.filetime("pwdLastSet"),
        interval_days=default(e, "msDS-ManagedPasswordInterval", 30),
        readers=readers,
        readers_anybody=None if readers is None else anybody(readers),
        actors=actors(e) if flags is not None else None,
        spns=None if unseen else e.texts("servicePrincipalName"),
        delegates_to=None if unseen else e.texts("msDS-AllowedToDelegateTo"),
        protocol_transition=bit(flags, TRANSITION),
        unconstrained=bit(flags, UNCONSTRAINED),
    )
