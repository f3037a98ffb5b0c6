r"""Filters of searches, from their text (RFC 4515) to their bytes (RFC 4511, 4.5.1.7).

Probes are written by hand and their filters are checked when they are first sent; an argument never becomes part of one.
"""

from __future__ import annotations

import re

from auditkit.transports.ldapber import octets, tlv

_AND, _OR, _NOT, _EQUAL, _SUBSTRINGS, _AT_LEAST, _AT_MOST, _PRESENT, _APPROX, _EXTENSIBLE = range(10)
_SETS = {"&": 0xA0 | _AND, "|": 0xA0 | _OR}
_SIMPLE = {"": _EQUAL, ">": _AT_LEAST, "<": _AT_MOST, "~": _APPROX}
_NAME = r"[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+"
_ITEM = re.compile(rf"(?P<name>(?:{_NAME})(?:;[A-Za-z0-9;-]+)?)(?P<how>[><~]?)=(?P<value>[^()]*)")
_RULE = re.compile(rf"(?P<name>{_NAME})?(?P<dn>:dn)?(?::(?P<rule>{_NAME}))?:=(?P<value>[^()]*)")
_ESCAPED = re.compile(rb"\\([0-9A-Fa-f]{2})?")
_DEEPEST = 50


class FilterError(ValueError):
    """A filter that is none, with the place where it stops being one."""


def encode(text: str) -> bytes:
    r"""The bytes of a filter. Raises FilterError.

    >>> encode("(cn=a)").hex()
    'a3070402636e040161'
    """
    made, at = _one(text, 0, 0)
    if at != len(text):
        raise FilterError(f"{text}: more follows after character {at}")
    return made


def _one(text: str, at: int, depth: int) -> tuple[bytes, int]:
    if text[at : at + 1] != "(" or depth > _DEEPEST:
        raise FilterError(f"{text}: a filter must begin with ( at character {at}" if depth <= _DEEPEST else "a filter is nested too deep")
    sign = text[at + 1 : at + 2]
    if sign in ("&", "|", "!") and sign:
        return _many(text, at + 2, sign, depth)
    end = text.find(")", at)
    if end < 0:
        raise FilterError(f"{text}: the filter at character {at} is not closed")
    return _item(text[at + 1 : end]), end + 1


def _many(text: str, at: int, sign: str, depth: int) -> tuple[bytes, int]:
    found: list[bytes] = []
    while text[at : at + 1] == "(":
        made, at = _one(text, at, depth + 1)
        found.append(made)
    if text[at : at + 1] != ")":
        raise FilterError(f"{text}: ( or ) expected at character {at}")
    if sign == "!":
        if len(found) != 1:
            raise FilterError(f"{text}: ! takes one filter, not {len(found)}")
        return tlv(0xA0 | _NOT, *found), at + 1
    return tlv(_SETS[sign], *found), at + 1


def _item(text: str) -> bytes:
    m = _ITEM.fullmatch(text)
    if m is None:
        return _extensible(text)
    name, value = m["name"], m["value"]
    if m["how"] or "*" not in value:
        return tlv(0xA0 | _SIMPLE[m["how"]], octets(name), octets(_bytes(value)))
    if value == "*":
        return octets(name, 0x80 | _PRESENT)
    first, *middle, last = value.split("*")
    pieces = [(0, first), *((1, s) for s in middle), (2, last)]
    body = b"".join(octets(_bytes(s), 0x80 | kind) for kind, s in pieces if s)
    return tlv(0xA0 | _SUBSTRINGS, octets(name), tlv(0x30, body))


def _extensible(text: str) -> bytes:
    m = _RULE.fullmatch(text)
    if m is None or not (m["name"] or m["rule"]):
        raise FilterError(f"({text}) is no filter")
    rule = octets(m["rule"], 0x81) if m["rule"] else b""
    name = octets(m["name"], 0x82) if m["name"] else b""
    of_dn = tlv(0x84, b"\xff") if m["dn"] else b""
    return tlv(0xA0 | _EXTENSIBLE, rule, name, octets(_bytes(m["value"]), 0x83), of_dn)


def _bytes(value: str) -> bytes:
    r"""A value with its \xx escapes (RFC 4515, 3) undone."""

    def undone(m: re.Match[bytes]) -> bytes:
        if m[1] is None:
            raise FilterError(f"{value}: a backslash must be followed by two hexadecimal digits")
        return bytes.fromhex(m[1].decode())

    return _ESCAPED.sub(undone, value.encode())
