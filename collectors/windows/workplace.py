"""What matters at a workplace: is it carried about, and where do its users' files lie?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.workplace import PortableComputer, UserFiles
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, moment, number, sure, text, whole

# SMBIOS 7.4.1: kinds of enclosures that are carried about, and those that tell nothing
_CARRIED = {
    8: "portable", 9: "laptop", 10: "notebook", 11: "hand held", 14: "sub notebook", 30: "tablet", 31: "convertible", 32: "detachable",
}  # fmt: skip
_SILENT = (1, 2)  # other, unknown
_MOBILE = 2  # Win32_ComputerSystem.PCSystemType
_DISK = 3  # Win32_LogicalDisk.DriveType: a fixed one
_CLOUD = re.compile(r"(?i)\\(onedrive|yandex\.?disk|google drive|dropbox|mailru cloud|nextcloud)[^\\]*(\\|$)")


@probe("windows.workplace", PowerShell("workplace"), on=("windows",))
def workplace(reply: Reply) -> Iterator[PortableComputer]:
    """A battery alone proves nothing: a power supply at USB is one as well. Without one, an enclosure of no kind is not carried about."""
    section = Section(reply, "Win32_ComputerSystem", "Win32_SystemEnclosure", "Win32_Battery")
    system = section.one("Win32_ComputerSystem")
    if system is None:
        raise NotUnderstood("Win32_ComputerSystem is not there")
    kinds = [int(k) for row in section.rows("Win32_SystemEnclosure") for k in row["ChassisTypes"] or ()]
    battery = bool(section.rows("Win32_Battery"))
    because = [f"chassis {_CARRIED[k]}" for k in kinds if k in _CARRIED]
    because += ["mobile"] if number(system, "PCSystemType") == _MOBILE else []
    told = any(k not in _SILENT for k in kinds)
    portable = True if because else None if battery and not told else False
    yield PortableComputer(portable=portable, because=(*because, *(["battery"] if battery else [])))


@probe("windows.user_files", PowerShell("userfiles"), on=("windows",))
def user_files(reply: Reply) -> Iterator[UserFiles]:
    r"""Win32_UserProfile with the shell folders of those who are logged on. \\server\…, a network drive, a cloud's folder are elsewhere.

    Folders that could not be read leave None in their profile.
    """
    section = Section(reply, "Win32_UserProfile", "Win32_LogicalDisk", "folders")
    fixed = {text(r, "DeviceID").lower() for r in section.rows("Win32_LogicalDisk") if whole(r, "DriveType") == _DISK}
    if not fixed:
        raise NotUnderstood("no fixed disk: there is no such Windows")
    folders = {text(r, "sid"): r for r in section.rows("folders")}
    for row in section.rows("Win32_UserProfile"):
        sid = text(row, "SID")
        found = _places(folders[sid], fixed) if sid in folders and sure(row, "Loaded") else None
        yield UserFiles(
            sid=sid, path=text(row, "LocalPath"), last_used=moment(row, "LastUseTime"),
            here=None if found is None else tuple(p for p, own in found if own),
            elsewhere=None if found is None else tuple(p for p, own in found if not own),
        )  # fmt: skip


def _places(row: Row, fixed: set[str]) -> list[tuple[str, bool]] | None:
    """(path, lies on a disk of its own) of both folders; None where one is not told."""
    paths = [text(row, "desktop"), text(row, "documents")]
    if not all(paths):
        return None
    return [(path, path[:2].lower() in fixed and not _CLOUD.search(path)) for path in dict.fromkeys(paths)]
