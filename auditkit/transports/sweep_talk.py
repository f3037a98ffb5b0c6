"""What is said to an open port, and what is kept of its answer: raw bytes, read later by the probe."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from functools import cache
from typing import Any

from auditkit.text import one_line
from auditkit.transports import sweep_smb
from auditkit.transports.sweep_line import PIECE, Line

GREETING_BYTES = 2048
HTTP_BYTES = 8192
TLS_BYTES = 131_072  # a handshake with a long chain is 10 KB
CERTIFICATE_BYTES = 32_768

Told = dict[str, Any]


def b64(data: bytes) -> str:
    """Bytes as JSON can hold them."""
    return base64.b64encode(data).decode("ascii")


def head(address: str) -> bytes:
    """The smallest question every web server answers, and one that changes nothing (RFC 9110 9.3.2)."""
    host = f"[{address}]" if ":" in address else address
    return f"HEAD / HTTP/1.0\r\nHost: {host}\r\nUser-Agent: auditkit\r\nConnection: close\r\n\r\n".encode("ascii")


async def greet(sock: socket.socket, seconds: float) -> Told:
    """Listen only: a printer prints what is sent to it."""
    return {"said": b64(await Line(sock, GREETING_BYTES).greeting(seconds))}


async def http(sock: socket.socket, address: str, seconds: float) -> Told:
    """Ask for the headers of `/`."""
    line = Line(sock, HTTP_BYTES)
    try:
        await line.send(head(address))
    except ConnectionError:
        return {"http": ""}
    return {"http": b64(await line.greeting(seconds, b"\r\n\r\n"))}


async def smb(sock: socket.socket, seconds: float) -> Told:
    """Negotiate and challenge; "failed" says how far it came."""
    told: dict[str, str] = {}
    try:
        async with asyncio.timeout(seconds):
            await sweep_smb.names(Line(sock, 2 * sweep_smb.LARGEST), lambda name, data: told.update({name: b64(data)}))
    except TimeoutError:
        told["failed"] = "no answer in time"
    except (ConnectionError, ValueError) as e:
        told["failed"] = one_line(str(e), 100)
    return {"smb": told}


async def smb1(sock: socket.socket, seconds: float) -> str | None:
    """The reply to the old negotiate, as base64. "" = hung up or spoke something else, as servers without SMB1 do; None = silence."""
    try:
        async with asyncio.timeout(seconds):
            return b64(await sweep_smb.ask(Line(sock, sweep_smb.LARGEST), sweep_smb.smb1_negotiate()))
    except TimeoutError:
        return None
    except (ConnectionError, ValueError):
        return ""


@cache
def _context() -> ssl.SSLContext:
    """Nothing is verified and the oldest protocols are spoken: the names in a certificate are looked at, and nothing is trusted to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")  # old devices: short keys, SHA-1
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context


class _Handshake:
    """A TLS connection over a `Line`, by memory buffers: so its bytes are bounded too."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = _context().wrap_bio(self._in, self._out)

    async def flush(self) -> None:
        if data := self._out.read():
            await self._line.send(data)

    async def more(self) -> bool:
        await self.flush()
        data = await self._line.some()
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()
        return bool(data)

    async def shake(self) -> None:
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await self.more()
                continue
            await self.flush()
            return

    async def head(self, address: str, into: bytearray) -> None:
        """The headers of `/` inside TLS, as far as they come."""
        self.tls.write(head(address))
        while len(into) < HTTP_BYTES and b"\r\n\r\n" not in into:
            try:
                piece = self.tls.read(PIECE)
            except ssl.SSLWantReadError:
                if not await self.more():
                    return
                continue
            if not piece:
                return
            into += piece


async def tls(sock: socket.socket, address: str, seconds: float, with_http: bool) -> Told:
    """Shake hands, keep the certificate shown; ask for headers where the port is a web server's."""
    shaken = _Handshake(Line(sock, TLS_BYTES))
    told: dict[str, str] = {}
    headers = bytearray()
    try:
        async with asyncio.timeout(seconds):
            await shaken.shake()
            told["version"] = shaken.tls.version() or ""
            told["certificate"] = b64(_certificate(shaken.tls))
            if with_http:
                await shaken.head(address, headers)
    except TimeoutError:
        _because(told, "no answer in time")
    except ssl.SSLError as e:
        _because(told, e.reason or "TLS error")
    except (ConnectionError, ValueError) as e:
        _because(told, one_line(str(e), 100))
    return {"tls": told} | ({"http": b64(bytes(headers))} if with_http else {})


def _because(told: dict[str, str], why: str) -> None:
    if "certificate" not in told:
        told["failed"] = why


def _certificate(shaken: ssl.SSLObject) -> bytes:
    der = shaken.getpeercert(binary_form=True) or b""
    if len(der) > CERTIFICATE_BYTES:
        raise ValueError(f"a certificate of {len(der)} bytes")
    return der
