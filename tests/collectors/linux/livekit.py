"""A lab host asked as auditkit asks it (one login, everything), and looked at from outside: the kernel's files, the host's own files.

The look from outside shares nothing with a probe: where a file can tell, it is read through /proc/PID/root by this program, not by one
of the host; where only a program can tell, it is another program than the probe's.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from auditkit.collecting.run import _told
from auditkit.model import Absent, Found, Outcome, Unknown
from auditkit.registry import registry
from auditkit.transports import load
from auditkit.transports.base import Context, Credential, Masked, Target
from auditkit.transports.hostkeys import HostKey, pin
from auditkit.transports.ssh import SshOptions
from tests.lab.hosts import Host
from tests.lab.network import Network
from tests.lab.vm import Machine

KEY = b"key of a workspace that lives as long as this run"
T = TypeVar("T")


def on(*names: str) -> pytest.MarkDecorator:
    """The test runs once on each of these lab hosts."""
    return pytest.mark.parametrize("asked", names, indirect=True)


@dataclass(frozen=True, slots=True)
class Live:
    """A host and what it answered, by probe and argument."""

    host: Host | Machine
    answers: dict[str, dict[str, Outcome]]

    @property
    def name(self) -> str:
        return self.host.name

    def outcome(self, probe: str) -> Outcome:
        """The answer of a probe that asks one question."""
        return self.answers[probe][""]

    def facts(self, probe: str, table: str) -> list[Any]:
        """Facts of that table. Every question of the probe must have a whole answer: a table that lacks something is no table."""
        rows: list[Any] = []
        for arg, outcome in self.answers[probe].items():
            assert isinstance(outcome, Found), f"{self.name}: {probe} {arg}: {outcome}"
            rows += [f for f in outcome.facts if isinstance(f, registry().types[table])]
        return rows

    def one(self, probe: str, table: str) -> Any:
        (row,) = self.facts(probe, table)
        return row

    def absent(self, probe: str) -> str:
        """Why there is proof that the host has no such thing."""
        outcome = self.outcome(probe)
        assert isinstance(outcome, Absent), f"{self.name}: {probe}: {outcome}"
        return outcome.why

    def unknown(self, probe: str) -> str:
        """Why the host could not tell."""
        outcome = self.outcome(probe)
        assert isinstance(outcome, Unknown), f"{self.name}: {probe}: {outcome}"
        return outcome.why

    def path(self, file: str) -> Path:
        """A file of a host, seen from outside."""
        assert isinstance(self.host, Host)
        return self.host.root / file.lstrip("/")

    def proc(self, file: str) -> str:
        """A file of /proc that belongs to a process (mountinfo, net/tcp): that of the host's first process."""
        return (Path(f"/proc/{self.host.pid}") / file).read_text() if isinstance(self.host, Host) else self.said(f"cat /proc/1/{file}")

    def text(self, file: str) -> str:
        """A file of the host; of a virtual machine by its cat, there is no way around it."""
        return self.path(file).read_text("utf-8") if isinstance(self.host, Host) else self.said(f"cat {file}")

    def lines(self, file: str) -> list[str]:
        """Its lines without comments and blank ones."""
        return [s for s in self.text(file).splitlines() if s.strip() and not s.lstrip().startswith("#")]

    def files(self, folder: str, pattern: str = "*") -> list[str]:
        """Files below a folder, as the host names them; links are followed only where they are files."""
        root = self.path("/")
        return sorted(f"/{p.relative_to(root)}" for p in self.path(folder).rglob(pattern) if p.is_file())

    def said(self, line: str) -> str:
        """What a program of the host says as root."""
        return self.host.must(line)

    def json(self, line: str) -> Any:
        return json.loads(self.said(line))


def ask(lab: Network, host: Host | Machine, folder: Path, names: Sequence[str] = ()) -> Live:
    """Ask a host over SSH, as `auditkit collect` does: these probes, or every one for Linux."""
    known_here = registry().only(names) if names else registry()
    known = folder / f"known_hosts.{host.name}"
    pin(known, host.address, 22, [_host_key(host)])
    target = Target(host.name, "linux", "ssh", host.address, SshOptions(user="root"))
    credential = Credential("root", private_key=Masked(lab.key.read_text()))
    context = Context(KEY, known, lambda sent: None, _no_reference)
    answers: dict[str, dict[str, Outcome]] = {}
    with lab.inside():
        for brought in load("ssh").collect(target, known_here.probes_on("linux"), credential, context):
            told = _told(brought, registry())
            answers.setdefault(told.question.probe, {})[told.question.arg] = told.outcome
    return Live(host, answers)


def _host_key(host: Host | Machine) -> HostKey:
    line = host.host_key if isinstance(host, Host) else host.must("cat /etc/ssh/ssh_host_ed25519_key.pub")
    kind, blob = line.split()[:2]
    return HostKey(kind, base64.b64decode(blob))


def _no_reference(reference: str) -> Credential:
    raise AssertionError(f"{reference}: these tests open no reference")


def unique(rows: Iterable[T]) -> set[T]:
    """The rows as a set; a row that comes twice is an error of the table."""
    found = list(rows)
    assert len(set(found)) == len(found), f"twice: {sorted({repr(r) for r in found if found.count(r) > 1})}"
    return set(found)


def paragraphs(text: str) -> Iterator[dict[str, str]]:
    """Paragraphs of `Field: value` (deb822(5)); lines that go on are left out."""
    for block in text.split("\n\n"):
        found = dict(line.split(":", 1) for line in block.splitlines() if line[:1].strip() and ":" in line)
        if found:
            yield {name: value.strip() for name, value in found.items()}


def local(*argv: str | Path, data: bytes = b"") -> str:
    """What a program of this machine says."""
    return subprocess.run([str(a) for a in argv], input=data, capture_output=True, check=True, timeout=30).stdout.decode()
