"""1C:Enterprise on Windows: programs on disk, processes, services, licences, lists of clusters, bases in files, publications.

The files are those of Linux and are read by the same functions. Where something was found and something else was not, what was
found is told and the answer stays unknown.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from auditkit.model.shared.onec import (
    OneCBase,
    OneCCluster,
    OneCDump,
    OneCFileBase,
    OneCLicence,
    OneCPlatform,
    OneCProcess,
    OneCPublication,
    OneCService,
    OneCSharedBase,
    OneCTechLog,
)
from auditkit.model.shared.windows import AccountUse, WindowsShare
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, derived, probe
from auditkit.text import decode

from ..linux import _onec as files  # noqa: TID252  (1C's files are the same on both systems)
from ._section import Row, Section, moment, sure, text, whole
from .services import builtin

_PROGRAM = re.compile(r'\s*(?:"([^"]+)"|(.*?\.exe))(?=\s|$)(.*)', re.I | re.S)
_MOST_TEXT = 4_000_000


@probe("windows.onec", PowerShell("onec", seconds=120), on=("windows",), secret=True)  # command lines can hold passwords
def onec(reply: Reply) -> Iterator[OneCPlatform | OneCProcess | OneCService | OneCLicence | AccountUse]:
    """Win32_Process, Win32_Service, and the folders of 1C under Program Files and ProgramData."""
    section = Section(reply, "Win32_Process", "Win32_Service", "program", "licence", "looked")
    if section.one("looked") is None:
        raise NotUnderstood("it does not say where it looked")
    processes, services = section.rows("Win32_Process"), section.rows("Win32_Service")
    programs, licences = section.came("program"), section.came("licence")
    yield from _platforms(programs)
    for row in services:
        yield from _service(row)
    yield from (OneCLicence(path=path, kind=_kind(path)) for path in dict.fromkeys(text(r, "path") for r in licences))
    found: dict[OneCProcess, None] = {_process(r): None for r in processes if text(r, "CommandLine")}
    yield from sorted(found, key=lambda p: (p.process, p.port, p.version))
    section.rows("program")
    section.rows("licence")
    if any(not text(r, "CommandLine") for r in processes):
        raise NotUnderstood("a process of 1C shows its command line to administrators alone")
    if not (processes or services or programs or licences):
        raise NotHere("no 1C:Enterprise under Program Files, among processes and services")


def _kind(path: str) -> Literal["software", "hasp"]:
    return "hasp" if path.lower().endswith("nethasp.ini") else "software"


def _name(path: str) -> tuple[str, str]:
    r"""C:\...\bin\ragent.exe -> (C:\...\bin, ragent)."""
    folder, _, file = path.rpartition("\\")
    return folder, re.sub(r"(?i)\.exe$", "", file).lower()


def _platforms(rows: list[Row]) -> Iterator[OneCPlatform]:
    parts: dict[str, set[str]] = {}
    for row in rows:
        folder, name = _name(text(row, "path"))
        if name not in files.PARTS:
            raise NotUnderstood(f"no program of 1C: {name[:40]!r}")
        parts.setdefault(folder, set()).add(name)
    for folder, names in sorted(parts.items()):
        yield OneCPlatform(version=files.version_of(folder) or None, path=folder, parts=tuple(sorted(names)))


def _line(said: str) -> tuple[str, str, str]:
    """A command line -> (path, program, the rest). Raises NotUnderstood."""
    found = _PROGRAM.match(said)
    if not found:
        raise NotUnderstood("a command line without a program")
    path = found[1] or found[2]
    return path, _name(path)[1], found[3]


def _process(row: Row) -> OneCProcess:
    path, program, rest = _line(text(row, "CommandLine"))
    path = text(row, "ExecutablePath") or path
    named = files.arguments(rest)
    return OneCProcess(
        process=_name(path)[1] or program, version=files.version_of(path), port=files.port_of(named) or 0, ports=named.get("range", ""),
        cluster_dir=named.get("d", ""), debug="debug" in named,
    )  # fmt: skip


def _service(row: Row) -> Iterator[OneCService | OneCLicence | AccountUse]:
    """A service of 1C, or that of the hardware keys (hasplms, HASP Loader)."""
    name, account = text(row, "Name"), text(row, "StartName")
    mode = text(row, "StartMode").lower()
    if name.lower() in ("hasplms", "hasp loader"):
        yield OneCLicence(path=f"service {name}", kind="hasp")
        return
    path, program, rest = _line(text(row, "PathName"))
    named = files.arguments(rest)
    yield OneCService(
        name=name, program=program, version=files.version_of(path), account=account, running=text(row, "State").lower() == "running",
        automatic=mode == "auto", port=files.port_of(named), debug="debug" in named,
    )  # fmt: skip
    if account:
        yield AccountUse(account=account, kind="onec", name=name, builtin=builtin(account), enabled=mode != "disabled")


def _content(row: Row) -> tuple[str, str]:
    """(path, text of the file). A file that was cut off is none."""
    path = text(row, "path")
    if sure(row, "cut"):
        raise NotUnderstood(f"{path[:120]}: longer than {_MOST_TEXT} bytes")
    return path, decode(base64.b64decode(text(row, "data"), validate=True))


def _each(rows: list[Row]) -> Iterator[tuple[str, str]]:
    """Files, each once: a folder can be found in two ways."""
    seen: set[str] = set()
    for row in rows:
        path, said = _content(row)
        if path.lower() not in seen:
            seen.add(path.lower())
            yield path, said


@probe("windows.onec_files", PowerShell("onecfiles", seconds=120), on=("windows",), secret=True)  # passwords of databases
def onec_files(reply: Reply) -> Iterator[OneCCluster | OneCBase | OneCTechLog]:
    """1CV8Clst.lst and logcfg.xml under the platform's folders and where a server's service was told to keep its data (-d)."""
    section = Section(reply, "Win32_Service", "file", "looked")
    if section.one("looked") is None:
        raise NotUnderstood("it does not say where it looked")
    servers, lists, read = section.rows("Win32_Service"), 0, 0
    for path, said in _each(section.came("file")):
        read += 1
        if path.lower().endswith("logcfg.xml"):
            yield files.tech_log(path, said)
        else:
            lists += 1
            yield from files.cluster_list(path, said)
    section.rows("file")
    section.missed("cluster")
    if servers and not lists:
        raise NotUnderstood("a server of 1C is a service here, and no list of its clusters was found")
    if not read:
        raise NotHere("no list of a 1C cluster and no technological log where the platform keeps them")


@probe("windows.onec_bases", PowerShell("onecbases", seconds=120), on=("windows",), secret=True)  # ib="…Usr=…;Pwd=…"
def onec_bases(reply: Reply) -> Iterator[OneCFileBase | OneCDump | OneCPublication]:
    """1Cv8.1CD, *.dt and *.vrd in folders of fixed disks (those of Windows itself left out) and in Documents, Desktop, Downloads."""
    section = Section(reply, "file", "publication", "looked")
    if section.one("looked") is None:
        raise NotUnderstood("it does not say where it looked")
    found, published = section.came("file"), section.came("publication")
    for row in {text(r, "path").lower(): r for r in found}.values():
        path, changed = text(row, "path"), moment(row, "changed")
        if changed is None:
            raise NotUnderstood("a file without the time of its change")
        made = OneCFileBase if path.lower().endswith("\\1cv8.1cd") else OneCDump
        yield made(path=path, size_bytes=whole(row, "size"), changed_at=changed)
    for path, said in _each(published):
        yield files.publication(path, said)
    section.rows("file")
    section.rows("publication")
    if not found and not published:
        raise NotHere("no base of 1C in a file, no unloaded base and no publication on the disks")


@derived("windows.onec_shared")
def onec_shared(bases: Sequence[OneCFileBase], shares: Sequence[WindowsShare]) -> Iterator[OneCSharedBase]:
    """Bases below the folder of a share, in letters of any case (also Russian ones). The shares of Windows itself (D$) do not count."""
    open_ = [s for s in shares if s.kind == "disk" and not s.admin and s.path]
    for base in bases:
        inside = [s for s in open_ if base.path.casefold().startswith(s.path.casefold().rstrip("\\") + "\\")]
        if inside:
            told = [s.everyone_writes for s in inside]
            everyone = True if True in told else None if None in told else False
            yield OneCSharedBase(path=base.path, shares=tuple(sorted(s.name for s in inside)), everyone_writes=everyone)
