"""Devices that nobody asked: seen by a sweep, or mentioned in what others told. Read from the tables of a book, by name.

A table that is not whole mentions less than there is: `not_looked` says which, so that a short list is not taken for a small network.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from auditkit.model import about, idents

SEEN = ("seen_device", "seen_service", "seen_smb")
# Tables of facts about the asked host itself, with the field that names another one.
POINTING: Mapping[str, str] = {"connection": "remote_address", "route": "gateway", "resolver": "server"}


class Gap(Protocol):
    """A table that is not whole (`auditkit.book.GapRow`)."""

    @property
    def table(self) -> str: ...
    @property
    def asset(self) -> str | None: ...
    @property
    def why(self) -> str: ...


class Resolved(Protocol):
    """Which asset a mark leads to (`auditkit.assets.Resolution`)."""

    @property
    def asset_of(self) -> Mapping[tuple[str, str], str]: ...
    @property
    def own(self) -> Mapping[str, tuple[str, ...]]: ...


class Tables(Protocol):
    """What is used of `auditkit.book.Book`, which lies above this room."""

    @property
    def types(self) -> Mapping[str, type]: ...
    @property
    def gaps(self) -> Sequence[Gap]: ...
    @property
    def resolution(self) -> Resolved: ...
    def table(self, table: str) -> list[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device that answered a sweep. addresses: several where it is one asset. ports: open ones of the first address."""

    asset: str
    addresses: tuple[str, ...]
    name: str
    domain: str
    os_guess: str
    kind: str
    roles: tuple[str, ...]
    ports: tuple[int, ...]
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A device that collected facts speak of. address, mac, name: "" = not told. sources: (table, target that told it), sorted."""

    address: str
    mac: str
    name: str
    sources: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Draft:
    addresses: set[str] = field(default_factory=set)
    macs: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    sources: set[tuple[str, str]] = field(default_factory=set)


def seen_in(book: Tables) -> list[Sighting]:
    """Devices of `seen_device` that are no asset that was asked, by address."""
    by_asset: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(book, "seen_device"):
        if row["asset"] not in book.resolution.own:
            by_asset.setdefault(row["asset"] or row["address"], []).append(row)
    made = [_sighting(asset, sorted(rows, key=lambda r: _order(r["address"]))) for asset, rows in by_asset.items()]
    return sorted(made, key=lambda s: _order(s.addresses[0]))


def _sighting(asset: str, rows: list[dict[str, Any]]) -> Sighting:
    def first(name: str) -> str:
        return next((str(r[name]) for r in rows if r[name]), "")

    addresses = tuple(dict.fromkeys(r["address"] for r in rows))
    ports = tuple(sorted({p for r in rows for p in json.loads(r["ports"])}))
    roles = tuple(dict.fromkeys(role for r in rows for role in json.loads(r["roles"])))
    by = tuple(sorted({_target(r) for r in rows}))
    return Sighting(asset, addresses, first("name"), first("domain"), first("os_guess"), first("kind"), roles, ports, by)


def mentioned(book: Tables) -> list[Mention]:
    """Devices that are neither asked nor seen by a sweep, but named in other facts, by address; those without one come last."""
    swept = {row["asset"] or row["address"] for row in _rows(book, "seen_device")}
    drafts: dict[str, _Draft] = {}
    for table, asset, address, mac, name, by in (*_others(book), *_pointing(book)):
        thing = asset or address or name
        if not thing or thing in swept or asset in book.resolution.own:
            continue
        draft = drafts.setdefault(thing, _Draft())
        draft.sources.add((table, by))
        for into, value in ((draft.addresses, address), (draft.macs, mac), (draft.names, name)):
            if value:
                into.add(value)
    made = [_mention(d) for d in drafts.values()]
    return sorted(made, key=lambda m: (*_order(m.address), m.name, m.mac))


def not_looked(book: Tables) -> list[tuple[str, str]]:
    """(table, why) of every table that mentions others and is not whole, the first reason of each."""
    own = book.resolution.own
    wanted = sorted({*POINTING, "seen_device", *(t for t, kind in book.types.items() if about(kind) == "other" and t not in SEEN)})
    why = {t: "no probe of this version asks that" for t in wanted if t not in book.types}
    if not own:
        why |= dict.fromkeys(POINTING, "nobody was asked")
    for gap in book.gaps:
        if gap.asset is None or gap.asset in own:  # what is only seen has every gap there is
            why.setdefault(gap.table, gap.why)
    return [(t, why[t]) for t in wanted if t in why]


Told = tuple[str, str, str, str, str, str]  # table, asset, address, mac, name, target that told it


def _others(book: Tables) -> Iterator[Told]:
    """Facts about others: their Ident fields say who is meant."""
    for table, kind in book.types.items():
        if about(kind) != "other" or table in SEEN:
            continue
        fields = idents(kind)
        for row in _rows(book, table):
            said = {k: str(row[f]) for f, k in fields.items() if row[f]}
            if said:
                yield table, row["asset"] or "", _host(said.get("address", "")), said.get("mac", ""), said.get("fqdn", ""), _target(row)


def _pointing(book: Tables) -> Iterator[Told]:
    for table, name in POINTING.items():
        for row in _rows(book, table):
            if address := _host(str(row[name] or "")):
                asset = book.resolution.asset_of.get(("address", address), "")
                yield table, asset, address, "", "", _target(row)


def _rows(book: Tables, table: str) -> list[dict[str, Any]]:
    return book.table(table) if table in book.types else []


def _target(row: Mapping[str, Any]) -> str:
    return str(row["question"]).partition("/")[0]


def _host(text: str) -> str:
    """An address that a host can have and others can reach; "" for loopback, link-local, multicast, and for what is no address."""
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    return "" if ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified else str(ip)


def _order(address: str) -> tuple[int, int, str]:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return 9, 0, address
    return ip.version, int(ip), ""


def _mention(d: _Draft) -> Mention:
    def least(values: Iterable[str]) -> str:
        return min(values, default="", key=lambda v: (*_order(v), v))

    return Mention(least(d.addresses), least(d.macs), least(d.names), tuple(sorted(d.sources)))
