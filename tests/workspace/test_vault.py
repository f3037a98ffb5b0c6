"""The vault: what goes in comes out, for those it is meant for, by auditkit and by the real age."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditkit.errors import CredentialError, StoreError
from auditkit.transports.base import Credential, Masked
from auditkit.workspace.files import locked
from auditkit.workspace.identity import Recipient, create_identity, identity_place
from auditkit.workspace.layout import Workspace
from auditkit.workspace.recipients import written
from auditkit.workspace.vault import Vault

ROOT = Path(__file__).resolve().parents[2]
LINUX = Credential("audit", Masked("Hunter2: «ключ»"))
KEY = Credential("root", None, Masked("-----BEGIN OPENSSH PRIVATE KEY-----\nHunter2\n"), Masked("phrase"))


@pytest.fixture
def vault(workspace: Workspace) -> Vault:
    return Vault.open(workspace)


class Person:
    """Somebody with an identity of their own, made by age-keygen."""

    def __init__(self, folder: Path, name: str) -> None:
        self.place = folder / f"{name}.txt"
        done = subprocess.run(["age-keygen", "-o", str(self.place)], capture_output=True, text=True, check=True)
        self.recipient = Recipient(done.stderr.removeprefix("Public key: ").strip(), name)

    def sits_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AUDITKIT_IDENTITY", str(self.place))


@pytest.fixture
def ann(tmp_path: Path) -> Person:
    return Person(tmp_path, "ann")


@pytest.fixture
def bob(tmp_path: Path) -> Person:
    return Person(tmp_path, "bob")


def age(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["age", *arguments], input=data, capture_output=True, check=False)


def test_empty_at_first_and_nothing_is_made_by_looking(vault: Vault) -> None:
    assert vault.names() == ()
    assert vault.recipients() == ()
    with pytest.raises(CredentialError, match=r"vault\.age: holds no credential linux; it is empty; `auditkit vault add linux` adds one"):
        vault.get("linux")
    assert not vault.path.exists()
    assert not identity_place().exists()


def test_what_goes_in_comes_out(vault: Vault, workspace: Workspace) -> None:
    vault.add("linux", LINUX)
    vault.add("root-key", KEY)
    again = Vault.open(workspace)
    assert again.names() == ("linux", "root-key")
    assert again.get("linux") == LINUX
    assert again.get("root-key") == KEY
    assert stat.S_IMODE(vault.path.stat().st_mode) == 0o600
    vault.remove("linux")
    assert again.names() == ("root-key",)


def test_debian_age_opens_it(vault: Vault) -> None:
    vault.add("linux", LINUX)
    opened = age("-d", "-i", str(identity_place()), str(vault.path))
    assert opened.returncode == 0, opened.stderr
    assert json.loads(opened.stdout) == {
        "version": 1,
        "recipients": [vault.recipients()[0].key],
        "credentials": {"linux": {"login": "audit", "password": "Hunter2: «ключ»"}},
    }


def test_what_debian_age_made_is_opened(vault: Vault) -> None:
    public = create_identity().key
    held = {"version": 1, "recipients": [public], "credentials": {"x": {"login": "a", "password": "b"}}}
    made = age("-r", public, "-o", str(vault.path), data=json.dumps(held).encode())
    assert made.returncode == 0, made.stderr
    assert vault.get("x") == Credential("a", Masked("b"))


def test_only_the_keys_of_recipients_open_it(vault: Vault, ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    ann.sits_down(monkeypatch)
    vault.add("linux", LINUX)
    bob.sits_down(monkeypatch)
    with pytest.raises(
        CredentialError, match=rf"vault\.age: is not encrypted to your key {bob.recipient.key} .*a colleague who can open it adds you"
    ):
        vault.get("linux")
    with pytest.raises(CredentialError, match="is not encrypted to your key"):
        vault.add("other", LINUX)
    ann.sits_down(monkeypatch)
    vault.set_recipients([ann.recipient, bob.recipient])
    assert vault.recipients() == (ann.recipient, bob.recipient)
    bob.sits_down(monkeypatch)
    assert vault.get("linux") == LINUX
    vault.set_recipients([bob.recipient])
    ann.sits_down(monkeypatch)
    with pytest.raises(CredentialError, match="is not encrypted to your key"):
        vault.get("linux")
    assert age("-d", "-i", str(ann.place), str(vault.path)).returncode != 0


def test_nobody_locks_themselves_out(vault: Vault, ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    ann.sits_down(monkeypatch)
    vault.add("linux", LINUX)
    with pytest.raises(CredentialError, match=f"your own key {ann.recipient.key} is not in the new list"):
        vault.set_recipients([bob.recipient])
    with pytest.raises(CredentialError, match="no recipients"):
        vault.set_recipients([])
    assert vault.recipients()[0].key == ann.recipient.key
    assert vault.get("linux") == LINUX


def test_recipients_are_settled_without_a_key_while_there_is_no_vault(vault: Vault, ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.set_recipients([ann.recipient])
    assert not identity_place().exists()
    assert not vault.path.exists()
    ann.sits_down(monkeypatch)
    vault.add("linux", LINUX)
    assert vault.get("linux") == LINUX


def test_a_key_slipped_into_the_list_gets_nothing(vault: Vault, ann: Person, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    ann.sits_down(monkeypatch)
    vault.add("linux", LINUX)
    (vault.path.parent / "recipients.txt").write_bytes(written([ann.recipient, bob.recipient]))
    with pytest.raises(
        CredentialError, match=rf"recipients\.txt: was changed beside the vault \(added: {bob.recipient.key} \(bob\)\): confirm the list"
    ):
        vault.add("other", KEY)
    assert age("-d", "-i", str(bob.place), str(vault.path)).returncode != 0
    (vault.path.parent / "recipients.txt").write_bytes(written([bob.recipient]))
    with pytest.raises(CredentialError, match=f"gone: {ann.recipient.key}"):
        vault.remove("linux")
    vault.set_recipients([ann.recipient, bob.recipient])  # a holder of a key confirms it
    vault.add("other", KEY)
    assert age("-d", "-i", str(bob.place), str(vault.path)).returncode == 0


def test_without_an_identity(vault: Vault) -> None:
    vault.add("linux", LINUX)
    identity_place().unlink()
    with pytest.raises(CredentialError, match=r"vault\.age: you have no identity to open it with: make one with"):
        vault.names()


@pytest.mark.parametrize("name", ["", "a b", "../x", "логин", "a\n"])
def test_names_that_are_none(vault: Vault, name: str) -> None:
    with pytest.raises(CredentialError, match="vault: a name must be 1-63 latin letters"):
        vault.add(name, LINUX)


def test_what_is_not_added_or_taken(vault: Vault) -> None:
    with pytest.raises(CredentialError, match="holds no credential linux"):
        vault.remove("linux")
    assert not vault.path.exists()
    vault.add("linux", LINUX)
    with pytest.raises(CredentialError, match="holds a credential linux already"):
        vault.add("linux", KEY)
    assert vault.get("linux") == LINUX
    vault.add("linux", KEY, replace=True)
    assert vault.get("linux") == KEY
    with pytest.raises(CredentialError, match="empty has neither password nor key"):
        vault.add("empty", Credential("x"))
    with pytest.raises(CredentialError, match=r"holds no credential linus; it holds linux \(did you mean linux\?\)"):
        vault.get("linus")


def test_a_damaged_file(vault: Vault) -> None:
    vault.add("linux", LINUX)
    whole = vault.path.read_bytes()
    for damaged in (b"", b"hello", whole[:50], whole[:-1], whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:]):
        vault.path.write_bytes(damaged)
        with pytest.raises(CredentialError, match=r"vault\.age: is damaged or no age file"):
            vault.names()


@pytest.mark.parametrize(
    ("held", "says"),
    [
        (b"x", "holds no JSON of auditkit"),
        (b"[]", "is not of version 1"),
        (b'{"version": 2}', "is not of version 1 that this auditkit reads: upgrade"),
        (b'{"version": 1}', "lacks credentials or recipients"),
        (b'{"version": 1, "recipients": [], "credentials": {"a": {"password": "Hunter2"}}}', "the credential a is not of the form"),
        (
            b'{"version": 1, "recipients": [], "credentials": {"a": {"login": "x", "pin": "Hunter2"}}}',
            "the credential a is not of the form",
        ),
    ],
)
def test_a_file_that_opens_and_is_no_vault(vault: Vault, held: bytes, says: str) -> None:
    public = create_identity().key
    assert age("-r", public, "-o", str(vault.path), data=held).returncode == 0
    with pytest.raises(CredentialError, match=says) as caught:
        vault.names()
    assert "Hunter2" not in "".join(traceback.format_exception(caught.value))


_ADD = """
import sys
from auditkit.transports.base import Credential, Masked
from auditkit.workspace.layout import Workspace
from auditkit.workspace.vault import Vault
vault = Vault.open(Workspace.open(sys.argv[1]))
for n in range(5):
    vault.add(f"{sys.argv[2]}-{n}", Credential("a", Masked("b")))
"""


def test_four_processes_at_once_lose_nothing(vault: Vault, workspace: Workspace) -> None:
    vault.add("first", LINUX)
    people = [subprocess.Popen([sys.executable, "-c", _ADD, str(workspace.path), f"p{n}"], cwd=ROOT) for n in range(4)]
    assert [p.wait(120) for p in people] == [0] * 4
    assert vault.names() == tuple(sorted(["first", *(f"p{n}-{k}" for n in range(4) for k in range(5))]))
    assert [n for n in os.listdir(workspace.path) if n.endswith(".new")] == []


def test_a_lock_that_is_held(vault: Vault, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.add("linux", LINUX)
    monkeypatch.setattr("auditkit.workspace.files.LOCK_SECONDS", 0.1)
    monkeypatch.setattr("auditkit.workspace.vault.locked", lambda place: locked(place, 0.1))
    with locked(workspace.state / "vault.lock"), pytest.raises(StoreError, match="another auditkit holds this lock"):
        vault.add("other", LINUX)


def test_a_full_disk_keeps_the_old_vault(small_disk: Path) -> None:
    workspace = Workspace.local(small_disk / "audit")
    vault = Vault.open(workspace)
    vault.add("linux", LINUX)
    with pytest.raises(StoreError, match=r"vault\.age: cannot be written: the disk is full"):
        vault.add("big", Credential("a", Masked("x" * 100_000)))
    assert vault.names() == ("linux",)


def test_no_secret_in_what_is_printed(vault: Vault) -> None:
    vault.add("linux", LINUX)
    vault.add("key", KEY)
    assert "Hunter2" not in repr(vault) + repr(vault.get("linux")) + str(vault.get("key")) + repr(vault._read())
    assert b"Hunter2" not in vault.path.read_bytes()


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_SECRETS = st.none() | _TEXTS.map(Masked)
_NAMES = st.from_regex(r"[A-Za-z0-9]([a-z0-9_-]{0,20}[a-z0-9])?", fullmatch=True)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(held=st.dictionaries(_NAMES, st.builds(Credential, _TEXTS, _TEXTS.map(Masked), _SECRETS, _SECRETS), min_size=1, max_size=4))
def test_any_credentials_come_back_as_they_were(vault: Vault, held: dict[str, Credential]) -> None:
    vault.path.unlink(missing_ok=True)
    for name, credential in held.items():
        vault.add(name, credential)
    assert {name: vault.get(name) for name in vault.names()} == held
