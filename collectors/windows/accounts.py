"""Local accounts and local administrators. Groups are known by their SID: their names are written in the language of Windows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.windows import LocalAdministrator, LocalUser
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, sure, text, truth, whole

_CONTROLLER = 2
_SID = re.compile(r"S-1-\d+(-\d{1,10})+")
_KINDS = {"user": "user", "group": "group"}


@probe("windows.accounts", PowerShell("accounts"), on=("windows",))
def accounts(reply: Reply) -> Iterator[LocalUser | LocalAdministrator]:
    """Win32_UserAccount and the members of S-1-5-32-544. A controller has no local accounts: its own are those of the domain."""
    section = Section(reply, "Win32_OperatingSystem", "Win32_UserAccount", "member", "computer")
    system, computer = section.one("Win32_OperatingSystem"), section.one("computer")
    if system is None or computer is None:
        raise NotUnderstood("one of Win32_OperatingSystem and computer is not there")
    if whole(system, "ProductType") == _CONTROLLER:
        raise NotHere("a domain controller: it has no local accounts, only those of the domain")
    users, members = section.rows("Win32_UserAccount"), section.rows("member")
    if not users or not members:
        raise NotUnderstood("no account or no administrator: every Windows has both")
    for row in users:
        sid = _sid(row, "SID")
        yield LocalUser(
            sid=sid, rid=int(sid.rpartition("-")[2]), name=text(row, "Name"), enabled=not sure(row, "Disabled"),
            password_required=truth(row, "PasswordRequired"), password_expires=truth(row, "PasswordExpires"), locked=truth(row, "Lockout"),
        )  # fmt: skip
    for row in members:
        yield _member(row, text(computer, "name"))


def _sid(row: Row, name: str) -> str:
    value = text(row, name)
    if not _SID.fullmatch(value):
        raise NotUnderstood(f"{name} is no SID")
    return value


def _member(row: Row, computer: str) -> LocalAdministrator:
    """WinNT://CORP/ivanov, WinNT://CORP/SRV/Administrator (a local one), WinNT://S-1-5-21-… (its account is gone or out of reach)."""
    path = text(row, "path")
    parts = path.removeprefix("WinNT://").split("/")
    local = len(parts) > 1 and parts[-2].lower() == computer.lower()
    return LocalAdministrator(
        path=path, name="\\".join(parts[-2:]), sid=_sid(row, "sid"), local=local,
        kind=_KINDS.get(text(row, "class").lower(), "unknown"),  # type: ignore[arg-type]
    )  # fmt: skip
