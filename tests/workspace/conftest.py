"""A home of its own for every test: no key of the developer is read or made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditkit.workspace.layout import Workspace

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's home; ~/.config/auditkit is not there yet."""
    place = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(place))
    for name in ("XDG_CONFIG_HOME", "AUDITKIT_IDENTITY", "SSH_AUTH_SOCK"):
        monkeypatch.delenv(name, raising=False)
    return place


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A new workspace of a client."""
    return Workspace.init(tmp_path / "acme", "ООО «Ромашка»")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB (tmpfs), for disks that run full."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, text=True, check=False)
    if made.returncode:
        if os.environ.get("CI"):
            pytest.fail(f"CI must be able to mount a small disk: {made.stderr}")
        pytest.skip(f"no right to mount a small disk: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


_BECOME_NOBODY = """
import os, sys
from pathlib import Path
from auditkit.errors import AuditkitError
from auditkit.transports import local
from auditkit.workspace import credentials, keys, making, vault
from auditkit.workspace.layout import Workspace
os.setgroups([]); os.setgid(65534); os.setuid(65534)   # after the imports: the interpreter may lie where nobody cannot read
os.environ["HOME"] = "/nonexistent"
"""


@pytest.fixture
def as_nobody() -> Callable[..., str]:
    """Run Python code as the user nobody, whose home is not there; gives what it printed: an AuditkitError, or its own words."""
    if os.getuid():
        pytest.skip("only root can run something as nobody")

    def run(code: str, *args: str) -> str:
        body = "".join(f"    {line}\n" for line in code.strip().splitlines())
        whole = f"{_BECOME_NOBODY}\ntry:\n{body}except AuditkitError as e:\n    print(type(e).__name__, e)\n"
        done = subprocess.run([sys.executable, "-c", whole, *args], capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
