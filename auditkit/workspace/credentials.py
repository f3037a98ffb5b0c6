"""A reference becomes an opened credential: the forms of `auditkit.workspace.refs`. Every failure names reference, target and cure."""

from __future__ import annotations

import getpass
import os
import re
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auditkit.errors import AuditkitError, CredentialError
from auditkit.text import one_line
from auditkit.transports.base import Credential, Masked
from auditkit.workspace.files import read_bytes
from auditkit.workspace.layout import Workspace
from auditkit.workspace.refs import parse_ref
from auditkit.workspace.vault import Vault

Prompt = Callable[[str], str]
SERVICE = "auditkit"  # of the OS keyring, for keyring:NAME
LARGEST_KEY = 100_000


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is wanted: the reference behind its colon, and what helps to open it."""

    rest: str
    workspace: Workspace
    prompt: Prompt
    target: str


def open_credential(reference: str, workspace: Workspace, prompt: Prompt | None = None, target: str = "") -> Credential:
    """Open a reference. prompt: asks the person a question and gives the answer; None = the terminal. target: who wants it, for errors.

    An empty login means the account that runs auditkit. A credential without any secret means the keys of the ssh-agent.
    Raises CredentialError; its text never holds the secret, nor a reference that may be one.
    """
    whom = f" (target {target})" if target else ""
    try:
        ref = parse_ref(reference)
    except ValueError as e:
        raise CredentialError(f"credential{whom}: {e}") from None
    where = f"credential {ref}{whom}"
    try:
        return _OPENERS[ref.scheme](_Wish(ref.rest, workspace, prompt or ask_terminal, target))
    except AuditkitError as e:
        raise CredentialError(f"{where}: {e}") from None


def ask_terminal(question: str) -> str:
    """Ask at the terminal, without echo. Raises CredentialError where there is none."""
    if not sys.stdin.isatty():
        raise CredentialError(f"nobody to ask for the {question} (stdin is no terminal): use vault:, env: or keyring: instead")
    return getpass.getpass(f"{question}: ", sys.stderr)


def _ask(wish: _Wish, what: str) -> str:
    try:
        answer = wish.prompt(f"{what} for {wish.target or 'the target'}")
    except (EOFError, OSError):
        answer = ""
    if not answer:
        raise CredentialError(f"no {what} was typed")
    return answer


def _vault(wish: _Wish) -> Credential:
    return Vault.open(wish.workspace).get(wish.rest)


def _pair(text: str, source: str) -> Credential:
    login, colon, password = text.partition(":")
    if not colon or not login or not password:
        raise CredentialError(f"{source} must hold login:password")
    return Credential(login, Masked(password))


def _env(wish: _Wish) -> Credential:
    name = wish.rest
    whole, login = os.environ.get(name), os.environ.get(f"{name}_LOGIN")
    parts = {k: os.environ[f"{name}_{k}"] for k in ("PASSWORD", "KEY_FILE", "PASSPHRASE") if f"{name}_{k}" in os.environ}
    if whole is not None and (parts or login is not None):
        raise CredentialError(f"both {name} and {name}_* are set: unset one of the two forms")
    if whole is not None:
        return _pair(whole, f"the variable {name}")
    if not login or not ("PASSWORD" in parts or "KEY_FILE" in parts):
        raise CredentialError(f"set the variable {name} to login:password, or {name}_LOGIN with {name}_PASSWORD or {name}_KEY_FILE")
    password = Masked(parts["PASSWORD"]) if "PASSWORD" in parts else None
    if "KEY_FILE" not in parts:
        return Credential(login, password)
    return _key_file(wish, login, parts["KEY_FILE"], password, parts.get("PASSPHRASE"))


def _keyring(wish: _Wish) -> Credential:
    import keyring
    from keyring.errors import KeyringError

    service, slash, login = wish.rest.rpartition("/")
    service, entry = (service, login) if slash else (SERVICE, wish.rest)
    try:
        held = keyring.get_password(service, entry)
    except KeyringError as e:
        raise CredentialError(f"the OS keyring does not answer: {one_line(str(e), 160)}; unlock it, or use vault: or env:") from None
    if not held:
        raise CredentialError(f"the OS keyring holds nothing for {entry} at {service}; `keyring set {service} {entry}` puts it there")
    return Credential(login, Masked(held)) if slash else _pair(held, f"the entry {entry} of {service} in the OS keyring")


def _agent(wish: _Wish) -> Credential:
    place = os.environ.get("SSH_AUTH_SOCK", "")
    cure = "start one (eval $(ssh-agent)) and add your key (ssh-add)"
    if not place:
        raise CredentialError(f"no ssh-agent runs (SSH_AUTH_SOCK is not set): {cure}")
    try:
        is_socket = stat.S_ISSOCK(os.stat(place).st_mode)
    except OSError:
        is_socket = False
    if not is_socket:
        raise CredentialError(f"no ssh-agent listens at SSH_AUTH_SOCK={place}: {cure}")
    return Credential(wish.rest)


def _key(wish: _Wish) -> Credential:
    # Login and path may both hold an @ (audit@corp.local): the path begins at the first one before / ~ or .
    split = re.fullmatch(r"(?:(?P<login>[^/~.].*?)@)?(?P<place>[/~.].*)", wish.rest)
    login, _, place = (split["login"] or "", "", split["place"]) if split else wish.rest.rpartition("@")
    return _key_file(wish, login, place, None, None)


def _key_file(wish: _Wish, login: str, named: str, password: Masked | None, passphrase: str | None) -> Credential:
    place = wish.workspace.path / _home(named)
    raw = read_bytes(place, LARGEST_KEY)
    if raw is None:
        raise CredentialError(f"{place}: there is no such key file")
    if (mode := place.stat().st_mode) & 0o077:
        raise CredentialError(f"{place}: others can read this private key (mode {mode & 0o777:04o}); chmod 600 {place}")
    if _is_locked(place, raw, None):
        passphrase = passphrase or _ask(wish, f"passphrase of {place}")
        if _is_locked(place, raw, passphrase):
            raise CredentialError(f"{place}: the passphrase does not open this key")
    return Credential(login, password, Masked(raw.decode("ascii", "replace")), Masked(passphrase) if passphrase else None)


def _home(named: str) -> Path:
    try:
        return Path(named).expanduser()
    except RuntimeError:
        raise CredentialError(f"{named}: this user has no home folder: write the whole path") from None


def _is_locked(place: Path, raw: bytes, passphrase: str | None) -> bool:
    """False: the key opens. Raises CredentialError for what is no private key at all."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    load = load_ssh_private_key if b"BEGIN OPENSSH" in raw else load_pem_private_key
    if b"PRIVATE KEY-----" not in raw:
        public = raw.startswith((b"ssh-", b"ecdsa-", b"sk-"))
        raise CredentialError(f"{place}: is {'a public key: name the file without .pub' if public else 'no private key (OpenSSH or PEM)'}")
    try:
        load(raw, passphrase.encode() if passphrase is not None else None)
    except TypeError:  # encrypted, and no passphrase was given
        return True
    except (ValueError, UnsupportedAlgorithm) as e:
        if isinstance(e, ValueError) and (passphrase is not None or "password-protected" in str(e)):
            return True
        raise CredentialError(f"{place}: this private key cannot be read: it is cut off, or of a kind that is not supported") from None
    return False


def _prompt(wish: _Wish) -> Credential:
    login = wish.rest or _ask(wish, "login")
    return Credential(login, Masked(_ask(wish, f"password of {one_line(login, 80)}")))


_OPENERS: dict[str, Callable[[_Wish], Credential]] = {
    "vault": _vault, "env": _env, "keyring": _keyring, "agent": _agent, "key": _key, "prompt": _prompt,
}
