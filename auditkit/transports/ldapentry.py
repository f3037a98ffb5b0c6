"""Reading entries: the only part of an answer of a directory that is read by own code, because it is what a large one costs.

ldap3's exact decoder takes longer for an entry than the server takes to send it, and its fast one does not look whether an element
fits into what holds it: a damaged entry comes out of it with fewer values and no error. BER (ITU-T X.690) as LDAP uses it (RFC 4511,
5.1): definite lengths, low tag numbers. `benchmarks/directory.py` measures it.
"""

from __future__ import annotations

INTEGER, OCTETS, SEQUENCE, SET = 0x02, 0x04, 0x30, 0x31
ENTRY, DONE, REFERENCE = 0x64, 0x65, 0x73  # RFC 4511, 4.5.2


class BerError(ValueError):
    """Bytes that are no BER of LDAP: the other side speaks something else, or was damaged."""


def head(data: bytes, at: int) -> tuple[int, int, int]:
    """(tag, where its contents begin, where they end) of the element at a place. Raises BerError where it does not fit.

    >>> head(bytes.fromhex("0481c8") + b"a" * 200, 0)
    (4, 3, 203)
    """
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


def opened(raw: bytes) -> tuple[int, int, bytes]:
    """(number, tag of the operation, its contents) of a whole LDAPMessage (RFC 4511, 4.1.1). Raises BerError."""
    tag, at, _ = head(raw, 0)
    if tag != SEQUENCE:
        raise BerError(f"no LDAP message: it begins with 0x{tag:02x}")
    id_tag, begin, at = head(raw, at)
    if id_tag != INTEGER or not 1 <= at - begin <= 8:
        raise BerError("no LDAP message: it has no number")
    operation, first, last = head(raw, at)
    return int.from_bytes(raw[begin:at], "big", signed=True), operation, raw[first:last]


def entry(contents: bytes) -> tuple[bytes, dict[bytes, list[bytes]]]:
    """(DN, values by attribute as the server wrote it) of a SearchResultEntry (RFC 4511, 4.5.2). Raises BerError.

    The inner loop of everything: lengths below 128 are read in place.
    """
    tag, begin, at = head(contents, 0)
    list_tag, at_list, end = head(contents, at)
    if tag != OCTETS or list_tag != SEQUENCE:
        raise BerError("an entry without DN or attributes")
    found: dict[bytes, list[bytes]] = {}
    dn, at = contents[begin:at], at_list
    while at < end:
        _, at, after = head(contents, at)
        _, first, last = head(contents, at)
        set_tag, at, stop = head(contents, last)
        if set_tag != SET or stop != after:
            raise BerError("an attribute that is no name and its values")
        values: list[bytes] = []
        while at < after:
            size = contents[at + 1] if at + 1 < after else 128
            if size < 128:
                v = at + 2
                at = v + size
            else:
                _, v, at = head(contents, at)
            values.append(contents[v:at])
        if at != after:
            raise BerError("values are longer than what holds them")
        found.setdefault(contents[first:last], []).extend(values)
    return dn, found
