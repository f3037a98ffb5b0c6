"""A small network of namespaces: hosts on one wire, a router, hosts behind it. Nothing of it can reach anything else."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

T = TypeVar("T")
CLONE_NEWNET = 0x40000000  # sched.h


def need(*programs: str, root: bool = True) -> None:
    """Skip with a reason where the real part cannot run; fail where CI is set, so that no build is green without it."""
    lacks = [p for p in programs if not shutil.which(p)]
    if root and os.geteuid() != 0:
        lacks.append("root")
    if lacks:
        reason = f"needs {', '.join(lacks)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


def run(*words: str) -> str:
    """A command that must succeed."""
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr or done.stdout}"
    return done.stdout


class Net:
    """Namespaces named after the process; gone on `close`."""

    def __init__(self) -> None:
        self._made: list[str] = []
        self._children: list[subprocess.Popen[bytes]] = []
        self._prefix = f"ak{os.getpid()}"

    def host(self, name: str, *addresses: str, on: str | None = None, gateway: str | None = None) -> str:
        """A namespace with these addresses; `on`: its wire is plugged into that host's bridge. -> the namespace's name."""
        space = f"{self._prefix}-{name}"
        if space not in self._made:
            run("ip", "netns", "add", space)
            self._made.append(space)
            run("ip", "-n", space, "link", "set", "lo", "up")
        if on is not None:
            self._plug(space, on)
        for address in addresses:
            device = "eth0" if on is not None else "br0"
            if on is None and "br0" not in run("ip", "-n", space, "link"):
                run("ip", "-n", space, "link", "add", "br0", "type", "bridge", "forward_delay", "0")
                run("ip", "-n", space, "link", "set", "br0", "up")
            run("ip", "-n", space, "addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
        if gateway:
            run("ip", "-n", space, "route", "add", "default", "via", gateway)
        return space

    def _plug(self, space: str, on: str) -> None:
        end = f"v{len(self._made)}"
        run("ip", "-n", on, "link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", space)
        run("ip", "-n", on, "link", "set", end, "master", "br0", "up")
        run("ip", "-n", space, "link", "set", "eth0", "up")

    def inside(self, space: str, *words: str) -> str:
        """Run to the end inside a namespace."""
        return run("ip", "netns", "exec", space, *words)

    def serve(self, space: str, *words: str, log: Path) -> None:
        """Start a server inside a namespace; it ends with the network."""
        with log.open("ab") as out:
            command = ["ip", "netns", "exec", space, *words]
            # a session of its own: smbd ends its whole process group when it ends
            self._children.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True))

    def mac(self, space: str, device: str = "eth0") -> str:
        """The hardware address of a host."""
        return self.inside(space, "cat", f"/sys/class/net/{device}/address").strip()

    def close(self) -> None:
        """End what was started here and remove the namespaces."""
        for child in self._children:
            child.terminate()
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
            if child.poll() is None:
                child.kill()
                child.wait(5)
            if child.stdin:
                child.stdin.close()
        for space in self._made:
            run("ip", "netns", "del", space)


SMB_CONF = """[global]
 workgroup = ROMASHKA
 netbios name = SRV-FILE
 private dir = {0}/private
 state directory = {0}/state
 cache directory = {0}/cache
 lock directory = {0}/lock
 pid directory = {0}/pid
 ncalrpc dir = {0}/ncalrpc
 log file = {0}/log
 smb ports = {1}
 disable netbios = yes
 load printers = no
 printcap name = /dev/null
 bind interfaces only = yes
 interfaces = {3}
 {2}
"""


def samba(folder: Path, port: int, more: str = "", wires: str = "lo") -> list[str]:
    """The command of a file server with all its files in a folder; wires: where it listens."""
    for part in ("private", "state", "cache", "lock", "pid", "ncalrpc"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / part).chmod(0o755)  # smbd refuses a pipe folder of another mode
    (folder / "smb.conf").write_text(SMB_CONF.format(folder, port, more, wires), encoding="utf-8")
    return ["smbd", "--foreground", "--no-process-group", "-s", str(folder / "smb.conf")]


def listening(address: str, port: int, seconds: float = 20.0) -> None:
    """Wait until somebody listens there."""
    end = time.monotonic() + seconds
    while True:
        try:
            with socket.create_connection((address, port), 1.0):
                return
        except OSError:
            assert time.monotonic() < end, f"nobody listens on {address}:{port} after {seconds:g} s"
            time.sleep(0.1)


def within(space: str, do: Callable[[], T]) -> T:
    """Call it in a thread whose sockets live in that namespace (setns(2) is of a thread)."""
    result: list[T] = []
    failed: list[BaseException] = []

    def work() -> None:
        with Path(f"/run/netns/{space}").open("rb") as handle:
            if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        result.append(do())

    def guarded() -> None:
        try:
            work()
        except BaseException as e:  # noqa: BLE001 carried over to the thread that waits
            failed.append(e)

    thread = threading.Thread(target=guarded)
    thread.start()
    thread.join(300)
    assert not thread.is_alive(), "did not end in 300 s"
    if failed:
        raise failed[0]
    return result[0]


def made() -> Iterator[Net]:
    """For a fixture."""
    net = Net()
    try:
        yield net
    finally:
        net.close()
