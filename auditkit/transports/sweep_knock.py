"""One TCP connection to one port, and what the network said where it failed.

With IP_RECVERR the kernel tells which ICMP message ended a connection, and who sent it (ip(7); for TCP since Linux 5.8): without
that, "no such host there" and "a firewall forbids it" are the same error, and one of them means nobody has looked.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import struct
import sys
from dataclasses import dataclass
from typing import Literal

State = Literal["open", "refused", "silent", "unreachable", "not_sent"]
Meaning = Literal["host", "nobody", "barred"]

_RECVERR = {4: (socket.IPPROTO_IP, 11), 6: (socket.IPPROTO_IPV6, 25)}  # level, IP_RECVERR / IPV6_RECVERR of linux/in.h, in6.h
_EXTENDED = struct.Struct("=IBBBBII")  # sock_extended_err: errno, origin, type, code, pad, info, data
_ORIGINS = (2, 3)  # SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6
# RFC 792, RFC 1122 3.2.2.1, RFC 4443 3.1: a router asked for the host on its last wire and nobody answered.
_NOBODY = frozenset({(4, 3, 1), (4, 3, 7), (6, 1, 3)})
# "port unreachable", "protocol unreachable": only the host itself says that.
_HOST = frozenset({(4, 3, 2), (4, 3, 3), (6, 1, 4)})


@dataclass(frozen=True, slots=True)
class Icmp:
    """An ICMP error: its type and code, and who sent it."""

    type: int
    code: int
    sender: str

    def meaning(self, address: str) -> Meaning:
        """What it says about the host at that address.

        >>> Icmp(3, 13, "10.0.0.1").meaning("10.0.9.5"), Icmp(3, 1, "10.0.0.1").meaning("10.0.9.5")
        ('barred', 'nobody')
        >>> Icmp(3, 10, "10.0.9.5").meaning("10.0.9.5")
        'host'
        """
        kind = (ipaddress.ip_address(address).version, self.type, self.code)
        if self.sender == address or kind in _HOST:
            return "host"
        return "nobody" if kind in _NOBODY else "barred"


@dataclass(frozen=True, slots=True)
class Knock:
    """What came of one connection.

    error: name of the errno where nothing was sent, where the kernel did not tell the ICMP, or where an open port was reset at once.
    """

    port: int
    state: State
    icmp: Icmp | None = None
    error: str = ""

    def meaning(self, address: str) -> Meaning:
        """host: something at that address answered. nobody: asked, no answer. barred: could not look."""
        match self.state:
            case "open" | "refused":
                return "host"
            case "silent":
                return "nobody"
            case "unreachable" if self.icmp is not None:
                return self.icmp.meaning(address)
            case _:
                return "barred"


async def connect(address: str, port: int, seconds: float) -> tuple[Knock, socket.socket | None]:
    """Try it; the socket is given where it is open and stays so (the caller closes it)."""
    six = ":" in address
    try:
        s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as e:
        return Knock(port, "not_sent", error=_name(e)), None
    s.setblocking(False)
    _tell_icmp(s, six, 1)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(s, (address, port, 0, 0) if six else (address, port))
    except TimeoutError:  # ours, or the kernel's ETIMEDOUT
        made = Knock(port, "silent")
    except OSError as e:
        made = _failed(port, e, s)
    except BaseException:  # cancelled by the deadline
        s.close()
        raise
    else:
        _tell_icmp(s, six, 0)  # an established connection outlives a stray ICMP message
        return Knock(port, "open"), s
    s.close()
    return made, None


def _tell_icmp(s: socket.socket, six: bool, on: int) -> None:
    if sys.platform == "linux":
        s.setsockopt(*_RECVERR[6 if six else 4], on)


def _failed(port: int, e: OSError, s: socket.socket) -> Knock:
    if e.errno in (errno.ECONNRESET, errno.EPIPE):  # it was open: a reset that refuses is ECONNREFUSED (tcp_reset() of Linux)
        return Knock(port, "open", error=_name(e))
    if e.errno == errno.ECONNREFUSED:
        icmp = icmp_of(s)
        return Knock(port, "unreachable", icmp) if icmp else Knock(port, "refused")
    if e.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EACCES, errno.EPERM):
        icmp = icmp_of(s)
        if icmp is not None:
            return Knock(port, "unreachable", icmp)
        return Knock(port, "unreachable" if e.errno in (errno.EHOSTUNREACH, errno.EHOSTDOWN) else "not_sent", error=_name(e))
    return Knock(port, "not_sent", error=_name(e))


def _name(e: OSError) -> str:
    return errno.errorcode.get(e.errno or 0, str(e.errno))


def icmp_of(s: socket.socket) -> Icmp | None:
    """The ICMP message in the socket's error queue; None where there is none, or the kernel is older than 5.8."""
    if sys.platform != "linux":
        return None
    try:
        _, extras, _, _ = s.recvmsg(0, 512, socket.MSG_ERRQUEUE)
    except OSError:  # an empty queue is an error (EAGAIN), an old kernel says ENOTCONN: both mean "not told"
        return None
    return next((made for level, kind, data in extras if (level, kind) in _RECVERR.values() and (made := _icmp(data))), None)


def _icmp(data: bytes) -> Icmp | None:
    if len(data) < _EXTENDED.size + 8:
        return None
    _, origin, kind, code, *_ = _EXTENDED.unpack_from(data)
    if origin not in _ORIGINS:
        return None
    sender = data[_EXTENDED.size :]  # sockaddr_in, or sockaddr_in6 (its address behind the flow label)
    family = int.from_bytes(sender[:2], sys.byteorder)
    if family == socket.AF_INET6 and len(sender) >= 24:
        return Icmp(kind, code, str(ipaddress.IPv6Address(sender[8:24])))
    return Icmp(kind, code, str(ipaddress.IPv4Address(sender[4:8])) if family == socket.AF_INET else "")
