"""Hosts that a collection must survive, each in its own way. All sshd of them are real; see setup/bad.sh for what is done to them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.lab import hosts
from tests.lab.ground import HERE
from tests.lab.hosts import PASSWORD, Host, until
from tests.lab.network import Network


@dataclass(frozen=True, slots=True)
class Bad:
    """One of them. pin: the host key that a careful client has of it ("" where it never showed one)."""

    name: str
    address: str
    what: str
    host: Host | None = None
    pin: str = ""
    login: str = "auditor"
    password: str = PASSWORD


ADDRESSES = {
    "silent": "10.99.3.1", "stuck": "10.99.3.2", "rekeyed": "10.99.3.3", "refusing": "10.99.3.4", "flood": "10.99.3.5",
    "closed": "10.99.3.6", "deadmount": "10.99.3.7", "garbage": "10.99.3.8", "noise": "10.99.3.9",
}  # fmt: skip
NOBODY = "10.99.3.250"  # no host has it: packets to it are lost


def all_bad(network: Network) -> dict[str, Bad]:
    """Start them, by name. Raises LabError."""
    made = (_silent, _stuck, _rekeyed, _refusing, _flood, _closed, _deadmount, _garbage, _noise)
    return {bad.name: bad for bad in (make(network) for make in made)}


def _host(network: Network, name: str) -> Host:
    return hosts.up(network, name, "bookworm", ADDRESSES[name], hosts.SETUPS / "bad.sh", init="sshd")


def _server(network: Network, name: str, *argv: str | Path) -> None:
    network.plug(name, ADDRESSES[name])
    if argv:
        network.start_at(name, *argv)
        until(lambda: network.run("bash", "-c", f"exec 3<>/dev/tcp/{ADDRESSES[name]}/22").returncode == 0, 10, f"{name} does not listen")


def _silent(network: Network) -> Bad:
    _server(network, "silent", sys.executable, HERE / "servers.py", "silent")
    return Bad("silent", ADDRESSES["silent"], "accepts TCP and never says a word")


def _noise(network: Network) -> Bad:
    _server(network, "noise", sys.executable, HERE / "servers.py", "noise")
    return Bad("noise", ADDRESSES["noise"], "greets with bytes that are no SSH")


def _closed(network: Network) -> Bad:
    _server(network, "closed")
    return Bad("closed", ADDRESSES["closed"], "there is a host, but nothing listens on its port")


def _stuck(network: Network) -> Bad:
    host = _host(network, "stuck")
    return Bad("stuck", host.address, "logs in, and its shell never answers", host, host.host_key)


def _rekeyed(network: Network) -> Bad:
    host = _host(network, "rekeyed")
    old = host.host_key
    host.new_host_key()
    return Bad("rekeyed", host.address, "shows another host key than the pinned one", host, old)


def _refusing(network: Network) -> Bad:
    host = _host(network, "refusing")
    return Bad("refusing", host.address, "refuses the password", host, host.host_key, password="not-" + PASSWORD)


def _flood(network: Network) -> Bad:
    host = _host(network, "flood")
    return Bad("flood", host.address, "its login script writes without end", host, host.host_key)


def _garbage(network: Network) -> Bad:
    host = _host(network, "garbage")
    return Bad("garbage", host.address, "its banner and its login script say bytes that are no text; it answers well", host, host.host_key)


def dead_mount(host: Host, folder: str) -> subprocess.Popen[bytes]:
    """Mount a dead server on a folder of a host; what is returned is that server: when it ends, all who wait for it are let go."""
    server = host.network.start_at(host.name, sys.executable, HERE / "deadmount.py", str(host.pid), folder)
    until(lambda: f" {folder} " in Path(f"/proc/{host.pid}/mounts").read_text(), 10, f"the dead mount did not come: {host.log[-300:]}")
    return server


def _deadmount(network: Network) -> Bad:
    host = _host(network, "deadmount")
    dead_mount(host, "/mnt/nas")
    return Bad("deadmount", host.address, "has a mount whose server is dead: df never returns, not even killed", host, host.host_key)
