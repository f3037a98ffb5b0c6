"""A connected socket with a bound on its bytes: a server that never stops talking costs its own connection and no more."""

from __future__ import annotations

import asyncio
import socket

PIECE = 4096
QUIET = 0.3  # seconds of silence after which a greeting counts as said


class Line:
    """See module. most: bytes taken in altogether. Time is bounded by the caller (`asyncio.timeout`)."""

    def __init__(self, sock: socket.socket, most: int) -> None:
        self._socket = sock
        self._left = most
        self._held = b""

    async def send(self, data: bytes) -> None:
        """Raises ConnectionError."""
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except OSError as e:  # also ICMP errors and time-outs of the kernel
            raise ConnectionError(e.strerror or str(e)) from e

    async def some(self) -> bytes:
        """What comes next; b"" = the other side closed, or the bound is reached. Raises ConnectionError."""
        if self._held:
            held, self._held = self._held, b""
            return held
        if self._left <= 0:
            return b""
        try:
            data = await asyncio.get_running_loop().sock_recv(self._socket, min(PIECE, self._left))
        except OSError as e:
            raise ConnectionError(e.strerror or str(e)) from e
        self._left -= len(data)
        return data

    async def exactly(self, count: int) -> bytes:
        """So many bytes. Raises ConnectionError where they do not come, or the bound is reached before."""
        got = b""
        while len(got) < count:
            piece = await self.some()
            if not piece:
                raise ConnectionError(f"closed after {len(got)} of {count} bytes")
            got += piece
        self._held = got[count:] + self._held
        return got[:count]

    async def greeting(self, seconds: float, enough: bytes | None = None) -> bytes:
        """Everything said within that time, until silence, the end, or `enough` has come. A reset ends it like a close."""
        got = b""
        try:
            async with asyncio.timeout(seconds):
                while piece := await (asyncio.wait_for(self.some(), QUIET) if got and enough is None else self.some()):
                    got += piece
                    if enough is not None and enough in got:
                        break
        except (TimeoutError, ConnectionError):
            return got
        return got
