"""Shared folders with the rights of the file system, and earlier versions of volumes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from auditkit.model.shared.windows_roles import ShadowCopies, SharedFolder
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Section, moment, sure, text
from .shares import EVERYBODY

_FULL, _WRITES = 0x1F01FF, 0x2 | 0x4 | 0x40000000 | 0x10000000  # MS-DTYP 2.4.3; FILE_WRITE_DATA, FILE_APPEND_DATA, GENERIC_WRITE, _ALL
_ALLOWED, _DENIED, _ALLOWED_IF, _DENIED_IF = 0, 1, 9, 10  # ACE types; the latter two with a condition (2012 and later)
_INHERIT_ONLY = 0x8
Ace = tuple[int, int, str]  # type, mask, SID


@probe("windows.sharefolders", PowerShell("sharefolders"), on=("windows",))
def sharefolders(reply: Reply) -> Iterator[SharedFolder]:
    """The root folder of every share that Windows did not make by itself; what lies below may have rights of its own."""
    section = Section(reply, "folder")
    for row in section.rows("folder"):
        owner, aces = descriptor(bytes.fromhex(text(row, "acl")))
        allowed = [(mask, sid) for kind, mask, sid in aces if kind in (_ALLOWED, _ALLOWED_IF)]
        yield SharedFolder(
            share=text(row, "share"), path=text(row, "path"), owner=owner,
            access=tuple(dict.fromkeys(f"{sid}: {_level(mask)}" for mask, sid in allowed)), everyone_writes=_everybody(aces),
        )  # fmt: skip
    section.missed("folder of ")


def descriptor(data: bytes) -> tuple[str, list[Ace]]:
    """Owner and what counts for the folder itself of a self-relative security descriptor (MS-DTYP 2.4.6). Without a DACL everybody may
    do everything. Raises NotUnderstood for other bytes.
    """
    if len(data) < 20 or data[0] != 1:
        raise NotUnderstood("no security descriptor")
    owner, start = (int.from_bytes(data[n : n + 4], "little") for n in (4, 16))
    owned = sid(data[owner:]) if owner else ""
    if not start or not int.from_bytes(data[2:4], "little") & 0x4:  # SE_DACL_PRESENT
        return owned, [(_ALLOWED, _FULL, "S-1-1-0")]
    count, at, found = int.from_bytes(data[start + 4 : start + 6], "little"), start + 8, []
    for _ in range(count):
        kind, flags, size = data[at], data[at + 1], int.from_bytes(data[at + 2 : at + 4], "little")
        if size < 16 or at + size > len(data) or kind not in (_ALLOWED, _DENIED, _ALLOWED_IF, _DENIED_IF):
            raise NotUnderstood(f"an entry of kind {kind} in the rights of a folder")
        if not flags & _INHERIT_ONLY:
            found.append((kind, int.from_bytes(data[at + 4 : at + 8], "little"), sid(data[at + 8 : at + size])))
        at += size
    return owned, found


def sid(data: bytes) -> str:
    """MS-DTYP 2.4.2.2; bytes behind it are another's. Raises NotUnderstood."""
    if len(data) < 8 or data[0] != 1 or len(data) < 8 + 4 * data[1]:
        raise NotUnderstood("no SID")
    parts = [int.from_bytes(data[8 + 4 * i : 12 + 4 * i], "little") for i in range(data[1])]
    return "-".join(("S", "1", str(int.from_bytes(data[2:8], "big")), *map(str, parts)))


def _level(mask: int) -> str:
    return "full" if mask & _FULL == _FULL or mask & 0x10000000 else "change" if mask & _WRITES else "read"


def _everybody(aces: list[Ace]) -> bool:
    """In the order of the list: what was denied to everybody before is not allowed any more. A conditional entry denies nobody for sure."""
    denied: dict[str, int] = defaultdict(int)
    for kind, mask, who in aces:
        if kind == _DENIED:
            denied[who] |= mask
        elif kind != _DENIED_IF and who in EVERYBODY and mask & _WRITES & ~(denied[who] | denied["S-1-1-0"]):
            return True
    return False


@probe("windows.vss", PowerShell("vss"), on=("windows",))
def vss(reply: Reply) -> Iterator[ShadowCopies]:
    """Win32_ShadowCopy by volume; an account that is no administrator is refused."""
    section = Section(reply, "Win32_ShadowCopy", "Win32_Volume")
    names = {text(r, "DeviceID").lower(): text(r, "Name") for r in section.rows("Win32_Volume")}
    by: dict[str, list[tuple[datetime, bool]]] = defaultdict(list)
    for row in section.rows("Win32_ShadowCopy"):
        made = moment(row, "InstallDate")
        if made is None:
            raise NotUnderstood("a shadow copy without its time")
        by[text(row, "VolumeName")].append((made, sure(row, "ClientAccessible")))
    for volume, copies in sorted(by.items()):
        times = [at for at, _ in copies]
        yield ShadowCopies(
            volume=names.get(volume.lower(), volume), copies=len(copies), client_copies=sum(c for _, c in copies), newest=max(times),
            oldest=min(times),
        )  # fmt: skip
    if not by and not section.blank and reply.code == 0:
        raise NotHere("no shadow copy here")
