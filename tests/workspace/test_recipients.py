"""recipients.txt: readable by people and by `age -R`, believed only where it is right."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pyrage
import pytest

from auditkit.errors import ConfigError, CredentialError
from auditkit.workspace.identity import Recipient, identity_place
from auditkit.workspace.layout import Workspace
from auditkit.workspace.recipients import encrypt, first_recipients, read_recipients, written


def key() -> str:
    return str(pyrage.x25519.Identity.generate().to_public())


def test_what_is_written_is_read_with_its_names(tmp_path: Path) -> None:
    people = (Recipient(key(), "Иванов И. И."), Recipient(key(), "manager"), Recipient(key()))
    (tmp_path / "recipients.txt").write_bytes(written(people))
    assert [r.key for r in read_recipients(tmp_path / "recipients.txt")] == [r.key for r in people]
    assert [r.name for r in read_recipients(tmp_path / "recipients.txt")] == ["Иванов И. И.", "manager", "no name"]


def test_the_real_age_reads_the_list(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "r.txt").write_bytes(written([Recipient(str(identity.to_public()), "Иванов"), Recipient(key(), "manager")]))
    sealed = subprocess.run(["age", "-R", str(tmp_path / "r.txt")], input=b"hello", capture_output=True, check=True).stdout
    assert pyrage.decrypt(sealed, [identity]) == b"hello"


def test_no_file_is_an_empty_list(tmp_path: Path) -> None:
    assert read_recipients(tmp_path / "recipients.txt") == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# Ivanov\nage1abc\n", r"recipients\.txt:2:1: is no age public key \(age1…, 62 characters, alone in its line"),
        ("KEY Ivanov\n", r"recipients\.txt:1:1: is no age public key"),
        ("KEY\n# twice\nKEY\n", r"recipients\.txt:3:1: this key stands in the list twice: keep one"),
        ("ssh-ed25519 AAAA\n", r"recipients\.txt:1:1: is no age public key"),
        ("AGE-SECRET-KEY-1HUNTER2\n", r"recipients\.txt:1:1: is a PRIVATE key: remove it from here, make a new identity"),
    ],
)
def test_errors_name_the_line_and_no_private_key(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "recipients.txt").write_text(text.replace("KEY", key()) if "SECRET" not in text else text)
    with pytest.raises(ConfigError, match=says) as caught:
        read_recipients(tmp_path / "recipients.txt")
    assert "HUNTER2" not in str(caught.value)


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ([], "no recipients: nobody could open what is encrypted"),
        ([Recipient("age1x", "Ann")], "recipient Ann: is no age public key"),
        ([Recipient("AGE-SECRET-KEY-1HUNTER2", "Ann")], "recipient Ann: is a PRIVATE key"),
        ([Recipient("KEY", "Ann\nage1evil")], "the name of a key is one line"),
        ([Recipient("KEY"), Recipient("KEY")], "stands in the list twice"),
    ],
)
def test_what_is_not_written(people: list[Recipient], says: str) -> None:
    one = key()
    with pytest.raises(CredentialError, match=says) as caught:
        written([Recipient(one if r.key == "KEY" else r.key, r.name) for r in people])
    assert "HUNTER2" not in str(caught.value)


def test_the_first_recipient_is_the_user_whose_key_is_made_for_it(workspace: Workspace) -> None:
    made = first_recipients(workspace.path)
    public = subprocess.run(["age-keygen", "-y", str(identity_place())], capture_output=True, text=True, check=True).stdout.strip()
    assert [r.key for r in made] == [public]
    assert "@" in made[0].name
    assert first_recipients(workspace.path) == made


def test_a_list_that_is_there_needs_no_identity(workspace: Workspace) -> None:
    people = (Recipient(key(), "manager"),)
    (workspace.path / "recipients.txt").write_bytes(written(people))
    assert first_recipients(workspace.path) == people
    assert not identity_place().exists()


def test_each_of_the_recipients_opens_it() -> None:
    both = [pyrage.x25519.Identity.generate() for _ in range(2)]
    sealed = encrypt(b"x", [Recipient(str(i.to_public())) for i in both])
    assert [pyrage.decrypt(sealed, [i]) for i in both] == [b"x", b"x"]
