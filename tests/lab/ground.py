"""Where the lab stands: its folder, what this machine must have for it, and the one way it starts programs."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("ip", "mmdebstrap", "mount", "nsenter", "setpriv", "ssh-keygen", "unshare")
HERE = Path(__file__).parent


class LabError(Exception):
    """The lab cannot be had here, or a part of it did not come up; the message says what and what cures it."""


def cache() -> Path:
    """Folder of the lab: bases are kept there between runs, everything else is taken away at the end."""
    return Path(os.environ.get("AUDITKIT_LAB_DIR", "/var/tmp/auditkit-lab"))


def cgroups() -> Path | None:
    """Mount point of cgroup v2 (cgroups(7)), also beside v1 ("unified")."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split(" ")
        if kind == "cgroup2":
            return Path(place)
    return None


def why_not() -> str:
    """What this machine lacks for the lab; "" = nothing."""
    if os.geteuid() != 0:
        return "the lab needs root (namespaces, mounts)"
    missing = [p for p in PROGRAMS if shutil.which(p) is None]
    if missing:
        return f"the lab needs {', '.join(missing)}: apt-get install mmdebstrap iproute2 openssh-client util-linux"
    if cgroups() is None:
        return "the lab needs cgroup v2: mount -t cgroup2 cgroup2 /sys/fs/cgroup"
    tried = subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "true"], capture_output=True, text=True, check=False)
    return f"namespaces are refused here: {tried.stderr.strip()}" if tried.returncode else ""


def sh(*argv: str | Path, data: bytes | None = None, seconds: float = 60) -> bytes:
    """Run a program of this machine; its stdout. Raises LabError with its last words where it fails."""
    words = [str(a) for a in argv]
    done = subprocess.run(words, input=data, stdin=None if data else subprocess.DEVNULL, capture_output=True, check=False, timeout=seconds)
    if done.returncode:
        told = (done.stderr or done.stdout).decode(errors="replace").strip()[-400:]
        raise LabError(f"{shlex.join(words)[:200]}: exit code {done.returncode}: {told}")
    return done.stdout


def spawn(argv: Sequence[str | Path], procs: Path, console: Path) -> subprocess.Popen[bytes]:
    """Start a program that stays, in a session of its own and in that cgroup (so that all it ever forks can be found and ended)."""
    with console.open("ab") as said:
        child = subprocess.Popen(
            ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', str(procs), *map(str, argv)],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, cwd="/",
        )  # fmt: skip
    while child.poll() is None and str(child.pid) not in procs.read_text().split():
        time.sleep(0.01)  # until it is there: whoever takes the lab down finds it by its cgroup alone
    return child


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One at a time on this machine."""
    folder = cache() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
