"""Facts of one answer as canonical bytes, and back. They are a cache of evidence: a changed fact type is read again from the bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from auditkit.model import columns, table_name

_json = msgspec.json.Encoder(order="deterministic")


class Stale(Exception):
    """Stored facts were made by another version of their fact type, or by one that is not installed."""


def packed(facts: Sequence[object]) -> bytes:
    """Facts -> canonical bytes: what "byte-equal" means. The order of a reply's lines does not matter, doubles fall together."""
    by_type: dict[Any, set[bytes]] = {}
    for f in facts:
        by_type.setdefault(type(f), set()).add(_json.encode(f))
    whole = {
        table_name(t): {"schema": schema(t), "rows": [msgspec.Raw(r) for r in sorted(rows)]}
        for t, rows in sorted(by_type.items(), key=lambda item: table_name(item[0]))
    }
    return _json.encode(whole)


def unpacked(body: bytes, types: Mapping[str, type]) -> list[object]:
    """The way back. Raises Stale where a table is unknown or its type has changed since."""
    facts: list[object] = []
    stored = _frame.decode(body)
    for table, held in stored.items():
        kind: Any = types.get(table)
        if kind is None or held.schema != schema(kind):
            raise Stale(table)
        try:
            facts += _decoder(kind).decode(held.rows)
        except msgspec.ValidationError as e:
            raise Stale(f"{table}: {e}") from e
    return facts


class _Held(msgspec.Struct):
    schema: str
    rows: msgspec.Raw


_frame = msgspec.json.Decoder(dict[str, _Held])


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[list[Any]]:
    return msgspec.json.Decoder(list[kind])


@cache
def schema(kind: Any) -> str:
    """A print of the type's fields and their kinds (8 hex digits): differs when a field came, went or changed."""
    return hashlib.sha256(repr((sorted(columns(kind).items()), sorted(_annotations(kind)))).encode()).hexdigest()[:8]


def _annotations(kind: Any) -> list[tuple[str, str]]:
    return [(n, str(a)) for n, a in kind.__annotations__.items()]


def encode(value: object) -> bytes:
    """Canonical JSON."""
    return _json.encode(value)
