"""The part of BER (ITU-T X.690) that LDAP uses (RFC 4511, 5.1): definite lengths, low tag numbers. Bytes in, bytes out.

Own, because reading is what a large directory costs: a generic decoder takes longer for an entry than the server takes to send it
(`benchmarks/directory_read.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

INTEGER, OCTETS, ENUMERATED, BOOLEAN, SEQUENCE, SET = 0x02, 0x04, 0x0A, 0x01, 0x30, 0x31


class BerError(ValueError):
    """Bytes that are no BER of LDAP: the other side speaks something else, or was damaged."""


def tlv(tag: int, *parts: bytes) -> bytes:
    """An element of that tag with these contents.

    >>> tlv(OCTETS, b"a" * 200)[:4].hex()
    '0481c861'
    """
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes((tag, n)) + body
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes((tag, 128 | len(size))) + size + body


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A whole number in as few bytes as it needs (X.690, 8.3).

    >>> integer(128).hex(), integer(-1).hex()
    ('02020080', '0201ff')
    """
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes | str, tag: int = OCTETS) -> bytes:
    """An octet string; text in UTF-8."""
    return tlv(tag, value.encode() if isinstance(value, str) else value)


def boolean(value: bool) -> bytes:
    """TRUE as 0xFF (RFC 4511, 5.1)."""
    return tlv(BOOLEAN, b"\xff" if value else b"\x00")


def head(data: bytes, at: int) -> tuple[int, int, int]:
    """(tag, where its contents begin, where they end) of the element at a place. Raises BerError where it does not fit."""
    try:
        tag, size = data[at], data[at + 1]
    except IndexError:
        raise BerError(f"an element is cut off at byte {at}") from None
    begin = at + 2
    if size > 127:
        count = size & 127
        if not 1 <= count <= 8:
            raise BerError(f"a length of an unknown form at byte {at}")
        size = int.from_bytes(data[begin : begin + count], "big")
        begin += count
    if begin + size > len(data):
        raise BerError(f"an element at byte {at} is longer than what holds it")
    return tag, begin, begin + size


def parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, contents) of elements one after another. Raises BerError."""
    at = 0
    while at < len(data):
        tag, begin, end = head(data, at)
        yield tag, data[begin:end]
        at = end


def number(contents: bytes) -> int:
    """Contents of an INTEGER or ENUMERATED. Raises BerError."""
    if not 1 <= len(contents) <= 8:
        raise BerError(f"a number of {len(contents)} bytes")
    return int.from_bytes(contents, "big", signed=True)
