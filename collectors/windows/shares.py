"""Shares with the rights of the share, printers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.windows import WindowsPrinter, WindowsShare
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Section, sure, text, whole

_KINDS = {0: "disk", 1: "printer", 2: "device", 3: "ipc"}  # Win32_Share.Type; bit 31 = made by Windows
_FULL, _CHANGE, _READ = 0x1F01FF, 0x1301BF, 0x1200A9  # MS-SRVS; of files, MS-DTYP 2.4.3
_WRITES = 0x2 | 0x4 | 0x40000000 | 0x10000000  # FILE_WRITE_DATA, FILE_APPEND_DATA, GENERIC_WRITE, GENERIC_ALL
# Everyone, Anonymous, Authenticated Users, Users, Guests
EVERYBODY = frozenset({"S-1-1-0", "S-1-5-7", "S-1-5-11", "S-1-5-32-545", "S-1-5-32-546"})
_VIRTUAL = re.compile(r"(?i)portprompt:|xpsport:|shrfax:|nul:?|file:|microsoft\.office\.onenote.*|.*onenote.*")
Ace = tuple[bool, int, str]


@probe("windows.shares", PowerShell("shares"), on=("windows",))
def shares(reply: Reply) -> Iterator[WindowsShare]:
    """Win32_Share; rights from the registry. A share without a value there has the default: Everyone may read."""
    section = Section(reply, "Win32_Share", "rights")
    told = not section.failed("rights")
    rights = {text(r, "name").lower(): text(r, "acl") for r in section.rows("rights")} if told else {}
    for row in section.rows("Win32_Share"):
        kind, name = whole(row, "Type"), text(row, "Name")
        admin = bool(kind & 0x80000000)
        acl = rights.get(name.lower())
        aces = None if not told or admin else acl_of(bytes.fromhex(acl)) if acl else [(True, _READ, "S-1-1-0")]
        yield WindowsShare(
            name=name, path=text(row, "Path"), comment=text(row, "Description"), admin=admin,
            kind=_KINDS.get(kind & 0xFF, "other"),  # type: ignore[arg-type]
            access=None if aces is None else tuple(f"{sid}: {_level(mask)}" for allow, mask, sid in aces if allow),
            everyone_writes=False if admin else None if aces is None else _everyone_writes(aces),
        )  # fmt: skip


def acl_of(data: bytes) -> list[Ace]:
    """(allows, mask, SID) of the DACL of a self-relative security descriptor (MS-DTYP 2.4.6). No DACL = everybody may do everything.

    Raises NotUnderstood, IndexError where the bytes are none.
    """
    if len(data) < 20 or data[0] != 1:
        raise NotUnderstood("no security descriptor")
    start = int.from_bytes(data[16:20], "little")
    if not start:
        return [(True, _FULL, "S-1-1-0")]
    count, at, found = int.from_bytes(data[start + 4 : start + 6], "little"), start + 8, []
    for _ in range(count):
        kind, size = data[at], int.from_bytes(data[at + 2 : at + 4], "little")
        if size < 16 or at + size > len(data):
            raise NotUnderstood("an entry of the ACL ends beyond it")
        if kind not in (0, 1):  # ACCESS_ALLOWED, ACCESS_DENIED; a share has no others
            raise NotUnderstood(f"an entry of kind {kind} in the ACL of a share")
        found.append((kind == 0, int.from_bytes(data[at + 4 : at + 8], "little"), _sid(data[at + 8 : at + size])))
        at += size
    return found


def _sid(data: bytes) -> str:
    """MS-DTYP 2.4.2.2"""
    if data[0] != 1 or len(data) < 8 + 4 * data[1]:
        raise NotUnderstood("no SID in an entry of the ACL")
    parts = [int.from_bytes(data[8 + 4 * i : 12 + 4 * i], "little") for i in range(data[1])]
    return "-".join(("S", "1", str(int.from_bytes(data[2:8], "big")), *map(str, parts)))


def _level(mask: int) -> str:
    return "full" if mask & _FULL == _FULL or mask & 0x10000000 else "change" if mask & _WRITES else "read"


def _everyone_writes(aces: list[Ace]) -> bool:
    """An entry that denies everybody the same stands before those that allow."""
    denied = {sid for allow, mask, sid in aces if not allow and mask & _CHANGE == _CHANGE}
    return any(allow and mask & _WRITES and sid in EVERYBODY and not denied & {sid, "S-1-1-0"} for allow, mask, sid in aces)


@probe("windows.printers", PowerShell("printers"), on=("windows",))
def printers(reply: Reply) -> Iterator[WindowsPrinter]:
    """Win32_Printer: print queues of the computer, also such as print to a file."""
    for row in Section(reply, "Win32_Printer").rows("Win32_Printer"):
        port = text(row, "PortName")
        yield WindowsPrinter(
            name=text(row, "Name"), driver=text(row, "DriverName"), port=port, shared=sure(row, "Shared"),
            virtual=bool(_VIRTUAL.fullmatch(port)),
        )
