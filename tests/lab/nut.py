"""A real NUT server (upsd, Debian's nut-server) whose power supply is the driver dummy-ups: it says what a file says."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.ground import LabError

DRIVER = Path("/lib/nut/dummy-ups")
SERVER = Path("/lib/nut/upsd")  # /usr/sbin/upsd looks into /etc/nut first


def why_not() -> str:
    """What this machine lacks; "" = nothing."""
    if os.geteuid() != 0:
        return "upsd is started as root"
    return "" if DRIVER.exists() and SERVER.exists() else "no NUT: apt-get install nut-server"


@contextmanager
def running(folder: Path, supplies: dict[str, str]) -> Iterator[int]:
    """Started, and ended with the block; the port. supplies: name -> `variable: value` lines. Raises LabError."""
    folder.chmod(0o700)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    files = {"nut.conf": "MODE=netserver\n", "upsd.conf": f"LISTEN 127.0.0.1 {port}\n", "upsd.users": "", "ups.conf": ""}
    for name, said in supplies.items():
        files[f"{name}.dev"] = said
        files["ups.conf"] += f"[{name}]\n driver = dummy-ups\n port = {folder}/{name}.dev\n mode = dummy-once\n"
    for file, text in files.items():
        (folder / file).write_text(text)
        (folder / file).chmod(0o600)
    env = {**os.environ, "NUT_CONFPATH": str(folder), "NUT_STATEPATH": str(folder), "NUT_ALTPIDPATH": str(folder)}
    started: list[subprocess.Popen[bytes]] = []
    with (folder / "log").open("wb") as log:
        try:
            for name in supplies:
                started.append(subprocess.Popen([DRIVER, "-F", "-a", name, "-u", "root"], env=env, stdout=log, stderr=log))
            started.append(subprocess.Popen([SERVER, "-F", "-u", "root"], env=env, stdout=log, stderr=log))
            _wait(folder, port, len(supplies))
            yield port
        finally:
            for process in reversed(started):
                process.kill()
                process.wait()


def _wait(folder: Path, port: int, supplies: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if (folder / "log").read_text(errors="replace").count("Connected to UPS") == supplies:
            with socket.create_connection(("127.0.0.1", port), 5):
                return
        time.sleep(0.1)
    raise LabError(f"upsd does not come up: {(folder / 'log').read_text(errors='replace')[-400:]}")
