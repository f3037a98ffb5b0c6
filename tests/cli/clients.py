"""A client's workspace for tests in the lab, and auditkit run from inside the lab's network as an engineer runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.network import Network

ROOT = Path(__file__).parents[2]


class LabClient:
    """One workspace in a folder of its own, with a home of its own for the identity."""

    def __init__(self, lab: Network, folder: Path) -> None:
        self.lab, self.folder, self.path = lab, folder, folder / "acme"
        (folder / "home").mkdir()
        self.targets: list[str] = []
        self.ok("init", "acme", "--name", "ООО Ромашка")

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}

    def argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "auditkit", *words]

    def run(self, *words: str, data: bytes = b"", seconds: float = 400) -> subprocess.CompletedProcess[bytes]:
        return self.lab.run(*self.argv(*words), data=data, env=self.env, cwd=self.folder, seconds=seconds)

    def ok(self, *words: str, data: bytes = b"") -> str:
        done = self.run(*words, data=data)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stderr.decode()
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def target(self, name: str, address: str, credential: str, pin: str = "", **options: object) -> None:
        extra = "".join(f", {k}: {json.dumps(v)}" for k, v in options.items())
        self.targets.append(f"  - {{id: {name}, address: {address}, platform: linux, transport: ssh, credential: '{credential}'{extra}}}\n")
        (self.path / "targets.yaml").write_text("version: 1\ntargets:\n" + "".join(self.targets))
        if pin:
            with (self.path / "state" / "known_hosts").open("a") as known:
                known.write(f"{address} {pin}\n")

    @property
    def root(self) -> str:
        """The reference to the key that opens every lab host."""
        return f"key:root@{self.lab.key}"


@contextmanager
def arguments_watched() -> Iterator[set[str]]:
    """Command lines of every process of this machine while the block runs."""
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for place in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(place.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue  # it has ended since
            time.sleep(0.1)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join(5)
