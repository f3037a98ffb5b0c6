"""Under paramiko: a socket and a packet reader that a hostile or hung server can neither fill nor hold.

paramiko itself waits for the SSH greeting (RFC 4253, 4.2) anew with every line, keeps a line of any length, believes any
packet length up to 4 GB, and writes forever to a peer that reads nothing.
"""

from __future__ import annotations

import contextlib
import errno
import re
import socket
import time
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import paramiko
from paramiko.packet import Packetizer

MOST_GREETING = 16 << 10
LARGEST_PACKET = 256 << 10  # OpenSSH's own limit; RFC 4253, 6.1 asks for 35,000
STALL = 20.0  # seconds in which a peer reads nothing at all
PATIENCE = 2.0  # seconds between two looks of the reading thread at anything but the wire: paramiko's 0.1 costs most of a slow host's CPU
_VERSION = re.compile(rb"(?:\A|\n)SSH-[^\n]*\n")
_TCP = (socket.AF_INET, socket.AF_INET6)
_KEXINIT = 20  # RFC 4253, 12


class Stream(Protocol):
    """What carries SSH: a socket, or a channel through a jump host."""

    def recv(self, size: int, /) -> bytes: ...
    def send(self, data: bytes, /) -> int: ...
    def settimeout(self, seconds: float | None, /) -> None: ...
    def close(self) -> None: ...


class Wire:
    """A stream until its server has greeted: bounded in bytes and time; afterwards the stream itself.

    heard: what came before and with the greeting. ended: why no greeting came.
    """

    def __init__(self, stream: Stream, greeting_seconds: float) -> None:
        self._stream = stream
        self._until = time.monotonic() + greeting_seconds
        self._stalled: float | None = None
        self._eager = isinstance(stream, socket.socket) and stream.family in _TCP and hasattr(socket, "TCP_QUICKACK")
        self._closed = False  # paramiko looks at it
        self.heard = bytearray()
        self.greeted = False
        self.ended: Literal["", "closed", "late", "flooded"] = ""

    def recv(self, size: int) -> bytes:
        if self.greeted:
            data = self._stream.recv(size)
            self._acknowledge()
            return data
        if time.monotonic() > self._until:
            self.ended = "late"
            raise EOFError
        try:
            data = self._stream.recv(size)
        except ConnectionError:
            self.ended = "closed"
            raise
        if not data:
            self.ended = "closed"
        self._acknowledge()
        self.heard += data
        self.greeted = bool(_VERSION.search(self.heard))
        if self.greeted:
            self._stream.settimeout(PATIENCE)
        if len(self.heard) > MOST_GREETING and not self.greeted:
            self.ended = "flooded"
            raise EOFError
        return data

    def _acknowledge(self) -> None:
        """At once: sshd leaves Nagle's algorithm on, so each of its small packets waits for the acknowledgement of the one before.

        The kernel would wait up to 40 ms to send it, and takes the wish back by itself (tcp(7)).
        """
        if self._eager and isinstance(self._stream, socket.socket):
            self._stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def send(self, data: bytes) -> int:
        try:
            sent = self._stream.send(data)
        except TimeoutError:
            clock = time.monotonic()
            self._stalled = self._stalled or clock
            if clock - self._stalled > STALL:
                raise BrokenPipeError(errno.EPIPE, "the other side reads nothing") from None
            raise
        if sent == 0:
            raise BrokenPipeError(errno.EPIPE, "closed by the other side")
        self._stalled = None
        return sent

    def settimeout(self, seconds: float | None) -> None:
        """Before the greeting as paramiko wants it; afterwards `close` wakes the reading thread, so it need not look up by itself."""
        self._stream.settimeout(PATIENCE if self.greeted else seconds)

    def close(self) -> None:
        self._closed = True
        if isinstance(self._stream, socket.socket):
            # Without it the kernel says goodbye only when the reading thread looks up, and the server counts us until then.
            with contextlib.suppress(OSError):  # ENOTCONN: the other side was first
                self._stream.shutdown(socket.SHUT_RDWR)
        self._stream.close()


@dataclass(frozen=True, slots=True)
class Offer:
    """Algorithms that a server offers in its KEXINIT (RFC 4253, 7.1)."""

    kex: tuple[str, ...] = ()
    host_keys: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()

    @classmethod
    def read(cls, payload: bytes) -> Offer:
        """From the message behind its type byte. Raises UnicodeDecodeError."""
        m = paramiko.Message(payload)
        m.get_bytes(16)  # cookie
        lists = [tuple(m.get_list()) for _ in range(6)]
        return cls(lists[0], lists[1], lists[3], lists[5])  # ciphers and MACs from server to client


class Packets(Packetizer):
    """paramiko's packet reader that refuses giant packets and keeps what the server offered."""

    offer: Offer = Offer()

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        if n > LARGEST_PACKET:
            raise paramiko.SSHException(f"a packet of {n} bytes is announced")
        data: bytes = super().read_all(n, check_rekey)
        return data

    def read_message(self) -> tuple[int, Any]:
        kind, message = super().read_message()
        if kind == _KEXINIT and self.offer == Offer():
            self.offer = Offer.read(message.asbytes())
        return kind, message

    def start_handshake(self, timeout: float) -> None:
        """Nothing: a timer thread a connection is not needed where who waits has a deadline and closes."""
