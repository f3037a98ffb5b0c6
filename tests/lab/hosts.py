"""Debian hosts with systemd as PID 1, each in namespaces of its own over a shared base folder (overlayfs): 0.6 s until sshd answers."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab import bases
from tests.lab.ground import HERE, LabError, cache, sh
from tests.lab.network import Network, born

PASSWORD = "Aud1t-Passw0rd"  # of auditor and engineer on every lab host
SETUPS = HERE / "setup"
STANDING = "lab"  # the run that `python -m tests.lab up` starts and that stays
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Host:
    """A host that is up. pid: its systemd, seen from outside."""

    name: str
    address: str
    pid: int
    network: Network

    @property
    def root(self) -> Path:
        """Its root folder, while it runs."""
        return Path(f"/proc/{self.pid}/root")

    @property
    def host_key(self) -> str:
        """Type and key of its sshd, as in known_hosts."""
        return " ".join((self.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text().split()[:2])

    def run(self, line: str, user: str = "root", data: bytes = b"", seconds: float = 60) -> subprocess.CompletedProcess[bytes]:
        """A shell line on the host, from outside: no sshd, no login is involved. No check."""
        argv = [*enter(self, user), "/bin/sh", "-c", line]
        return subprocess.run(argv, input=data, capture_output=True, check=False, timeout=seconds)

    def must(self, line: str) -> str:
        """A shell line as root that has to work; its stdout. Raises LabError."""
        return sh(*enter(self, "root"), "/bin/sh", "-c", line).decode()

    def settled(self) -> str:
        """Wait until its start is over: running, or degraded where a unit has failed (systemctl(1), is-system-running)."""
        return self.run("systemctl is-system-running --wait").stdout.decode().strip()

    def new_host_key(self) -> str:
        """Give its sshd another key, as a reinstallation does; returns that key."""
        old = "/etc/ssh/ssh_host_ed25519_key"
        self.must(f"rm {old} {old}.pub && ssh-keygen -q -t ed25519 -N '' -f {old} && kill -HUP $(cat /run/sshd.pid)")
        until(lambda: _greets(self.network, self.address), 10, f"{self.name}: sshd did not come back")
        return self.host_key

    @property
    def log(self) -> str:
        """What its first process said: all of sshd's log where sshd is alone (init="sshd")."""
        return self.network.console(self.name).read_text("utf-8", "replace")


def enter(host: Host, user: str) -> list[str]:
    """The words that run a program in all namespaces of a host, as that account of the host."""
    as_user = [] if user == "root" else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--"]
    return ["nsenter", "-t", str(host.pid), "-a", "--", *as_user, "env", "-i", _PATH, "LANG=C.UTF-8"]


def up(network: Network, name: str, base: str, address: str, setup: Path | None = None, init: str = "systemd") -> Host:
    """Boot a host. Raises LabError.

    base: one of `bases.BASES`. setup: a bash script that runs in its root folder (chroot) before the boot.
    init: "sshd" = sshd alone as PID 1: an eighth of the memory, no systemd.
    """
    below = bases.made(base)
    try:
        return _boot(network, name, below, address, setup, init)
    except LabError:
        network.unplug(name)
        raise


def _boot(network: Network, name: str, below: Path, address: str, setup: Path | None, init: str) -> Host:
    folder, console = network.folder / "hosts" / name, network.console(name)
    for part in ("up", "work", "root"):
        (folder / part).mkdir()
    prepare(network, folder, below, name, address, setup)
    network.plug(name, address)
    spaces = ("unshare", "--fork", "--pid", "--mount", "--uts", "--ipc", "--cgroup", "--kill-child")
    child = network.start_at(name, *spaces, HERE / "boot.sh", below, folder, name, init)
    until(lambda: _greets(network, address) or child.poll() is not None, 30, f"{name} did not come up, see {console}")
    if child.poll() is not None:
        raise LabError(f"{name} ended at its start: {console.read_text('utf-8', 'replace')[-400:]}")
    pid = int(Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()[0])
    (folder / "about").write_text(f"{address} {born(pid)}")
    return Host(name, address, pid, network)


@contextlib.contextmanager
def overlaid(folder: Path, below: Path) -> Iterator[Path]:
    """A base with this folder's changes over it, mounted on its "root" until the block ends."""
    root = folder / "root"
    sh("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={below},upperdir={folder}/up,workdir={folder}/work", root)
    try:
        yield root
    finally:
        sh("umount", root)


def prepare(network: Network, folder: Path, below: Path, name: str, address: str, setup: Path | None) -> None:
    """What differs from host to host: names, host key, accounts, and what the setup script does."""
    with overlaid(folder, below) as root:
        (root / "etc/hostname").write_text(f"{name}\n")
        (root / "etc/hosts").write_text(f"127.0.0.1 localhost\n{address} {name}\n")
        # ed25519 alone: an RSA key costs a second or two
        sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root / "etc/ssh/ssh_host_ed25519_key")
        shutil.copy(network.key.with_suffix(".pub"), root / "lab-key.pub")
        for script in filter(None, (SETUPS / "common.sh", setup)):
            _run_setup(root, script)
    if (folder / "up/data.d").is_dir():
        _disk(folder)


def _run_setup(root: Path, script: Path) -> None:
    shutil.copy(script, root / "setup.sh")
    # in an empty network: a script that sets up a packet filter must not meet this machine's
    sh("unshare", "--net", "chroot", root, "/bin/bash", "/setup.sh", PASSWORD, seconds=120)
    (root / "setup.sh").unlink()


def _disk(folder: Path) -> None:
    """A setup script that leaves /data.d gets a disk of 32 MB with these files, mounted on /data (boot.sh): a tmpfs is no disk."""
    sh("mke2fs", "-q", "-t", "ext4", "-m", "0", "-d", folder / "up/data.d", folder / "data.img", "32M")
    shutil.rmtree(folder / "up/data.d")


def _greets(network: Network, address: str) -> bool:
    """Whether an SSH server says its first line there (RFC 4253, 4.2)."""
    with network.inside(), contextlib.suppress(OSError), socket.create_connection((address, 22), 1) as s:
        s.settimeout(2)
        return s.recv(4) == b"SSH-"
    return False


def until(done: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Look again and again until it is so. Raises LabError with that sentence when the time is over."""
    limit = time.monotonic() + seconds
    while not done():
        if time.monotonic() > limit:
            raise LabError(otherwise)
        time.sleep(0.05)


def standing(name: str) -> Host:
    """A host of the standing lab, by name. Raises LabError where it is not up."""
    about = cache() / "runs" / STANDING / "hosts" / name / "about"
    if not about.is_file():
        raise LabError(f"no lab host {name} is up: python -m tests.lab up {name} BASE ADDRESS")
    address, pid, started = about.read_text().split()
    if not Path(f"/proc/{pid}").is_dir() or born(int(pid)) != f"{pid} {started}":
        raise LabError(f"lab host {name} is gone: python -m tests.lab down, then up again")
    return Host(name, address, int(pid), Network(STANDING))
