"""The key of prints, and the cipher of secret evidence."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest

from auditkit.errors import ConfigError, EvidenceError, StoreError, UsageError
from auditkit.store.blobs import Cipher as WhatTheStoreWants
from auditkit.workspace.identity import Recipient, identity_place
from auditkit.workspace.keys import evidence_cipher, print_key
from auditkit.workspace.layout import Workspace
from auditkit.workspace.recipients import written

ROOT = Path(__file__).resolve().parents[2]


def test_the_print_key_is_made_once_and_only_for_the_user(workspace: Workspace) -> None:
    key = print_key(workspace)
    assert len(key) == 32
    assert print_key(Workspace.open(workspace.path)) == key
    assert stat.S_IMODE((workspace.state / "print.key").stat().st_mode) == 0o600


def test_two_workspaces_print_differently(tmp_path: Path) -> None:
    assert print_key(Workspace.local(tmp_path / "a")) != print_key(Workspace.local(tmp_path / "b"))


_PRINT = """
import sys
from auditkit.workspace.keys import print_key
from auditkit.workspace.layout import Workspace
print(print_key(Workspace.open(sys.argv[1])).hex())
"""


def test_processes_at_once_get_the_same_key(workspace: Workspace) -> None:
    people = [
        subprocess.Popen([sys.executable, "-c", _PRINT, str(workspace.path)], stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(4)
    ]
    assert {p.communicate(timeout=60)[0].strip() for p in people} == {print_key(workspace).hex()}


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_damaged_print_key_is_not_replaced(workspace: Workspace, size: int) -> None:
    (workspace.state / "print.key").write_bytes(b"x" * size)
    with pytest.raises(StoreError, match=rf"print\.key: {size} bytes instead of 32: restore it from a copy"):
        print_key(workspace)
    assert (workspace.state / "print.key").stat().st_size == size


def test_a_print_key_that_others_can_read(workspace: Workspace) -> None:
    print_key(workspace)
    (workspace.state / "print.key").chmod(0o644)
    with pytest.raises(UsageError, match=r"print\.key: others can read this key \(mode 0644\); chmod 600"):
        print_key(workspace)


def test_at_the_first_use_the_user_becomes_the_recipient(workspace: Workspace) -> None:
    cipher: WhatTheStoreWants = evidence_cipher(workspace)
    assert cipher.kept
    assert cipher.reason == ""
    sealed = cipher.encrypt(b"requirepass Hunter2")
    assert b"Hunter2" not in sealed
    assert cipher.decrypt(sealed) == b"requirepass Hunter2"
    opened = subprocess.run(["age", "-d", "-i", str(identity_place())], input=sealed, capture_output=True, check=True)
    assert opened.stdout == b"requirepass Hunter2"
    assert evidence_cipher(workspace).can_decrypt


def test_public_keys_suffice_to_keep(workspace: Workspace) -> None:
    manager = pyrage.x25519.Identity.generate()
    (workspace.path / "recipients.txt").write_bytes(written([Recipient(str(manager.to_public()), "manager")]))
    cipher = evidence_cipher(workspace)
    assert (cipher.kept, cipher.can_decrypt) == (True, False)
    sealed = cipher.encrypt(b"x")
    assert pyrage.decrypt(sealed, [manager]) == b"x"
    with pytest.raises(EvidenceError, match="secret evidence is closed: this user has no identity"):
        cipher.decrypt(sealed)
    assert not identity_place().exists()


def test_an_identity_that_is_no_recipient(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = evidence_cipher(workspace).encrypt(b"x")
    subprocess.run(["age-keygen", "-o", str(tmp_path / "other.txt")], capture_output=True, check=True)
    monkeypatch.setenv("AUDITKIT_IDENTITY", str(tmp_path / "other.txt"))
    cipher = evidence_cipher(workspace)
    assert not cipher.can_decrypt
    with pytest.raises(EvidenceError, match=r"secret evidence cannot be opened: it is not encrypted to any key of .*other\.txt"):
        cipher.decrypt(sealed)


def test_changed_evidence(workspace: Workspace) -> None:
    cipher = evidence_cipher(workspace)
    sealed = cipher.encrypt(b"x" * 100)
    with pytest.raises(EvidenceError, match="secret evidence cannot be opened: it is damaged"):
        cipher.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_an_identity_that_cannot_be_used_says_why(workspace: Workspace) -> None:
    cipher = evidence_cipher(workspace)
    identity_place().chmod(0o644)
    again = evidence_cipher(workspace)
    assert (again.kept, again.can_decrypt) == (True, False)
    with pytest.raises(EvidenceError, match="others can read this private key"):
        again.decrypt(cipher.encrypt(b"x"))


def test_a_broken_list_of_recipients_is_an_error_and_not_a_silence(workspace: Workspace) -> None:
    (workspace.path / "recipients.txt").write_text("age1broken\n")
    with pytest.raises(ConfigError, match=r"recipients\.txt:1:1: is no age public key"):
        evidence_cipher(workspace)


def test_an_identity_is_never_made_beside_the_data(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(workspace.path / "config"))
    cipher = evidence_cipher(workspace)
    assert not cipher.kept
    assert "must not lie beside the data" in cipher.reason
    assert not (workspace.path / "config").exists()
    with pytest.raises(StoreError, match="secret bytes are not kept: there are no recipients, and an identity cannot be made"):
        cipher.encrypt(b"x")


@pytest.fixture
def folder_of_nobody() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp())  # not below tmp_path: nobody cannot enter that
    os.chown(place, 65534, 65534)
    yield place
    shutil.rmtree(place)


def test_a_user_without_a_place_for_a_key_keeps_no_secret(as_nobody: Callable[..., str], folder_of_nobody: Path) -> None:
    told = as_nobody(
        "cipher = keys.evidence_cipher(Workspace.local(sys.argv[1]))\n"
        "print(cipher.kept, cipher.can_decrypt, cipher.reason)\n"
        "cipher.encrypt(b'x')",
        str(folder_of_nobody / "audit"),
    )
    reason = "there are no recipients, and an identity cannot be made: /nonexistent/.config/auditkit: cannot be made: no permission"
    first, second = told.split("\n")
    assert first.startswith(f"False False {reason}")
    assert second.startswith(f"StoreError secret bytes are not kept: {reason}")
    assert sorted(os.listdir(folder_of_nobody / "audit")) == ["state"]
