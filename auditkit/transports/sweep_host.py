"""Everything that is asked of one address, as one canonical JSON object of exactly what was observed."""

from __future__ import annotations

import asyncio
import json
import random
import socket
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from auditkit.probing import Sweep
from auditkit.transports import sweep_dns, sweep_snmp, sweep_talk, sweep_udp
from auditkit.transports.base import Masked
from auditkit.transports.sweep_knock import Knock, connect
from auditkit.transports.sweep_pace import Pace

T = TypeVar("T")
AT_ONCE = 4  # connections to one host: old printers and PBXs take few


@dataclass(frozen=True, slots=True)
class Asking:
    """How to ask. sockets: connections at once over the whole range. dns: server of PTR, "" = do not ask."""

    command: Sweep
    pace: Pace
    sockets: asyncio.Semaphore
    port_seconds: float
    greeting_seconds: float
    host_seconds: float
    dns: str = ""
    dns_port: int = 53
    community: Masked | None = None
    snmp_port: int = sweep_snmp.PORT


@dataclass(slots=True)
class Seen:
    """What one address showed. mac: "" = its neighbour entry stayed empty, None = it has none (not on the same wire).

    mac_addresses: for how many addresses of the range that MAC answered. cut: the host's time was over before all was asked.
    """

    address: str
    mac: str | None = None
    mac_addresses: int = 0
    knocks: dict[int, Knock] = field(default_factory=dict)
    told: dict[int, dict[str, Any]] = field(default_factory=dict)
    ptr: dict[str, str] | None = None
    snmp: dict[str, str] | None = None
    cut: bool = False

    @property
    def there(self) -> bool:
        """Whether something at that address answered: a port, or ARP."""
        return bool(self.mac) or any(k.meaning(self.address) == "host" for k in self.knocks.values())

    def json(self) -> bytes:
        """Canonical: keys sorted, ports in order, no blank."""
        ports = [_port(k) | self.told.get(n, {}) for n, k in sorted(self.knocks.items())]
        arp = {"mac": self.mac, "addresses": self.mac_addresses} if self.mac else None
        body = {"address": self.address, "arp": arp, "ports": ports, "ptr": self.ptr, "snmp": self.snmp}
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")


def _port(k: Knock) -> dict[str, Any]:
    made: dict[str, Any] = {"port": k.port, "state": k.state}
    if k.icmp is not None:
        made["icmp"] = asdict(k.icmp)
    if k.error:
        made["error"] = k.error
    return made


async def knock(
    asking: Asking, address: str, port: int, seconds: float, talk: Callable[[socket.socket], Awaitable[T]] | None = None
) -> tuple[Knock, T | None]:
    """One connection in its turn; where it opens, `talk` over it."""
    async with asking.sockets:
        await asking.pace.turn()
        made, sock = await connect(address, port, seconds)
        if sock is None:
            return made, None
        with sock:
            return made, await talk(sock) if talk else None


async def ask(asking: Asking, seen: Seen) -> None:
    """Knock at every port that did not answer for itself yet, talk to open ones, ask for its names; fills `seen`."""
    try:
        async with asyncio.timeout(asking.host_seconds):
            ports = [p for p in asking.command.ports if p not in seen.knocks or seen.knocks[p].state == "open"]
            random.shuffle(ports)
            few = asyncio.Semaphore(AT_ONCE)
            async with asyncio.TaskGroup() as group:
                for port in ports:
                    group.create_task(_one(asking, seen, port, few))
            if seen.there:
                await _names(asking, seen)
    except TimeoutError:
        seen.cut = True


async def _one(asking: Asking, seen: Seen, port: int, few: asyncio.Semaphore) -> None:
    async def talk(sock: socket.socket) -> dict[str, Any]:
        return await _talk(asking, seen.address, port, sock)

    async with few:
        seen.knocks[port], told = await knock(asking, seen.address, port, asking.port_seconds, talk)
        if told is not None:
            seen.told[port] = told
        if told is not None and port in asking.command.smb:
            _, old = await knock(asking, seen.address, port, asking.port_seconds, lambda s: sweep_talk.smb1(s, asking.greeting_seconds))
            told["smb"]["smb1"] = old


async def _talk(asking: Asking, address: str, port: int, sock: socket.socket) -> dict[str, Any]:
    command, seconds = asking.command, asking.greeting_seconds
    if port in command.smb:
        return await sweep_talk.smb(sock, seconds)
    if port in command.tls:
        return await sweep_talk.tls(sock, address, seconds, port in command.http)
    if port in command.http:
        return await sweep_talk.http(sock, address, seconds)
    return await sweep_talk.greet(sock, seconds)


async def _names(asking: Asking, seen: Seen) -> None:
    if asking.dns:
        seen.ptr = await _ptr(asking, seen.address)
    if asking.community is not None:
        seen.snmp = await _snmp(asking, asking.community, seen.address)


async def _ptr(asking: Asking, address: str) -> dict[str, str]:
    question = sweep_dns.query(address, sweep_dns.number())
    await asking.pace.turn()
    try:
        reply = await sweep_udp.exchange(
            asking.dns, asking.dns_port, question, lambda r: sweep_dns.answers(r, question), asking.greeting_seconds
        )
    except OSError as e:
        return {"failed": f"{asking.dns}: {e.strerror}"}
    if reply is None:
        return {"failed": f"{asking.dns} did not answer"}
    return {"server": asking.dns, "reply": sweep_talk.b64(b"\0\0" + reply[2:])}  # without its number: that says nothing


async def _snmp(asking: Asking, community: Masked, address: str) -> dict[str, str]:
    number = sweep_snmp.number()
    message = sweep_snmp.get(community.reveal(), number)
    await asking.pace.turn()
    try:
        reply = await sweep_udp.exchange(
            address, asking.snmp_port, message, lambda r: sweep_snmp.answers(r, number), asking.greeting_seconds
        )
    except OSError as e:
        return {"failed": e.strerror or "cannot be sent"}
    if reply is None:
        return {"failed": "no answer: no agent, or another community"}
    return {"reply": sweep_talk.b64(sweep_snmp.without_community(reply, number))}
