"""auditkit vault"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from auditkit.cli.common import ask_secret, out, print_json, say
from auditkit.errors import CredentialError, UsageError
from auditkit.transports.base import Credential, Masked
from auditkit.workspace.files import typed
from auditkit.workspace.identity import Recipient, create_identity, identity_place
from auditkit.workspace.layout import Workspace
from auditkit.workspace.vault import Vault

KEY_BYTES = 64 << 10
Folder = Annotated[Path, Parameter(name=("--client", "--workspace"))]  # as every verb says it; the other name is the older


def _open(client: Path) -> Vault:
    return Vault.open(Workspace.open(client))


def add(
    name: str,
    login: str,
    *,
    client: Folder = Path("."),
    key: Path | None = None,
    stdin: bool = False,
    replace: bool = False,
    json: bool = False,
) -> int:
    """Put a credential into the vault; the secret is asked at the terminal, or read from stdin. It is never an argument.

    Parameters
    ----------
    name:
        how targets.yaml refers to it: vault:NAME
    login:
        the account
    client:
        folder of the client; without it the one you are in
    key:
        private key file to put in; its passphrase is asked for
    stdin:
        read the password (with --key: the passphrase) from the first line of stdin
    replace:
        there may be a credential of that name already
    json:
        print one JSON object on stdout
    """
    secret = _secret(f"passphrase of {key}, empty if none" if key else f"password of {login}", stdin)
    if key is None and not secret:
        raise CredentialError(f"vault: {name}: an empty password is no credential")
    text = _key_text(key) if key else None
    made = Credential(
        login,
        password=Masked(secret) if key is None else None,
        private_key=Masked(text) if text else None,
        passphrase=Masked(secret) if key is not None and secret else None,
    )
    _open(client).add(name, made, replace=replace)
    if json:
        print_json("vault", added=name)
    else:
        say("cli.vault.added", name=name)
    return 0


def _secret(question: str, stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if stdin else ask_secret(question)


def _key_text(key: Path) -> str:
    try:
        raw = key.read_bytes()
    except OSError as e:
        raise UsageError(f"{key}: {e.strerror}") from e
    if len(raw) > KEY_BYTES or b"PRIVATE KEY" not in raw:
        raise UsageError(f"{key}: is no private key in OpenSSH or PEM form")
    return raw.decode("ascii", "replace")


def list_(*, client: Folder = Path("."), json: bool = False) -> int:
    """Names of the credentials in the vault.

    Parameters
    ----------
    client:
        folder of the client; without it the one you are in
    json:
        print one JSON object on stdout
    """
    names = list(_open(client).names())
    if json:
        print_json("vault", names=names)
        return 0
    for name in names:
        out(name)
    if not names:
        say("cli.vault.empty", path=typed(Workspace.open(client).path / "vault.age"))
    return 0


def show(name: str, *, client: Folder = Path("."), reveal: bool = False, json: bool = False) -> int:
    """What a credential is made of; its secret only with --reveal, and then on a terminal alone.

    Parameters
    ----------
    name:
        of the credential
    client:
        folder of the client; without it the one you are in
    reveal:
        print the password too
    json:
        print one JSON object on stdout (never the secret)
    """
    found = _open(client).get(name)
    parts = [p for p in ("password", "private_key", "passphrase") if getattr(found, p) is not None]
    if json:
        print_json("vault", name=name, login=found.login, holds=parts)
        return 0
    out(f"{name}: login {found.login}; holds {', '.join(parts)}")
    if reveal:
        if not sys.stdout.isatty():
            raise UsageError("--reveal: only on a terminal; a secret in a pipe or a file is lost")
        out(found.password.reveal() if found.password else "(no password)")
    return 0


def remove(name: str, *, client: Folder = Path("."), json: bool = False) -> int:
    """Take a credential out of the vault.

    Parameters
    ----------
    name:
        of the credential
    client:
        folder of the client; without it the one you are in
    json:
        print one JSON object on stdout
    """
    _open(client).remove(name)
    if json:
        print_json("vault", removed=name)
    else:
        say("cli.vault.removed", name=name)
    return 0


def recipients(*, client: Folder = Path("."), add: tuple[str, ...] = (), remove: tuple[str, ...] = (), json: bool = False) -> int:
    """Who can open the vault and secret evidence: show, add (KEY or NAME=KEY), remove (KEY or NAME).

    Parameters
    ----------
    client:
        folder of the client; without it the one you are in
    add:
        age1… public keys, with a name before them if wanted: petrov=age1…
    remove:
        public keys or names
    json:
        print one JSON object on stdout
    """
    vault = _open(client)
    wanted = [r for r in vault.recipients() if r.key not in remove and r.name not in remove]
    gone = len(vault.recipients()) - len(wanted)
    if gone < len(remove):
        raise UsageError(f"--remove: not among the recipients: {', '.join(remove)}")
    for text in add:
        name, _, key = text.rpartition("=")
        wanted.append(Recipient(key, name))
    if add or remove:
        vault.set_recipients(wanted)
    if json:
        print_json("vault", recipients=[{"key": r.key, "name": r.name} for r in wanted])
    else:
        for r in wanted:
            out(str(r))
    return 0


def identity(*, name: str = "", json: bool = False) -> int:
    """Make this user's own key (age, X25519) and print its public half, for `vault recipients --add`.

    Parameters
    ----------
    name:
        whose key it is, for the list of recipients
    json:
        print one JSON object on stdout
    """
    made = create_identity(name)
    if json:
        print_json("vault", identity={"key": made.key, "name": made.name}, file=str(identity_place()))
    else:
        out(str(made))
    return 0
