"""What an SMB server says of itself before anybody logs in: NEGOTIATE, and the first half of an NTLM exchange.

No user name, no password and no hash are sent: the exchange ends after the server's CHALLENGE, which holds its names, domain and
build. Only bytes are made and carried here; they are read by the probe.
Sources: MS-SMB2 2.1 (framing), 2.2.1.2 (header), 2.2.3 (NEGOTIATE), 2.2.5 (SESSION_SETUP); MS-NLMP 2.2.1.1 (NEGOTIATE_MESSAGE);
RFC 4178 4.2.1 (negTokenInit); MS-CIFS 2.2.3.1, 2.2.4.52 (the old NEGOTIATE).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Protocol

LARGEST = 65_536  # bytes of one reply; a negotiate reply is a few hundred
NEGOTIATE, SESSION_SETUP = 0, 1  # MS-SMB2 2.2.1.2, Command
DIALECTS = (0x0202, 0x0210, 0x0300, 0x0302, 0x0311)
# MS-NLMP 2.2.2.5: UNICODE | OEM | REQUEST_TARGET | NTLM | ALWAYS_SIGN | EXTENDED_SESSIONSECURITY | TARGET_INFO | VERSION | 128 | 56
_FLAGS = 0x00000001 | 0x00000002 | 0x00000004 | 0x00000200 | 0x00008000 | 0x00080000 | 0x00800000 | 0x02000000 | 0x20000000 | 0x80000000
_SPNEGO, _NTLMSSP = bytes.fromhex("06062b0601050502"), bytes.fromhex("060a2b06010401823702020a")


class Line(Protocol):
    """A connection with its own bounds of time and bytes."""

    async def send(self, data: bytes) -> None: ...

    async def exactly(self, count: int) -> bytes: ...


def header(command: int, message: int) -> bytes:
    """An SMB2 header of 64 bytes (SYNC form, no session, no signature)."""
    return struct.pack("<4sHHIHHIIQIIQ16s", b"\xfeSMB", 64, 0, 0, command, 1, 0, 0, message, 0xFEFF, 0, 0, bytes(16))


def negotiate() -> bytes:
    """SMB2 NEGOTIATE with every dialect; 3.1.1 demands a pre-authentication context (2.2.3.1.1: SHA-512 and a salt)."""
    context = struct.pack("<HHIHHH32s", 1, 38, 0, 1, 32, 1, b"\x5a" * 32)
    dialects = struct.pack(f"<{len(DIALECTS)}H", *DIALECTS)
    at = 64 + 36 + len(dialects)
    pad = -at % 8
    fixed = struct.pack("<HHHHI16sIHH", 36, len(DIALECTS), 1, 0, 0, b"\x5a" * 16, at + pad, 1, 0)
    return header(NEGOTIATE, 0) + fixed + dialects + bytes(pad) + context


def ntlm_negotiate() -> bytes:
    """MS-NLMP 2.2.1.1 without domain and workstation."""
    return struct.pack("<8sII8s8s8s", b"NTLMSSP\0", 1, _FLAGS, bytes(8), bytes(8), bytes([6, 1, 0, 0, 0, 0, 0, 15]))


def session_setup() -> bytes:
    """SMB2 SESSION_SETUP that carries the NTLM NEGOTIATE in a negTokenInit."""
    token = _spnego(ntlm_negotiate())
    return header(SESSION_SETUP, 1) + struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 64 + 24, len(token), 0) + token


def smb1_negotiate() -> bytes:
    """The old NEGOTIATE with the one dialect "NT LM 0.12": a server without SMB1 hangs up or picks none."""
    words = struct.pack("<4sBIBHH8sHHHHH", b"\xffSMB", 0x72, 0, 0x18, 0xC801, 0, bytes(8), 0, 0xFFFF, 0xFEFF, 0, 0)
    dialect = b"\x02NT LM 0.12\0"
    return words + struct.pack("<BH", 0, len(dialect)) + dialect


def _tlv(tag: int, body: bytes) -> bytes:
    assert len(body) < 128  # all of ours are
    return bytes([tag, len(body)]) + body


def _spnego(token: bytes) -> bytes:
    init = _tlv(0x30, _tlv(0xA0, _tlv(0x30, _NTLMSSP)) + _tlv(0xA2, _tlv(0x04, token)))
    return _tlv(0x60, _SPNEGO + _tlv(0xA0, init))


def framed(message: bytes) -> bytes:
    """MS-SMB2 2.1: a zero byte and the length in three, big-endian."""
    return struct.pack(">I", len(message)) + message


async def ask(line: Line, message: bytes) -> bytes:
    """Send one message, take one reply. Raises ConnectionError or TimeoutError, and ValueError for a frame that is none."""
    await line.send(framed(message))
    head = await line.exactly(4)
    size = int.from_bytes(head[1:], "big")
    if head[0] != 0 or size > LARGEST:
        raise ValueError(f"no SMB frame: {head.hex()}")
    return await line.exactly(size)


async def names(line: Line, keep: Callable[[str, bytes], None]) -> None:
    """The two exchanges on one connection; `keep` is given each reply as it comes."""
    for name, message in (("negotiate", negotiate()), ("challenge", session_setup())):
        keep(name, await ask(line, message))


