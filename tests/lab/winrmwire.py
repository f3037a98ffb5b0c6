"""HTTP of the lab's WS-Management server: Basic, NTLM per connection with sealed messages, TLS, channel bindings."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import ssl
import struct
import tempfile
import threading
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spnego
from spnego._ntlm_raw.crypto import ntowfv1
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from tests.lab import winrmsoap as soap

if TYPE_CHECKING:
    from tests.lab.winrm import Windows

_ACCEPTING = threading.Lock()  # pyspnego's acceptor finds its users by a variable of the environment
_SEALED = b"application/HTTP-SPNEGO-session-encrypted"


class Drop(Exception):
    """The connection is cut instead of an answer."""


class Server(ThreadingHTTPServer):
    """See module. Which host is asked tells the address that was connected to."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, hosts: Mapping[str, Windows], certificate: Path | None) -> None:
        super().__init__(("127.0.0.1" if set(hosts) == {"127.0.0.1"} else "0.0.0.0", 0), _Handler)
        self.hosts = hosts
        self.port: int = self.server_address[1]
        self.tls: ssl.SSLContext | None = None
        self.end_point = b""
        self.connections = self.inside = self.most_inside = 0
        self.lock = threading.Lock()
        self.faults: list[BaseException] = []
        if certificate is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
            self.end_point = hashlib.sha256(ssl.PEM_cert_to_DER_cert((certificate / "cert.pem").read_text())).digest()

    def get_request(self) -> tuple[Any, Any]:
        """TLS begins in the thread of the connection, not here."""
        sock, address = super().get_request()
        if self.tls is not None:
            sock = self.tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return sock, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news here; what is a slip of the lab is kept for the test."""
        import sys

        e = sys.exception()
        if e is not None and not isinstance(e, OSError):
            self.faults.append(e)


def _users(users: Mapping[str, str]) -> str:
    """A file of hashes: the other form of it cannot hold a password with a colon."""
    lines = "".join(f"{name}:1000:{'0' * 32}:{ntowfv1(password).hex().upper()}:[U]:LCT-0\n" for name, password in users.items())
    place = Path(tempfile.gettempdir()) / f"winrm-users-{os.getpid()}-{hashlib.sha256(lines.encode()).hexdigest()[:16]}"
    if not place.exists():
        place.write_text(lines, "utf-8")
    return str(place)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    timeout = 60
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.context: spnego.ContextProxy | None = None
        self.user: str | None = None
        self.last_token: bytes | None = None  # of a login that is complete: it rides on the first answer (RFC 4559, 5)

    def version_string(self) -> str:
        return "Microsoft-HTTPAPI/2.0"

    def log_message(self, *_: object) -> None:
        """Silence."""

    def _send(self, status: int, body: bytes = b"", kind: str = "", challenge: tuple[str, ...] = ()) -> None:
        self.send_response(status)
        if self.last_token is not None and status != 401:
            challenge, self.last_token = (f"Negotiate {base64.b64encode(self.last_token).decode()}",), None
        for line in challenge:
            self.send_header("WWW-Authenticate", line)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def do_POST(self) -> None:
        host = self.server.hosts[self.connection.getsockname()[0]]
        with self.server.lock:
            self.server.inside += 1
            self.server.most_inside = max(self.server.most_inside, self.server.inside)
            host.requests += 1
        try:
            self._serve(host, self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        except Drop:
            self.close_connection = True
        finally:
            with self.server.lock:
                self.server.inside -= 1

    def _serve(self, host: Windows, body: bytes) -> None:
        wait = threading.Event()
        wait.wait(host.latency)
        if host.mute:
            wait.wait(30)
            raise Drop
        if host.status is not None:
            self._send(host.status)
            return
        if not self._let_in(host):
            return
        if not body:
            self._send(200)
            return
        sealed = (self.headers.get("Content-Type") or "").startswith("multipart/encrypted")
        if not sealed and self.server.tls is None:
            self._send(500)  # AllowUnencrypted=false
            return
        if sealed:
            try:
                body = self._unseal(body)
            except (SpnegoError, ValueError, AttributeError, struct.error):
                self._send(400)  # sealed for another connection
                return
        status, answer = self._answer(host, body)
        if sealed:
            self._send(status, self._seal(answer), f'multipart/encrypted;protocol="{_SEALED.decode()}";boundary="Encrypted Boundary"')
        else:
            self._send(status, answer, "application/soap+xml;charset=UTF-8")

    def _answer(self, host: Windows, body: bytes) -> tuple[int, bytes]:
        request: soap.Message | None = None
        try:
            request = soap.read(body)
            return 200, host.answer(request, self.user or "")
        except soap.Fault as e:
            return 500, soap.fault(e, request)
        except (ET.ParseError, ValueError) as e:
            return 500, soap.fault(soap.Fault(2150858752, f"schema: {e}"), request)

    def _let_in(self, host: Windows) -> bool:
        kind, _, told = (self.headers.get("Authorization") or "").partition(" ")
        if kind == "Basic":
            if self.server.tls is not None and host.basic:
                name, _, password = base64.b64decode(told).decode("utf-8").partition(":")
                if host.users.get(name) == password:
                    self._entered(host, name)
                    return True
                host.refused.append(name)
            return self._refuse(host)
        if kind == "Negotiate" and host.negotiate:
            return self._negotiate(host, base64.b64decode(told))
        return True if self.user is not None and not kind else self._refuse(host)

    def _entered(self, host: Windows, name: str) -> None:
        if self.user != name:
            host.logins.append(name)
        self.user = name

    def _refuse(self, host: Windows, token: bytes | None = None) -> bool:
        offered = ["Negotiate" + (f" {base64.b64encode(token).decode()}" if token else "")] if host.negotiate else []
        if host.basic and self.server.tls is not None and not token:
            offered.append('Basic realm="WSMAN"')
        self._send(401, challenge=tuple(offered))
        return False

    def _negotiate(self, host: Windows, token: bytes) -> bool:
        try:
            with _ACCEPTING:
                os.environ["NTLM_USER_FILE"] = _users(host.users)
                if self.context is None or self.context.complete:
                    bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + self.server.end_point) if host.bound else None
                    options = spnego.NegotiateOptions.use_ntlm if host.protocol == "ntlm" else spnego.NegotiateOptions.wrapping_winrm
                    self.context = spnego.server(host.service, protocol=host.protocol, options=options, channel_bindings=bindings)
                out = self.context.step(token)
        except (SpnegoError, ValueError) as e:
            host.refused.append(type(e).__name__)
            self.context = None
            return self._refuse(host)
        if not self.context.complete:
            return self._refuse(host, out)
        self._entered(host, self.context.client_principal or "?")
        self.last_token = out
        return True

    def _unseal(self, body: bytes) -> bytes:
        assert self.context is not None
        length = re.search(rb"Length=(\d+)", body)
        start = body.index(b"application/octet-stream\r\n") + len(b"application/octet-stream\r\n")
        data = body[start : body.rindex(b"--Encrypted Boundary--")]
        (size,) = struct.unpack("<i", data[:4])
        message = self.context.unwrap_winrm(data[4 : 4 + size], data[4 + size :])
        if length is None or len(message) != int(length[1]):
            raise ValueError("length")
        return message

    def _seal(self, answer: bytes) -> bytes:
        assert self.context is not None
        header, data, _ = self.context.wrap_winrm(answer)
        return (
            b"--Encrypted Boundary\r\n\tContent-Type: " + _SEALED
            + b"\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=" + str(len(answer)).encode()
            + b"\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
            + struct.pack("<i", len(header)) + header + data + b"--Encrypted Boundary--\r\n"
        )  # fmt: skip
