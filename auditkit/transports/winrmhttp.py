"""One connection to a WinRM service, logged in: it stands where pywinrm has its Transport.

pywinrm's own connects by itself, keeps the password, and knows no deadline; here the connection is made and its certificate judged
as for every other transport, before a byte of the login is sent.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any, Literal

from winrm.exceptions import WinRMTransportError

from auditkit.errors import TransportError
from auditkit.text import one_line
from auditkit.transports import kerberos, tls, winrmseal
from auditkit.transports import winrmtrouble as trouble
from auditkit.transports.base import Masked
from auditkit.transports.winrmgate import Gate
from auditkit.transports.winrmtrouble import Broken, Late

if TYPE_CHECKING:
    import spnego

Auth = Literal["ntlm", "kerberos", "basic"]
SOAP = "application/soap+xml;charset=UTF-8"
LARGEST = 4 << 20  # bytes of one answer; 512,000 are asked for
_MOST_STEPS = 6
_OK, _UNAUTHORIZED, _FAULT = 200, 401, 500


@dataclass(slots=True)
class Clock:
    """until: monotonic time at which the script must have ended; patience: seconds for one request."""

    until: float
    patience: float

    def left(self) -> float:
        """Seconds that the rest may take."""
        return self.until - time.monotonic()


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect. trusted: what judges the certificate; None = http."""

    address: str
    port: int
    trusted: ssl.SSLContext | None
    name: str
    target: str
    connect_seconds: float

    @property
    def where(self) -> str:
        """For messages."""
        return f"{self.address} port {self.port}"


class _Raw(io.RawIOBase):
    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._stream.sock_now().recv_into(buffer)


class _Stream:
    """A socket with one deadline over a whole exchange, not over each piece of it: as much of one as http.client needs."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.deadline = 0.0

    def sock_now(self) -> socket.socket:
        """The socket, with the time that is left. Raises TimeoutError."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock

    def makefile(self, *_: object, **__: object) -> io.BufferedReader:
        """What is read from."""
        return io.BufferedReader(_Raw(self))

    def sendall(self, data: bytes) -> None:
        """Send all of it in the time that is left."""
        self.sock_now().sendall(data)

    def close(self) -> None:
        """Let go of the connection."""
        self._sock.close()


@dataclass(slots=True)
class Wire:
    """See module. `send_message` and `close_session` are what pywinrm's Protocol calls."""

    place: Place
    auth: Auth
    login: str
    password: Masked | None
    clock: Clock
    gate: Gate | None = None
    read_timeout_sec: float = 0.0  # pywinrm's; not used
    _http: http.client.HTTPConnection | None = None
    _stream: _Stream | None = None
    _context: spnego.ContextProxy | None = None
    _certificate: bytes = field(default=b"", repr=False)

    def send_message(self, message: str | bytes) -> bytes:
        """One SOAP message and its answer. Raises WinRMTransportError with a fault, as pywinrm expects it; TransportError."""
        body = message.encode() if isinstance(message, str) else message
        self._ready()
        sealed = self.place.trusted is None
        if sealed:
            assert self._context is not None
            status, headers, answer = self._post(winrmseal.seal(self._context, body), winrmseal.CONTENT_TYPE)
        else:
            status, headers, answer = self._post(body, SOAP, self._basic())
        if status == _UNAUTHORIZED:
            self.close_session()
            raise trouble.denied(self.place.where, self.login, self.auth, headers.get_all("WWW-Authenticate") or ())
        if sealed and answer and status in (_OK, _FAULT):
            answer = self._unsealed(answer)
        if status == _FAULT and answer:
            raise WinRMTransportError("http", status, answer.decode("utf-8", "replace"))
        if status != _OK:
            self.close_session()
            raise trouble.strange(self.place.where, status, headers.get("Server", ""))
        return answer

    def close_session(self) -> None:
        """Let go of the connection; the next message makes a new one, and logs in anew."""
        if self._http is not None:
            self._http.close()
        if self._stream is not None:
            self._stream.close()
        self._http = self._stream = self._context = None

    def _ready(self) -> None:
        if self._http is not None and self._http.sock is not None:
            return
        self.close_session()
        p = self.place
        sock: socket.socket = tls.dial(p.address, p.port, max(0.1, min(p.connect_seconds, self.clock.left())))
        try:
            if p.trusted is not None:
                sock = made = tls.shake(sock, p.trusted, p.name or p.address, p.where, p.target)
                self._certificate = made.getpeercert(binary_form=True) or b""
        except BaseException:
            sock.close()
            raise
        self._stream = _Stream(sock)
        self._http = http.client.HTTPConnection(p.address, p.port)
        self._http.sock = self._stream
        self._http.auto_open = 0
        if self.auth != "basic":
            with self.gate.turn(p.where, self.login) if self.gate is not None else contextlib.nullcontext():
                self._negotiate()

    def _basic(self) -> Mapping[str, str]:
        """RFC 7617 with UTF-8 (2.1), inside TLS alone."""
        if self.auth != "basic":
            return {}
        if self.place.trusted is None:
            raise AssertionError("basic is never sent without TLS")
        pair = f"{self.login}:{self._secret().reveal()}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}

    def _secret(self) -> Masked:
        if self.password is None or not self.password.reveal():
            raise TransportError("bad_credential", f"{self.place.where}: login {self.login}: the credential has no password")
        return self.password

    def _negotiate(self) -> None:
        """NTLM (MS-NLMP) or Kerberos in the header of requests without a body (RFC 4559); it holds for this connection."""
        try:
            context = self._client()
            token = context.step()
            for _ in range(_MOST_STEPS):
                sent = {"Authorization": f"Negotiate {base64.b64encode(token or b'').decode()}"}
                status, headers, _ = self._post(b"", SOAP, sent, self.place.connect_seconds)
                told = headers.get_all("WWW-Authenticate") or ()
                answer = _token(told)
                if status not in (_OK, _UNAUTHORIZED):
                    raise trouble.strange(self.place.where, status, headers.get("Server", ""))
                if status == _UNAUTHORIZED and (answer is None or context.complete):
                    raise trouble.denied(self.place.where, self.login, self.auth, told)
                if answer is not None and not context.complete:
                    token = context.step(answer)
                if status == _OK and context.complete:
                    self._context = context
                    return
                if status == _OK:
                    break
        except kerberos.errors() as e:
            # its words may quote what was tried, never the password; its traceback holds the context, which does
            self.close_session()
            why = f"{self.place.where}: login {self.login} by {self.auth}: {one_line(str(e), 160)}"
            raise TransportError("bad_credential", why + trouble.kerberos(str(e))) from None
        except BaseException:
            self.close_session()
            raise
        self.close_session()
        raise TransportError("not_understood", f"{self.place.where}: login {self.login} by {self.auth} does not come to an end")

    def _client(self) -> spnego.ContextProxy:
        import spnego
        from spnego.channel_bindings import GssChannelBindings

        p = self.place
        options = spnego.NegotiateOptions.wrapping_winrm if p.trusted is None else spnego.NegotiateOptions.none
        wanted: dict[str, Any] = {"hostname": p.name or p.address, "service": "HTTP"}
        if self._certificate:
            wanted["channel_bindings"] = GssChannelBindings(application_data=b"tls-server-end-point:" + tls.end_point(self._certificate))
        if self.auth == "kerberos":
            if lacks := kerberos.missing():
                raise TransportError("bad_credential", f"{p.where}: {lacks}")
            password = (self.password.reveal() or None) if self.password is not None else None
            login = _principal(self.login, p.name or p.address)
            return spnego.client(login or None, password, protocol="kerberos", options=options, **wanted)
        options |= spnego.NegotiateOptions.use_ntlm
        return spnego.client(self.login, self._secret().reveal(), protocol="ntlm", options=options, **wanted)

    def _unsealed(self, answer: bytes) -> bytes:
        assert self._context is not None
        broken: tuple[type[Exception], ...] = (winrmseal.Unsealed, ValueError, *kerberos.errors())
        try:
            return winrmseal.unseal(self._context, answer)
        except broken as e:
            self.close_session()
            raise TransportError("not_understood", f"{self.place.where}: {one_line(str(e), 120)}; nothing of it is taken") from None

    def _post(
        self, body: bytes, kind: str, more: Mapping[str, str] | None = None, patience: float | None = None
    ) -> tuple[int, Message, bytes]:
        assert self._http is not None
        assert self._stream is not None
        where = self.place.where
        self._stream.deadline = time.monotonic() + (patience or self.clock.patience)
        headers = {"Content-Type": kind, "User-Agent": "auditkit", "Connection": "Keep-Alive", **(more or {})}
        try:
            self._http.request("POST", "/wsman", body, headers)
            response = self._http.getresponse()
            answer = response.read(LARGEST + 1)
        except TimeoutError as e:
            self.close_session()
            raise Late("timed_out", f"{where}: no answer in time (hung, or a firewall cut the connection)") from e
        except (OSError, http.client.HTTPException) as e:
            self.close_session()
            said = one_line(str(e), 80) or type(e).__name__
            raise Broken("truncated", f"{where}: the connection broke: {said}") from e
        if len(answer) > LARGEST:
            self.close_session()
            raise TransportError("truncated", f"{where}: an answer of more than {LARGEST >> 20} MB")
        return response.status, response.headers, answer


def _principal(login: str, host: str) -> str:
    r"""The login as Kerberos takes it; of DOMAIN\user and of a bare user the realm is the domain that the host's name tells.

    >>> _principal(r"CORP\audit", "srv1.corp.example"), _principal("audit@corp.example", "10.0.0.7"), _principal("audit", "srv1")
    ('audit@CORP.EXAMPLE', 'audit@CORP.EXAMPLE', 'audit')
    """
    realm = "" if re.fullmatch(r"[\d.]+|.*:.*", host) else host.partition(".")[2]
    return kerberos.principal(login, realm) if realm or "@" in login else login.rpartition("\\")[2]


def _token(offered: Any) -> bytes | None:
    """The token of the server in its WWW-Authenticate lines; None where there is none."""
    for line in offered:
        for part in line.split(","):
            kind, _, text = part.strip().partition(" ")
            if kind.lower() in ("negotiate", "kerberos") and text:
                try:
                    return base64.b64decode(text, validate=True)
                except ValueError:
                    return None
    return None
