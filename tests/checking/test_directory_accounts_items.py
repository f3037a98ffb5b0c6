"""The checklist of a domain's accounts: an account as the directory gives it, and the verdict that follows."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, date, datetime, timedelta

import pytest

from auditkit.book import Declared, build
from auditkit.checking import check, load_checklists
from auditkit.model import Found, Question
from auditkit.probing import Reply
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told

REGISTRY = registry()
NOW = datetime(2026, 11, 25, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "directory_accounts" for i in one.items}
NAMES = ("a", "b", "c", "d", "e")
FRESH, OLD = 134_400_000_000_000_000, 132_000_000_000_000_000  # 2026-11-25, 2019-04-17


def sid(rid: int) -> str:
    return base64.b64encode(struct.pack("<BB6s5I", 1, 5, b"\0\0\0\0\0\5", 21, 1, 2, 3, rid)).decode()


def user(name: str, rid: int, flags: int | None = 512, extra: str = "") -> str:
    seen = "" if flags is None else f"userAccountControl: {flags}\n"
    return f"dn: CN={name},DC=x\nsAMAccountName: {name}\nobjectSid:: {sid(rid)}\nprimaryGroupID: 513\n{seen}{extra}\n"


def ago(days: int) -> int:
    """A moment so many days before the day of the verdict, as directories write it (100 ns since 1601, MS-DTYP 2.3.3)."""
    return (NOW - timedelta(days) - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10


def logon(days: int) -> str:
    return f"lastLogonTimestamp: {ago(days)}\n"


def created(day: str) -> str:
    return f"whenCreated: {day}000000.0Z\n"


def machine(flags: int | None = 4096, extra: str = "", name: str = "PC") -> str:
    seen = "" if flags is None else f"userAccountControl: {flags}\n"
    return f"dn: CN={name},DC=x\nsAMAccountName: {name}$\nobjectSid:: {sid(1300)}\n{seen}{extra}\n"


def state(
    item: str,
    flags: int | None = 512,
    extra: str = "",
    rid: int = 1105,
    admins: int = 1,
    logins: list[str] | None = None,
    ruling: int = 512,
    pc: str = "",
    kind: str = "groupType: -2147483646\n",
) -> str:
    """The verdict where the account "a" is as said, among administrators in order; ruling: RID of their group; kind "": members unseen."""
    people = [user(n, rid + k, flags if k == 0 else 512, extra if k == 0 else "") for k, n in enumerate(NAMES[:admins])]
    members = "".join(f"member: CN={n},DC=x\n" for n in NAMES[:admins])
    group = f"dn: CN=DA,DC=x\nsAMAccountName: DA\nobjectSid:: {sid(ruling)}\n{kind}{members}\n"
    told = []
    for p in REGISTRY.probes_on("directory"):
        told.append(Told(Question("d", p.name, "*"), str(p.command), Found(()), None, NOW, False))
        if page := {"directory.users": "".join(people), "directory.groups": group, "directory.computers": pc}.get(p.name):
            reply = Reply(page.encode(), arg="1", at=NOW)
            told.append(Told(Question("d", p.name, "1"), str(p.command), p.outcome(reply), None, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("d", "directory", "ldap", "d")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    declared = [Declared("predecessor_login", {"login": "text"}, None if logins is None else [(one,) for one in logins])]
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 25), declared)
    (found,) = check(book, [ITEMS[item]])
    return found.state


FLAGS = {"AD-56": 0x200000, "AD-19": 0x400000, "AD-21": 0x10000, "AD-22": 0x20, "AD-50": 0x80, "AD-52": 0x80000}


@pytest.mark.parametrize("item", sorted(FLAGS))
def test_a_flag_of_an_enabled_account(item: str) -> None:
    assert state(item, 512 | FLAGS[item]) == "alarm"
    assert state(item, 512) == "ok"
    assert state(item, None) == "unknown"


def test_five_administrators_are_too_many() -> None:
    assert state("AD-11", admins=5) == "alarm"
    assert state("AD-11", admins=4) == "ok"
    assert state("AD-11", None) == "unknown"


def test_the_previous_contractor() -> None:
    assert state("AD-13", logins=["A"]) == "alarm"
    assert state("AD-13", logins=["other"]) == "ok"
    assert state("AD-13", logins=None) == "unknown"


def test_the_age_of_krbtgt() -> None:
    assert state("AD-17", 514, f"pwdLastSet: {OLD}\n", 502) == "alarm"
    assert state("AD-17", 514, f"pwdLastSet: {FRESH}\n", 502) == "ok"
    assert state("AD-17", None, "", 502) == "unknown"


def test_an_administrator_with_an_spn() -> None:
    assert state("AD-18", 512, "servicePrincipalName: HTTP/x\n") == "alarm"
    assert state("AD-18") == "ok"
    assert state("AD-18", None) == "unknown"


def test_a_password_in_a_description() -> None:
    said = base64.b64encode("пароль: Qwerty123".encode()).decode()
    assert state("AD-51", 512, f"description:: {said}\n") == "alarm"
    assert state("AD-51", 512, "description: Guest account\n") == "ok"


def test_a_description_that_was_not_asked_for_is_no_clean_one() -> None:
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("d", "directory", "ldap", "d")], [Question("d", "directory.users", "*")], NOW, "test", "test")
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 25))
    assert [v.state for v in check(book, [ITEMS["AD-51"]])] == ["unknown"]


@pytest.mark.parametrize("item", ["AD-12", "AD-23"])
def test_nobody_logged_on_for_90_days_and_the_14_that_the_mark_may_lag(item: str) -> None:
    assert state(item, 512, logon(105)) == "alarm"
    assert state(item, 512, logon(104)) == "ok"
    assert state(item, None, logon(105)) == "unknown"


@pytest.mark.parametrize("item", ["AD-12", "AD-23"])
def test_an_account_that_never_logged_on_is_idle_since_it_was_made(item: str) -> None:
    assert state(item, 512, created("20260801")) == "alarm"
    assert state(item, 512, created("20261101")) == "ok"
    assert state(item, 512) == "unknown"  # nor is it seen when it was made


@pytest.mark.parametrize("item", ["AD-12", "AD-23"])
def test_a_disabled_account_and_the_built_in_administrator_may_lie_idle(item: str) -> None:
    assert state(item, 514, logon(400)) == "not_applicable"
    assert state(item, 512, logon(400), rid=500) == "not_applicable"


def test_an_idle_computer() -> None:
    fresh = logon(1)
    assert state("AD-23", 512, fresh, pc=machine(4096, logon(105))) == "alarm"
    assert state("AD-23", 512, fresh, pc=machine(4096, logon(104))) == "ok"
    assert state("AD-23", 512, fresh, pc=machine(4098, logon(400))) == "ok"
    assert state("AD-23", 512, fresh, pc=machine(4096, logon(400), "AZUREADSSOACC")) == "ok"
    assert state("AD-23", 512, fresh, pc=machine(None, logon(400))) == "unknown"


def test_the_built_in_administrator_was_used_in_the_last_35_days_and_the_14_that_the_mark_may_lag() -> None:
    assert state("AD-14", 512, logon(49), rid=500) == "alarm"
    assert state("AD-14", 512, logon(50), rid=500) == "ok"
    assert state("AD-14", 512, rid=500) == "ok"  # never
    assert state("AD-14", None, rid=500) == "unknown"


def test_the_password_of_an_administrator_is_older_than_a_year() -> None:
    assert state("AD-15", 512, f"pwdLastSet: {ago(366)}\n") == "alarm"
    assert state("AD-15", 512, f"pwdLastSet: {ago(365)}\n") == "ok"
    assert state("AD-15", 512) == "unknown"


def test_a_service_account_among_domain_admins_has_an_spn_or_a_password_that_never_expires() -> None:
    assert state("AD-16", 512, "servicePrincipalName: MSSQLSvc/x\n") == "alarm"
    assert state("AD-16", 512 | 0x10000) == "alarm"
    assert state("AD-16", 512) == "ok"
    assert state("AD-16", 512 | 0x10000, rid=500) == "not_applicable"  # the built-in Administrator is no service
    assert state("AD-16", 512 | 0x10000, ruling=551) == "not_applicable"  # nor is a Backup Operator a Domain Admin
    assert state("AD-16", None) == "unknown"
    assert state("AD-16", 512, kind="") == "unknown"


def test_a_computer_with_unconstrained_delegation() -> None:
    assert state("AD-20", pc=machine(4096 | 0x80000)) == "alarm"
    assert state("AD-20", pc=machine(4096)) == "ok"
    assert state("AD-20", pc=machine(0x2000 | 0x80000, name="DC1")) == "not_applicable"  # a controller has it by nature
    assert state("AD-20", pc=machine(None)) == "unknown"


def test_what_admin_count_left_behind() -> None:
    assert state("AD-53", 512, "adminCount: 1\n", ruling=1512) == "alarm"
    assert state("AD-53", 512, "adminCount: 1\n", ruling=520) == "alarm"  # rules the domain, and is none of those that are protected
    assert state("AD-53", 512, "adminCount: 1\n") == "ok"
    assert state("AD-53", 514, "adminCount: 1\n", rid=502, ruling=1512) == "ok"  # krbtgt is always protected
    assert state("AD-53", ruling=1512, kind="groupType: -2147483646\nadminCount: 1\n") == "alarm"  # a group that was nested once
    assert state("AD-53", ruling=512, kind="groupType: -2147483646\nadminCount: 1\n") == "ok"
    assert state("AD-53", ruling=516, kind="groupType: -2147483646\nadminCount: 1\n") == "ok"  # controllers are protected and rule nothing
    assert state("AD-53", None, ruling=1512) == "unknown"
    assert state("AD-53", 512, "adminCount: 1\n", kind="") == "unknown"


def test_a_former_sid() -> None:
    assert state("AD-54", 514, f"sIDHistory:: {sid(777)}\n") == "alarm"
    assert state("AD-54", 514) == "ok"
    assert state("AD-54", None) == "unknown"
    assert state("AD-54", None, f"sIDHistory:: {sid(777)}\n") == "alarm"


def system(name: str, version: str) -> str:
    said = f"operatingSystem:: {base64.b64encode(name.encode()).decode()}\n"
    return said + (f"operatingSystemVersion: {version}\n" if version else "")


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("Windows 7 Профессиональная", "6.1 (7601)", "alarm"),
        ("Windows Server 2012 R2 Standard", "6.3 (9600)", "alarm"),
        ("Windows XP Professional", "5.1 (2600)", "alarm"),
        ("Windows NT", "4.0", "alarm"),
        ("Hyper-V Server 2012 R2", "6.3 (9600)", "alarm"),
        ("Windows 10 Pro", "10.0 (19045)", "ok"),
        ("Windows Server 2025 Standard", "10.0 (26100)", "ok"),
        ("Samba", "4.17.12-Debian", "not_applicable"),
        ("redhat-linux-gnu", "6.1", "not_applicable"),
        ("Windows 7", "", "unknown"),
    ],
)
def test_an_old_windows_is_told_by_its_number(name: str, version: str, expected: str) -> None:
    assert state("AD-55", pc=machine(4096, system(name, version))) == expected


def test_an_old_windows_whose_account_is_disabled_or_not_seen() -> None:
    assert state("AD-55", pc=machine(4098, system("Windows 7", "6.1 (7601)"))) == "not_applicable"
    assert state("AD-55", pc=machine(None, system("Windows 7", "6.1 (7601)"))) == "unknown"
    assert state("AD-55", pc=machine(None)) == "unknown"


def test_a_disabled_account_that_is_an_administrator() -> None:
    assert state("AD-57", 514) == "alarm"
    assert state("AD-57", 512) == "ok"
    assert state("AD-57", 514, rid=500) == "not_applicable"
    assert state("AD-57", None) == "unknown"
