"""Pending updates: nothing is green where there are no lists, and a security update below the newest version is seen."""

from __future__ import annotations

from auditkit.model import Found, Outcome, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry

WARNING = b"\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n"


def updates(out: bytes, **reply: object) -> Outcome:
    return registry().probes["linux.updates"].outcome(Reply(out, **reply))  # type: ignore[arg-type]


def test_a_security_update_between_the_installed_and_the_newest_version() -> None:
    newer = b"vim/jammy-updates 3 amd64 [upgradable from: 1]\nvim/jammy-security 2 amd64 [upgradable from: 1]\n"
    text = b"Listing...\n" + newer + b"vim/now 1 amd64 [installed,upgradable to: 3]\n"
    outcome = updates(text, stderr=WARNING)
    assert isinstance(outcome, Found)
    (vim,) = outcome.facts
    assert (vim.current, vim.candidate, vim.security) == ("1", "3", True)  # type: ignore[attr-defined]


def test_a_security_channel_below_the_installed_version_does_not_count() -> None:
    text = b"Listing...\nvim/jammy-updates 3 amd64 [upgradable from: 2]\nvim/jammy-security,now 2 amd64 [installed,upgradable to: 3]\n"
    outcome = updates(text, stderr=WARNING)
    assert isinstance(outcome, Found)
    assert outcome.facts[0].security is False  # type: ignore[attr-defined]


def test_a_point_release_of_debian_holds_fixes_of_both_kinds() -> None:
    text = b"Listing...\nvim/stable 3 amd64 [upgradable from: 2]\nvim/now 2 amd64 [installed,upgradable to: 3]\n"
    outcome = updates(text, stderr=WARNING)
    assert isinstance(outcome, Found)
    assert outcome.facts[0].security is None  # type: ignore[attr-defined]


def test_nothing_to_update() -> None:
    assert updates(b"Listing...\n", stderr=WARNING) == Found(())


def test_no_lists_is_not_no_updates() -> None:
    outcome = updates(b"", stderr=b"no package lists here, so it knows of no update: apt update never ran\n", code=3)
    assert isinstance(outcome, Unknown)
    assert "never ran" in outcome.why


def test_code_100_is_good_for_dnf_alone() -> None:
    assert isinstance(updates(b"Listing...\n", code=100), Unknown)
    listed = updates(b"\nbash.x86_64  5.1.8-9.el9  baseos\n== advisories\n", code=100, way=1)
    assert isinstance(listed, Found)
    assert listed.facts[0].security is None  # type: ignore[attr-defined]


def test_an_advisory_may_name_the_epoch() -> None:
    text = b"\nopenssl.x86_64  1:3.0.7-27.el9  baseos\n== advisories\nRHSA-2024:1530 Important/Sec. openssl-1:3.0.7-27.el9.x86_64\n"
    outcome = updates(text, code=100, way=1)
    assert isinstance(outcome, Found)
    assert outcome.facts[0].security is True  # type: ignore[attr-defined]
