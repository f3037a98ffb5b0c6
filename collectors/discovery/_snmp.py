"""Reading the PDU of an SNMP response: RFC 3416 3, X.690 8 (BER). Every length is the agent's."""

from __future__ import annotations

from collections.abc import Iterator

DESCRIPTION, OBJECT, NAME = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0"
_RESPONSE, _SEQUENCE, _OCTETS, _OID = 0xA2, 0x30, 0x04, 0x06


def values(pdu: bytes) -> dict[str, bytes | str]:
    """Object -> its text as bytes, or an object identifier; others (noSuchObject) are left out. Raises ValueError."""
    kind, body, _ = take(pdu)
    if kind != _RESPONSE:
        raise ValueError("no SNMP response")
    for _ in range(3):  # request-id, error-status, error-index
        _, _, body = take(body)
    _, bindings, _ = take(body)
    found: dict[str, bytes | str] = {}
    for one in _all(bindings):
        _, raw, rest = take(one)
        tag, value, _ = take(rest)
        if tag in (_OCTETS, _OID):
            found[oid(raw)] = value if tag == _OCTETS else oid(value)
    return found


def _all(data: bytes) -> Iterator[bytes]:
    while data:
        tag, body, data = take(data)
        if tag != _SEQUENCE:
            raise ValueError("no list of values")
        yield body


def take(data: bytes) -> tuple[int, bytes, bytes]:
    """The first value: its tag, its bytes, and what follows. Raises ValueError."""
    if len(data) < 2:
        raise ValueError("an SNMP reply that is cut off")
    size, at = data[1], 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4:
            raise ValueError("a length that no SNMP reply has")
        size, at = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if len(data) < at + size:
        raise ValueError("an SNMP reply that is cut off")
    return data[0], data[at : at + size], data[at + size :]


def oid(body: bytes) -> str:
    """An object identifier as people write it.

    >>> oid(bytes.fromhex("2b06010401f50c01"))
    '1.3.6.1.4.1.14988.1'
    """
    if not body or len(body) > 128:
        raise ValueError("no object identifier")
    arcs: list[int] = []
    value = 0
    for byte in body:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    if not arcs:
        raise ValueError("no object identifier")
    first = arcs[0]
    head = [min(first // 40, 2), first - 40 * min(first // 40, 2)]
    return ".".join(map(str, [*head, *arcs[1:]]))
