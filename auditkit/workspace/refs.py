"""References to credentials: how targets.yaml says whose key to use without holding it.

======================  ===================================================================================
``vault:NAME``          an entry of the workspace's vault.age
``env:NAME``            the variable NAME holds ``login:password``; or NAME_LOGIN with NAME_PASSWORD or NAME_KEY_FILE
                        (and NAME_PASSPHRASE where the key is encrypted)
``keyring:SERVICE/LOGIN``  the password that the OS keyring keeps for LOGIN at SERVICE
``keyring:NAME``        the OS keyring keeps ``login:password`` for NAME at the service ``auditkit``
``agent``               keys of the running ssh-agent, login = who runs auditkit; ``agent:LOGIN`` for another login
``key:LOGIN@FILE``      a private key file (``key:FILE``: login = who runs auditkit); its passphrase is asked for
``prompt``              asks for login and password on the terminal; ``prompt:LOGIN`` for the password only
======================  ===================================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditkit.workspace.names import is_slug

ALLOWED = "vault:NAME, env:NAME, keyring:SERVICE/LOGIN, agent, agent:LOGIN, key:LOGIN@FILE or prompt"
SCHEMES = ("vault", "env", "keyring", "agent", "key", "prompt")
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference taken apart: the scheme and what follows its colon."""

    scheme: str
    rest: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}:{self.rest}" if self.rest else self.scheme


def parse_ref(text: str) -> Ref:
    """Take a reference apart. Raises ValueError with what is allowed; it never repeats the text, which may be a password."""
    scheme, colon, rest = text.strip().partition(":")
    if scheme not in SCHEMES:
        raise ValueError(f"is no reference to a credential; allowed: {ALLOWED}. A password itself is put into the vault: "
                         "`auditkit vault add NAME`")
    if not rest.isprintable() or (colon and not rest) or (not colon and scheme not in ("agent", "prompt")):
        raise ValueError(f"{scheme} needs a name after its colon; allowed: {ALLOWED}")
    if scheme == "vault" and not is_slug(rest):
        raise ValueError("vault:NAME: the name is made of latin letters, digits and . _ - (1-63)")
    if scheme == "env" and not _ENV.fullmatch(rest):
        raise ValueError("env:NAME: the name of a variable is made of latin letters, digits and _")
    if scheme == "keyring" and "" in rest.split("/"):
        raise ValueError("keyring:SERVICE/LOGIN: service and login must not be empty")
    if scheme == "key" and not rest.rpartition("@")[2]:
        raise ValueError("key:LOGIN@FILE: the file is missing")
    return Ref(scheme, rest)


def check_ref(text: str) -> str:
    """The reference in normal form. Raises ValueError."""
    return str(parse_ref(text))
