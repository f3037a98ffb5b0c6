"""A sweep as tests ask for it: of loopback addresses, with ports of their own."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditkit.model import fact
from auditkit.probing import Probe, Reply, Sweep, probe
from auditkit.transports.base import Brought, Context, Credential, Masked, Sent, Target
from auditkit.transports.sweep import GRANT, Sweeper, SweepOptions
from auditkit.transports.sweep_ranges import Grant, Range

HOSTILE = Path(__file__).with_name("hostile.py")
QUICK: dict[str, Any] = {"port_seconds": 0.5, "greeting_seconds": 1.0, "ptr": False, "rate": 2000.0}


@fact(key=("size",), about="other")
class Bytes:
    """How much was seen: these tests look at the reply itself."""

    size: int


def prober(command: Sweep) -> Probe[Bytes]:
    """A probe that reads nothing out of a reply."""

    @probe("test.sweep", command, on=("range",))
    def read(reply: Reply) -> Iterator[Bytes]:
        yield Bytes(size=len(reply.stdout))

    return read


@dataclass(slots=True)
class Swept:
    """What a sweep brought: replies by address as data, the lines of "*", and the journal."""

    brought: list[Brought] = field(default_factory=list)
    journal: list[Sent] = field(default_factory=list)

    @property
    def whole(self) -> Brought:
        """The answer to the range."""
        (one,) = [b for b in self.brought if b.question.arg == "*"]
        return one

    @property
    def words(self) -> dict[str, str]:
        """Address -> what became of it."""
        assert self.whole.reply is not None
        return {a: word for a, _, word in (line.partition(" ") for line in self.whole.reply.text.splitlines())}

    def of(self, address: str) -> dict[str, Any]:
        """The observation of one address."""
        (one,) = [b for b in self.brought if b.question.arg == address]
        assert one.reply is not None
        made: dict[str, Any] = json.loads(one.reply.stdout)
        return made

    def port(self, address: str, port: int) -> dict[str, Any]:
        """The observation of one port."""
        (one,) = [p for p in self.of(address)["ports"] if p["port"] == port]
        made: dict[str, Any] = one
        return made


def replies(swept: Swept, wanted: str, command: Sweep, permitted: str | None, community: str | None, **options: Any) -> Iterator[Brought]:
    """The transport's own generator; the journal goes to `swept`."""
    target = Target("r", "range", "sweep", wanted, SweepOptions(**(QUICK | options)))
    text = wanted if permitted is None else permitted
    extra = {GRANT: Grant("the test", (Range.parse(text),))} if text else {}

    def nobody(reference: str) -> Credential:
        raise AssertionError(reference)

    context = Context(b"key", None, swept.journal.append, nobody, extra=extra)
    credential = Credential("", Masked(community)) if community else None
    return Sweeper().collect(target, [prober(command)], credential, context)


def sweep(wanted: str, command: Sweep, permitted: str | None = None, community: str | None = None, **options: Any) -> Swept:
    """Look at a range. permitted: another range than that; "" = nobody permitted anything."""
    swept = Swept()
    swept.brought.extend(replies(swept, wanted, command, permitted, community, **options))
    return swept


def free_ports(address: str, count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as held:
        return [held.enter_context(socket.create_server((address, 0))).getsockname()[1] for _ in range(count)]


@contextlib.contextmanager
def hostile(address: str, **modes: int) -> Iterator[None]:
    """Servers that behave badly, by mode=port (see hostile.py)."""
    words = [f"{mode}:{port}" for mode, port in modes.items()]
    with subprocess.Popen([sys.executable, str(HOSTILE), address, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        try:
            yield
        finally:
            child.kill()
