"""The SSH handshake: bounded in time and bytes, tried again where the server was only busy.

After it the host key is known and nothing secret was sent (RFC 4253, 8): who calls compares it before going on.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import paramiko

from auditkit.errors import TransportError
from auditkit.transports.hostkeys import HostKey, name_of
from auditkit.transports.sshdial import Address, dial, resolve, through
from auditkit.transports.sshtransport import Transport
from auditkit.transports.sshtrouble import Busy, not_agreed, not_greeted
from auditkit.transports.sshwire import Stream, Wire

TRIES = 6
FIRST_PAUSE = 0.25  # seconds; doubled with every further try
KEEPALIVE = 30
_slots: dict[tuple[str, ...], threading.BoundedSemaphore] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Site:
    """Where an SSH server is. via: how known_hosts calls the jump hosts on the way, the first one first."""

    address: str
    port: int = 22
    via: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How known_hosts calls it."""
        return name_of(self.address, self.port, self.via)

    def __str__(self) -> str:
        return f"{self.address} port {self.port}"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for each step, and connections at once to one host (sshd drops what is over its MaxStartups of 10)."""

    connect: float = 15.0
    greeting: float = 15.0
    login: float = 30.0
    connections: int = 4


@contextmanager
def slot(key: tuple[str, ...], most: int) -> Iterator[None]:
    """One of `most` connections at once to a host, over all threads of this program; the first who asks sets the number."""
    with _lock:
        semaphore = _slots.setdefault(key, threading.BoundedSemaphore(most))
    with semaphore:
        yield


def reach(site: Site, limits: Limits, key_types: tuple[str, ...], open_: ExitStack, before: Transport | None = None) -> Transport:
    """Connect and shake hands; `open_` closes the connection and frees its slot.

    key_types: signature algorithms of host keys to offer, the first one first (empty: the usual ones). before: the jump host.

    Raises TransportError: unreachable, timed_out, refused, not_understood.
    """
    if before is not None:
        open_.enter_context(slot((*site.via, site.name), limits.connections))
        return _patiently(site, lambda: through(before, str(site), site.address, site.port, limits.connect), limits, key_types, open_)
    errors: list[TransportError] = []
    for address in resolve(site.address, site.port):
        with ExitStack() as mine:
            mine.enter_context(slot((str(address[1][0]), str(site.port)), limits.connections))
            try:
                transport = _patiently(site, _dialer(site, address, limits.connect), limits, key_types, mine)
            except TransportError as e:
                errors.append(e)
                continue
            open_.push(mine.pop_all())
            return transport
    # Of several addresses the one that answered anything tells most.
    raise next((e for e in errors if e.cause not in ("unreachable", "timed_out")), errors[0])


def shown_keys(site: Site, limits: Limits, before: Transport | None = None) -> list[HostKey]:
    """All keys of a host, one connection a kind, without login. Raises TransportError as `reach`."""
    found: dict[str, HostKey] = {}
    left = [""]
    while left:
        algorithm = left.pop(0)
        with ExitStack() as open_:
            transport = reach(site, limits, (algorithm,) if algorithm else (), open_, before)
            key = host_key(transport, site)
            found[key.kind] = key
            if not algorithm:
                left = _other_kinds(transport, key)
    return [found[kind] for kind in sorted(found)]


def host_key(transport: Transport, site: Site) -> HostKey:
    """The key the server has proven to own. Raises TransportError where the connection has broken meanwhile."""
    try:
        key = transport.get_remote_server_key()
    except paramiko.SSHException as e:
        why = transport.farewell or "it gave no reason"
        raise TransportError("refused", f"{site}: the server hung up right after the SSH handshake ({why})") from e
    return HostKey(key.get_name(), key.asbytes())


def _other_kinds(transport: Transport, shown: HostKey) -> list[str]:
    """One algorithm a kind of key that the server offers beside the key it has shown."""
    kinds: dict[str, str] = {}
    for algorithm in transport.get_security_options().key_types:
        if algorithm in transport.offer.host_keys:
            kinds.setdefault("ssh-rsa" if algorithm.startswith("rsa-") else algorithm, algorithm)
    return [algorithm for kind, algorithm in kinds.items() if kind != shown.kind]


def _dialer(site: Site, address: Address, seconds: float) -> Callable[[], Stream]:
    number = str(address[1][0])
    return lambda: dial(str(site) if number == site.address else f"{site} ({number})", address, seconds)


def _patiently(site: Site, opener: Callable[[], Stream], limits: Limits, key_types: tuple[str, ...], open_: ExitStack) -> Transport:
    """Handshake, tried again where the server hung up early: MaxStartups drops connections at random (sshd_config(5))."""
    for attempt in range(TRIES):
        try:
            transport = _handshake(site, opener(), limits, key_types)
        except Busy as e:
            if attempt < TRIES - 1:
                time.sleep(FIRST_PAUSE * 2**attempt * (0.5 + random.random()))
                continue
            raise TransportError(
                "refused", f"{site}: the server hung up {TRIES} times before its SSH greeting{e} "
                "(too many connections at once, or it blocks this address: hosts.deny, fail2ban, PerSourcePenalties)"
            ) from None  # fmt: skip
        open_.callback(transport.close)
        return transport
    raise AssertionError("the last try returns or raises")


def _handshake(site: Site, stream: Stream, limits: Limits, key_types: tuple[str, ...]) -> Transport:
    transport = Transport(Wire(stream, limits.greeting), key_types)
    transport.banner_timeout = limits.greeting + 1  # the wire is stricter
    transport.auth_timeout = limits.login
    transport.set_keepalive(KEEPALIVE)
    failed: Exception | None = None
    try:
        transport.start_client(timeout=limits.greeting + limits.connect)
    except (paramiko.SSHException, EOFError, OSError) as e:
        failed = e
    if failed is None and transport.initial_kex_done:
        return transport
    transport.close()
    transport.wire.close()
    if not transport.wire.greeted:
        raise not_greeted(str(site), transport, limits.greeting) from failed
    raise not_agreed(str(site), transport, failed, limits.greeting + limits.connect) from failed
