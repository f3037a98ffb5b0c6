"""The stream under SSH: a TCP connection of our own, or a channel through a jump host."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

import paramiko

from auditkit.errors import TransportError
from auditkit.transports.sshtransport import Transport
from auditkit.transports.sshtrouble import not_reached
from auditkit.transports.sshwire import STALL, Stream

MOST_ADDRESSES = 4  # of one name
Address = tuple[int, tuple[Any, ...]]  # family, what connect() wants


def resolve(address: str, port: int) -> Sequence[Address]:
    """Where a name leads. Raises TransportError(unreachable)."""
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    except socket.gaierror as e:
        why = "no name server answers" if e.errno == socket.EAI_AGAIN else "the name does not resolve"
        raise TransportError("unreachable", f"{address}: {why} ({e.strerror}); write the address, or repair the name service") from e
    except UnicodeError as e:
        raise TransportError("unreachable", f"{address}: is no name of a host") from e
    return list(dict.fromkeys((family, sockaddr) for family, _, _, _, sockaddr in found))[:MOST_ADDRESSES]


def dial(where: str, address: Address, seconds: float) -> socket.socket:
    """A TCP connection. Raises TransportError: timed_out, refused, unreachable."""
    family, sockaddr = address
    sock: socket.socket | None = None
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(seconds)
        # paramiko never sets it, and every exchange would wait for a delayed acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # tcp(7): a peer that vanishes is noticed although we only write
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STALL * 1000))
        sock.connect(sockaddr)
    except OSError as e:
        if sock is not None:
            sock.close()
        raise not_reached(where, e, seconds) from e
    return sock


def through(before: Transport, where: str, address: str, port: int, seconds: float) -> Stream:
    """A channel of a jump host (RFC 4254, 7.2); the name is looked up there. Raises TransportError."""
    before.refusal = ""
    try:
        channel: Stream = before.open_channel("direct-tcpip", (address, port), ("127.0.0.1", 0), timeout=seconds)
    except paramiko.ChannelException as e:
        raise _not_forwarded(where, e, before.refusal) from e
    except (paramiko.SSHException, EOFError, OSError) as e:
        if before.is_active():
            raise TransportError("timed_out", f"{where}: no answer through the jump host within {seconds:g} s") from e
        why = before.farewell or "it gave no reason"
        raise TransportError("unreachable", f"{where}: the connection to the jump host broke ({why})") from e
    return channel


def _not_forwarded(where: str, e: paramiko.ChannelException, refusal: str) -> TransportError:
    said = refusal or e.text
    if e.code == 1:  # administratively prohibited (RFC 4254, 5.1)
        return TransportError("refused", f"{where}: the jump host forwards nothing ({said}); see AllowTcpForwarding in its sshd_config")
    if "refused" in said.lower():
        return TransportError("refused", f"{where}: connection refused, says the jump host")
    return TransportError("unreachable", f"{where}: the jump host cannot connect ({said})")
