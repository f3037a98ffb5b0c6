"""A domain account that is refused is not tried at every host: sixteen threads and two hundred hosts would lock it out.

The first login goes alone. Once a host has let the account in, its password is right, and all go at once; when two have refused it and
none has let it in, the rest is not tried. An account of a host itself is another one at each, so it does not wait.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from auditkit.errors import TransportError
from auditkit.transports.base import Context, Masked

TRIES = 2


class Gate:
    """For one login with one password, in one collection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._right = False
        self._refused: list[str] = []

    @contextmanager
    def turn(self, where: str, login: str) -> Iterator[None]:
        """Log in inside of it. Raises TransportError where that is not tried any more."""
        if not self._right:
            with self._lock:
                if not self._right:
                    self._may(where, login)
                    try:
                        yield
                    except TransportError as e:
                        if e.cause == "bad_credential":
                            self._refused.append(where)
                        raise
                    self._right = True
                    return
        yield

    def _may(self, where: str, login: str) -> None:
        if len(self._refused) >= TRIES:
            told = f"it was refused at {' and '.join(self._refused)} and let in nowhere; more tries could lock the account"
            cure = "correct the credential and collect again"
            raise TransportError("bad_credential", f"{where}: login {login} was not tried: {told}; {cure}")


def gate_of(context: Context, login: str, password: Masked | None) -> Gate | None:
    r"""The gate of a domain's account; None for one of the host itself (a bare name, .\name)."""
    if "@" not in login and login.rpartition("\\")[0] in ("", "."):
        return None
    made: Gate = context.extra.setdefault(("winrm", login.lower(), password), Gate())
    return made
