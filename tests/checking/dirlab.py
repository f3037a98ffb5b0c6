"""Asking a domain everything that is asked of a directory, and the verdicts that follow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from auditkit.book import Book, Declared, build
from auditkit.checking import CheckVerdict, check, load_checklists
from auditkit.collecting.plan import plan
from auditkit.collecting.run import collect
from auditkit.errors import CredentialError
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo
from auditkit.transports.base import Context, Credential, Masked, Target
from auditkit.transports.ldap import LdapOptions

ITEMS = [i for one in load_checklists() if one.checklist.startswith("directory") for i in one.items]


def _nobody(reference: str) -> Credential:
    raise CredentialError(reference)


def asked(address: str, ca_file: str, login: str, password: str, folder: Path) -> Book:
    """A collection of one domain, as `auditkit collect` makes it."""
    at = datetime.now(UTC)
    target = Target("ad", "directory", "ldap", address, LdapOptions(ca_file=ca_file), "c")
    store = Store.open(None, b"k" * 32)
    snapshot = store.begin([TargetInfo("ad", "directory", "ldap", address)], plan([target], registry()), at, "test", "test")
    context = Context(b"k" * 32, folder / "known_hosts", lambda sent: None, _nobody)
    collect(store, snapshot, [target], registry(), context, {"c": Credential(login, Masked(password))}, workers=1)
    return build(store, store.snapshot(snapshot), registry(), at.date(), [Declared("predecessor_login", {"login": "text"}, [("oldmsp",)])])


def verdicts(book: Book) -> dict[str, CheckVerdict]:
    """By item."""
    return {v.item.id: v for v in check(book, ITEMS)}


def told(verdict: CheckVerdict) -> list[str]:
    """Alarmed rows in words, sorted."""
    parts = verdict.item.parts
    return sorted(p.says.en.format(**o.row) if (p := parts[o.part]).says else "" for o in verdict.objects)
