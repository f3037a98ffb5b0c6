"""LDIF (RFC 2849): what is written is read back, and nothing that is no LDIF passes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.ldif import Entry, LdifError, entries, sid, write


@given(st.text(max_size=40).filter(lambda s: "\x00" not in s), st.lists(st.binary(max_size=60), max_size=5))
def test_every_value_comes_back_as_it_went(dn: str, values: list[bytes]) -> None:
    raw = write(dn or "cn=x", {"member": values}) + write("cn=y", {"cn": [b"y"]})
    first, second = entries(raw)
    assert (first.dn, first.all("MEMBER")) == (dn or "cn=x", values)
    assert second.text("cn") == "y"


def test_a_folded_value_is_one_and_comments_and_versions_are_none() -> None:
    raw = b"version: 1\n# hello\ndn: cn=a,\n dc=x\ndescription: one\n  two\n"
    (entry,) = entries(raw)
    assert (entry.dn, entry.text("description")) == ("cn=a,dc=x", "one two")


@pytest.mark.parametrize("raw", [b"cn: a\n", b"dn: cn=a\nno colon\n", b"dn: cn=a\ncn:: %%%\n", b": x\n"])
def test_what_is_no_ldif_is_named_by_its_line(raw: bytes) -> None:
    with pytest.raises(LdifError, match=r"line \d"):
        list(entries(raw))


def test_times_truths_and_sids() -> None:
    entry = Entry("cn=a", {
        "whencreated": [b"20240229235959.0Z"], "lastlogon": [b"133485408000000000"], "accountexpires": [b"9223372036854775807"],
        "pwdlastset": [b"0"], "enabled": [b"TRUE"], "objectguid": [bytes(range(16))],
    })  # fmt: skip
    assert entry.moment("whenCreated") == datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
    assert entry.filetime("lastLogon") == datetime(2024, 1, 1, tzinfo=UTC)  # w32tm /ntte 133485408000000000
    assert entry.filetime("accountExpires") is None
    assert entry.filetime("pwdLastSet") is None
    assert entry.number("pwdLastSet") == 0
    assert entry.truth("enabled") is True
    assert entry.guid() == "03020100-0504-0706-0809-0a0b0c0d0e0f"


def test_a_sid_of_the_wrong_length_is_refused() -> None:
    assert sid(bytes.fromhex("010500000000000515000000") + bytes(12) + (512).to_bytes(4, "little")) == "S-1-5-21-0-0-0-512"
    with pytest.raises(LdifError):
        sid(b"\x01\x05\x00")


def test_several_values_are_no_single_one() -> None:
    with pytest.raises(LdifError, match="2 values"):
        Entry("cn=a", {"cn": [b"a", b"b"]}).text("cn")
