"""Who rules the domain in effect: nesting, loops, primary groups, members that may not be read."""

from __future__ import annotations

import pytest

from auditkit.model.shared.directory import DirectoryGroup, DirectoryMembership, DirectoryUser
from auditkit.probing import NotUnderstood, Reply
from auditkit.registry import registry

PRIVILEGED = registry().derived["directory.privileged"].read
DOMAIN = "S-1-5-21-1-2-3"


def group(rid: int, name: str) -> DirectoryGroup:
    return DirectoryGroup(sid=f"{DOMAIN}-{rid}", rid=rid, name=name, dn=f"CN={name},DC=x", members=None)


def user(name: str, primary: int = 513) -> DirectoryUser:
    ldif = f"dn: CN={name},DC=x\nsAMAccountName: {name}\nobjectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUQQAAA==\nprimaryGroupID: {primary}\n"
    (made,) = registry().probes["directory.users"].read(Reply(ldif.encode()))
    assert isinstance(made, DirectoryUser)
    return made


def joins(*pairs: tuple[str, str | None]) -> list[DirectoryMembership]:
    return [DirectoryMembership(group_dn=f"CN={g},DC=x", member_dn=f"CN={m},DC=x" if m else None) for g, m in pairs]


def test_the_path_through_nested_groups_is_told_and_a_loop_ends() -> None:
    groups = [group(512, "Админы домена"), group(1101, "IT"), group(1102, "Help")]
    found = list(PRIVILEGED(groups, joins(("Админы домена", "IT"), ("IT", "Help"), ("Help", "IT"), ("Help", "ivanov")), [user("ivanov")]))
    assert [(f.path, f.group_rid, f.account) for f in found] == [("Админы домена ← IT ← Help ← ivanov", 512, True)]


def test_a_primary_group_counts_and_a_foreign_principal_is_named() -> None:
    found = list(PRIVILEGED([group(512, "DA")], joins(("DA", "S-1-5-21-9-9-9-1105")), [user("petrov", 512)]))
    assert {(f.name, f.account) for f in found} == {("petrov", True), ("S-1-5-21-9-9-9-1105", False)}


def test_a_group_of_that_name_with_another_rid_rules_nothing() -> None:
    assert list(PRIVILEGED([group(1512, "Domain Admins")], joins(("Domain Admins", "a")), [user("a")])) == []


def test_members_that_may_not_be_read_leave_the_whole_unknown() -> None:
    with pytest.raises(NotUnderstood, match="may not be read"):
        list(PRIVILEGED([group(512, "DA")], joins(("DA", None)), []))


def test_flags_that_may_not_be_read_are_not_taken_for_no() -> None:
    hidden = user("x")
    assert (hidden.enabled, hidden.never_logged_on, hidden.no_preauth, hidden.admin_count) == (None, None, None, None)
