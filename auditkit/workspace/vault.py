"""vault.age: the credentials of a client, encrypted to the people who may use them (engineers and their manager).

An ordinary age file (age-encryption.org/v1, X25519 recipients) that holds JSON, so that `age -d -i identity.txt vault.age` opens it
without auditkit::

    {"version": 1, "recipients": ["age1…"], "credentials": {"linux": {"login": "audit", "password": "…"}}}

age cannot append to what it cannot open: adding takes an identity, and whoever adds can read. The list inside is the one that the last
holder of a key settled: a key put into recipients.txt by somebody else gets nothing until a holder confirms it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyrage

from auditkit.errors import CredentialError
from auditkit.transports.base import Credential, Masked
from auditkit.workspace.files import locked, read_bytes, write_whole
from auditkit.workspace.identity import Identities, Recipient, load_identities, no_key_matches
from auditkit.workspace.layout import Workspace
from auditkit.workspace.names import SLUG_RULE, is_slug, near
from auditkit.workspace.recipients import encrypt, first_recipients, read_recipients, written

LARGEST = 20_000_000
FIELDS = ("password", "private_key", "passphrase")


@dataclass(frozen=True, slots=True)
class _Content:
    """What the file holds. No file yet: nothing, for nobody."""

    recipients: tuple[str, ...] = ()
    credentials: dict[str, Credential] = field(default_factory=dict, repr=False)


class Vault:
    """The vault of a workspace. Every call reads the file anew, so that what a colleague has just added is there.

    All methods raise CredentialError: no identity, none that fits, a damaged file; the text names the file and the cure.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / "vault.age"
        self._lock = folder / "state" / "vault.lock"
        self._list = folder / "recipients.txt"

    @classmethod
    def open(cls, workspace: Workspace) -> Vault:
        """The vault of that workspace; the file need not be there. Reads nothing yet."""
        return cls(workspace.path)

    def names(self) -> tuple[str, ...]:
        """Names of what it holds, sorted."""
        return tuple(sorted(self._read().credentials))

    def get(self, name: str) -> Credential:
        """The credential of that name."""
        held = self._read().credentials
        if name not in held:
            there = f"; it holds {', '.join(sorted(held))}{near(name, held)}" if held else "; it is empty"
            raise CredentialError(f"{self.path}: holds no credential {name}{there}; `auditkit vault add {name}` adds one")
        return held[name]

    def add(self, name: str, credential: Credential, *, replace: bool = False) -> None:
        """Put a credential in. replace: one of that name may be there already."""
        if not is_slug(name):
            raise CredentialError(f"vault: a name must be {SLUG_RULE}")
        if not any(getattr(credential, f) is not None for f in FIELDS):
            raise CredentialError(f"vault: {name} has neither password nor key: there is nothing to keep")

        def put(content: _Content) -> dict[str, Credential]:
            if name in content.credentials and not replace:
                raise CredentialError(f"{self.path}: holds a credential {name} already; remove it first, or say that it is to be replaced")
            return {**content.credentials, name: credential}

        self._change(put)

    def remove(self, name: str) -> None:
        """Take a credential out."""

        def without(content: _Content) -> dict[str, Credential]:
            if name not in content.credentials:
                raise CredentialError(f"{self.path}: holds no credential {name}{near(name, content.credentials)}")
            return {n: c for n, c in content.credentials.items() if n != name}

        without(self._read())  # before anything is made
        self._change(without)

    def recipients(self) -> tuple[Recipient, ...]:
        """Who can open it, by recipients.txt (read without a key). Raises ConfigError where that file is broken."""
        return read_recipients(self._list)

    def set_recipients(self, recipients: Iterable[Recipient]) -> None:
        """Settle who can open the vault from now on, and encrypt it again. Who is left out still has what they copied: change it.

        Secret evidence of earlier collections stays encrypted to those who were recipients then. No identity is needed as long as
        there is no vault.
        """
        wanted = tuple(recipients)
        text = written(wanted)
        Workspace(self._folder).prepare()
        with locked(self._lock):
            # The vault first: a list ahead of it would promise what does not hold yet; `add` tells the difference either way.
            if self.path.exists():
                self._seal_again(wanted)
            write_whole(self._list, text, 0o644)

    def _seal_again(self, wanted: tuple[Recipient, ...]) -> None:
        content, mine = self._read(), self._identities().public()
        if not any(key in (r.key for r in wanted) for key in mine):
            raise CredentialError(f"{self.path}: your own key {mine[0]} is not in the new list: you would lock yourself out; "
                                  "let one who stays take you off")
        self._write(replace(content, recipients=tuple(r.key for r in wanted)), wanted)

    def _change(self, change: Callable[[_Content], dict[str, Credential]]) -> None:
        Workspace(self._folder).prepare()
        first_recipients(self._folder)
        with locked(self._lock):
            content = self._read()
            recipients = self.recipients()
            self._same(content, recipients)
            keys = tuple(r.key for r in recipients)
            self._write(_Content(keys, change(content)), recipients)

    def _same(self, content: _Content, recipients: tuple[Recipient, ...]) -> None:
        """Only a holder of a key settles who gets the secrets: a list that somebody edited is not obeyed silently."""
        if not self.path.exists():
            return
        added = [str(r) for r in recipients if r.key not in content.recipients]
        gone = [key for key in content.recipients if key not in {r.key for r in recipients}]
        if added or gone:
            what = "; ".join([*(f"added: {a}" for a in added), *(f"gone: {g}" for g in gone)])
            raise CredentialError(f"{self._list}: was changed beside the vault ({what}): "
                                  "confirm the list (`auditkit vault recipients`), which encrypts the vault again, or put it back")

    def _identities(self) -> Identities:
        found = load_identities(self._folder)
        if found is None:
            raise CredentialError(f"{self.path}: you have no identity to open it with: make one with `auditkit vault identity`, "
                                  "and let a colleague who can open the vault add its public key")
        return found

    def _read(self) -> _Content:
        sealed = read_bytes(self.path, LARGEST)
        if sealed is None:
            return _Content()
        identities = self._identities()
        try:
            opened = identities.decrypt(sealed)
        except pyrage.DecryptError as e:
            raise CredentialError(self._closed(identities, e)) from None
        return _content(self.path, opened)

    def _closed(self, identities: Identities, error: pyrage.DecryptError) -> str:
        if no_key_matches(error):
            return (f"{self.path}: is not encrypted to your key {', '.join(identities.public())} ({identities.place}): "
                    "a colleague who can open it adds you with `auditkit vault recipients`")
        return f"{self.path}: is damaged or no age file ({error}): take it from a copy"

    def _write(self, content: _Content, recipients: tuple[Recipient, ...]) -> None:
        write_whole(self.path, encrypt(_json(content), recipients), 0o600)


def _json(content: _Content) -> bytes:
    held = {name: _plain(c) for name, c in sorted(content.credentials.items())}
    return json.dumps({"version": 1, "recipients": content.recipients, "credentials": held}, ensure_ascii=False).encode()


def _plain(credential: Credential) -> dict[str, str]:
    secrets = {f: s.reveal() for f in FIELDS if isinstance(s := getattr(credential, f), Masked)}
    return {"login": credential.login, **secrets}


def _content(place: Path, opened: bytes) -> _Content:
    try:
        data = json.loads(opened)
    except ValueError:
        raise CredentialError(f"{place}: opens, but holds no JSON of auditkit: was it made by hand?") from None
    if not isinstance(data, dict) or data.get("version") != 1:
        raise CredentialError(f"{place}: opens, but is not of version 1 that this auditkit reads: upgrade auditkit")
    held, recipients = data.get("credentials"), data.get("recipients")
    if not isinstance(held, dict) or not isinstance(recipients, list):
        raise CredentialError(f"{place}: opens, but lacks credentials or recipients: was it made by hand?")
    return _Content(tuple(str(r) for r in recipients), {name: _credential(place, name, raw) for name, raw in held.items()})


def _credential(place: Path, name: str, raw: Any) -> Credential:
    known = {"login", *FIELDS}
    if not isinstance(raw, dict) or set(raw) - known or "login" not in raw or not all(isinstance(v, str) for v in raw.values()):
        raise CredentialError(f"{place}: the credential {name} is not of the form login, {', '.join(FIELDS)}: add it again")
    return Credential(raw["login"], **{f: Masked(raw[f]) for f in FIELDS if f in raw})
