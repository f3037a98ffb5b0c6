"""The checklist of a domain's accounts: an account as the directory gives it, and the verdict that follows."""

from __future__ import annotations

import base64
import struct
from datetime import UTC, date, datetime

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


def state(item: str, flags: int | None = 512, extra: str = "", rid: int = 1105, admins: int = 1, logins: list[str] | None = None) -> str:
    """The verdict where the account "a" is as said, among administrators in order."""
    people = [user(n, rid + k, flags if k == 0 else 512, extra if k == 0 else "") for k, n in enumerate(NAMES[:admins])]
    members = "".join(f"member: CN={n},DC=x\n" for n in NAMES[:admins])
    group = f"dn: CN=DA,DC=x\nsAMAccountName: DA\nobjectSid:: {sid(512)}\ngroupType: -2147483646\n{members}\n"
    told = []
    for p in REGISTRY.probes_on("directory"):
        told.append(Told(Question("d", p.name, "*"), str(p.command), Found(()), None, NOW, False))
        if page := {"directory.users": "".join(people), "directory.groups": group}.get(p.name):
            reply = Reply(page.encode(), arg="1", at=NOW)
            told.append(Told(Question("d", p.name, "1"), str(p.command), p.outcome(reply), None, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("d", "directory", "ldap", "d")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    declared = [Declared("predecessor_login", {"login": "text"}, None if logins is None else [(one,) for one in logins])]
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 25), declared)
    (found,) = check(book, [ITEMS[item]])
    return found.state


FLAGS = {"AD-19": 0x400000, "AD-21": 0x10000, "AD-22": 0x20, "AD-50": 0x80, "AD-52": 0x80000}


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
