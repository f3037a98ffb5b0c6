"""Passwords in fstab never come out, and plans are told from comments."""

from __future__ import annotations

from typing import Any

import pytest

from auditkit.model import Absent, Found
from auditkit.probing import Reply
from auditkit.registry import registry

FSTAB = registry().probes["linux.fstab"]


def rows(found: object) -> tuple[Any, ...]:
    assert isinstance(found, Found), found
    return found.facts


@pytest.mark.parametrize("option", ["password=Tr0ub4dor", "pass=Tr0ub4dor", "passwd=Tr0ub4dor", "password2=Tr0ub4dor"])
def test_a_password_of_cifs_is_cut(option: str) -> None:
    assert FSTAB.secret
    found = FSTAB.outcome(Reply(f"//nas/docs /mnt cifs username=svc,{option},uid=0 0 0\n".encode()))
    assert "Tr0ub4dor" not in repr(found)
    assert rows(found)[0].options[0] == "username=svc"


def test_nofail_and_noauto() -> None:
    found = FSTAB.outcome(Reply(b"/dev/a /a ext4 defaults 0 2\n/dev/b /b ext4 nofail 0 2\nnas:/c /c nfs noauto 0 0\n/dev/d /d ext4\n"))
    assert [(m.target, m.automatic, m.needed) for m in rows(found)] == [
        ("/a", True, True), ("/b", True, False), ("/c", False, False), ("/d", True, True),
    ]  # fmt: skip


def test_comments_plan_nothing() -> None:
    assert isinstance(FSTAB.outcome(Reply(b"# UUID=x / ext4 defaults 0 1\n")), Absent)
