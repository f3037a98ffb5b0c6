"""A vCenter or an ESXi host without hardware: govmomi's simulator (Apache-2.0), built from Debian's packages on first use.

It speaks the real protocol, with invented machines. What it cannot do: sensors, licences other than the evaluation, snapshots with
a history; those are recorded cases written after the API reference.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.ground import LabError, cache

SOURCE = Path(__file__).parent / "setup" / "vcsim" / "main.go"
GOPATH = Path("/usr/share/gocode")


@dataclass(frozen=True, slots=True)
class Simulator:
    """Listens on 127.0.0.1."""

    port: int
    login: str
    password: str


def program() -> Path:
    """The built simulator. Raises LabError where Go or the packages are missing."""
    go = shutil.which("go")
    if go is None or not (GOPATH / "src/github.com/vmware/govmomi/simulator").is_dir():
        raise LabError("no vSphere simulator: apt-get install golang-go golang-github-vmware-govmomi-dev")
    made = cache() / "vcsim" / hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:12]
    if not made.is_file():
        made.parent.mkdir(parents=True, exist_ok=True)
        temporary = made.with_suffix(f".{os.getpid()}")
        env = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOCACHE": str(made.parent / "cache"), "GOFLAGS": ""}
        argv = [go, "build", "-o", str(temporary), str(SOURCE)]
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode:
            raise LabError(f"the vSphere simulator does not build: {done.stderr[-400:]}")
        temporary.replace(made)
    return made


@contextmanager
def running(*arguments: str) -> Iterator[Simulator]:
    """Started, and ended with the block. arguments: `-esx` for one host instead of a vCenter."""
    password = secrets.token_hex(8)
    env = {**os.environ, "VCSIM_PASSWORD": password}
    argv = [str(program()), "-user", "audit", *arguments]
    process = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        where = process.stdout.readline().strip()
        if ":" not in where:
            raise LabError(f"the vSphere simulator does not start: {where}")
        yield Simulator(int(where.rpartition(":")[2]), "audit", password)
    finally:
        process.kill()
        process.communicate()
