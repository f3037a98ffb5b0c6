"""Keys that open accounts: fingerprints are ssh-keygen's own, and no file can speak for another account."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from auditkit.model import Found, Outcome, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry


def keys(out: bytes) -> Outcome:
    return registry().probes["linux.authorized_keys"].outcome(Reply(out, root=True))


@pytest.mark.parametrize(("kind", "size", "bits"), [("rsa", "2048", 2048), ("ed25519", "256", None), ("ecdsa", "384", None)])
def test_the_fingerprint_is_that_of_ssh_keygen(tmp_path: Path, kind: str, size: str, bits: int | None) -> None:
    file = tmp_path / "k"
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-b", size, "-N", "", "-C", "a b", "-f", str(file)], check=True)
    told = subprocess.run(["ssh-keygen", "-l", "-f", f"{file}.pub"], check=True, capture_output=True, text=True).stdout.split()[1]
    public = file.with_suffix(".pub").read_text()
    outcome = keys(f'account\tivan\n/home/ivan/.ssh/authorized_keys:command="echo \\"x y\\"",no-pty {public}'.encode())
    assert isinstance(outcome, Found)
    (key,) = outcome.facts
    assert (key.account, key.fingerprint, key.bits, key.comment) == ("ivan", told, bits, "a b")  # type: ignore[attr-defined]
    assert key.options == 'command="echo \\"x y\\"",no-pty'  # type: ignore[attr-defined]


def test_a_line_of_a_file_cannot_pass_for_another_account() -> None:
    forged = b"account\tivan\n/home/ivan/.ssh/authorized_keys:account\troot\n"
    assert isinstance(keys(forged), Unknown)


def test_a_damaged_key_is_kept_without_fingerprint() -> None:
    outcome = keys(b"account\toldmsp\n/home/oldmsp/.ssh/authorized_keys:ssh-ed25519 AAAAjunk old@msp\n")
    assert isinstance(outcome, Found)
    assert outcome.facts[0].fingerprint is None  # type: ignore[attr-defined]


def test_a_program_that_gives_keys_leaves_the_question_open() -> None:
    assert isinstance(keys(b"config\tAuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys\n"), Unknown)
