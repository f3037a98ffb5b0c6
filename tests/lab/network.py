"""The lab's network 10.99.0.0/16: a bridge in a network namespace of its own, invisible from the machine and from other runs.

Tests are its client at 10.99.0.1, in two ways: `with network.inside():` moves the calling thread there (setns(2): its sockets,
and every thread and program that it starts meanwhile, live in the lab), and `network.run(...)` runs a program there. A route from
the machine into the lab was rejected: two runs at once would want the same addresses, and a machine whose own network is 10.99/16
would lose it. A person who looks uses `ip netns exec ak-RUN ...`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.ground import LabError, cache, cgroups, locked, sh, spawn

GATEWAY = "10.99.0.1"
CLONE_NEWNET = 0x40000000
INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(slots=True)
class Network:
    """One run's network and what is plugged into it. name: short; part of every name that it makes on the machine."""

    name: str
    children: dict[str, list[subprocess.Popen[bytes]]] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """State of this run; gone when it is closed."""
        return cache() / "runs" / self.name

    @property
    def netns(self) -> str:
        """The namespace of the switch and of the client."""
        return f"ak-{self.name}"

    @property
    def key(self) -> Path:
        """Private key that root, auditor and engineer of every host accept; one for all runs, so that a disk image can hold it."""
        return cache() / "id_ed25519"

    def start(self) -> None:
        """Make it. Raises LabError."""
        self.folder.mkdir(parents=True)
        if sh("stat", "-f", "-c", "%T", self.folder).strip() == b"overlayfs":  # no overlay stands on an overlay
            sh("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.folder)
        (self.folder / "owner").write_text(born(os.getpid()))
        if int(INOTIFY.read_text()) < 4096:  # 128 do for 23 systemds; the one thing that is changed outside the namespaces
            INOTIFY.write_text("4096")
        sh("ip", "netns", "add", self.netns)
        self.ip("link", "set", "lo", "up")
        self.ip("link", "add", "br0", "type", "bridge")
        self.ip("addr", "add", f"{GATEWAY}/16", "dev", "br0")
        self.ip("link", "set", "br0", "up")
        with locked("key"):
            if not self.key.exists():
                sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", self.key)

    def ip(self, *words: str, at: str = "") -> None:
        """ip(8) in the switch's namespace, or in the one of that host."""
        sh("ip", "-n", self.of(at) if at else self.netns, *words)

    def of(self, host: str) -> str:
        """The namespace of something plugged in."""
        return f"{self.netns}.{host}"

    def plug(self, host: str, address: str) -> None:
        """A bare namespace with that address on the switch: for a host, a server of the tests, a fake device."""
        sh("ip", "netns", "add", self.of(host))
        self.ip("link", "set", "lo", "up", at=host)
        self.ip("link", "add", f"v-{host}"[:15], "type", "veth", "peer", "name", "eth0", "netns", self.of(host))
        self.ip("link", "set", f"v-{host}"[:15], "master", "br0", "up")
        self.ip("addr", "add", f"{address}/16", "dev", "eth0", at=host)
        self.ip("link", "set", "eth0", "up", at=host)
        self.ip("route", "add", "default", "via", GATEWAY, at=host)

    def start_at(self, host: str, *argv: str | Path, switch: bool = False) -> subprocess.Popen[bytes]:
        """Start a program that stays, in the namespace of something plugged in; its output goes to the host's console.

        switch: in the switch's namespace instead.
        """
        group = group_of(self.name) / host
        group.mkdir(parents=True, exist_ok=True)
        there = ("nsenter", f"--net=/run/netns/{self.netns if switch else self.of(host)}")
        child = spawn((*there, *argv), group / "cgroup.procs", self.console(host))
        self.children.setdefault(host, []).append(child)
        return child

    def console(self, host: str) -> Path:
        """What a host's programs said."""
        folder = self.folder / "hosts" / host
        folder.mkdir(parents=True, exist_ok=True)
        return folder / "console.log"

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """The calling thread is in the lab's network until the block ends; so is what it starts there."""
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{self.netns}") as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def run(
        self, *argv: str | Path, data: bytes = b"", env: Mapping[str, str] | None = None, cwd: Path | None = None, seconds: float = 300
    ) -> subprocess.CompletedProcess[bytes]:
        """A program of this machine in the lab's network; its output is captured, its exit code is the caller's to judge."""
        with self.inside():
            return subprocess.run(
                [str(a) for a in argv], input=data, env=env, cwd=cwd, timeout=seconds, capture_output=True, check=False
            )

    def unplug(self, host: str) -> None:
        """End everything there and take it away."""
        end(group_of(self.name) / host)
        for child in self.children.pop(host, []):
            child.wait(10)
        if Path("/run/netns", self.of(host)).exists():
            sh("ip", "netns", "del", self.of(host))
        shutil.rmtree(self.folder / "hosts" / host, ignore_errors=True)

    def close(self) -> None:
        """Take everything away."""
        clear(self.name)
        for child in (c for children in self.children.values() for c in children):
            child.wait(10)


def _enter(fd: int) -> None:
    if _libc.setns(fd, CLONE_NEWNET):
        raise LabError(f"setns: {os.strerror(ctypes.get_errno())}")


def born(pid: int) -> str:
    """A process, told apart from a later one of the same number: its start time (proc(5), stat field 22). Raises OSError if gone."""
    return f"{pid} {Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[19]}"


def group_of(run: str) -> Path:
    """The cgroup of a run."""
    root = cgroups()
    if root is None:
        raise LabError("no cgroup v2 is mounted")
    return root / f"auditkit-{run}"


def end(group: Path) -> None:
    """Kill everything in a cgroup and below, and remove it. By cgroup, so that a reused process id never meets a stranger."""
    for _ in range(100):
        if not group.is_dir():
            return
        folders = sorted(group.rglob("*/"), key=lambda p: len(p.parts), reverse=True)
        for folder in (*folders, group):
            _empty(folder)
        time.sleep(0.05)
    raise LabError(f"{group}: processes that cannot be killed: {(group / 'cgroup.procs').read_text().split()}")


def _empty(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for pid in (folder / "cgroup.procs").read_text().split():
            os.kill(int(pid), signal.SIGKILL)
    with contextlib.suppress(OSError):  # busy until the kernel has buried the last process: the caller looks again
        folder.rmdir()


def clear(run: str) -> None:
    """Take away a run by what is left of it: processes, namespaces, mounts, files."""
    end(group_of(run))
    for line in sh("ip", "netns", "list").decode().splitlines():
        name = line.split(" ")[0]
        if name == f"ak-{run}" or name.startswith(f"ak-{run}."):
            sh("ip", "netns", "del", name)
    folder = cache() / "runs" / run
    mounted = [m for m in (line.split(" ")[1] for line in Path("/proc/mounts").read_text().splitlines()) if Path(m).is_relative_to(folder)]
    for place in reversed(mounted):
        sh("umount", place)
    shutil.rmtree(folder, ignore_errors=True)


def reap() -> list[str]:
    """Clear the runs whose process was killed before it could; a standing lab ("owner" is empty) stays. Their names."""
    gone = []
    with locked("reap"):  # two workers that start at once see the same dead run
        for owner in sorted((cache() / "runs").glob("*/owner")):
            said = owner.read_text()
            if said and not _lives(said):
                clear(owner.parent.name)
                gone.append(owner.parent.name)
    return gone


def _lives(owner: str) -> bool:
    try:
        return born(int(owner.split()[0])) == owner
    except OSError:
        return False

