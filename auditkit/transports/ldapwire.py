"""A connection that carries LDAP messages: TLS before anything else, every wait bounded, never more in memory than one message.

Only the time spent waiting for the server counts: a writer that is slow to take what was brought does not let a search run out.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from auditkit.errors import TransportError
from auditkit.transports import ldapmessages as m
from auditkit.transports.ldapber import BerError
from auditkit.transports.ldapcodes import said

LARGEST = 64 << 20  # bytes of a message; Active Directory takes 10 MB at most itself (MaxReceiveBuffer)
_CHUNK = 256 << 10
P = ParamSpec("P")
T = TypeVar("T")
Response = tuple[int, int, bytes, bytes]


class Late(Exception):
    """The server did not answer in time; the connection is of no use any more."""


class Budget:
    """Seconds that may be spent waiting, of an operation and of all of them together."""

    def __init__(self, seconds: float, whole: Budget | None = None) -> None:
        self.left = seconds
        self.whole = whole

    def take(self, seconds: float) -> None:
        """So much was waited."""
        self.left -= seconds
        if self.whole is not None:
            self.whole.take(seconds)

    def remaining(self) -> float:
        """What is left; 0 or less = over."""
        return min(self.left, self.whole.remaining()) if self.whole is not None else self.left


class Wire:
    """One connection. where: how messages call it."""

    def __init__(self, sock: socket.socket, where: str) -> None:
        self.sock = sock
        self.where = where
        self._number = 0
        self._buffer = bytearray()

    @property
    def certificate(self) -> bytes | None:
        """DER of the server's certificate; None while there is no TLS."""
        return self.sock.getpeercert(binary_form=True) if isinstance(self.sock, ssl.SSLSocket) else None

    def send(self, operation: bytes, *controls: bytes, seconds: float = 30.0) -> int:
        """Send a request; its number. Raises TransportError(truncated) where the connection is dead."""
        self._number += 1
        try:
            self.sock.settimeout(seconds)
            self.sock.sendall(m.message(self._number, operation, *controls))
        except OSError as e:
            raise self._broken(e) from e
        return self._number

    def receive(self, budget: Budget) -> Response:
        """The next message, whatever its number. Raises Late; TransportError: truncated where the connection ends, not_understood."""
        while True:
            raw = self._whole()
            if raw is not None:
                break
            self._more(budget)
        try:
            response = m.opened(raw)
        except BerError as e:
            raise self._odd(e) from e
        if response[0] == 0:
            raise self._farewell(response)
        return response

    def answer(self, number: int, budget: Budget) -> m.Result:
        """The one response to a request that has one. Raises as `receive`."""
        while True:
            id_, operation, contents, controls = self.receive(budget)
            if id_ == number and operation in (m.BOUND, m.DONE, m.EXTENDED_DONE):
                return self.read(m.result, operation, contents, controls)

    def read(self, decode: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What the decoder makes of bytes of this server. Raises TransportError(not_understood)."""
        try:
            return decode(*args, **named)
        except ValueError as e:  # BerError, UnicodeDecodeError
            raise self._odd(e) from e

    def close(self) -> None:
        """Say goodbye where that is possible (RFC 4511, 4.3), and let go."""
        try:
            self.sock.settimeout(1.0)
            self.sock.sendall(m.message(self._number + 1, bytes((m.UNBIND, 0))))
        except OSError:
            self._number = -1  # dead already: nobody is there to be greeted
        self.sock.close()

    def _whole(self) -> bytes | None:
        """A whole message out of the buffer; None = more must be read."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, begin = buffer[1], 2
        if buffer[0] != 0x30:
            raise self._odd(BerError(f"it begins with 0x{buffer[0]:02x}"))
        if size > 127:
            begin += size & 127
            if len(buffer) < begin:
                return None
            size = int.from_bytes(buffer[2:begin], "big")
        if size > LARGEST:
            raise TransportError("truncated", f"{self.where}: {size >> 20} MB in one message; at most {LARGEST >> 20} MB are read")
        if len(buffer) < begin + size:
            return None
        raw = bytes(buffer[: begin + size])
        del buffer[: begin + size]
        return raw

    def _more(self, budget: Budget) -> None:
        left = budget.remaining()
        if left <= 0:
            raise Late
        began = time.monotonic()
        try:
            self.sock.settimeout(left)
            data = self.sock.recv(_CHUNK)
        except TimeoutError:
            raise Late from None
        except OSError as e:
            raise self._broken(e) from e
        finally:
            budget.take(time.monotonic() - began)
        if not data:
            raise TransportError("truncated", f"{self.where}: the server closed the connection")
        self._buffer += data

    def _broken(self, e: OSError) -> TransportError:
        return TransportError("truncated", f"{self.where}: the connection broke ({e.strerror or type(e).__name__})")

    def _odd(self, e: ValueError) -> TransportError:
        return TransportError("not_understood", f"{self.where}: the answer is no LDAP ({e}); check the port")

    def _farewell(self, response: Response) -> TransportError:
        """Notice of disconnection (RFC 4511, 4.4.1)."""
        ended = self.read(m.result, response[1], response[2])
        why = said(ended.code, ended.message)
        return TransportError("truncated", f"{self.where}: the server ends the connection: {why}")
