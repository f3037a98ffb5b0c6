"""The user's own age key: it lies in the user's configuration folder or where $AUDITKIT_IDENTITY says, never beside the data.

The file is what age-keygen writes: comments and lines AGE-SECRET-KEY-1… (age(1), "-i"; C2SP age specification, X25519 recipients).
"""

from __future__ import annotations

import getpass
import os
import socket
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage

from auditkit.errors import AuditkitError, CredentialError
from auditkit.resources import config_home
from auditkit.workspace.files import read_bytes, trouble, write_once

VARIABLE = "AUDITKIT_IDENTITY"
SECRET_MARK = "AGE-SECRET-KEY-1"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key that things are encrypted to, and whose it is."""

    key: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.key} ({self.name})" if self.name else self.key


@dataclass(frozen=True, slots=True)
class Identities:
    """Opened private keys of the user. place: where they were read."""

    place: Path
    keys: tuple[Any, ...] = field(repr=False)

    def public(self) -> tuple[str, ...]:
        """Their public keys."""
        return tuple(str(k.to_public()) for k in self.keys)

    def decrypt(self, data: bytes) -> bytes:
        """An age file -> what it holds. Raises pyrage.DecryptError."""
        opened: bytes = pyrage.decrypt(data, list(self.keys))
        return opened


def no_key_matches(error: pyrage.DecryptError) -> bool:
    """True where the file is whole and simply meant for others."""
    return "No matching keys" in str(error)


def identity_place() -> Path:
    """Where the user's identity lies, or would lie. Raises CredentialError where this user has no home at all."""
    if said := os.environ.get(VARIABLE):
        return Path(said)
    try:
        return config_home() / "identity.txt"
    except RuntimeError:  # a uid without an entry in passwd and without $HOME
        raise CredentialError(f"this user has no home folder for an identity: set HOME, or ${VARIABLE} to a file") from None


def load_identities(data_folder: Path) -> Identities | None:
    """The user's keys; None where there is no file at the usual place.

    data_folder: of the workspace; an identity inside it is refused. Raises CredentialError where a named or existing file is no good.
    """
    place = identity_place()
    try:
        about = place.stat()
    except (FileNotFoundError, NotADirectoryError):
        if os.environ.get(VARIABLE):
            raise CredentialError(f"${VARIABLE} names {place}: there is no such file; unset it, or make one with age-keygen") from None
        return None
    except OSError as e:
        raise CredentialError(str(trouble(place, e, "read"))) from None
    _safe(place, about, data_folder)
    raw = read_bytes(place, 100_000)
    return Identities(place, _parse(place, raw or b""))


def _safe(place: Path, about: os.stat_result, data_folder: Path) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise CredentialError(f"{place}: is no file; an identity is a file with a line {SECRET_MARK}…")
    if about.st_mode & 0o077:
        raise CredentialError(f"{place}: others can read this private key (mode {about.st_mode & 0o777:04o}); chmod 600 {place}")
    if about.st_uid not in (os.getuid(), 0):
        raise CredentialError(f"{place}: belongs to another user (uid {about.st_uid}); take your own identity")
    _apart(place, data_folder)


def _apart(place: Path, data_folder: Path) -> None:
    if place.resolve().is_relative_to(data_folder.resolve()):
        raise CredentialError(f"{place}: a private key must not lie beside the data it opens; move it to your configuration folder")


def _parse(place: Path, raw: bytes) -> tuple[Any, ...]:
    if raw.startswith((b"age-encryption.org/v1", b"-----BEGIN AGE")):
        raise CredentialError(f"{place}: is protected by a passphrase, which auditkit does not ask for; "
                              f"decrypt it for the session (age -d) to a file of mode 600 and name that in ${VARIABLE}")
    keys: list[Any] = []
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            keys.append(pyrage.x25519.Identity.from_str(line.strip()))
        except pyrage.IdentityError:
            raise CredentialError(f"{place}:{number}: is no age identity ({SECRET_MARK}…); age-keygen makes one") from None
    if not keys:
        raise CredentialError(f"{place}: holds no identity; age-keygen makes one")
    return tuple(keys)


def create_identity(name: str = "", data_folder: Path | None = None) -> Recipient:
    """Make the user's identity (mode 0600) and return its public half. name: whose it is, by default user@host.

    Raises CredentialError where there is one already, where it cannot be written, or where it would lie in `data_folder`.
    """
    place = identity_place()
    if data_folder is not None:
        _apart(place, data_folder)
    if os.environ.get(VARIABLE):
        raise CredentialError(f"${VARIABLE} names the identity: make that file with age-keygen, or unset the variable")
    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    text = f"# created: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n# public key: {public}\n{made}\n"
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = write_once(place, text.encode())
    except OSError as e:
        raise CredentialError(str(trouble(place.parent, e, "made"))) from None
    except AuditkitError as e:
        raise CredentialError(str(e)) from None
    if not fresh:
        raise CredentialError(f"{place}: there is an identity already; what is encrypted to it would be lost: move it away first")
    return Recipient(public, name or whoami())


def whoami() -> str:
    """user@host, as a name for a key."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a uid without a name (OSError from Python 3.13 on)
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
