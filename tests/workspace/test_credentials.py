"""From a reference to an opened credential; every failure names reference, target and cure."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from auditkit.errors import CredentialError
from auditkit.transports.base import Credential, Masked
from auditkit.workspace.credentials import open_credential
from auditkit.workspace.layout import Workspace
from auditkit.workspace.vault import Vault

ROOT = Path(__file__).resolve().parents[2]


def refused(reference: str, workspace: Workspace, answers: list[str] | None = None) -> str:
    """The text of the error, which begins with the reference and the target."""
    with pytest.raises(CredentialError) as caught:
        open_credential(reference, workspace, prompt=(lambda _: answers.pop(0)) if answers else None, target="srv1")
    told = str(caught.value)
    assert "\n" not in told
    assert told.startswith(f"credential {reference} (target srv1): ")
    assert "Hunter2" not in "".join(traceback.format_exception(caught.value))
    return told.removeprefix(f"credential {reference} (target srv1): ")


def test_what_is_no_reference_is_not_repeated(workspace: Workspace) -> None:
    pasted = "root:" + "Hunter" + "2"
    with pytest.raises(
        CredentialError, match=r"^credential \(target srv1\): is no reference to a credential; allowed: vault:NAME, "
    ) as caught:
        open_credential(pasted, workspace, target="srv1")
    assert "Hunter2" not in "".join(traceback.format_exception(caught.value))


# vault


def test_vault(workspace: Workspace) -> None:
    Vault.open(workspace).add("linux", Credential("audit", Masked("Hunter2")))
    assert open_credential("vault:linux", workspace) == Credential("audit", Masked("Hunter2"))
    assert refused("vault:linus", workspace).endswith(
        "vault.age: holds no credential linus; it holds linux (did you mean linux?); `auditkit vault add linus` adds one"
    )


# environment


def test_env_as_one_variable(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB", "CORP\\audit:Hunter2:with:colons ")
    assert open_credential("env:LAB", workspace) == Credential("CORP\\audit", Masked("Hunter2:with:colons "))


def test_env_as_several_variables(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = keygen(tmp_path / "id", "phrase")
    for name, value in (("LOGIN", "audit"), ("KEY_FILE", str(tmp_path / "id")), ("PASSPHRASE", "phrase")):
        monkeypatch.setenv(f"LAB_{name}", value)
    assert open_credential("env:LAB", workspace) == Credential("audit", None, Masked(text), Masked("phrase"))
    monkeypatch.setenv("LAB_PASSWORD", "Hunter2")
    assert open_credential("env:LAB", workspace) == Credential("audit", Masked("Hunter2"), Masked(text), Masked("phrase"))


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "set the variable LAB to login:password, or LAB_LOGIN with LAB_PASSWORD or LAB_KEY_FILE"),
        ({"LAB_LOGIN": "a"}, "set the variable LAB to login:password, or LAB_LOGIN with LAB_PASSWORD or LAB_KEY_FILE"),
        ({"LAB_PASSWORD": "Hunter2"}, "set the variable LAB to login:password, or LAB_LOGIN with LAB_PASSWORD or LAB_KEY_FILE"),
        ({"LAB": "Hunter2"}, "the variable LAB must hold login:password"),
        ({"LAB": ":Hunter2"}, "the variable LAB must hold login:password"),
        ({"LAB": "Hunter2:"}, "the variable LAB must hold login:password"),
        ({"LAB": "a:Hunter2", "LAB_LOGIN": "b"}, "both LAB and LAB_* are set: unset one of the two forms"),
    ],
)
def test_env_that_is_not_whole(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], says: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert refused("env:LAB", workspace) == says


# keyring of the OS


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self, held: dict[tuple[str, str], str] | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held = held

    def get_password(self, service: str, username: str) -> str | None:
        if self.held is None:
            raise KeyringLocked("Failed to unlock the collection!")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    made = Ring({("corp/ad", "audit"): "Hunter2", ("auditkit", "linux"): "root:Hunter2", ("auditkit", "odd"): "Hunter2"})
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_keyring(workspace: Workspace, ring: Ring) -> None:
    assert open_credential("keyring:corp/ad/audit", workspace) == Credential("audit", Masked("Hunter2"))
    assert open_credential("keyring:linux", workspace) == Credential("root", Masked("Hunter2"))
    assert refused("keyring:corp/bob", workspace) == "the OS keyring holds nothing for bob at corp; `keyring set corp bob` puts it there"
    assert refused("keyring:odd", workspace) == "the entry odd of auditkit in the OS keyring must hold login:password"
    ring.held = None
    assert refused("keyring:linux", workspace) == (
        "the OS keyring does not answer: Failed to unlock the collection!; unlock it, or use vault: or env:"
    )


def test_a_machine_without_a_keyring(workspace: Workspace, ring: Ring) -> None:
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]
    assert refused("keyring:linux", workspace).startswith("the OS keyring does not answer: No recommended backend was available.")


# agent


def test_agent(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "a"))
        monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "a"))
        assert open_credential("agent", workspace) == Credential("")
        assert open_credential("agent:root", workspace) == Credential("root")


def test_no_agent(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cure = "start one (eval $(ssh-agent)) and add your key (ssh-add)"
    assert refused("agent", workspace) == f"no ssh-agent runs (SSH_AUTH_SOCK is not set): {cure}"
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "gone", tmp_path / "file"):
        monkeypatch.setenv("SSH_AUTH_SOCK", str(place))
        assert refused("agent:root", workspace) == f"no ssh-agent listens at SSH_AUTH_SOCK={place}: {cure}"


# key files


def keygen(place: Path, passphrase: str = "", *more: str) -> str:
    """A private key by the real ssh-keygen; gives its text."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(place), *more], check=True)
    return place.read_text()


def test_key_file(workspace: Workspace, tmp_path: Path, home: Path) -> None:
    text = keygen(tmp_path / "id@home")
    assert open_credential(f"key:root@{tmp_path}/id@home", workspace) == Credential("root", None, Masked(text))
    assert open_credential(f"key:{tmp_path}/id@home", workspace) == Credential("", None, Masked(text))
    (home / ".ssh").mkdir()
    text = keygen(home / ".ssh" / "id")
    assert open_credential("key:CORP\\audit@~/.ssh/id", workspace) == Credential("CORP\\audit", None, Masked(text))
    assert open_credential("key:audit@corp.local@~/.ssh/id", workspace) == Credential("audit@corp.local", None, Masked(text))


@pytest.mark.parametrize("form", [["-m", "RFC4716"], ["-m", "PEM", "-t", "rsa", "-b", "2048"], ["-m", "PKCS8", "-t", "ecdsa"]], ids=str)
def test_an_encrypted_key_asks_for_its_passphrase(workspace: Workspace, tmp_path: Path, form: list[str]) -> None:
    text = keygen(tmp_path / "id", "Hunter2!", *form)
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "Hunter2!"

    opened = open_credential(f"key:root@{tmp_path}/id", workspace, prompt=answer, target="srv1")
    assert opened == Credential("root", None, Masked(text), Masked("Hunter2!"))
    assert asked == [f"passphrase of {tmp_path}/id for srv1"]
    assert refused(f"key:root@{tmp_path}/id", workspace, ["Hunter2?"]) == f"{tmp_path}/id: the passphrase does not open this key"


def test_key_files_that_are_none(workspace: Workspace, tmp_path: Path) -> None:
    text = keygen(tmp_path / "id")
    (tmp_path / "cut").write_text(text[:100])
    (tmp_path / "cut").chmod(0o600)
    (tmp_path / "id.pub").chmod(0o600)
    (tmp_path / "junk").write_bytes(b"\xff\x00Hunter2")
    (tmp_path / "junk").chmod(0o600)
    (tmp_path / "open").write_text(text)
    (tmp_path / "open").chmod(0o640)
    assert refused(f"key:{tmp_path}/no", workspace) == f"{tmp_path}/no: there is no such key file"
    assert refused(f"key:{tmp_path}/id.pub", workspace) == f"{tmp_path}/id.pub: is a public key: name the file without .pub"
    assert refused(f"key:{tmp_path}/junk", workspace) == f"{tmp_path}/junk: is no private key (OpenSSH or PEM)"
    assert refused(f"key:{tmp_path}/open", workspace) == (
        f"{tmp_path}/open: others can read this private key (mode 0640); chmod 600 {tmp_path}/open"
    )
    assert refused(f"key:{tmp_path}/cut", workspace).startswith(f"{tmp_path}/cut: ")


# asking


def test_prompt(workspace: Workspace) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "Hunter2" if "password" in question else "root"

    assert open_credential("prompt", workspace, prompt=answer, target="srv1") == Credential("root", Masked("Hunter2"))
    assert open_credential("prompt:bob", workspace, prompt=answer) == Credential("bob", Masked("Hunter2"))
    assert asked == ["login for srv1", "password of root for srv1", "password of bob for the target"]
    assert refused("prompt:bob", workspace, [""]) == "no password of bob was typed"


def test_nobody_to_ask(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        assert refused("prompt", workspace) == (
            "nobody to ask for the login for srv1 (stdin is no terminal): use vault:, env: or keyring: instead"
        )


_ASK = """
import sys
from auditkit.workspace.credentials import open_credential
from auditkit.workspace.layout import Workspace
opened = open_credential("prompt:root", Workspace.open(sys.argv[1]))
print(opened, len(opened.password.reveal()))
"""


def test_at_a_real_terminal_the_answer_is_not_shown(workspace: Workspace) -> None:
    person, terminal = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-c", _ASK, str(workspace.path)],
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
        cwd=ROOT,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""
    while not shown.endswith(b"password of root for the target: "):
        shown += os.read(person, 1000)
    os.write(person, b"Hunter2\n")
    printed, _ = asking.communicate(timeout=30)
    assert (
        printed == b"Credential(login='root', password=Masked(\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2), private_key=None, passphrase=None) 7\n"
    )
    try:
        shown += os.read(person, 1000)
    except OSError:
        shown += b""  # EIO: the other end is closed and all was read
    finally:
        os.close(person)
    assert b"Hunter2" not in shown
