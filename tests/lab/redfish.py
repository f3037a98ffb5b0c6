"""A management controller without a server: sushy-emulator of OpenStack (sushy-tools, Apache-2.0) with its fake driver, over TLS.

It speaks Redfish for systems, managers, chassis and thermal. What it does not tell (drives, power supplies, logs) are recorded cases.
"""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.lab.ground import LabError


@dataclass(frozen=True, slots=True)
class Controller:
    """Listens on 127.0.0.1. log: what it wrote, a line a request."""

    port: int
    login: str
    password: str
    log: Path


def why_not() -> str:
    """What this machine lacks; "" = nothing."""
    return "" if find_spec("sushy_tools") else "no Redfish emulator: pip install sushy-tools"


@contextmanager
def running(folder: Path, certificate: Path, key: Path) -> Iterator[Controller]:
    """Started, and ended with the block. Raises LabError."""
    import bcrypt

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    password = secrets.token_hex(8)
    (folder / "htpasswd").write_text(f"audit:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()}\n")
    said = {"LISTEN_IP": "127.0.0.1", "LISTEN_PORT": port, "SSL_CERT": str(certificate), "SSL_KEY": str(key),
            "AUTH_FILE": str(folder / "htpasswd"), "STATE_DIR": str(folder), "FAKE_DRIVER": True}  # fmt: skip
    (folder / "emulator.conf").write_text("".join(f"SUSHY_EMULATOR_{k}={v!r}\n" for k, v in said.items()))
    argv = [sys.executable, "-c", "from sushy_tools.emulator.main import main; main()", "--fake", "--config", str(folder / "emulator.conf")]
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(argv, stdout=out, stderr=out)
        try:
            _wait(process, port, log)
            yield Controller(port, "audit", password, log)
        finally:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise LabError(f"the Redfish emulator does not come up: {log.read_text(errors='replace')[-400:]}")
