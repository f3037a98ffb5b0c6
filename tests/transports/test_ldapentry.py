"""An entry is read whole or not at all: made here by ldap3's description of RFC 4511, and damaged."""

from __future__ import annotations

import pytest
from ldap3.protocol.rfc4511 import (
    LDAPDN,
    AttributeDescription,
    AttributeValue,
    LDAPMessage,
    MessageID,
    PartialAttribute,
    PartialAttributeList,
    ProtocolOp,
    SearchResultEntry,
    Vals,
)  # fmt: skip
from pyasn1.codec.ber import encoder

from auditkit.transports.ldapentry import ENTRY, BerError, entry, opened

VALUES = {"cn": [b"a"], "member": [b"x" * 200, b"", b"y"], "empty": [], "photo": [b"\x30\x05" * 300]}


def message() -> bytes:
    """An LDAPMessage that holds an entry."""
    listed = PartialAttributeList()
    for name, values in VALUES.items():
        one = PartialAttribute()
        one["type"], one["vals"] = AttributeDescription(name), Vals()
        for n, value in enumerate(values):
            one["vals"][n] = AttributeValue(value)
        listed[len(listed)] = one
    made = SearchResultEntry()
    made["object"], made["attributes"] = LDAPDN("CN=я,DC=x"), listed
    whole = LDAPMessage()
    whole["messageID"], whole["protocolOp"] = MessageID(300), ProtocolOp().setComponentByName("searchResEntry", made)
    return bytes(encoder.encode(whole))


CONTENTS = opened(message())[2]


def test_it_is_what_was_put_in() -> None:
    assert opened(message())[:2] == (300, ENTRY)
    assert entry(CONTENTS) == ("CN=я,DC=x".encode(), {name.encode(): values for name, values in VALUES.items()})


@pytest.mark.parametrize("size", range(0, len(CONTENTS), 7))
def test_what_was_cut_off_is_no_smaller_entry(size: int) -> None:
    with pytest.raises(BerError):
        entry(CONTENTS[:size])


def test_a_length_that_does_not_fit_is_seen() -> None:
    """Each length made one larger: that of a value reaches into its neighbour, that of a list out of what holds it."""
    for at in (n for n in range(40) if CONTENTS[n : n + 1] in (b"\x30", b"\x31", b"\x04") and CONTENTS[n + 1] < 127):
        damaged = CONTENTS[: at + 1] + bytes((CONTENTS[at + 1] + 1,)) + CONTENTS[at + 2 :]
        with pytest.raises(BerError):
            entry(damaged)
