"""Debian releases as folders, made by mmdebstrap from this machine's own apt mirror: about a minute and 250 MB each, once a machine.

A base's folder carries a digest of its recipe: a changed recipe makes a new base beside the old one. Two runs that need the same
base at once: the second waits for the first (flock(2)).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.lab.ground import LabError, cache, locked

_HOST = """systemd systemd-sysv dbus openssh-server cron sudo procps iproute2 iputils-ping dmidecode lsb-release login passwd openssl"""
_RICH = """lvm2 mdadm smartmontools nfs-kernel-server nginx-light redis-server postgresql postfix chrony fail2ban python3-systemd ufw
nftables iptables zabbix-agent borgbackup restic lldpd snmpd rsyslog logrotate unattended-upgrades kmod pciutils ethtool rsync"""
_VM = """systemd systemd-sysv dbus udev openssh-server cron sudo procps iproute2 iputils-ping dmidecode lsb-release login passwd openssl
kmod pciutils mdadm lvm2 smartmontools linux-image-cloud-amd64 initramfs-tools"""


_RECIPE = "2"  # raise it when _build or _blank changes


@dataclass(frozen=True, slots=True)
class Base:
    """What is put into a folder: a suite of Debian and packages."""

    name: str
    suite: str
    packages: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where it lies or will lie."""
        recipe = " ".join((self.suite, *sorted(self.packages), _RECIPE))
        return cache() / "bases" / f"{self.name}-{hashlib.sha256(recipe.encode()).hexdigest()[:8]}"


BASES = {
    b.name: b
    for b in (
        Base("bullseye", "bullseye", tuple(_HOST.split())),
        Base("bookworm", "bookworm", tuple(_HOST.split())),
        Base("trixie", "trixie", tuple(_HOST.split())),
        Base("rich", "bookworm", tuple(f"{_HOST} {_RICH}".split())),
        Base("vm", "bookworm", tuple(_VM.split())),
    )
}


def mirror() -> str:
    """The mirror that this machine's apt uses (sources.list(5)), or $AUDITKIT_LAB_MIRROR. Raises LabError where there is none."""
    named = os.environ.get("AUDITKIT_LAB_MIRROR")
    if named:
        return named
    apt = Path("/etc/apt")
    for file in (*sorted(apt.glob("sources.list.d/*.sources")), apt / "sources.list", *sorted(apt.glob("sources.list.d/*.list"))):
        text = file.read_text("utf-8") if file.is_file() else ""
        for url in re.findall(r"^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s*)?)(http\S+/debian/?)\s", text, re.M):
            return str(url)
    raise LabError("no Debian mirror in apt's sources; set AUDITKIT_LAB_MIRROR to one")


def made(name: str) -> Path:
    """The folder of a base, built if it is not there yet. Raises LabError with mmdebstrap's last words."""
    if name not in BASES:
        raise LabError(f"no base {name!r}; there are {', '.join(BASES)}")
    base = BASES[name]
    if not base.folder.is_dir():
        with locked(base.folder.name):
            if not base.folder.is_dir():
                _build(base)
    return base.folder


def _build(base: Base) -> None:
    place, part = base.folder, base.folder.with_suffix(".part")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(part, ignore_errors=True)
    # releases that are out of support keep an expired Release file; --mode=root: the folder keeps its owners
    argv = [
        "mmdebstrap", "--mode=root", "--variant=minbase",
        '--aptopt=Acquire::Check-Valid-Until "false"', '--aptopt=Acquire::Retries "3"',
        f"--include={','.join(base.packages)}", base.suite, str(part), mirror(),
    ]  # fmt: skip
    log = place.with_suffix(".log")
    with log.open("wb") as said:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, timeout=1200)
    if done.returncode:
        told = log.read_text("utf-8", "replace").strip().splitlines()[-5:]
        shutil.rmtree(part, ignore_errors=True)
        raise LabError(f"base {base.name}: mmdebstrap failed, see {log}: {' | '.join(told)}")
    _blank(part)
    part.rename(place)


def _blank(root: Path) -> None:
    """Take away what must differ from host to host, and the units that need a kernel module: they cannot work in a namespace."""
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    (root / "etc/machine-id").write_text("")
    for unit in ("systemd-modules-load.service", "proc-fs-nfsd.mount", "run-rpc_pipefs.mount"):
        (root / "etc/systemd/system" / unit).symlink_to("/dev/null")


def all_made(names: Iterable[str]) -> None:
    """Build several, two at a time (the network is what they wait for)."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(made, names))
