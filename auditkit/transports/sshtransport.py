"""paramiko's Transport where it would wait without end, trust counters of a stranger, or forget what the server said.

Everything that leaves it is a paramiko.SSHException, an EOFError or an OSError, whatever bytes the server sends.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import paramiko
from paramiko.auth_handler import AuthOnlyHandler
from paramiko.kex_curve25519 import KexCurve25519

from auditkit.text import decode, one_line
from auditkit.transports.sshwire import Packets, Wire

logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # its thread prints tracebacks to stderr

MOST_PROMPTS = 8
_BANNED = ("md5", "3des", "sha1-96")  # whoever offers nothing better is too old in other ways too
_FIRST = ("curve25519", "-gcm@", "hmac-sha2-256-etm")  # the cheapest good ones first: the order of a client decides
_Base: Any = paramiko.ServiceRequestingTransport  # type: ignore[attr-defined]
_Handler: Any = AuthOnlyHandler
KEY_TYPES: tuple[str, ...] = tuple(_Base._preferred_keys)  # signature algorithms of host keys, the best first
Prompts = list[tuple[str, bool]]  # text, whether what is typed may be seen


def _kex_order(supported: tuple[str, ...]) -> tuple[str, ...]:
    curves = [k for k in supported if k.startswith("curve25519")]
    return (*curves, "curve25519-sha256", *(k for k in supported if k not in curves))


class AsksMore(paramiko.SSHException):
    """The server asks for something that no stored credential can answer; the text says what."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one login request. allowed: methods that can go on; partial: this step counted, more is wanted."""

    done: bool
    partial: bool = False
    allowed: tuple[str, ...] = ()


class Transport(_Base):  # type: ignore[misc]
    """One SSH connection over a Wire. farewell: what the server said when it ended the connection."""

    # RFC 8731: the same exchange under its later name
    _kex_info: ClassVar[dict[str, Any]] = {**_Base._kex_info, "curve25519-sha256": KexCurve25519}
    _preferred_kex = _kex_order(_Base._preferred_kex)

    def __init__(self, wire: Wire, key_types: tuple[str, ...] = ()) -> None:
        super().__init__(wire, packetizer_class=Packets)
        self.local_version = "SSH-2.0-auditkit"
        self.wire = wire
        self.farewell = ""
        self.refusal = ""
        self._may_login = threading.Event()
        options = self.get_security_options()
        options.ciphers = _chosen(options.ciphers)
        options.digests = _chosen(options.digests)
        options.key_types = key_types or options.key_types
        options.compression = ("none",)

    @property
    def offer(self) -> Any:
        """Algorithms the server offered (sshwire.Offer)."""
        return self.packetizer.offer

    def get_exception(self) -> Exception | None:
        """The error of the reading thread, as one of three kinds: a stranger's bytes can raise anything there."""
        e: Exception | None = super().get_exception()
        if e is None or isinstance(e, paramiko.SSHException | EOFError | OSError):
            return e
        return paramiko.SSHException(f"bytes that are no SSH ({type(e).__name__})")

    def ensure_session(self) -> None:
        """Ask for the login service, once (RFC 4252, 5). Raises SSHException where the server does not accept it in time."""
        if self._may_login.is_set():
            return
        self.auth_handler = _Login(self)  # a banner may follow at once
        message = paramiko.Message()
        message.add_byte(bytes([5]))  # SSH_MSG_SERVICE_REQUEST
        message.add_string("ssh-userauth")
        self._send_message(message)
        end = time.monotonic() + float(self.auth_timeout)
        while not self._may_login.wait(0.1):
            if not self.is_active():
                raise self.get_exception() or EOFError()
            if time.monotonic() > end:
                raise TimeoutError

    def attempt(self, user: str, request: Callable[[Any], object]) -> Answer:
        """Send one login request, `request(handler)`. Raises TimeoutError without an answer, SSHException, EOFError, OSError."""
        self.ensure_session()
        handler = self.auth_handler
        handler.answer = None
        try:
            request(handler)
        except paramiko.AuthenticationException as e:
            if handler.answer is None and self.is_active():
                if "timeout" in str(e):
                    raise TimeoutError from None
                raise
        if handler.is_authenticated():
            return Answer(True)
        if handler.answer is None:
            raise self.get_exception() or EOFError()
        answer: Answer = handler.answer
        return answer

    def _parse_service_accept(self, m: Any) -> None:
        if m.get_text() == "ssh-userauth":
            self._may_login.set()

    def _parse_ext_info(self, m: Any) -> None:
        # Of RFC 8308 only one extension matters here; the count is the server's word and must not be counted to.
        for _ in range(min(m.get_int(), 32)):
            name, value = m.get_binary(), m.get_binary()
            if name == b"server-sig-algs":
                self.server_extensions = {"server-sig-algs": value.decode("ascii", "replace").encode()}

    def _parse_disconnect(self, m: Any) -> None:
        m.get_int()
        self.farewell = one_line(decode(m.get_binary()[:1000]), 160)

    def _parse_channel_open_failure(self, m: Any) -> None:
        m.get_int(), m.get_int()
        self.refusal = one_line(decode(m.get_binary()[:1000]), 160)
        m.rewind()
        super()._parse_channel_open_failure(m)


class _Login(_Handler):  # type: ignore[misc]
    """paramiko's login requests; keeps the server's answer, which there is lost for a plain refusal."""

    answer: Answer | None = None

    def send_auth_request(self, username: str, method: str, finish_message: Callable[[Any], Any] = lambda m: None) -> Any:
        """As the base class, except that an answer that comes at once is not missed: its event is there before the request."""
        self.auth_method, self.username, self.auth_event = method, username, threading.Event()
        message = paramiko.Message()
        message.add_byte(bytes([50]))  # SSH_MSG_USERAUTH_REQUEST
        for text in (username, "ssh-connection", method):
            message.add_string(text)
        finish_message(message)
        with self.transport.lock:
            self.transport._send_message(message)
        return self.wait_for_response(self.auth_event)

    def _parse_userauth_failure(self, m: Any) -> None:
        allowed = tuple(one_line(decode(name), 40) for name in m.get_binary()[:1000].split(b",") if name)
        self.answer = Answer(False, m.get_boolean(), allowed)
        m.rewind()
        super()._parse_userauth_failure(m)

    def _parse_userauth_info_request(self, m: Any) -> None:
        if self.auth_method == "password":  # the same number means SSH_MSG_USERAUTH_PASSWD_CHANGEREQ there (RFC 4252, 8)
            raise AsksMore(f"a new password: the old one has expired ({one_line(decode(m.get_binary()[:1000]), 80)})")
        for _ in range(3):  # title, instruction, language
            m.get_binary()
        count = m.get_int()
        if count > MOST_PROMPTS:
            raise AsksMore(f"{count} things at once")
        m.rewind()
        super()._parse_userauth_info_request(m)


def _chosen(supported: tuple[str, ...]) -> tuple[str, ...]:
    good = [name for name in supported if not any(banned in name for banned in _BANNED)]
    return tuple(sorted(good, key=lambda name: not any(first in name for first in _FIRST)))
