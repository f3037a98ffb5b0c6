"""1C:Enterprise on a server: platforms on disk, processes, systemd units, licence files (its.1c.ru, administrator's guide)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields

from auditkit.model.shared.onec import OneCLicence, OneCPlatform, OneCProcess, OneCService, OneCSupport
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, derived, probe

from ._onec import PARTS, arguments, port_of, version_of
from ._readings import NO_FILE, NO_PROCESS
from ._support_table import support_end

_PARTS = tuple(p for p in PARTS if p not in ("rmngr", "rphost"))  # those two lie beside ragent
_NAMES = " -o ".join(f"-name {part}" for part in _PARTS)
_NO_SYSTEMD = r"^System has not been booted with systemd|^Failed to connect to bus: Host is down"


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
        yield OneCPlatform(version=version_of(folder) or None, path=folder, parts=tuple(sorted(names)))


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
        _, program, told = (*line.split(maxsplit=2), "")[:3]
        named = arguments(told)
        found.add(
            OneCProcess(
                process=program.rpartition("/")[2], version=version_of(program), port=port_of(named) or 0, ports=named.get("range", ""),
                cluster_dir=named.get("d", ""), debug="debug" in named,
            )
        )  # fmt: skip
    yield from sorted(found, key=lambda p: (p.process, p.port, p.version))


_FIELDS = ("Id", "User", "ExecStart", "ActiveState", "UnitFileState")
_STARTS = {"enabled": True, "enabled-runtime": True, "alias": True, "disabled": False, "masked": False}  # UnitFileState
_SHOWN = " ".join(f"--property={f}" for f in _FIELDS)


@probe(
    "linux.onec_services",
    f"systemctl show --all --no-pager {_SHOWN} 'srv1cv8*' 'crserver*' 'ras-*' 'ras.*' 'ibsrv*' 'dbgs*'",
    codes=(0, 1),
    harmless=_NO_SYSTEMD,
    missing="no systemd here, so no unit of 1C",
    secret=True,  # command lines
)
def onec_services(reply: Reply) -> Iterator[OneCService]:
    """Blocks of `Name=value`, a blank line between. A unit without User= runs as root (systemd.exec(5))."""
    if reply.code:
        if b"not been booted with systemd" not in reply.stderr:
            raise NotUnderstood("systemctl failed without a word")
        raise NotHere("systemd does not run this system, so it has no unit of 1C")
    for block in re.split(r"\n\s*\n", reply.text.strip()):
        if block.strip():
            yield _unit({k: v for k, _, v in (line.partition("=") for line in block.splitlines())})


def _unit(told: dict[str, str]) -> OneCService:
    """ExecStart={ path=/opt/…/ragent ; argv[]=/opt/…/ragent -daemon -port ${PORT} ; … }"""
    if set(told) < {"Id", "ActiveState"}:
        raise NotUnderstood("no unit")
    started = re.search(r"argv\[\]=(\S+) ?([^;]*)", told.get("ExecStart", ""))
    line = started[2] if started else ""
    named = arguments(line)
    state = told.get("UnitFileState", "")
    return OneCService(
        name=told["Id"], program=started[1].rpartition("/")[2] if started else "", version=version_of(started[1]) if started else "",
        account=told.get("User", "") or "root", running=told["ActiveState"] == "active",
        automatic=_STARTS.get(state),
        port=port_of(named) if "$" not in line or "port" in named else None,
        debug=True if "debug" in named else None if "$" in line else False,
    )  # fmt: skip


@derived("onec.support")
def onec_support(platforms: Sequence[OneCPlatform]) -> Iterator[OneCSupport]:
    """A row for each line of the platform on the host. The vendor names the ends of lines (8.3.23) at releases.1c.ru alone."""
    found: dict[OneCSupport, None] = {}
    for version in sorted({".".join((p.version or "").split(".")[:3]) for p in platforms}):
        known = support_end("1c-enterprise", version)
        found[OneCSupport(**{f.name: getattr(known, f.name) for f in fields(known)})] = None
    yield from found


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
