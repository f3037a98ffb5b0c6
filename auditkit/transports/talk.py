"""A bounded conversation over TCP, for small servers that speak in lines or blocks and never need a secret."""

from __future__ import annotations

import socket
import time

from auditkit.errors import TransportError
from auditkit.transports.tls import dial

PIECE = 64 << 10


class Talk:
    """Use it as a context. most: bytes taken in altogether; seconds: for the whole conversation."""

    def __init__(self, address: str, port: int, connect_seconds: float, seconds: float, most: int) -> None:
        """Raises TransportError: unreachable, refused, timed_out."""
        self._where = f"{address} port {port}"
        self._socket = dial(address, port, connect_seconds)
        self._until = time.monotonic() + seconds
        self._left = most
        self._held = b""

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def say(self, data: bytes) -> None:
        """Raises TransportError where the connection broke."""
        try:
            self._socket.settimeout(self._rest())
            self._socket.sendall(data)
        except OSError as e:
            raise self._broken(e) from e

    def line(self) -> bytes:
        """The next line, without its end. Raises TransportError."""
        while b"\n" not in self._held:
            self._more()
        line, _, self._held = self._held.partition(b"\n")
        return line.removesuffix(b"\r")

    def block(self, size: int) -> bytes:
        """So many bytes. Raises TransportError."""
        while len(self._held) < size:
            self._more()
        found, self._held = self._held[:size], self._held[size:]
        return found

    def _more(self) -> None:
        if self._left <= 0:
            raise TransportError("truncated", f"{self._where}: talks without end")
        try:
            self._socket.settimeout(self._rest())
            data = self._socket.recv(min(PIECE, self._left))
        except OSError as e:
            raise self._broken(e) from e
        if not data:
            raise TransportError("truncated", f"{self._where}: closed before its answer was whole")
        self._left -= len(data)
        self._held += data

    def _rest(self) -> float:
        rest = self._until - time.monotonic()
        if rest <= 0:
            raise TransportError("timed_out", f"{self._where}: no whole answer in time; raise host_seconds")
        return rest

    def _broken(self, e: OSError) -> TransportError:
        if isinstance(e, socket.timeout | TimeoutError):
            return TransportError("timed_out", f"{self._where}: connected, but it does not answer")
        return TransportError("truncated", f"{self._where}: the connection broke ({e.strerror or type(e).__name__})")
