"""A connection of ldap3 that is held to what is promised here: TLS is settled by `tls` before ldap3 has the socket, every wait is
bounded, no more than one message is in memory, and neither login nor password is ever an attribute of the connection (its repr shows
them).

ldap3's own way to receive is not used: its deadline is one of each read (a server that gives a byte now and then is waited for without
end), it takes a message of any size in, and it gives the entries of a page only when it has all of them as objects of its own.

Only the time spent waiting for the server counts: a writer that is slow to take what was brought does not let a search run out.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from ldap3 import NONE, SYNC, Connection, Server
from ldap3.core.exceptions import LDAPExceptionError
from ldap3.operation.extended import extended_operation
from ldap3.protocol.rfc4511 import LDAPMessage
from ldap3.strategy.sync import SyncStrategy
from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error

from auditkit.errors import TransportError
from auditkit.transports.ldapcodes import said
from auditkit.transports.ldapentry import BerError, opened
from auditkit.transports.ldaprequest import PAGED

LARGEST = 64 << 20  # bytes of a message; Active Directory takes 10 MB at most itself (MaxReceiveBuffer)
START_TLS = "1.3.6.1.4.1.1466.20037"  # RFC 4511, 4.14
_CHUNK = 256 << 10
_TEMPLATE = LDAPMessage()
P = ParamSpec("P")
T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class Result:
    """How an operation ended (RFC 4511, 4.1.9). cookie: of the next page, b"" = none. credentials: the server's SASL token."""

    code: int
    message: str = ""
    cookie: bytes = b""
    credentials: bytes | None = None


class _Opened(SyncStrategy):  # type: ignore[misc]
    """ldap3's way to send, over a socket that is connected already; it keeps no copy of a request: that of a login holds the password."""

    def open(self, reset_usage: bool = True, read_server_info: bool = True) -> None:
        self._outstanding: dict[int, Any] = {}
        self.connection.closed = False
        self._start_listen()

    def send(self, message_type: str, request: Any, controls: Any = None) -> int:
        number: int = super().send(message_type, request, controls)
        self.connection.request = None
        self._outstanding.clear()
        return number


def _connection(sock: socket.socket) -> Connection:
    made = Connection(
        Server("directory", get_info=NONE), client_strategy=SYNC, auto_referrals=False, auto_range=False, check_names=False,
        return_empty_attributes=False, fast_decoder=False, read_only=True,
    )  # fmt: skip
    made.strategy = _Opened(made)
    made.send, made.open = made.strategy.send, made.strategy.open
    made.socket = sock
    made.open()
    return made


class Wire:
    """One connection. where: how messages call it."""

    def __init__(self, sock: socket.socket, where: str) -> None:
        self.sock = sock
        self.where = where
        self._ldap = _connection(sock)
        self._buffer = bytearray()

    @property
    def certificate(self) -> bytes | None:
        """DER of the server's certificate; None while there is no TLS."""
        return self.sock.getpeercert(binary_form=True) if isinstance(self.sock, ssl.SSLSocket) else None

    def send(self, kind: str, request: Any, controls: list[Any] | None = None, seconds: float = 30.0) -> int:
        """Send a request as ldap3 makes it; its number. Raises TransportError(truncated) where the connection is dead."""
        try:
            self.sock.settimeout(seconds)
            return int(self._ldap.send(kind, request, controls))
        except (OSError, LDAPExceptionError) as e:
            raise self._broken(e) from None

    def start_tls(self, seconds: float) -> Result:
        """Ask for TLS (RFC 4511, 4.14). Raises Late, TransportError."""
        return self.answer(self.send("extendedReq", extended_operation(START_TLS), seconds=seconds), Budget(seconds))

    def receive(self, budget: Budget) -> tuple[int, int, bytes, bytes]:
        """(number, tag, contents, the whole) of the next message, whatever its number.

        Raises Late; TransportError: truncated where the connection ends, not_understood.
        """
        while (raw := self._whole()) is None:
            self._more(budget)
        number, operation, contents = self.read(opened, raw)
        if number == 0:
            raise self._farewell(raw)
        return number, operation, contents, raw

    def answer(self, number: int, budget: Budget) -> Result:
        """The one response to a request that has one. Raises as `receive`."""
        while True:
            id_, _, _, raw = self.receive(budget)
            if id_ == number:
                return self.read(result, raw)

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
            self._ldap.unbind()
        except (OSError, LDAPExceptionError):
            self._buffer.clear()  # dead already: nobody is there to be greeted
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

    def _broken(self, e: Exception) -> TransportError:
        why = (e.strerror if isinstance(e, OSError) else "") or type(e).__name__
        return TransportError("truncated", f"{self.where}: the connection broke ({why})")

    def _odd(self, e: ValueError) -> TransportError:
        return TransportError("not_understood", f"{self.where}: the answer is no LDAP ({e}); check the port")

    def _farewell(self, raw: bytes) -> TransportError:
        """Notice of disconnection (RFC 4511, 4.4.1)."""
        ended = self.read(result, raw)
        return TransportError("truncated", f"{self.where}: the server ends the connection: {said(ended.code, ended.message)}")


def result(raw: bytes) -> Result:
    """Of a SearchResultDone, BindResponse or ExtendedResponse, by ldap3's exact description of them. Raises BerError."""
    try:
        message, _ = decoder.decode(raw, asn1Spec=_TEMPLATE)
        body = message["protocolOp"].getComponent()
        code, text = int(body["resultCode"]), bytes(body["diagnosticMessage"])
        credentials = body["serverSaslCreds"] if message["protocolOp"].getName() == "bindResponse" else None
        controls = message["controls"]
        told = dict(map(_Opened.decode_control, controls)) if controls.hasValue() else {}
    except (PyAsn1Error, LookupError, LDAPExceptionError, TypeError) as e:
        raise BerError(f"no result: {type(e).__name__}") from e
    return Result(
        code,
        text.rstrip(b"\0").decode("utf-8", "backslashreplace"),
        told[PAGED]["value"]["cookie"] if PAGED in told else b"",
        bytes(credentials) if credentials is not None and credentials.hasValue() else None,
    )
