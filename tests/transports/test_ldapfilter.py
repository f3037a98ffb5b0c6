"""Filters become the bytes that RFC 4511 asks for: compared with what ldap3 makes of them."""

from __future__ import annotations

import pytest
from ldap3.operation.search import compile_filter, parse_filter
from pyasn1.codec.ber import encoder

from auditkit.probing import Search
from auditkit.registry import registry
from auditkit.transports.ldapfilter import FilterError, encode

SEARCHES = sorted({p.command.filter for p in registry().probes.values() if isinstance(p.command, Search)})


def theirs(text: str) -> bytes:
    root = parse_filter(text, None, True, True, None, False)
    return bytes(encoder.encode(compile_filter(root.elements[0])))


@pytest.mark.parametrize(
    "text",
    [
        "(cn=Все сотрудники)", "(|(a=1)(b=2)(!(c=3)))",
        "(userAccountControl:1.2.840.113556.1.4.803:=2)", "(cn=a*)", "(cn=*a)", "(cn=*a*b*)", "(cn=a*b*c)", "(n>=5)", "(n<=5)", "(cn~=x)",
        r"(cn=a\2ab)", r"(sid=\01\02\ff)", "(cn=)", "(member:1.2.840.113556.1.4.1941:=CN=a,DC=b)", "(2.5.4.3=a)",
        *SEARCHES,
    ],
)  # fmt: skip
def test_it_is_encoded_as_ldap3_does(text: str) -> None:
    if text == r"(cn=a\2ab)":  # an escaped star is a letter
        assert encode(text) == bytes.fromhex("a3090402636e0403612a62")
    elif text != "(cn=)":
        assert encode(text) == theirs(text)
    else:
        assert encode(text) == bytes.fromhex("a3060402636e0400")


@pytest.mark.parametrize("text", ["", "cn=a", "(cn=a", "(cn=a))", "((cn=a))", "(&(a=1)", "(!(a=1)(b=2))", "(=a)", r"(cn=\zz)", "(" * 99])
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        encode(text)
