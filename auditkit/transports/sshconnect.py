"""TCP and the SSH handshake: bounded in time and bytes, errors in words, retried where the server was only busy."""

from __future__ import annotations

import contextlib
import errno
import logging
import random
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import paramiko

from auditkit.errors import TransportError
from auditkit.text import decode, one_line

logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # its thread prints tracebacks to stderr

BANNER_BYTES = 16 << 10
TRIES = 5
_slots: dict[tuple[str, int], threading.BoundedSemaphore] = {}
_lock = threading.Lock()


_Base: Any = paramiko.ServiceRequestingTransport  # type: ignore[attr-defined]


class Transport(_Base):  # type: ignore[misc]
    """paramiko's transport that asks for the login service once (RFC 4252, 5), without its endless wait for the answer.

    Its plain Transport fails where a strict server offers keyboard-interactive alone.
    """

    def ensure_session(self) -> None:
        """Ask for ssh-userauth. Raises SSHException where the server does not accept it in time."""
        if self._service_userauth_accepted:
            return
        message = paramiko.Message()
        message.add_byte(paramiko.common.cMSG_SERVICE_REQUEST)
        message.add_string("ssh-userauth")
        self._send_message(message)
        end = time.monotonic() + float(self.auth_timeout)
        while not self._service_userauth_accepted:
            if not self.is_active() or time.monotonic() > end:
                raise paramiko.AuthenticationException("Timeout: the server does not begin the login")
            time.sleep(0.002)
        self.auth_handler = self.get_auth_handler()

    def auth_none(self, username: str) -> list[str]:
        """Ask which methods there are (RFC 4252, 5.2): the base class forgets that this request has no further fields."""
        self.ensure_session()
        found: list[str] = self.auth_handler.send_auth_request(username, "none", lambda message: None)
        return found


@contextlib.contextmanager
def slot(address: str, port: int, most: int) -> Iterator[None]:
    """One of `most` connections at once to a host (sshd MaxStartups drops what is over 10)."""
    with _lock:
        semaphore = _slots.setdefault((address, port), threading.BoundedSemaphore(most))
    with semaphore:
        yield


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection with TCP_NODELAY, on which the server has announced SSH. Raises TransportError, cause and words."""
    try:
        sock = socket.create_connection((address, port), timeout=seconds)
    except TimeoutError as e:
        raise TransportError("timed_out", f"{address} port {port}: no answer within {seconds:g} s (off, or a firewall drops it)") from e
    except socket.gaierror as e:
        raise TransportError("unreachable", f"{address}: the name does not resolve ({e.strerror})") from e
    except ConnectionRefusedError as e:
        raise TransportError("refused", f"{address} port {port}: connection refused (no SSH server on this port?)") from e
    except OSError as e:
        raise TransportError("unreachable", f"{address} port {port}: {e.strerror or e}") from e
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def greeted(sock: socket.socket, where: str, seconds: float) -> None:
    """Wait for "SSH-" without taking it off the socket (RFC 4253, 4.2), so that endless chatter cannot fill memory.

    Raises ConnectionResetError where the server hung up before: it may only be busy.
    """
    end = time.monotonic() + seconds
    while True:
        sock.settimeout(max(0.05, end - time.monotonic()))
        try:
            seen = sock.recv(BANNER_BYTES, socket.MSG_PEEK)
        except TimeoutError:
            seen = b""
            if time.monotonic() >= end:
                raise TransportError("timed_out", f"{where}: connected, but no SSH greeting within {seconds:g} s") from None
            continue
        if not seen:
            raise ConnectionResetError(errno.ECONNRESET, "closed before the SSH greeting")
        if seen.startswith(b"SSH-") or b"\nSSH-" in seen:
            return
        if len(seen) >= BANNER_BYTES or time.monotonic() >= end:
            raise TransportError("not_understood", f"{where}: is no SSH server; it says {one_line(decode(seen[:120]), 60)!r}")
        time.sleep(0.05)  # part of a line is there: MSG_PEEK would return at once


def handshake(
    sock: socket.socket | paramiko.Channel, address: str, port: int, seconds: float, key_types: tuple[str, ...]
) -> paramiko.Transport:
    """Key exchange; the host key is known afterwards, and nothing secret was sent. Raises TransportError, ConnectionResetError."""
    where = f"{address} port {port}"
    if isinstance(sock, socket.socket):
        greeted(sock, where, seconds)
    transport: paramiko.Transport = Transport(sock)
    transport.banner_timeout = transport.auth_timeout = transport.handshake_timeout = seconds
    transport.use_compression(False)
    transport.get_security_options().key_types = key_types
    try:
        transport.start_client(timeout=seconds)
    except paramiko.SSHException as e:
        transport.close()
        raise _failed(where, e) from e
    except EOFError as e:
        transport.close()
        raise ConnectionResetError(errno.ECONNRESET, "closed during the SSH handshake") from e
    except BaseException:
        transport.close()
        raise
    transport.set_keepalive(30)
    return transport


def _failed(where: str, e: paramiko.SSHException) -> Exception:
    said = one_line(str(e), 200)
    if "Error reading SSH protocol banner" in said or "EOF" in said:
        return ConnectionResetError(errno.ECONNRESET, said)
    if "no acceptable" in said.lower() or "Incompatible" in said:
        return TransportError("refused", f"{where}: no acceptable algorithm in common ({said}); old gear needs its SSH updated")
    if "Timeout" in said:
        return TransportError("timed_out", f"{where}: the SSH handshake did not end in time")
    return TransportError("not_understood", f"{where}: SSH handshake failed: {said}")


def patiently(address: str, port: int, seconds: float, key_types: tuple[str, ...]) -> paramiko.Transport:
    """dial + handshake, tried again where the server hung up early: MaxStartups drops connections at random (sshd_config(5))."""
    for attempt in range(TRIES):
        try:
            return handshake(dial(address, port, seconds), address, port, seconds, key_types)
        except (ConnectionResetError, BrokenPipeError) as e:
            if attempt == TRIES - 1:
                raise TransportError(
                    "refused", f"{address} port {port}: the server hung up {TRIES} times before its SSH greeting ({e.strerror})"
                ) from e
            time.sleep((0.25 * 2**attempt) * (0.5 + random.random()))
    raise AssertionError("unreachable")
