"""User accounts of the domain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.ldif import Entry, LdifError, entries, sid
from auditkit.model.shared.directory import DirectoryUser
from auditkit.probing import Reply, Search, probe
from auditkit.scrub import CUT, holds_secret

from ._names import hidden
from ._rights import actors
from ._values import bit

# MS-ADTS 2.2.16
TRUST_ACCOUNT = 0x800
DISABLED, NO_PASSWORD, REVERSIBLE, NEVER_EXPIRES, UNCONSTRAINED = 0x2, 0x20, 0x80, 0x10000, 0x80000
NOT_DELEGATED, DES_ONLY, NO_PREAUTH, TRANSITION = 0x100000, 0x200000, 0x400000, 0x1000000
_PASSWORD = re.compile(r"(?:парол\w*|пасс?ворд|passw(?:or)?d|pass|pwd)\s{0,3}[:=–-]?\s{0,3}\S*\d", re.I)
_ATTRIBUTES = (
    "sAMAccountName", "objectSid", "userPrincipalName", "description", "whenCreated", "userAccountControl", "lastLogonTimestamp",
    "pwdLastSet", "adminCount", "servicePrincipalName", "msDS-AllowedToDelegateTo", "sIDHistory", "primaryGroupID",
    "instanceType", "lockoutTime", "msDS-AllowedToActOnBehalfOfOtherIdentity",
)  # fmt: skip


@probe("directory.users", Search("{domain}", "(&(objectCategory=person)(objectClass=user))", _ATTRIBUTES), on=("directory",), secret=True)
def users(reply: Reply) -> Iterator[DirectoryUser]:
    """Secret, because descriptions hold passwords. Raises LdifError for an account without name or SID.

    The account of a trust (OTHER$) is no user: the domain makes it with "password not required" and nobody logs on by it; see `Trust`.
    """
    for e in entries(reply.stdout):
        if not (e.number("userAccountControl") or 0) & TRUST_ACCOUNT:
            yield _user(e)


def _user(e: Entry) -> DirectoryUser:
    number, name, flags = e.sid(), e.text("sAMAccountName"), e.number("userAccountControl")
    if number is None or name is None:
        raise LdifError(f"{e.dn}: an account without its name or its SID")
    said = " ".join(e.texts("description"))
    looks = holds_secret(said) or bool(_PASSWORD.search(said))
    seen, whole = flags is not None, not hidden(e)
    enabled = bit(flags, DISABLED)
    return DirectoryUser(
        sid=number,
        rid=int(number.rpartition("-")[2]),
        name=name,
        login=name.lower(),
        dn=e.dn,
        upn=e.text("userPrincipalName") or "",
        description=CUT if looks else said,
        secret_in_description=looks,
        created=e.moment("whenCreated"),
        enabled=None if enabled is None else not enabled,
        last_logon=e.filetime("lastLogonTimestamp"),
        never_logged_on=not e.number("lastLogonTimestamp") if seen else None,
        password_set=e.filetime("pwdLastSet"),
        must_change=e.number("pwdLastSet") == 0 if seen and "pwdLastSet" in e else None,
        password_never_expires=bit(flags, NEVER_EXPIRES),
        password_not_required=bit(flags, NO_PASSWORD),
        reversible=bit(flags, REVERSIBLE),
        des_only=bit(flags, DES_ONLY),
        no_preauth=bit(flags, NO_PREAUTH),
        unconstrained=bit(flags, UNCONSTRAINED),
        protocol_transition=bit(flags, TRANSITION),
        admin_count=(e.number("adminCount") or 0) > 0 if seen else None,
        spns=e.texts("servicePrincipalName"),
        delegates_to=e.texts("msDS-AllowedToDelegateTo"),
        sid_history=tuple(sorted(map(sid, e.all("sIDHistory")))) if seen or "sIDHistory" in e else None,
        primary_group=e.number("primaryGroupID"),
        sensitive=bit(flags, NOT_DELEGATED),
        locked=bool(e.number("lockoutTime")) if whole else None,
        locked_at=e.filetime("lockoutTime"),
        actors=actors(e) if seen else None,
    )
