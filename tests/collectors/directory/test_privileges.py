"""Who rules the domain in effect: nesting, loops, primary groups, members that may not be read."""

from __future__ import annotations

from typing import Any

import pytest

from auditkit.model.shared.directory import DirectoryGroup, DirectoryMembership, DirectoryUser
from auditkit.probing import NotUnderstood, Reply
from auditkit.registry import registry

READ = registry().derived["directory.privileged"].read
ACCOUNT: Any = registry().types["privileged_account"]
DOMAIN = "S-1-5-21-1-2-3"


def privileged(*facts: Any) -> Any:
    """Without computers."""
    return READ(*facts, ())


def group(rid: int, name: str) -> DirectoryGroup:
    return DirectoryGroup(sid=f"{DOMAIN}-{rid}", rid=rid, name=name, dn=f"CN={name},DC=x", members=None, admin_count=None)


def user(name: str, primary: int = 513) -> DirectoryUser:
    ldif = f"dn: CN={name},DC=x\nsAMAccountName: {name}\nobjectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUQQAAA==\nprimaryGroupID: {primary}\n"
    (made,) = registry().probes["directory.users"].read(Reply(ldif.encode()))
    assert isinstance(made, DirectoryUser)
    return made


def joins(*pairs: tuple[str, str | None]) -> list[DirectoryMembership]:
    return [DirectoryMembership(group_dn=f"CN={g},DC=x", member_dn=f"CN={m},DC=x" if m else None) for g, m in pairs]


def test_the_path_through_nested_groups_is_told_and_a_loop_ends() -> None:
    groups = [group(512, "Админы домена"), group(1101, "IT"), group(1102, "Help")]
    both = list(privileged(groups, joins(("Админы домена", "IT"), ("IT", "Help"), ("Help", "IT"), ("Help", "ivanov")), [user("ivanov")]))
    found = [f for f in both if isinstance(f, ACCOUNT)]
    assert [f.path for f in both if f not in found] == ["Админы домена", "Админы домена ← IT", "Админы домена ← IT ← Help"]
    assert [(f.path, f.group_rid, f.account) for f in found] == [("Админы домена ← IT ← Help ← ivanov", 512, True)]


def test_a_primary_group_counts_and_a_foreign_principal_is_named() -> None:
    made = privileged([group(512, "DA")], joins(("DA", "S-1-5-21-9-9-9-1105")), [user("petrov", 512)])
    found = [f for f in made if isinstance(f, ACCOUNT)]
    assert {(f.name, f.account) for f in found} == {("petrov", True), ("S-1-5-21-9-9-9-1105", False)}


def test_a_group_of_that_name_with_another_rid_rules_nothing() -> None:
    assert list(privileged([group(1512, "Domain Admins")], joins(("Domain Admins", "a")), [user("a")])) == []


def test_members_that_may_not_be_read_leave_the_whole_unknown() -> None:
    with pytest.raises(NotUnderstood, match="may not be read"):
        list(privileged([group(512, "DA")], joins(("DA", None)), []))


def test_flags_that_may_not_be_read_are_not_taken_for_no() -> None:
    hidden = user("x")
    assert (hidden.enabled, hidden.never_logged_on, hidden.no_preauth, hidden.admin_count) == (None, None, None, None)


def test_an_account_in_several_groups_of_full_power_is_listed_once_and_the_guarded_are_known() -> None:
    groups = [group(512, "DA"), group(519, "EA"), group(525, "Protected")]
    made = list(privileged(groups, joins(("DA", "a"), ("EA", "a"), ("EA", "b"), ("Protected", "b")), [user("a"), user("b")]))
    found = [(f.path, f.repeated, f.guarded) for f in made if isinstance(f, ACCOUNT)]
    assert found == [("DA ← a", False, False), ("EA ← a", True, False), ("EA ← b", False, True)]
