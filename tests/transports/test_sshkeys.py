"""Private keys of credentials: what OpenSSH and OpenSSL write is read; what is not is told apart, and never shown."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from auditkit.errors import TransportError
from auditkit.transports.base import Credential, Masked
from auditkit.transports.sshkeys import load_key, told
from tests.transports.sshkit import PHRASE, frames, keygen, public


def credential(text: str, phrase: str | None = None) -> Credential:
    return Credential("u", None, Masked(text), Masked(phrase) if phrase else None)


def openssl(*words: str) -> str:
    return subprocess.run(["openssl", *words], check=True, capture_output=True, text=True).stdout


FORMS = {
    "OpenSSH ed25519": ("ed25519",),
    "OpenSSH ecdsa 521": ("ecdsa", "-b", "521"),
    "OpenSSH rsa": ("rsa", "-b", "2048"),
    "PKCS#1": ("rsa", "-b", "2048", "-m", "PEM"),
    "SEC 1": ("ecdsa", "-m", "PEM"),
    "PKCS#8": ("ecdsa", "-m", "PKCS8"),
}


@pytest.mark.parametrize("phrase", ["", PHRASE], ids=["plain", "encrypted"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_ssh_keygen(tmp_path: Path, form: str, phrase: str) -> None:
    place = keygen(tmp_path / "k", *FORMS[form], "-N", phrase)
    assert load_key(credential(place.read_text(), phrase or None), "srv").asbytes() == public(place).blob


def test_ed25519_as_openssl_writes_it() -> None:
    assert load_key(credential(openssl("genpkey", "-algorithm", "ed25519")), "srv").get_name() == "ssh-ed25519"


def test_a_passphrase_for_a_key_that_has_none_does_no_harm(tmp_path: Path) -> None:
    for n, options in enumerate([("ed25519",), ("ecdsa", "-m", "PEM")]):
        place = keygen(tmp_path / str(n), *options)
        assert load_key(credential(place.read_text(), PHRASE), "srv").asbytes() == public(place).blob


def test_windows_line_ends_and_blanks_around(tmp_path: Path) -> None:
    place = keygen(tmp_path / "k")
    text = "\r\n  " + place.read_text().replace("\n", "\r\n").rstrip()
    assert load_key(credential(text), "srv").asbytes() == public(place).blob


def test_a_key_is_told_as_ssh_keygen_tells_it(tmp_path: Path) -> None:
    place = keygen(tmp_path / "k")
    shown = subprocess.run(["ssh-keygen", "-lf", str(place)], check=True, capture_output=True, text=True).stdout.split()[1]
    assert told(load_key(credential(place.read_text()), "srv")) == f"{shown} (ssh-ed25519)"


def unusable(text: str, phrase: str | None = None) -> str:
    with pytest.raises(TransportError) as e:
        load_key(credential(text, phrase), "srv port 22")
    assert e.value.cause == "bad_credential"
    seen = frames(e.value)
    assert "Canary" not in seen
    assert not any(line in seen for line in text.splitlines() if len(line) > 30 and "-----" not in line)
    return str(e.value)


@pytest.mark.parametrize("form", FORMS)
def test_an_encrypted_key_without_its_passphrase(tmp_path: Path, form: str) -> None:
    text = keygen(tmp_path / "k", *FORMS[form], "-N", PHRASE).read_text()
    assert unusable(text) == "srv port 22: the private key is encrypted: put its passphrase into the credential"
    assert "its passphrase is wrong, or it is damaged" in unusable(text, "Canary-other")


def test_a_damaged_key(tmp_path: Path) -> None:
    text = keygen(tmp_path / "k").read_text()
    begin, *body, end = text.splitlines()
    for damaged in (text[: len(text) // 2], "\n".join([begin, *body[1:], end]), "\n".join([begin, body[0], end]), f"{begin}\n{end}"):
        assert unusable(damaged) == "srv port 22: the private key is damaged: it cannot be read"


def test_what_is_no_private_key(tmp_path: Path) -> None:
    public_text = keygen(tmp_path / "k").with_name("k.pub").read_text()
    for text in (public_text, "PuTTY-User-Key-File-3: ssh-ed25519\n", "", "пароль"):
        assert "is no private key" in unusable(text)


def test_kinds_that_are_not_used() -> None:
    assert "of a kind that is not supported: ed25519, ecdsa and rsa are" in unusable(openssl("genpkey", "-algorithm", "ed448"))
