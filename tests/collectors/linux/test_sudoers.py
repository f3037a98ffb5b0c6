"""sudoers(5): who may do what, with aliases replaced."""

from __future__ import annotations

from typing import Any

import pytest

from auditkit.model import Found, Unknown
from auditkit.model.shared.access import Account, AccountGroup
from auditkit.probing import Reply
from auditkit.registry import registry


def rules(text: str) -> list[tuple[str, str, str, bool]]:
    outcome = registry().probes["linux.sudoers"].outcome(Reply(f"==> /etc/sudoers <==\n{text}".encode(), root=True))
    assert isinstance(outcome, Found), outcome
    return [(r.who, r.run_as, r.command, r.nopasswd) for r in outcome.facts]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("root ALL=(ALL:ALL) ALL", [("root", "ALL:ALL", "ALL", False)]),
        ("bob ALL=NOPASSWD:ALL", [("bob", "root", "ALL", True)]),
        ("bob ALL=(ALL)NOPASSWD:NOEXEC: /bin/a", [("bob", "ALL", "/bin/a", True)]),
        ("bob ALL=(www) NOPASSWD: /bin/a, PASSWD: /bin/b", [("bob", "www", "/bin/a", True), ("bob", "www", "/bin/b", False)]),
        ("bob h1=/bin/a : h2=NOPASSWD:/bin/b", [("bob", "root", "/bin/a", False), ("bob", "root", "/bin/b", True)]),
        ("a, %wheel ALL = ALL", [("a", "root", "ALL", False), ("%wheel", "root", "ALL", False)]),
        (r"%domain\ admins ALL=(ALL) ALL", [(r"%domain admins", "ALL", "ALL", False)]),
        ("bob ALL=(root) sha224:abc= /bin/a", [("bob", "root", "sha224:abc= /bin/a", False)]),
        ("#1001 ALL=ALL  # the old one", [("#1001", "root", "ALL", False)]),
        ("bob ALL=(root) \\\n  /bin/a, \\\n  /bin/b", [("bob", "root", "/bin/a", False), ("bob", "root", "/bin/b", False)]),
        (r"bob ALL=/bin/mount -o uid\=1\,gid\=2 /x", [("bob", "root", r"/bin/mount -o uid\=1\,gid\=2 /x", False)]),
        ("Defaults !authenticate\nbob ALL=ALL", [("bob", "root", "ALL", True)]),
    ],
)
def test_a_rule(line: str, expected: list[tuple[str, str, str, bool]]) -> None:
    assert rules(line) == expected


def test_aliases_within_aliases_are_replaced() -> None:
    text = "User_Alias A = x, B : B = y\nCmnd_Alias C = /bin/c, D\nCmnd_Alias D = /bin/d\nA ALL = NOPASSWD: C"
    assert rules(text) == [(who, "root", f"/bin/{c}", True) for who in "xy" for c in "cd"]


def test_an_alias_that_names_itself_ends() -> None:
    assert ("A", "root", "ALL", False) in rules("User_Alias A = A\nA ALL=ALL")


def test_rules_in_a_file_that_was_not_read_leave_the_question_open() -> None:
    text = b"==> /etc/sudoers <==\nroot ALL=ALL\n@include /etc/sudoers.local\n"
    outcome = registry().probes["linux.sudoers"].outcome(Reply(text, root=True))
    assert isinstance(outcome, Unknown)
    assert outcome.cause == "not_understood"
    assert len(outcome.seen) == 1


def test_sudo_passes_over_names_with_a_dot() -> None:
    text = "root ALL=ALL\n\n==> /etc/sudoers.d/off.bak <==\nx ALL=ALL\n\n==> /etc/sudoers.d/on <==\ny ALL=ALL\n"
    assert [r[0] for r in rules(text)] == ["root", "y"]


def account(name: str, uid: int, gid: int) -> Account:
    return Account(name=name, uid=uid, gid=gid, gecos="", home="", shell="/bin/sh", interactive=True)


def admins(text: str, accounts: list[Account], groups: list[AccountGroup]) -> list[tuple[Any, ...]]:
    outcome = registry().probes["linux.sudoers"].outcome(Reply(f"==> /etc/sudoers <==\n{text}".encode(), root=True))
    assert isinstance(outcome, Found)
    return [(r.who, r.via, r.what) for r in registry().derived["host.admin_rights"].read(accounts, groups, outcome.facts)]


def test_members_of_a_group_by_list_and_by_primary_group() -> None:
    people = [account("root", 0, 0), account("a", 1000, 10), account("b", 1001, 1001)]
    groups = [AccountGroup(name="wheel", gid=10, members=("b",))]
    assert admins("%wheel ALL=ALL", people, groups) == [("b", "%wheel", "ALL"), ("a", "%wheel", "ALL")]


def test_a_group_that_the_host_cannot_list_stays_visible() -> None:
    assert admins("%domain_admins ALL=ALL", [], []) == [("%domain_admins", "", "ALL")]


def test_uid_0_and_the_docker_socket_count_without_any_rule() -> None:
    people = [account("root", 0, 0), account("toor", 0, 0), account("dev", 1000, 1000)]
    found = admins("root ALL=ALL", people, [AccountGroup(name="docker", gid=999, members=("dev",))])
    assert found == [("toor", "", "uid 0"), ("dev", "%docker", "socket of docker")]


def test_a_rule_by_uid_names_the_account() -> None:
    assert admins("#1000 ALL=ALL", [account("dev", 1000, 1000)], []) == [("dev", "", "ALL")]
