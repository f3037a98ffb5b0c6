"""LDAP messages (RFC 4511): requests as bytes, responses as values. No connection here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditkit.transports import ldapfilter
from auditkit.transports.ldapber import ENUMERATED, INTEGER, OCTETS, SEQUENCE, BerError, boolean, head, integer, number, octets, parts, tlv

BIND, BOUND, UNBIND, SEARCH, ENTRY, DONE, ABANDON, REFERENCE = 0x60, 0x61, 0x42, 0x63, 0x64, 0x65, 0x50, 0x73
EXTENDED, EXTENDED_DONE = 0x77, 0x78
START_TLS = "1.3.6.1.4.1.1466.20037"  # RFC 4511, 4.14
DISCONNECTED = "1.3.6.1.4.1.1466.20036"  # RFC 4511, 4.4.1
PAGED = "1.2.840.113556.1.4.319"  # RFC 2696
SECURITY = "1.2.840.113556.1.4.801"  # MS-ADTS 3.1.1.3.4.1.11
RECYCLED = "1.2.840.113556.1.4.2064"  # MS-ADTS 3.1.1.3.4.1.22: objects deleted and recycled too
OWNER_AND_DACL = 0x1 | 0x4
_SCOPES = {"base": 0, "one": 1, "subtree": 2}
Scope = Literal["base", "one", "subtree"]


@dataclass(frozen=True, slots=True)
class Result:
    """How an operation ended (RFC 4511, 4.1.9). cookie: of the next page, b"" = none. credentials: the server's SASL token."""

    code: int
    message: str = ""
    cookie: bytes = b""
    credentials: bytes | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One search as it is sent."""

    base: str
    filter: str
    attributes: tuple[str, ...]
    scope: Scope = "subtree"
    seconds: int = 0
    security: bool = False
    deleted: bool = False


def message(number_: int, operation: bytes, *controls: bytes) -> bytes:
    """An LDAPMessage."""
    return tlv(SEQUENCE, integer(number_), operation, tlv(0xA0, *controls) if controls else b"")


def control(oid: str, value: bytes | None = None, critical: bool = True) -> bytes:
    """A control (RFC 4511, 4.1.11)."""
    return tlv(SEQUENCE, octets(oid), boolean(True) if critical else b"", octets(value) if value is not None else b"")


def bind_simple(name: str, password: str) -> bytes:
    """BindRequest with a password (RFC 4511, 4.2): only over TLS."""
    return tlv(BIND, integer(3), octets(name), octets(password, 0x80))


def bind_sasl(mechanism: str, token: bytes) -> bytes:
    """BindRequest of a SASL step."""
    return tlv(BIND, integer(3), octets(""), tlv(0xA3, octets(mechanism), octets(token)))


def extended(oid: str) -> bytes:
    """ExtendedRequest without a value."""
    return tlv(EXTENDED, octets(oid, 0x80))


def search(asked: Asked, page: int = 0, cookie: bytes = b"") -> tuple[bytes, tuple[bytes, ...]]:
    """SearchRequest and its controls; page 0 = not paged. Aliases are never followed. Raises FilterError."""
    request = tlv(
        SEARCH,
        octets(asked.base), integer(_SCOPES[asked.scope], ENUMERATED), integer(0, ENUMERATED), integer(0), integer(asked.seconds),
        boolean(False), ldapfilter.encode(asked.filter), tlv(SEQUENCE, *(octets(a) for a in asked.attributes)),
    )  # fmt: skip
    controls = []
    if page:
        controls.append(control(PAGED, tlv(SEQUENCE, integer(page), octets(cookie))))
    if asked.security:
        controls.append(control(SECURITY, tlv(SEQUENCE, integer(OWNER_AND_DACL))))
    if asked.deleted:
        controls.append(control(RECYCLED))
    return request, tuple(controls)


def opened(raw: bytes) -> tuple[int, int, bytes, bytes]:
    """(number, tag of the operation, its contents, contents of the controls) of a whole LDAPMessage. Raises BerError."""
    tag, at, end = head(raw, 0)
    if tag != SEQUENCE:
        raise BerError(f"no LDAP message: it begins with 0x{tag:02x}")
    id_tag, begin, at = head(raw, at)
    if id_tag != INTEGER:
        raise BerError("no LDAP message: it has no number")
    id_ = number(raw[begin:at])
    operation, begin, at = head(raw, at)
    body = raw[begin:at]
    controls = b""
    if at < end:
        _, first, last = head(raw, at)
        controls = raw[first:last]
    return id_, operation, body, controls


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
        _, at, _ = head(contents, last)
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


def result(operation: int, contents: bytes, controls: bytes = b"") -> Result:
    """Of SearchResultDone, BindResponse or ExtendedResponse. Raises BerError."""
    elements = list(parts(contents))
    if len(elements) < 3 or elements[0][0] != ENUMERATED:
        raise BerError("a result without its code")
    credentials, name = None, ""
    for tag, value in elements[3:]:
        if operation == BOUND and tag == 0x87:
            credentials = value
        if operation == EXTENDED_DONE and tag == 0x8A:
            name = value.decode("ascii", "replace")
    said = elements[2][1].rstrip(b"\0").decode("utf-8", "backslashreplace")
    return Result(number(elements[0][1]), said, _cookie(controls), credentials, name)


def _cookie(controls: bytes) -> bytes:
    for _, one in parts(controls):
        pieces = list(parts(one))
        if pieces and pieces[0][1] == PAGED.encode():
            value = next((v for tag, v in reversed(pieces) if tag == OCTETS), b"")
            inner = [v for _, body in parts(value) for _, v in parts(body)]
            if len(inner) != 2:
                raise BerError("a paging control without its cookie")
            return inner[1]
    return b""
