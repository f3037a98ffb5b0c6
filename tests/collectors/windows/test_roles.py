"""What roles answer: traps that a row alone does not show."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest

from auditkit.model import Found, Outcome, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry
from tests.lab import cases

PROBES = registry().probes
SECTIONS = Path(__file__).parents[3] / "collectors" / "windows"


def ask(probe: str, *rows: dict[str, Any], code: int = 0, stderr: bytes = b"") -> Outcome:
    return PROBES[probe].outcome(Reply(b"".join(json.dumps(r).encode() + b"\n" for r in rows), stderr, code))


def facts(outcome: Outcome) -> list[Any]:
    return list(outcome.facts if isinstance(outcome, Found) else outcome.seen if isinstance(outcome, Unknown) else ())


# -- SQL Server


def test_every_query_is_one_that_the_runtime_lets_through() -> None:
    head = (SECTIONS / "_head.ps1").read_text("ascii")
    wanted = re.search(r"\$akQuery -notmatch '([^']+)' -or \$akQuery -match '([^']+)'", head)
    assert wanted
    queries = re.findall(r"Read-Sql \$server '\w+' '((?:[^']|'')+)'", (SECTIONS / "sqldata.ps1").read_text("ascii"))
    assert len(queries) == 5
    for query in (q.replace("''", "'") for q in queries):
        assert re.search(wanted[1], query, re.I), query
        assert not re.search(wanted[2], query, re.I), query
        assert query.count("(") == query.count(")")


def test_copies_into_nothing_and_copies_of_an_older_database_of_that_name_are_not_asked_for() -> None:
    text = (SECTIONS / "sqldata.ps1").read_text("ascii")
    assert "UPPER(m.physical_device_name) = ''NUL''" in text
    assert "b.backup_finish_date >= d.create_date" in text


def test_jobs_are_read_from_the_table_that_hides_none() -> None:
    text = (SECTIONS / "sqldata.ps1").read_text("ascii")
    assert "msdb.dbo.sysjobs j" in text
    assert "sysjobs_view" not in text


def test_the_wall_clock_of_a_job_becomes_utc() -> None:
    seen = PROBES["windows.sql_jobs"].outcome(cases.load(cases.REPLIES / "windows.sql_jobs/srv2019").reply)
    job = next(f for f in facts(seen) if getattr(f, "name", "") == "Копия buh")
    assert job.last_run.isoformat() == "2026-11-21T22:30:00+00:00"  # 01:30 three hours east of Greenwich


# -- tasks


def task(path: str, logon: int, user: str) -> dict[str, Any]:
    return {
        "_": "task", "path": path, "enabled": True, "last": "1899-12-29T21:29:43Z", "result": -2147024894, "next": None, "missed": 0,
        "user": user, "group": None, "logon": logon, "level": 0, "triggers": [], "actions": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("logon", "user", "uses"),
    [
        (1, r"CORP\ivanov", [False]),  # its password is kept here
        (2, r"CORP\ivanov", [False]),
        (1, r"CORP\gmsa$", [True]),  # nobody knows the password of a managed account
        (3, r"CORP\ivanov", []),  # runs only while he is there
        (5, "СИСТЕМА", []),  # Windows itself, whatever its name in this language
        (4, "", []),
    ],
)
def test_whose_account_stops_a_task(logon: int, user: str, uses: list[bool]) -> None:
    seen = ask("windows.tasks", task("\\a", logon, user))
    assert [f.builtin for f in facts(seen) if type(f).__name__ == "AccountUse"] == uses


def test_a_task_that_never_ran_and_a_result_below_zero() -> None:
    (one, _) = facts(ask("windows.tasks", task("\\a", 3, "x")))
    assert (one.last_run, one.next_run, one.result) == (None, None, 0x80070002)


def test_tasks_of_windows_itself_are_left_out_but_those_with_a_password_and_those_that_copy() -> None:
    given = (("X", 5, "x"), ("Y", 1, r"CORP\i"), (r"Backup\Z", 5, "x"))
    rows = [task(f"\\Microsoft\\Windows\\{name}", logon, user) for name, logon, user in given]
    assert [f.path for f in facts(ask("windows.tasks", *rows)) if hasattr(f, "path")] == [rows[1]["path"], rows[2]["path"]]


def test_what_one_account_is_shown_is_kept_and_is_not_all() -> None:
    seen = ask("windows.tasks", task("\\a", 1, "me"), code=5, stderr=b"only an administrator is shown the tasks of everybody")
    assert isinstance(seen, Unknown)
    assert len(seen.seen) == 3


# -- event logs


@pytest.mark.parametrize(
    ("provider", "event", "counts"),
    [
        ("disk", 7, True),
        ("Ntfs", 55, True),
        ("Microsoft-Windows-Ntfs", 55, True),
        ("iaStorA", 129, True),
        ("LSI_SAS", 11, True),
        ("HpSAMD", 129, True),
        ("mvs91xx", 129, True),  # a driver that nobody here has heard of
        ("mvs91xx", 7, False),
        ("cdrom", 7, False),
        ("Microsoft-Windows-Time-Service", 129, False),
        ("Microsoft-Windows-Kerberos-Key-Distribution-Center", 11, False),
        ("Microsoft-Windows-GroupPolicy", 7, False),
    ],
)
def test_the_number_of_an_event_means_nothing_without_its_provider(provider: str, event: int, counts: bool) -> None:
    row = {"_": "disk", "id": event, "provider": provider, "at": "2026-11-20T10:00:00Z", "level": 2, "data": []}
    begins = {"_": "history", "log": "System", "at": "2026-01-01T00:00:00Z"}
    assert any(type(f).__name__ == "DiskTrouble" for f in facts(ask("windows.troubles", begins, row))) is counts


# -- rights of folders (MS-DTYP 2.4)

EVERYONE, USERS, DOMAIN = "S-1-1-0", "S-1-5-32-545", "S-1-5-21-1-2-3-1200"
READ, CHANGE = 0x1200A9, 0x1301BF


def sid(text: str) -> bytes:
    parts = [int(p) for p in text.split("-")[2:]]
    return bytes([1, len(parts) - 1]) + parts[0].to_bytes(6, "big") + b"".join(struct.pack("<I", p) for p in parts[1:])


def descriptor(*aces: tuple[int, int, int, str]) -> str:
    """(type, flags, mask, SID) each."""
    body = b""
    for kind, flags, mask, who in aces:
        body += struct.pack("<BBHI", kind, flags, 8 + len(sid(who)), mask) + sid(who)
    acl = struct.pack("<BBHHH", 2, 0, 8 + len(body), len(aces), 0) + body
    return (struct.pack("<BBHIIII", 1, 0, 0x8004, 0, 0, 0, 20) + acl).hex()


@pytest.mark.parametrize(
    ("aces", "everybody"),
    [
        ([(0, 3, CHANGE, EVERYONE)], True),
        ([(0, 3, READ, EVERYONE), (0, 3, CHANGE, DOMAIN)], False),
        ([(1, 3, CHANGE, EVERYONE), (0, 3, CHANGE, USERS)], False),  # denied to everybody before
        ([(0, 3, CHANGE, USERS), (1, 3, CHANGE, EVERYONE)], True),  # the first that speaks counts
        ([(1, 3, CHANGE, DOMAIN), (0, 3, CHANGE, USERS)], True),  # denied to others
        ([(0, 0x0B, CHANGE, EVERYONE)], False),  # for what lies below alone
        ([(10, 3, CHANGE, EVERYONE), (0, 3, CHANGE, USERS)], True),  # denied under a condition is not denied
        ([(9, 3, CHANGE, USERS)], True),
        ([(0, 3, 0x10000000, USERS)], True),
        ([], False),
    ],
)
def test_whether_everybody_may_write_into_a_folder(aces: list[tuple[int, int, int, str]], everybody: bool) -> None:
    seen = ask("windows.sharefolders", {"_": "folder", "share": "s", "path": "D:\\s", "acl": descriptor(*aces)})
    assert [f.everyone_writes for f in facts(seen)] == [everybody]


def test_an_entry_of_another_kind_is_not_passed_over() -> None:
    seen = ask("windows.sharefolders", {"_": "folder", "share": "s", "path": "D:\\s", "acl": descriptor((5, 3, CHANGE, USERS))})
    assert isinstance(seen, Unknown)


# -- IIS and Hyper-V


def test_a_document_type_in_the_configuration_of_iis_is_refused() -> None:
    from base64 import b64encode

    bomb = b64encode(b'<!DOCTYPE a [<!ENTITY b "c">]><configuration/>').decode()
    rows: list[dict[str, Any]] = [{"_": "Win32_Service", "Name": "W3SVC", "State": "Running"}]
    rows += [{"_": word, "path": "x", "size": 1, "changed": None, "cut": False, "data": bomb} for word in ("redirection", "config")]
    assert isinstance(ask("windows.iis", *rows), Unknown)


def test_a_machine_is_told_by_its_number_not_by_a_caption() -> None:
    host = {"_": "system", "name": "HV1", "title": "Виртуальная машина", "state": 2, "replication": 0, "health": 0, "replicated": None}
    assert type(ask("windows.hyperv", host)).__name__ == "Absent"


def test_hyper_v_that_names_nothing_at_all_has_not_answered() -> None:
    assert isinstance(ask("windows.hyperv", {"_": "Msvm_MemorySettingData", "InstanceID": "x", "VirtualQuantity": 1}), Unknown)
