"""Blobs of a directory, written here byte by byte after their specifications, and names that are easily misread."""

from __future__ import annotations

import struct
import uuid
from importlib import import_module

import pytest

from auditkit.ldif import LdifError

# parts of collectors, by the names they have where they are installed
DIRECTORY = "auditkit.collectors.directory"
DNS, ENROLMENT, NAMES, REPLICATION, RIGHTS, DESCRIPTOR = (
    import_module(f"{DIRECTORY}.{m}") for m in ("_dnsrecord", "_enrolment", "_names", "replication", "_rights", "_descriptor")
)
record, rights, anybody, ENROL = DNS.record, ENROLMENT.rights, RIGHTS.anybody, ENROLMENT.ENROL
label, deleted, link = NAMES.label, NAMES.deleted, REPLICATION.link

EVERYBODY = bytes.fromhex("010100000000000100000000")  # S-1-1-0
ADMINS = bytes.fromhex("01020000000000052000000020020000")  # S-1-5-32-544


def stored(kind: int, data: bytes, hours: int = 0) -> bytes:
    return struct.pack("<HHBBHI", len(data), kind, 5, 240, 0, 1) + struct.pack(">I", 900) + bytes(4) + struct.pack("<I", hours) + data


def name(*labels: bytes) -> bytes:
    body = b"".join(bytes([len(part)]) + part for part in labels) + b"\0"
    return bytes([len(body), len(labels)]) + body


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (1, bytes([10, 0, 0, 5]), "10.0.0.5"),
        (28, bytes(15) + b"\1", "::1"),
        (15, b"\0\x0a" + name(b"mail", b"corp"), "10 mail.corp"),
        (33, struct.pack(">HHH", 0, 100, 389) + name(b"dc1"), "0 100 389 dc1"),
        (16, b"\x06v=spf1\x04-all", "v=spf1 -all"),
        (2, name(), "."),
    ],
)
def test_a_record_is_read_as_a_zone_file_writes_it(kind: int, data: bytes, words: str) -> None:
    assert (record(stored(kind, data)).data, record(stored(kind, data)).ttl) == (words, 900)


def test_a_record_is_static_or_carries_its_hour() -> None:
    assert record(stored(1, bytes(4))).stamped is None
    assert str(record(stored(1, bytes(4), hours=24)).stamped) == "1601-01-02 00:00:00+00:00"


def test_a_record_that_is_cut_is_refused() -> None:
    with pytest.raises(LdifError):
        record(stored(1, bytes(4))[:-1])


def descriptor(*entries: bytes) -> bytes:
    acl = struct.pack("<BBHHH", 4, 0, 8 + sum(map(len, entries)), len(entries), 0) + b"".join(entries)
    return struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, 20 + len(ADMINS)) + ADMINS + acl


def entry(kind: int, mask: int, who: bytes, what: uuid.UUID | None = None, flags: int = 0) -> bytes:
    body = (struct.pack("<I", 1) + what.bytes_le if what else b"") + who
    return struct.pack("<BBHI", kind, flags, 8 + len(body), mask) + body


def test_who_may_enrol_and_who_may_change() -> None:
    enrol = rights(descriptor(entry(5, 0x100, EVERYBODY, ENROL)))
    assert (enrol.enrol, enrol.change, enrol.owner) == (("S-1-1-0",), (), "S-1-5-32-544")
    assert rights(descriptor(entry(0, 0x100, EVERYBODY))).enrol == ("S-1-1-0",)  # all extended rights
    assert rights(descriptor(entry(5, 0x100, EVERYBODY, uuid.UUID(int=7)))).enrol == ()  # another extended right
    assert rights(descriptor(entry(0, 0x20, EVERYBODY))).change == ("S-1-1-0",)
    assert rights(descriptor(entry(0, 0x20, EVERYBODY, flags=8))).change == ()  # for children alone


def test_no_list_at_all_lets_everybody_do_everything() -> None:
    assert rights(struct.pack("<BBHIIII", 1, 0, 0x8000, 20, 0, 0, 0) + ADMINS).enrol == ("S-1-1-0",)


def test_groups_that_stand_for_everybody() -> None:
    assert anybody(("S-1-5-21-1-2-3-513",))
    assert not anybody(("S-1-5-21-1-2-3-512", "S-1-5-21-1-2-3-1513"))


def test_a_link_that_never_worked_and_one_of_a_strange_version() -> None:
    blob = struct.pack("<IIIIQQI", 2, 0, 208, 17, 0, 0, 8524).ljust(160, b"\0") + uuid.UUID(int=5).bytes_le + bytes(32)
    one = link("DC=x", blob)
    assert (one.failures, one.result, one.ever, one.last_success, one.source) == (17, 8524, False, None, str(uuid.UUID(int=5)))
    with pytest.raises(LdifError, match="version 9"):
        link("DC=x", b"\x09" + blob[1:])


def test_names_with_commas_and_of_deleted_objects() -> None:
    assert label(r"CN=a\, b,OU=c") == "a, b"
    assert deleted(r"CN=NTDS Settings,CN=DC9\0ADEL:0f,CN=Servers")
    assert not deleted("CN=MODEL:1,DC=x")
