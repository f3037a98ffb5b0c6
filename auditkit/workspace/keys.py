"""Keys of a workspace: the one that prints secrets, and the cipher for evidence that holds them."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from auditkit.errors import AuditkitError, ConfigError, EvidenceError, StoreError, UsageError
from auditkit.text import one_line
from auditkit.workspace.files import read_bytes, write_once
from auditkit.workspace.identity import Identities, Recipient, load_identities, no_key_matches
from auditkit.workspace.layout import Workspace
from auditkit.workspace.recipients import encrypt, first_recipients, read_recipients

KEY_BYTES = 32


def print_key(workspace: Workspace) -> bytes:
    """The key (32 random bytes, state/print.key, mode 0600) of the prints of secrets: one used twice is seen, none can be guessed.

    Made when it is first wanted; two processes get the same. Raises StoreError where the file is damaged, UsageError where others
    can read it or it cannot be written.
    """
    place = workspace.state / "print.key"
    key = read_bytes(place, 4096)
    if key is None:
        workspace.prepare()
        write_once(place, secrets.token_bytes(KEY_BYTES))
        key = read_bytes(place, 4096)
    if key is None or len(key) != KEY_BYTES:
        raise StoreError(f"{place}: {len(key or b'')} bytes instead of {KEY_BYTES}: restore it from a copy; "
                         "with a new one no print of a secret matches those taken before")
    if (mode := os.stat(place).st_mode) & 0o077 and not os.statvfs(place).f_flag & os.ST_RDONLY:  # on a CD nobody can cure it
        raise UsageError(f"{place}: others can read this key (mode {mode & 0o777:04o}); chmod 600 {place}")
    return key


@dataclass(frozen=True, slots=True)
class Cipher:
    """Encrypts to the recipients of a workspace: public keys suffice. Opening needs the user's identity.

    reason: "" where secret bytes are kept, else why nobody could open them, so that they are not kept at all.
    why_closed: why this user cannot open them.
    """

    recipients: tuple[Recipient, ...]
    reason: str = ""
    identities: Identities | None = field(default=None, repr=False)
    why_closed: str = ""

    @property
    def kept(self) -> bool:
        """False: there is no recipient, and secrets are never kept in plain."""
        return not self.reason

    @property
    def can_decrypt(self) -> bool:
        """True where this user is one of the recipients. What was encrypted to earlier recipients may be closed all the same."""
        return self.identities is not None and any(key in (r.key for r in self.recipients) for key in self.identities.public())

    def encrypt(self, body: bytes) -> bytes:
        """Bytes -> an age file (age-encryption.org/v1). Raises StoreError where secret bytes are not kept: ask `kept` before."""
        if not self.kept:
            raise StoreError(f"secret bytes are not kept: {self.reason}")
        return encrypt(body, self.recipients)

    def decrypt(self, body: bytes) -> bytes:
        """An age file -> bytes. Raises EvidenceError where there is no identity, none of its keys fits, or the file was changed."""
        if self.identities is None:
            raise EvidenceError(f"secret evidence is closed: {self.why_closed}")
        try:
            return self.identities.decrypt(body)
        except pyrage.DecryptError as e:
            cause = f"it is not encrypted to any key of {self.identities.place}" if no_key_matches(e) else f"it is damaged ({e})"
            raise EvidenceError(f"secret evidence cannot be opened: {cause}") from None


def evidence_cipher(workspace: Workspace) -> Cipher:
    """The cipher of a workspace. At its first use the user's own key becomes the first recipient, and is made if there is none.

    Where that is not possible (no configuration folder that can be written, a workspace that cannot) the cipher says so: `kept` is
    False. Raises ConfigError for a broken recipients.txt.
    """
    recipients: tuple[Recipient, ...] = ()
    reason = ""
    try:
        if not read_recipients(workspace.path / "recipients.txt"):
            workspace.prepare()
        recipients = first_recipients(workspace.path)
    except ConfigError:
        raise
    except AuditkitError as e:
        reason = f"there are no recipients, and an identity cannot be made: {one_line(str(e))}"
    identities, closed = _identities(workspace.path)
    return Cipher(recipients, reason, identities, closed)


def _identities(folder: Path) -> tuple[Identities | None, str]:
    try:
        found = load_identities(folder)
    except AuditkitError as e:
        return None, one_line(str(e))
    return found, "" if found else "this user has no identity; age-keygen makes one, and a recipient adds its public key"
