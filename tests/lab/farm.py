"""Many SSH hosts for little: one sshd that answers on every address of 10.99.2.0/24. Its log tells who was asked, and when."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from tests.lab import hosts
from tests.lab.network import Network

ADDRESS = "10.99.1.50"


@dataclass(frozen=True, slots=True)
class Farm:
    """The farm. All its addresses are one machine: the same host key, accounts and machine-id."""

    host: hosts.Host

    def addresses(self, n: int) -> list[str]:
        """The first n (at most 250)."""
        return [f"10.99.2.{i}" for i in range(1, n + 1)]

    @property
    def log(self) -> str:
        """Everything sshd has said (sshd_config(5), LogLevel VERBOSE)."""
        return self.host.log

    def connections(self) -> Counter[str]:
        """Connections so far, by the address that was called."""
        return Counter(re.findall(r"^Connection from \S+ port \d+ on (10\.99\.2\.\d+) port 22\b", self.log, re.M))

    def logins(self) -> int:
        """Logins that succeeded so far."""
        return len(re.findall(r"^Accepted (?:publickey|password) for ", self.log, re.M))


def start(network: Network) -> Farm:
    """Start it. Raises LabError."""
    host = hosts.up(network, "farm", "bookworm", ADDRESS, hosts.SETUPS / "farm.sh", init="sshd")
    network.ip("route", "add", "local", "10.99.2.0/24", "dev", "lo", at="farm")  # the kernel takes all of them for its own
    network.ip("route", "add", "10.99.2.0/24", "via", ADDRESS)
    return Farm(host)
