"""Discovery without login: a range of addresses is knocked at, and what answers is kept as bytes.

First one connection to every address, which also makes the kernel ask for its hardware address; then, where anybody may be, all
ports. The answer to the whole range ("*") says of every address whether it answered, nobody was there, or nobody could look;
every address that answered is a reply of its own. A sweep without a `Grant` in the context does not begin.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field

from auditkit.errors import Cause, UsageError
from auditkit.model import Question, Unknown
from auditkit.probing import Probe, Reply, Sweep
from auditkit.transports import sweep_arp, sweep_dns
from auditkit.transports.base import Brought, Context, Credential, Options, Sent, Target, now
from auditkit.transports.sweep_host import Asking, Seen, ask, knock
from auditkit.transports.sweep_knock import Knock
from auditkit.transports.sweep_pace import Pace
from auditkit.transports.sweep_ranges import Grant, Range

GRANT, PACE = "grant", "pace"  # keys of Context.extra
ARP_SECONDS = 3.5  # the kernel asks three times, a second apart, before it gives a neighbour up
Word = Literal["answered", "nobody", "not_looked"]  # of an address in the answer to "*"


class SweepOptions(Options):
    """How a range is looked at. The defaults are gentle: a /24 takes about a minute."""

    rate: float = Field(default=200.0, gt=0, le=10_000, description="connections a second, over all ranges together")
    sockets: int = Field(default=256, ge=1, le=4096, description="connections at once in this range")
    port_seconds: float = Field(default=1.5, gt=0, le=30, description="how long a port may keep silent")
    greeting_seconds: float = Field(default=3.0, gt=0, le=30, description="how long a service may take to say what it is")
    host_seconds: float = Field(default=120.0, gt=0, le=3600, description="one address must be done by then")
    range_seconds: float = Field(default=3600.0, gt=0, le=86_400, description="the whole range must be done by then")
    dns: str = Field(default="", description="server that is asked for names; none = the first of resolv.conf")
    ptr: bool = Field(default=True, description="ask for names at all")
    dns_port: int = Field(default=53, ge=1, le=65_535)
    snmp_port: int = Field(default=161, ge=1, le=65_535)


class Sweeper:
    """See module. A credential, where the target has one, holds an SNMP v2c community as its password."""

    name: ClassVar[str] = "sweep"
    options: ClassVar[type[Options]] = SweepOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Raises UsageError, before anything is sent, where no grant holds the range."""
        wanted = Range.parse(target.address)
        grant = context.extra.get(GRANT)
        if not (isinstance(grant, Grant) and grant.holds(wanted)):
            raise UsageError(f"{target.id}: nobody permitted to look at {wanted.text}: client.yaml: permission")
        for probe in probes:
            if isinstance(probe.command, Sweep):
                context.journal(Sent(now(), target.id, target.address, "", f"{probe.name}: {probe.command}"))
                yield from _drive(_Run(target, probe, wanted, _asking(target, probe.command, credential, context)))


def _asking(target: Target, command: Sweep, credential: Credential | None, context: Context) -> Asking:
    o = target.options
    assert isinstance(o, SweepOptions)
    return Asking(
        command, context.extra.get(PACE) or Pace(o.rate), asyncio.Semaphore(o.sockets), o.port_seconds, o.greeting_seconds,
        o.host_seconds, (o.dns or sweep_dns.system_server()) if o.ptr else "", o.dns_port,
        credential.password if credential else None, o.snmp_port,
    )  # fmt: skip


def _drive(run: _Run) -> Iterator[Brought]:
    """The event loop runs while the next reply is waited for. Leaving early cancels everything and closes every socket."""
    with asyncio.Runner() as runner:
        work = runner.get_loop().create_task(run.work())
        while (brought := runner.run(run.ready.get())) is not None:
            yield brought
        runner.run(_end(work))


async def _end(work: asyncio.Task[None]) -> None:
    await work


@dataclass(slots=True)
class _Run:
    """One range. words: address -> what became of it, and why."""

    target: Target
    probe: Probe[Any]
    range: Range
    asking: Asking
    ready: asyncio.Queue[Brought | None] = field(default_factory=asyncio.Queue)
    words: dict[str, tuple[Word, str]] = field(default_factory=dict)
    first: dict[str, Seen] = field(default_factory=dict)
    late: bool = False

    async def work(self) -> None:
        try:
            options = self.target.options
            assert isinstance(options, SweepOptions)
            await self._sweep(options.range_seconds)
            self.ready.put_nowait(self._whole())
        finally:
            self.ready.put_nowait(None)

    async def _sweep(self, seconds: float) -> None:
        addresses = list(self.range.addresses())
        random.shuffle(addresses)
        window = asyncio.Semaphore(256)  # addresses in work: tasks of a /16 need not all exist at once
        try:
            async with asyncio.timeout(seconds):
                await _each(window, addresses, self._wake)
                _count_macs(self.first)
                await _each(window, [a for a in addresses if a not in self.words], self._ask)
        except TimeoutError:
            self.late = True
            for seen in self.first.values():
                if seen.there and seen.address not in self.words:  # it is there: that much is known, whatever was not asked
                    seen.cut = True
                    self._bring(seen, "the time of the range was over")

    async def _wake(self, address: str) -> None:
        """One knock, then the neighbour table: the addresses on the same wire that nobody holds are done with it."""
        port = random.choice(self.asking.command.ports)
        made, _ = await knock(self.asking, address, port, max(ARP_SECONDS, self.asking.port_seconds))
        mac = sweep_arp.table().get(address)
        self.first[address] = Seen(address, mac, knocks={port: made})
        if made.meaning(address) != "host" and mac == "":
            self.words[address] = "nobody", "no answer to ARP"
        elif made.state == "not_sent":
            self.words[address] = "not_looked", made.error

    async def _ask(self, address: str) -> None:
        seen = self.first[address]
        await ask(self.asking, seen)
        word, why = _word(seen)
        if word == "answered":
            self._bring(seen, f"{address} was not done in {self.asking.host_seconds:g} s")
        else:
            self.words[address] = word, why

    def _bring(self, seen: Seen, late: str) -> None:
        """The reply of an address that answered; one that was cut off is Unknown, with what was seen."""
        reply = Reply(seen.json(), at=now(), arg=seen.address, truncated=seen.cut)
        trouble = Unknown(f"timed out: {late}", cause="timed_out") if seen.cut else None
        self.ready.put_nowait(Brought(Question(self.target.id, self.probe.name, seen.address), str(self.probe.command), reply, trouble))
        self.words[seen.address] = "answered", "cut off" if seen.cut else ""

    def _whole(self) -> Brought:
        """The answer to the range: one line an address. What could not be looked at is a complaint, and makes it Unknown."""
        left = "the time of the range was over"
        told = [(a, *(self.words.get(a) or ("not_looked", left))) for a in self.range.addresses()]
        lines = "".join(f"{a} {word}{f' {why}' if why else ''}\n" for a, word, why in told)
        barred = [(a, why) for a, word, why in told if word == "not_looked"]
        complaint = _complaint(barred, len(told))
        reply = Reply(lines.encode(), complaint.encode(), at=now(), arg="*")
        question = Question(self.target.id, self.probe.name, "*")
        if not barred:
            return Brought(question, str(self.probe.command), reply)
        nothing = len(barred) == len(told)
        cause: Cause = "timed_out" if self.late else "unreachable" if nothing else "truncated"
        return Brought(question, str(self.probe.command), None if nothing else reply, Unknown(complaint.strip(), cause=cause))


async def _each(window: asyncio.Semaphore, addresses: Sequence[str], do: Callable[[str], Awaitable[None]]) -> None:
    async def one(address: str) -> None:
        try:
            await do(address)
        finally:
            window.release()

    async with asyncio.TaskGroup() as group:
        for address in addresses:
            await window.acquire()
            group.create_task(one(address))


def _count_macs(first: dict[str, Seen]) -> None:
    """One MAC may answer for many addresses (proxy ARP): then it is the identity of none of them."""
    counts: dict[str, int] = {}
    for seen in first.values():
        if seen.mac:
            counts[seen.mac] = counts.get(seen.mac, 0) + 1
    for seen in first.values():
        seen.mac_addresses = counts.get(seen.mac or "", 0)


def _word(seen: Seen) -> tuple[Word, str]:
    """answered: a port, or ARP. Otherwise not looked where one port could not be asked; nobody only where all could."""
    means = {k.meaning(seen.address) for k in seen.knocks.values()}
    if seen.there:
        return "answered", ""
    if "barred" in means:
        return "not_looked", _barred(seen.knocks.values(), seen.address)
    if seen.cut:
        return "not_looked", "the time of the address was over"
    return "nobody", ""


def _barred(knocks: Iterable[Knock], address: str) -> str:
    k = next(k for k in knocks if k.meaning(address) == "barred")
    return f"ICMP {k.icmp.type}/{k.icmp.code} from {k.icmp.sender}" if k.icmp else k.error


def _complaint(left: list[tuple[str, str]], total: int) -> str:
    by_why: dict[str, list[str]] = {}
    for address, why in left:
        by_why.setdefault(why, []).append(address)
    told = "; ".join(f"{why}: {len(those)} ({those[0]}{'…' if len(those) > 1 else ''})" for why, those in sorted(by_why.items()))
    return f"{len(left)} of {total} addresses could not be looked at: {told}\n" if left else ""
