"""The user's own key."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from auditkit.errors import CredentialError
from auditkit.workspace.identity import create_identity, identity_place, load_identities


def age_keygen(place: Path) -> str:
    """An identity made by the real tool; gives its public key."""
    done = subprocess.run(["age-keygen", "-o", str(place)], capture_output=True, text=True, check=True)
    return done.stderr.removeprefix("Public key: ").strip()


def test_made_as_age_keygen_makes_it_and_only_for_the_user(home: Path, tmp_path: Path) -> None:
    made = create_identity("Ivanov")
    place = home / ".config" / "auditkit" / "identity.txt"
    assert identity_place() == place
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    public = subprocess.run(["age-keygen", "-y", str(place)], capture_output=True, text=True, check=True).stdout.strip()
    assert (made.key, made.name) == (public, "Ivanov")
    opened = load_identities(tmp_path)
    assert opened is not None
    assert opened.public() == (public,)


def test_never_made_twice(home: Path) -> None:
    create_identity()
    before = identity_place().read_bytes()
    with pytest.raises(CredentialError, match=r"identity\.txt: there is an identity already; what is encrypted to it would be lost"):
        create_identity()
    assert identity_place().read_bytes() == before
    assert os.listdir(identity_place().parent) == ["identity.txt"]


def test_none_yet_is_none(tmp_path: Path) -> None:
    assert load_identities(tmp_path) is None


def test_the_variable_names_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = age_keygen(tmp_path / "key.txt")
    monkeypatch.setenv("AUDITKIT_IDENTITY", str(tmp_path / "key.txt"))
    opened = load_identities(tmp_path / "acme")
    assert opened is not None
    assert opened.public() == (public,)
    monkeypatch.setenv("AUDITKIT_IDENTITY", str(tmp_path / "no.txt"))
    with pytest.raises(
        CredentialError, match=r"\$AUDITKIT_IDENTITY names .*no\.txt: there is no such file; unset it, or make one with age-keygen"
    ):
        load_identities(tmp_path / "acme")
    with pytest.raises(CredentialError, match=r"\$AUDITKIT_IDENTITY names the identity: make that file with age-keygen"):
        create_identity()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read(tmp_path: Path, mode: int) -> None:
    create_identity()
    identity_place().chmod(mode)
    with pytest.raises(CredentialError, match=rf"others can read this private key \(mode {mode:04o}\); chmod 600 "):
        load_identities(tmp_path)


def test_a_key_beside_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    age_keygen(tmp_path / "key.txt")
    (tmp_path / "link").symlink_to(tmp_path / "key.txt")
    elsewhere = tmp_path.parent / f"{tmp_path.name}-link"
    elsewhere.symlink_to(tmp_path / "key.txt")
    for place in (tmp_path / "key.txt", tmp_path / "link", elsewhere):
        monkeypatch.setenv("AUDITKIT_IDENTITY", str(place))
        with pytest.raises(CredentialError, match="a private key must not lie beside the data it opens"):
            load_identities(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no identity"),
        ("# a comment\n\n", "holds no identity"),
        ("hello\n", r"identity\.txt:1: is no age identity"),
        ("# ok\nAGE-SECRET-KEY-1HUNTER2\n", r"identity\.txt:2: is no age identity"),
        ("age-encryption.org/v1\n-> scrypt x 18\n", "is protected by a passphrase"),
        ("-----BEGIN AGE ENCRYPTED FILE-----\n", "is protected by a passphrase"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str, says: str) -> None:
    identity_place().parent.mkdir(parents=True)
    identity_place().write_text(text)
    identity_place().chmod(0o600)
    with pytest.raises(CredentialError, match=says) as caught:
        load_identities(tmp_path)
    assert "HUNTER2" not in str(caught.value)


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    identity_place().mkdir(parents=True, mode=0o700)
    with pytest.raises(CredentialError, match="is no file; an identity is a file with a line AGE-SECRET-KEY-1…"):
        load_identities(tmp_path)


def test_what_is_opened_does_not_print_the_key(tmp_path: Path) -> None:
    create_identity()
    secret = re.search("AGE-SECRET-KEY-1[A-Z0-9]+", identity_place().read_text())
    assert secret is not None
    assert secret[0] not in repr(load_identities(tmp_path))


def test_no_place_for_a_key(as_nobody: Callable[..., str]) -> None:
    told = as_nobody("from auditkit.workspace.identity import create_identity\ncreate_identity()")
    assert told.startswith("CredentialError /nonexistent/.config/auditkit: cannot be made: no permission")
