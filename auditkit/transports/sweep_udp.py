"""One datagram out, the one datagram in that answers it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

LARGEST = 8192


async def exchange(server: str, port: int, data: bytes, fits: Callable[[bytes], bool], seconds: float, tries: int = 2) -> bytes | None:
    """Send, wait for a reply that fits (others are dropped), send again; None = no such reply. Raises OSError where nothing can be sent.

    seconds: for each try.
    """
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setblocking(False)
        s.connect((server, port))  # so that only this server's datagrams come in
        for _ in range(tries):
            try:
                async with asyncio.timeout(seconds):
                    await loop.sock_sendall(s, data)
                    while True:
                        reply = await loop.sock_recv(s, LARGEST)
                        if fits(reply):
                            return reply
            except (TimeoutError, ConnectionRefusedError):  # refused: nobody listens there, as good as silence
                continue
    return None
