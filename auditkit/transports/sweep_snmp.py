"""SNMP v2c, where the person gave a community: three values that every agent has.

The community comes back in every reply, so it is cut out before anything is kept. Sources: RFC 1901 3 (message), RFC 3416 3 and
4.2.1 (GetRequest), RFC 3418 (the system group), X.690 8 (BER).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

PORT = 161
SYSTEM = ("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0")  # sysDescr, sysObjectID, sysName
_SEQUENCE, _INTEGER, _OCTETS, _NULL, _OID, _GET, _RESPONSE = 0x30, 0x02, 0x04, 0x05, 0x06, 0xA0, 0xA2


def tlv(tag: int, body: bytes) -> bytes:
    """Tag, length, value.

    >>> tlv(4, b"x" * 200)[:3].hex()
    '0481c8'
    """
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def integer(value: int) -> bytes:
    """A number that is not negative."""
    return tlv(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text: str) -> bytes:
    """An object identifier (X.690 8.19).

    >>> oid("1.3.6.1.4.1.14988.1").hex()
    '06082b06010401f50c01'
    """
    first, second, *rest = map(int, text.split("."))
    body = bytes([40 * first + second])
    for arc in rest:
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(0x80 | arc & 0x7F)
        body += bytes(reversed(part))
    return tlv(_OID, body)


def get(community: str, number: int, names: Sequence[str] = SYSTEM) -> bytes:
    """A GetRequest message."""
    wanted = b"".join(tlv(_SEQUENCE, oid(name) + tlv(_NULL, b"")) for name in names)
    pdu = tlv(_GET, integer(number) + integer(0) + integer(0) + tlv(_SEQUENCE, wanted))
    return tlv(_SEQUENCE, integer(1) + tlv(_OCTETS, community.encode("utf-8")) + pdu)


def number() -> int:
    """Of a request."""
    return secrets.randbelow(2**31 - 1) + 1


def without_community(reply: bytes, asked: int) -> bytes:
    """The response's PDU alone. Raises ValueError for what is no response to this request."""
    tag, message, _ = _take(reply)
    _, _, rest = _take(message)  # version
    _, _, pdu = _take(rest)  # community
    kind, body, _ = _take(pdu)
    if tag != _SEQUENCE or kind != _RESPONSE or not body.startswith(integer(asked)):
        raise ValueError("no response to this request")
    return tlv(kind, body)


def answers(reply: bytes, asked: int) -> bool:
    """True for a response to this request."""
    try:
        without_community(reply, asked)
    except ValueError:
        return False
    return True


def _take(data: bytes) -> tuple[int, bytes, bytes]:
    """The first value: its tag, its bytes, and what follows."""
    if len(data) < 2:
        raise ValueError("cut off")
    size, at = data[1], 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4:
            raise ValueError("a length that no reply has")
        size, at = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if len(data) < at + size:
        raise ValueError("cut off")
    return data[0], data[at : at + size], data[at + size :]
