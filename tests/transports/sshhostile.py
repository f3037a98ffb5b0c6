"""Servers that behave badly behind a port: plain sockets, and SSH servers that say what no good one says."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import paramiko

from auditkit.transports.knownhosts import HostKey

HOST_KEY = paramiko.ECDSAKey.generate()
END = threading.Event()


@dataclass(slots=True)
class Listener:
    """A port that answers each connection by a function. connections: how many came; most: how many at once."""

    port: int
    connections: int = 0
    now: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def serving(speak: Callable[[socket.socket], None], address: str = "127.0.0.1") -> Iterator[Listener]:
    """Each connection is spoken to in a thread of its own, then closed."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family, backlog=64) as listener:
        told = Listener(listener.getsockname()[1])

        def one(sock: socket.socket) -> None:
            with told.lock:
                told.connections += 1
                told.now += 1
                told.most = max(told.most, told.now)
            with sock, contextlib.suppress(OSError, EOFError, paramiko.SSHException):
                speak(sock)
            with told.lock:
                told.now -= 1

        def accept() -> None:
            with contextlib.suppress(OSError):  # the test is over: the listener is closed
                while True:
                    sock, _ = listener.accept()
                    threading.Thread(target=one, args=(sock,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield told
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def says(*parts: bytes, then: float = 30.0) -> Callable[[socket.socket], None]:
    """Says that, and keeps the connection open for so many seconds, or until the client hangs up."""

    def speak(sock: socket.socket) -> None:
        for part in parts:
            sock.sendall(part)
        sock.settimeout(then)
        with contextlib.suppress(TimeoutError):
            while sock.recv(4096):
                pass

    return speak


def forever(part: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """Says that again and again until the client hangs up."""

    def speak(sock: socket.socket) -> None:
        while True:
            sock.sendall(part)
            if pause:
                END.wait(pause)

    return speak


class Door(paramiko.ServerInterface):
    """Lets a password in, and remembers every login request."""

    def __init__(self, allowed: str = "password") -> None:
        self.allowed = allowed
        self.tried: list[str] = []

    def get_allowed_auths(self, username: str) -> str:
        return self.allowed

    def check_auth_none(self, username: str) -> int:
        self.tried.append("none")
        return paramiko.AUTH_FAILED  # type: ignore[attr-defined,no-any-return]

    def check_auth_password(self, username: str, password: str) -> int:
        self.tried.append("password")
        return paramiko.AUTH_SUCCESSFUL  # type: ignore[attr-defined,no-any-return]

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED  # type: ignore[attr-defined,no-any-return]


def ssh_server(door: Door, script: Callable[[paramiko.Transport], None] | None = None,
               prepare: Callable[[paramiko.Transport], None] = lambda t: None) -> Callable[[socket.socket], None]:  # fmt: skip
    """An SSH server with HOST_KEY; prepare: changes it before its handshake, script: runs after it."""

    def speak(sock: socket.socket) -> None:
        transport = paramiko.Transport(sock)
        transport.add_server_key(HOST_KEY)
        prepare(transport)
        try:
            transport.start_server(server=door)
            if script is not None:
                script(transport)
            transport.join(20)
        finally:
            transport.close()

    return speak


def shown() -> HostKey:
    """The public half of HOST_KEY."""
    return HostKey(HOST_KEY.get_name(), HOST_KEY.asbytes())


def packet(number: int, *fields: Any) -> paramiko.Message:
    """An SSH message: bytes and texts as strings, numbers as 32 bits, truth as a byte."""
    m = paramiko.Message()
    m.add_byte(bytes([number]))
    for value in fields:
        if isinstance(value, bool):
            m.add_boolean(value)
        elif isinstance(value, int):
            m.add_int(value)
        else:
            m.add_string(value)
    return m
