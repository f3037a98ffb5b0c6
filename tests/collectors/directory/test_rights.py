"""What an access list lets whom do, on descriptors written byte by byte after MS-DTYP 2.4.6."""

from __future__ import annotations

import struct
import uuid
from importlib import import_module

import pytest

from auditkit.ldif import LdifError

DIRECTORY = "auditkit.collectors.directory"
DESCRIPTOR, RIGHTS = (import_module(f"{DIRECTORY}.{m}") for m in ("_descriptor", "_rights"))
EVERYBODY = bytes.fromhex("010100000000000100000000")  # S-1-1-0
OPERATOR = struct.pack("<BB6s5I", 1, 5, b"\0\0\0\0\0\5", 21, 1, 2, 3, 1105)
OWNER_RIGHTS = bytes.fromhex("010100000000000304000000")  # S-1-3-4
WHO = "S-1-5-21-1-2-3-1105"
GET_CHANGES, GET_ALL = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"
RESET, MEMBER = "00299570-246d-11d0-a768-00aa006e0529", "bf9679c0-0de6-11d0-a285-00aa003049e2"
USER, LAPS = "bf967aba-0de6-11d0-a285-00aa003049e2", "12345678-0000-0000-0000-000000000001"
BELOW, BELOW_ALONE, FROM_ABOVE = 0x2, 0xA, 0x12


def ace(kind: int, mask: int, what: str = "", on: str = "", flags: int = 0, who: bytes = OPERATOR) -> bytes:
    body = who
    if kind in (5, 6, 11, 12):
        guids = b"".join(uuid.UUID(g).bytes_le for g in (what, on) if g)
        body = struct.pack("<I", (1 if what else 0) | (2 if on else 0)) + guids + who
    return struct.pack("<BBHI", kind, flags, 8 + len(body), mask) + body


def descriptor(*aces: bytes, owner: bytes = b"", control: int = 0x8004) -> bytes:
    acl = struct.pack("<BBHHH", 4, 0, 8 + sum(map(len, aces)), len(aces), 0) + b"".join(aces)
    return struct.pack("<BBHIIII", 1, 0, control, 20 if owner else 0, 0, 0, 20 + len(owner)) + owner + acl


def may(*aces: bytes, below: bool = False, owner: bytes = b"") -> list[tuple[str, str]]:
    return [(h.sid, h.may) for h in RIGHTS.held(DESCRIPTOR.decode(descriptor(*aces, owner=owner)), below)]


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        (ace(0, 0xF01FF), ["GenericAll"]),
        (ace(0, 0x10000000), ["GenericAll"]),
        (ace(0, 0x40000), ["WriteDacl"]),
        (ace(0, 0x80000), ["WriteOwner"]),
        (ace(0, 0x20), ["WriteAllProperties"]),
        (ace(0, 0x40000000), ["AddSelf", "WriteAllProperties"]),
        (ace(0, 0x100), ["AllExtendedRights"]),
        (ace(5, 0x100, GET_CHANGES), ["GetChanges"]),
        (ace(5, 0x100, GET_ALL), ["GetChangesAll"]),
        (ace(5, 0x100, RESET), ["ResetPassword"]),
        (ace(5, 0x20, MEMBER), ["AddMember"]),
        (ace(5, 0x8, MEMBER), ["AddSelf"]),
        (ace(5, 0x20, "bc0ac240-79a9-11d0-9020-00c04fc2d4cf"), ["AddMember"]),  # the set of properties that holds member
        (ace(5, 0x20, "5b47d60f-6090-40b2-9f37-2a4de88f3063"), ["WriteKeyCredentialLink"]),
        (ace(5, 0x20, "3f78c3e5-f79a-46bd-a0b8-9d18116ddc79"), ["WriteAllowedToAct"]),
        (ace(5, 0x20, "4c164200-20c0-11d0-a768-00aa006e0529"), ["WriteAllowedToAct"]),
        (ace(5, 0x20, "f30e3bbe-9ff0-11d1-b603-0000f80367c1"), ["WriteGPLink"]),
        (ace(5, 0xF01FF, USER), ["GenericAll"]),  # named by its class: the object itself
        (ace(5, 0x3, USER), []),  # may make and delete users below: no power over what is there
        (ace(5, 0x110, LAPS), ["ReadConfidential"]),
        (ace(5, 0x100, LAPS), []),  # an extended right that nobody knows
        (ace(0, 0x94), []),  # read and list
        (ace(9, 0xF01FF), ["GenericAll"]),  # under a condition
    ],
)  # fmt: skip
def test_rights_are_told_by_their_bits_and_by_what_they_are_about(entry: bytes, named: list[str]) -> None:
    assert may(entry) == [(WHO, n) for n in named]


def test_an_entry_for_what_is_below_says_nothing_of_the_object_and_names_its_class() -> None:
    entry = ace(5, 0x100, RESET, USER, BELOW_ALONE)
    assert may(entry) == []
    (one,) = RIGHTS.held(DESCRIPTOR.decode(descriptor(entry)), True)
    assert (one.may, one.on_class, one.inherited) == ("ResetPassword", "user", False)
    assert may(ace(0, 0xF01FF), below=True) == []


def test_what_is_denied_first_is_not_granted_but_a_condition_denies_nothing() -> None:
    assert may(ace(1, 0x40000), ace(0, 0xC0000)) == [(WHO, "WriteOwner")]
    assert may(ace(6, 0x100, GET_ALL), ace(5, 0x100, GET_ALL)) == []
    assert may(ace(1, 0x10000000), ace(0, 0xF01FF)) == []
    assert may(ace(0, 0x40000), ace(1, 0x40000, flags=FROM_ABOVE)) == [(WHO, "WriteDacl")]  # granted here before it is denied above
    assert may(ace(10, 0x40000), ace(0, 0x40000)) == [(WHO, "WriteDacl")]
    assert may(ace(1, 0x40000, who=EVERYBODY), ace(0, 0x40000)) == [(WHO, "WriteDacl")]  # nobody is called harmless by his groups


def test_an_entry_that_came_from_above_is_told_from_one_of_its_own() -> None:
    both = RIGHTS.held(DESCRIPTOR.decode(descriptor(ace(0, 0x40000, flags=FROM_ABOVE), ace(0, 0x80000))))
    assert [(h.may, h.inherited) for h in both] == [("WriteDacl", True), ("WriteOwner", False)]
    again = RIGHTS.held(DESCRIPTOR.decode(descriptor(ace(0, 0x40000), ace(0, 0x40000, flags=FROM_ABOVE))))
    assert [h.inherited for h in again] == [False]


def test_the_owner_may_rewrite_the_list_unless_the_list_says_what_owners_may() -> None:
    assert may(owner=OPERATOR) == [(WHO, "Owner")]
    assert may(ace(0, 0x10, who=OWNER_RIGHTS), owner=OPERATOR) == []
    assert may(ace(0, 0x40000, who=OWNER_RIGHTS), owner=OPERATOR) == [(WHO, "WriteDacl")]
    assert may(ace(0, 0x10, flags=BELOW_ALONE, who=OWNER_RIGHTS), owner=OPERATOR) == [(WHO, "Owner")]  # said of what is below


def test_no_list_lets_everybody_do_everything() -> None:
    d = DESCRIPTOR.decode(descriptor(control=0x8000))
    assert [(h.sid, h.may) for h in RIGHTS.held(d)] == [("S-1-1-0", "GenericAll")]


def test_inheritance_that_was_broken_is_seen() -> None:
    assert DESCRIPTOR.decode(descriptor()).inherits
    assert not DESCRIPTOR.decode(descriptor(control=0x9004)).inherits


@pytest.mark.parametrize("cut", range(1, len(descriptor(ace(5, 0x100, RESET, USER), owner=OPERATOR))))
def test_a_descriptor_that_is_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises((LdifError, struct.error)):
        DESCRIPTOR.decode(descriptor(ace(5, 0x100, RESET, USER), owner=OPERATOR)[:cut])


def test_an_entry_of_a_kind_that_nobody_knows_is_refused() -> None:
    with pytest.raises(LdifError, match="of kind 4"):
        DESCRIPTOR.decode(descriptor(ace(4, 0xF01FF)))
