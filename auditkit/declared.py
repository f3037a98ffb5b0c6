"""What client.yaml says, as tables that checks can ask. Nobody said anything of a thing = a gap, not an empty table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from auditkit.book import Declared
from auditkit.workspace.client import Client


def declared_tables(client: Client | None) -> Iterator[Declared]:
    """predecessor_login(login), predecessor_key(fingerprint), predecessor_network(network), permission_range(span)."""
    p = client.predecessor if client else None
    told = p is not None and bool(p.logins or p.key_fingerprints or p.networks or p.persons)
    yield _one("predecessor_login", "login", p.logins if p else (), told)
    yield _one("predecessor_key", "fingerprint", p.key_fingerprints if p else (), told)
    yield _one("predecessor_network", "network", p.networks if p else (), told)


def _one(table: str, column: str, values: Sequence[str], told: bool) -> Declared:
    rows: list[tuple[Any, ...]] | None = [(v,) for v in values] if told else None
    return Declared(table, {column: "text"}, rows)
