"""Many Windows hosts behind the lab's server, ten of them broken, each in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditkit.errors import Cause
from auditkit.transports.base import Target
from auditkit.transports.winrm import WinrmOptions
from tests.lab.winrm import Drop, Fault, Output, Windows

CLIXML = '#< CLIXML\r\n<Objs xmlns="http://schemas.microsoft.com/powershell/2004/04"><S S="Error">{}</S></Objs>'
HANG_SECONDS = 3.0  # time that the host which never ends is given


@dataclass(frozen=True, slots=True)
class Broken:
    """What is wrong with a host, and what must be told of it."""

    host: Windows
    cause: Cause
    word: str


def _raise(e: Exception, *actions: str) -> Windows:
    def trouble(action: str, n: int) -> None:
        if action in actions:
            raise e

    return Windows(trouble=trouble)


def _error(name: str) -> Windows:
    return Windows(output=Output(stderr=CLIXML.format(name), code=1))


def broken() -> tuple[Broken, ...]:
    """The ten. The last one's port is closed."""
    return (
        Broken(Windows(users={"audit": "another"}), "bad_credential", "LocalAccountTokenFilterPolicy"),
        Broken(_raise(Fault(5, "Access is denied."), "Create"), "refused", "Remote Management Users"),
        Broken(Windows(most_shells=0), "refused", "MaxShellsPerUser"),
        Broken(Windows(spoil=lambda answer: answer[: len(answer) // 2]), "truncated", "truncated"),
        Broken(Windows(output=Output(hangs=True)), "timed_out", "host_seconds"),
        Broken(_error("ScriptContainedMaliciousContent"), "refused", "antivirus"),
        Broken(_error("CannotCreateTypeConstrainedLanguage"), "refused", "ConstrainedLanguage mode"),
        Broken(_raise(Drop(), "Receive"), "truncated", "connection broke"),
        Broken(Windows(status=404), "not_understood", "no answer of WinRM"),
        Broken(Windows(), "refused", "connection refused"),
    )


@dataclass(frozen=True, slots=True)
class Farm:
    """Hosts by address, targets (srv0, srv1, …), and those that are broken by the id of their target."""

    hosts: dict[str, Windows]
    broken: dict[str, Broken]

    def targets(self, port: int, closed: int, scheme: Literal["http", "https"] = "http") -> list[Target]:
        """What to ask; port: of the lab; closed: one on which nobody listens."""
        made: list[Target] = []
        for n, address in enumerate(self.hosts):
            name = f"srv{n}"
            wrong = self.broken.get(name)
            at = closed if wrong is not None and wrong.word == "connection refused" else port
            seconds = HANG_SECONDS if wrong is not None and wrong.cause == "timed_out" else 120.0
            made.append(Target(name, "windows", "winrm", address, WinrmOptions(scheme=scheme, port=at, host_seconds=seconds), "env:A"))
        return made


def farm(count: int, latency: float) -> Farm:
    """latency: seconds before each answer. The broken ones are spread evenly."""
    wrong = broken()
    step = count // len(wrong)
    hosts: dict[str, Windows] = {}
    where: dict[str, Broken] = {}
    for n in range(count):
        host = Windows(name=f"SRV{n}")
        if n % step == step // 2 and n // step < len(wrong):
            where[f"srv{n}"] = wrong[n // step]
            host = wrong[n // step].host
        host.latency = latency
        hosts[f"127.1.{n // 250}.{n % 250 + 2}"] = host
    return Farm(hosts, where)
