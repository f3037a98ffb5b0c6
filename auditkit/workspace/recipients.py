"""recipients.txt: the public keys that a workspace's secrets are encrypted to, in the form that `age -R` reads.

::

    # Ivanov I. I.
    age1…
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyrage

from auditkit.errors import ConfigError, CredentialError
from auditkit.text import one_line
from auditkit.workspace.files import locked, read_bytes, typed, write_whole
from auditkit.workspace.identity import SECRET_MARK, Recipient, create_identity, load_identities, whoami

HEAD = (
    "# Public keys that vault.age and secret evidence are encrypted to: a comment with the name, then the key.\n"
    "# auditkit vault recipients changes this list and encrypts the vault again.\n\n"
)


def read_recipients(place: Path) -> tuple[Recipient, ...]:
    """The list; empty where there is no file. Raises ConfigError naming the line."""
    raw = read_bytes(place, 1_000_000)
    found: list[Recipient] = []
    name = ""
    for number, line in enumerate((raw or b"").decode("utf-8-sig", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            name = text.removeprefix("#").strip()
            continue
        try:
            found.append(_checked(Recipient(text, name)))
        except ValueError as e:
            raise ConfigError(f"{typed(place)}:{number}:1: {e}") from None
        if text in (r.key for r in found[:-1]):
            raise ConfigError(f"{typed(place)}:{number}:1: this key stands in the list twice: keep one")
        name = ""
    return tuple(found)


def _checked(recipient: Recipient) -> Recipient:
    if recipient.key.upper().startswith(SECRET_MARK):
        raise ValueError("is a PRIVATE key: remove it from here, make a new identity (age-keygen), and write its public key age1…")
    if not recipient.name.isprintable():
        raise ValueError("the name of a key is one line of visible characters")
    try:
        pyrage.x25519.Recipient.from_str(recipient.key)
    except pyrage.RecipientError:
        raise ValueError("is no age public key (age1…, 62 characters, alone in its line; the name stands in a # line above it)") from None
    return recipient


def written(recipients: Sequence[Recipient]) -> bytes:
    """The list as the bytes of the file. Raises CredentialError for what is no key, one key twice, or no key at all."""
    if not recipients:
        raise CredentialError("no recipients: nobody could open what is encrypted; name at least one public key (age1…)")
    keys: set[str] = set()
    for r in recipients:
        try:
            _checked(r)
        except ValueError as e:
            raise CredentialError(f"recipient {one_line(r.name) or 'without a name'}: {e}") from None
        if r.key in keys:
            raise CredentialError(f"recipient {r}: stands in the list twice")
        keys.add(r.key)
    return (HEAD + "".join(f"# {r.name or 'no name'}\n{r.key}\n" for r in recipients)).encode()


def first_recipients(folder: Path) -> tuple[Recipient, ...]:
    """The list of a workspace; where it is empty, the user's own key becomes the first (made if there is none).

    Raises CredentialError where the user's key cannot be made or is no good, UsageError or StoreError where the list cannot be
    written, ConfigError where it is broken.
    """
    place = folder / "recipients.txt"
    if found := read_recipients(place):
        return found
    with locked(folder / "state" / "vault.lock"):
        if found := read_recipients(place):
            return found
        own = _own(folder)
        write_whole(place, written(own), 0o644)
        return own


def _own(folder: Path) -> tuple[Recipient, ...]:
    identities = load_identities(folder)
    if identities is None:
        create_identity(data_folder=folder)
        identities = load_identities(folder)
    if identities is None:
        raise CredentialError("the identity that was just made is gone: is another program at work in the configuration folder?")
    return tuple(Recipient(key, whoami()) for key in dict.fromkeys(identities.public()))


def encrypt(data: bytes, recipients: Iterable[Recipient]) -> bytes:
    """An age file that any of the recipients opens."""
    closed: bytes = pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(r.key) for r in recipients])
    return closed


