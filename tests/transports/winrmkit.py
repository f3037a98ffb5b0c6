"""What the tests of WinRM share: one question to the lab's server, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditkit.errors import TransportError
from auditkit.model import Outcome
from auditkit.probing import Probe
from auditkit.registry import registry
from auditkit.transports import load
from auditkit.transports.base import Brought, Context, Credential, Masked, Sent, Target
from auditkit.transports.winrm import WinrmOptions
from tests.lab.adtls import Authority
from tests.lab.winrm import PASSWORD, Server

PROBES = registry().probes_on("windows")


@dataclass
class Asker:
    """Somebody with a folder of pins, who trusts the authority of the lab."""

    folder: Path
    said: list[Sent] = field(default_factory=list)
    login: str = "audit"
    password: str = PASSWORD

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def authority(self) -> Authority:
        return Authority(self.folder / "ca")

    def certificate(self, name: str = "srv1.corp.example", address: str = "127.0.0.1", days: tuple[int, int] = (-1, 30)) -> Path:
        """A folder with a certificate of a host."""
        made = self.folder / f"{name}.{days[1]}"
        self.authority.issue(made, name, address, days)
        return made

    def ask(
        self, lab: Server, address: str = "127.0.0.1", host_bytes: int = 64 << 20, probes: Sequence[Probe[Any]] = PROBES, **options: Any
    ) -> list[Brought]:
        """Raises TransportError."""
        if lab.tls is None:
            options.setdefault("scheme", "http")
        else:
            options.setdefault("ca_file", str(self.authority.file))
        context = Context(b"k", self.known_hosts, self.said.append, lambda ref: Credential(""), host_bytes=host_bytes)
        target = Target("srv1", "windows", "winrm", address, WinrmOptions(port=lab.port, **options))
        return list(load("winrm").collect(target, probes, Credential(self.login, Masked(self.password)), context))

    def refused(self, lab: Server, **options: Any) -> TransportError:
        """The error that ends the asking."""
        try:
            self.ask(lab, **options)
        except TransportError as e:
            return e
        raise AssertionError("it was answered")


def outcomes(brought: list[Brought]) -> dict[str, Outcome]:
    """What became of each probe."""
    return {b.question.probe: registry().probes[b.question.probe].outcome(b.reply) for b in brought if b.reply is not None}
