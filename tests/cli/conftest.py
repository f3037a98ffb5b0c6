"""What tests of the command line share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditkit.cli import main
from tests.cli.commands import HERE, Run
from tests.lab.need import need


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in a fresh folder that holds the client acme; gives stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("XDG_CONFIG_HOME", "AUDITKIT_IDENTITY", "AUDITKIT_DATABASE_URL", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)

    def command(*words: str, code: int = 2) -> str:
        done = main(words)
        said = capsys.readouterr().err
        assert done == code, said
        assert "Traceback" not in said
        return said

    command("init", "acme", code=0)
    Path("acme/targets.yaml").write_text(HERE)
    return command


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """The folder `disk` as a file system of its own (tmpfs): mounted with options, mounted again with others."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(options: str) -> None:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True, check=False)
        need(done.returncode == 0, f"the right to mount a small disk: {done.stderr.strip()}")

    yield mount
    if place.is_mount():
        subprocess.run(["umount", str(place)], check=True)
