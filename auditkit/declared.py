"""What client.yaml says, as tables that checks can ask. Nobody said anything of a thing = a gap, not an empty table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from auditkit.book import Declared
from auditkit.workspace.client import Client


def declared_tables(client: Client | None) -> Iterator[Declared]:
    """predecessor_login(login), predecessor_key(fingerprint), predecessor_network(network)."""
    p = client.predecessor if client else None
    yield _one("predecessor_login", "login", _logins(p.logins) if p and "logins" in p.model_fields_set else None)
    yield _one("predecessor_key", "fingerprint", p.key_fingerprints if p and "key_fingerprints" in p.model_fields_set else None)
    yield _one("predecessor_network", "network", p.networks if p and "networks" in p.model_fields_set else None)


def _logins(said: Sequence[str]) -> list[str]:
    """As written, and without the domain: CORP\\ivanov and ivanov@corp.local are ivanov on a host."""
    bare = (login.rpartition("\\")[2].partition("@")[0] for login in said)
    return list(dict.fromkeys([*said, *bare]))


def _one(table: str, column: str, values: Sequence[str] | None) -> Declared:
    """None: the key is not written, nobody said anything; an empty list is a known nothing."""
    rows: list[tuple[Any, ...]] | None = None if values is None else [(v,) for v in values]
    return Declared(table, {column: "text"}, rows)
