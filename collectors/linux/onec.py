"""1C:Enterprise on a server: platforms on disk, processes, systemd units, licence files (its.1c.ru, administrator's guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.services import OneCLicence, OneCPlatform, OneCProcess, OneCUnit
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, NO_PROCESS

_PARTS = ("ragent", "ras", "rac", "1cv8", "1cv8c", "1cv8s", "ibsrv", "ibcmd", "dbgs", "crserver")
_NAMES = " -o ".join(f"-name {part}" for part in _PARTS)
_NO_SYSTEMD = r"^System has not been booted with systemd|^Failed to connect to bus: Host is down"
_ARG = re.compile(r"(?:^|\s)--?(port|regport|range|d|debug|http)(?=\s|=|$)[\s=]?([^\s-]\S*)?")


@probe(
    "linux.onec_platforms",
    rf"find /opt/1cv8 /opt/1C -maxdepth 5 -type f \( {_NAMES} \)",
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no 1C:Enterprise platform in /opt/1cv8 or /opt/1C",
)
def onec_platforms(reply: Reply) -> Iterator[OneCPlatform]:
    """/opt/1cv8/x86_64/8.3.23.1865/ragent, or of old /opt/1C/v8.3/x86_64/ragent (no version in the path)."""
    parts: dict[str, list[str]] = {}
    for line in reply.lines():
        folder, _, name = line.rpartition("/")
        if name not in _PARTS:
            raise NotUnderstood(f"no program of 1C: {line[:80]!r}")
        parts.setdefault(folder, []).append(name)
    for folder, names in sorted(parts.items()):
        version = re.search(r"/v?(8\.\d[\d.]*)(?=/|$)", folder)
        yield OneCPlatform(version=version[1] if version else "", path=folder, parts=tuple(sorted(names)))


@probe(
    "linux.onec_processes",
    Shell("pgrep -a '^(ragent|rmngr|rphost|ras|ibsrv|dbgs|crserver)$'", root_helps=True),
    codes=(0, 1),
    harmless=NO_PROCESS,
    secret=True,  # arguments can hold the password of the cluster's administrator
)
def onec_processes(reply: Reply) -> Iterator[OneCProcess]:
    """`PID /opt/1cv8/x86_64/8.3.23.1865/ragent -daemon -port 1540 -regport 1541 -range 1560:1591 -d DIR -debug`."""
    found: set[OneCProcess] = set()
    for line in reply.lines():
        _, program, arguments = (*line.split(maxsplit=2), "")[:3]
        named = {m[1]: m[2] or "" for m in _ARG.finditer(arguments)}
        version = re.search(r"/v?(8\.\d[\d.]*)/", program)
        found.add(
            OneCProcess(
                process=program.rpartition("/")[2],
                version=version[1] if version else "",
                port=int(named.get("port") or 0),
                ports=named.get("range", ""),
                cluster_dir=named.get("d", ""),
                debug="debug" in named,
            )
        )
    yield from sorted(found, key=lambda p: (p.process, p.port, p.version))


@probe(
    "linux.onec_units",
    "systemctl list-units --all --full --plain --no-legend --no-pager 'srv1cv8*' 'crserver*' 'ras-*' 'ras.*' 'ibsrv*'",
    codes=(0, 1),
    harmless=_NO_SYSTEMD,
    missing="no systemd here, so no unit of 1C",
)
def onec_units(reply: Reply) -> Iterator[OneCUnit]:
    """`srv1cv83.service loaded active running Description`."""
    if reply.code:
        if b"not been booted with systemd" not in reply.stderr:
            raise NotUnderstood("systemctl failed without a word")
        raise NotHere("systemd does not run this system, so it has no unit of 1C")
    for line in reply.lines():
        words = line.split(maxsplit=4)
        if len(words) < 4:
            raise NotUnderstood(f"no unit: {line[:80]!r}")
        yield OneCUnit(name=words[0], loaded=words[1], active=words[2] == "active", state=words[3])


_PLACES = "/var/1C /opt/1C /opt/1cv8/conf /home /root/.1cv8"


@probe(
    "linux.onec_licences",
    Shell(rf"find {_PLACES} -maxdepth 6 \( -name '*.lic' -path '*1[cC]*' -o -name nethasp.ini \) -type f", root=True),
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
    no_file="no 1C licence in the usual places",
)
def onec_licences(reply: Reply) -> Iterator[OneCLicence]:
    """Files of software licences (*.lic), and nethasp.ini: where a hardware key is looked for."""
    for line in reply.lines():
        if not line.startswith("/") or not line.endswith((".lic", "/nethasp.ini")):
            raise NotUnderstood(f"no licence file: {line[:80]!r}")
        yield OneCLicence(path=line, kind="hasp" if line.endswith("/nethasp.ini") else "software")
