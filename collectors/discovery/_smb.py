"""Reading what an SMB server said to NEGOTIATE and to the first half of NTLM. Every length and offset is the server's: none is trusted.

Sources: MS-SMB2 2.2.1.2, 2.2.4 (NEGOTIATE response), 2.2.6 (SESSION_SETUP response); MS-NLMP 2.2.1.2 (CHALLENGE_MESSAGE), 2.2.2.1
(AV_PAIR), 2.2.2.10 (VERSION); MS-CIFS 2.2.4.52.2.
"""

from __future__ import annotations

from dataclasses import dataclass

_DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}
_NTLM = b"NTLMSSP\0\x02\0\0\0"
_FLAG_VERSION, _FLAG_TARGET_INFO = 0x02000000, 0x00800000
_MORE_PROCESSING = 0xC0000016
_NAMES = {1: "computer", 2: "workgroup", 3: "dns_name", 4: "dns_domain", 5: "forest"}


@dataclass(frozen=True, slots=True)
class Negotiated:
    """signing: required, enabled, none."""

    dialect: str
    signing: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """Names as told, "" = not told. version: (major, minor, build), None = not told."""

    computer: str = ""
    workgroup: str = ""
    dns_name: str = ""
    dns_domain: str = ""
    forest: str = ""
    version: tuple[int, int, int] | None = None


def _number(data: bytes, at: int, size: int) -> int:
    part = data[at : at + size]
    if len(part) < size:
        raise ValueError(f"cut off at byte {at}")
    return int.from_bytes(part, "little")


def _status(data: bytes, command: int) -> int:
    if data[:4] != b"\xfeSMB" or _number(data, 4, 2) != 64 or _number(data, 12, 2) != command:
        raise ValueError("no SMB2 reply")
    return _number(data, 8, 4)


def negotiated(data: bytes) -> Negotiated:
    """A NEGOTIATE response. Raises ValueError for anything else, with the server's status where it refused."""
    if status := _status(data, 0):
        raise ValueError(f"NEGOTIATE refused with status 0x{status:08x}")
    if _number(data, 64, 2) != 65:
        raise ValueError("no NEGOTIATE response")
    mode, dialect = _number(data, 66, 2), _number(data, 68, 2)
    signing = "required" if mode & 2 else "enabled" if mode & 1 else "none"
    return Negotiated(_DIALECTS.get(dialect, f"0x{dialect:04x}"), signing)


def challenge(data: bytes) -> Challenge:
    """A SESSION_SETUP response that asks for the second half of NTLM. Raises ValueError for anything else."""
    status = _status(data, 1)
    if status != _MORE_PROCESSING:
        raise ValueError(f"SESSION_SETUP refused with status 0x{status:08x}")
    offset, size = _number(data, 68, 2), _number(data, 70, 2)
    token = data[offset : offset + size]
    at = token.find(_NTLM)  # inside a negTokenResp, whose DER need not be read for that
    if at < 0:
        raise ValueError("no NTLM challenge in the reply")
    return ntlm(token[at:])


def ntlm(message: bytes) -> Challenge:
    """A CHALLENGE_MESSAGE. Raises ValueError."""
    flags = _number(message, 20, 4)
    names: dict[str, str] = {}
    if flags & _FLAG_TARGET_INFO:
        size, offset = _number(message, 40, 2), _number(message, 44, 4)
        names = _pairs(message[offset : offset + size])
    version = None
    if flags & _FLAG_VERSION and len(message) >= 56:
        version = message[48], message[49], _number(message, 50, 2)
    return Challenge(**names, version=version)


def _pairs(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while kind := _number(data, at, 2):
        size = _number(data, at + 2, 2)
        value = data[at + 4 : at + 4 + size]
        if len(value) < size:
            raise ValueError(f"a name is cut off at byte {at}")
        if kind in _NAMES:
            found.setdefault(_NAMES[kind], value.decode("utf-16-le", "replace"))
        at += 4 + size
    return found


def speaks_smb1(reply: bytes) -> bool:
    """True where the server picked the one old dialect; False where it hung up, answered in SMB2 or picked none.

    >>> speaks_smb1(b""), speaks_smb1(b"\\xffSMBr" + bytes(27) + b"\\x11\\0\\0"), speaks_smb1(b"\\xffSMBr" + bytes(27) + b"\\x01\\xff\\xff")
    (False, True, False)
    """
    return len(reply) >= 35 and reply[:5] == b"\xffSMBr" and reply[5:9] == bytes(4) and reply[33:35] == bytes(2)
