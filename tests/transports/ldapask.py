"""Asking a directory as a collection does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditkit.errors import CredentialError, TransportError
from auditkit.ldif import Entry, entries
from auditkit.model import fact
from auditkit.probing import Probe, Reply, Search, probe
from auditkit.transports.base import Brought, Context, Credential, Masked, Sent, Target
from auditkit.transports.ldap import Ldap, LdapOptions


@fact(key=("dn",))
class Named:
    """An entry."""

    dn: str


def searching(search: Search, name: str = "directory.test", missing: str | None = None) -> Probe[Named]:
    """A probe that reads nothing but names."""

    @probe(name, search, on=("directory",), missing=missing)
    def read(reply: Reply) -> Iterator[Named]:
        for e in entries(reply.stdout):
            yield Named(dn=e.dn)

    return read


def _none(reference: str) -> Credential:
    raise CredentialError(reference)


@dataclass
class Asking:
    """Somebody with a workspace who asks."""

    folder: Path
    journal: list[Sent] = field(default_factory=list)
    brought: list[Brought] = field(default_factory=list)

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    def ask(
        self, address: str, login: str, password: str, *probes: Probe[Any], reply_bytes: int = 8 << 20, **options: Any
    ) -> list[Brought]:
        """Everything that was brought; `self.brought` holds it too where it ended with an error."""
        target = Target("ad", "directory", "ldap", address, LdapOptions(**options))
        context = Context(b"k" * 32, self.known_hosts, self.journal.append, _none, reply_bytes=reply_bytes)
        self.brought = []
        for b in Ldap().collect(target, probes, Credential(login, Masked(password)), context):
            self.brought.append(b)
        return self.brought

    def refused(self, *args: Any, **options: Any) -> TransportError:
        """The error that it must end with."""
        try:
            self.ask(*args, **options)
        except TransportError as e:
            return e
        raise AssertionError("it was not refused")

    def found(self, arg: str = "") -> list[Entry]:
        """Entries of all pages, or of one."""
        pages = [b for b in self.brought if b.question.arg != "*" and arg in ("", b.question.arg)]
        return [e for b in pages if b.reply for e in entries(b.reply.stdout)]

    @property
    def end(self) -> Brought:
        """The last answer to a "*"."""
        return [b for b in self.brought if b.question.arg == "*"][-1]
