"""Machines that have an account in the domain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from auditkit.ldif import Entry, LdifError, entries
from auditkit.model.shared.directory import ComputerAccount, DirectoryComputer
from auditkit.probing import Reply, Search, probe

from ._names import hidden
from ._rights import actors
from ._values import bit

DISABLED, CONTROLLER, UNCONSTRAINED, TRANSITION, READ_ONLY = 0x2, 0x2000, 0x80000, 0x1000000, 0x4000000  # MS-ADTS 2.2.16
_ATTRIBUTES = (
    "sAMAccountName", "objectSid", "dNSHostName", "operatingSystem", "operatingSystemVersion", "userAccountControl", "whenCreated",
    "lastLogonTimestamp", "pwdLastSet", "msLAPS-PasswordExpirationTime", "ms-Mcs-AdmPwdExpirationTime",
    "instanceType", "msDS-AllowedToDelegateTo", "msDS-AllowedToActOnBehalfOfOtherIdentity", "primaryGroupID",
)  # fmt: skip


@probe("directory.computers", Search("{domain}", "(objectCategory=computer)", _ATTRIBUTES), on=("directory",))
def computers(reply: Reply) -> Iterator[DirectoryComputer | ComputerAccount]:
    """Raises LdifError for an account without name or SID. Attributes that the schema lacks (LAPS) are not given, which is no error."""
    for e in entries(reply.stdout):
        machine = _machine(e)
        yield machine
        yield _account(e, machine)


def _machine(e: Entry) -> DirectoryComputer:
    number, name, flags = e.sid(), e.text("sAMAccountName"), e.number("userAccountControl")
    if number is None or name is None:
        raise LdifError(f"{e.dn}: a computer account without its name or its SID")
    unset = None if flags is None else ""
    os = e.text("operatingSystem")
    disabled = bit(flags, DISABLED)
    return DirectoryComputer(
        sid=number,
        fqdn=(e.text("dNSHostName") or "").lower() or unset,
        name=name.removesuffix("$"),
        dn=e.dn,
        os=os or unset,
        os_version=e.text("operatingSystemVersion") or unset,
        role=None if flags is None else _role(flags, os or ""),
        enabled=None if disabled is None else not disabled,
        created=e.moment("whenCreated"),
        last_logon=e.filetime("lastLogonTimestamp"),
        never_logged_on=None if flags is None else not e.number("lastLogonTimestamp"),
        password_set=e.filetime("pwdLastSet"),
        unconstrained=bit(flags, UNCONSTRAINED),
    )


def _account(e: Entry, m: DirectoryComputer) -> ComputerAccount:
    whole, expiry = not hidden(e), e.filetime("msLAPS-PasswordExpirationTime") or e.filetime("ms-Mcs-AdmPwdExpirationTime")
    return ComputerAccount(
        sid=m.sid, name=m.name, dn=m.dn, os=m.os, os_version=m.os_version, role=m.role, enabled=m.enabled, created=m.created,
        last_logon=m.last_logon, never_logged_on=m.never_logged_on, password_set=m.password_set, unconstrained=m.unconstrained,
        laps_expiry=expiry, laps=True if expiry else (False if whole else None),
        delegates_to=e.texts("msDS-AllowedToDelegateTo") if whole else None,
        protocol_transition=bit(e.number("userAccountControl"), TRANSITION), actors=actors(e) if m.enabled is not None else None,
        primary_group=e.number("primaryGroupID"),
    )  # fmt: skip


def _role(flags: int, os: str) -> Literal["controller", "server", "workstation", "other"]:
    if flags & (CONTROLLER | READ_ONLY):
        return "controller"
    if not os.lower().startswith("windows"):
        return "other"
    return "server" if "server" in os.lower() else "workstation"
