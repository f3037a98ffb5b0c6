"""Accounts that are users, and one that is not."""

from __future__ import annotations

from typing import Any

from auditkit.model import Found
from auditkit.probing import Reply
from auditkit.registry import registry

_SID = "AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAAUAQAAA=="


def _entry(name: str, control: int) -> str:
    lines = ("instanceType: 4", f"sAMAccountName: {name}", f"objectSid:: {_SID}", f"userAccountControl: {control}")
    return f"dn: CN={name},CN=Users,DC=a,DC=b\n" + "\n".join(lines) + "\n\n"


def test_the_account_of_a_trust_is_no_user_without_a_password() -> None:
    probe = next(p for p in registry().probes_on("directory") if p.name == "directory.users")
    text = _entry("FILIAL$", 0x820) + _entry("guest2", 0x220)  # 0x800: of a trust, MS-ADTS 2.2.16
    found = probe.outcome(Reply(text.encode(), b"", 0, arg="1"))
    assert isinstance(found, Found)
    facts: list[Any] = list(found.facts)
    assert [(u.name, u.password_not_required) for u in facts] == [("guest2", True)]
