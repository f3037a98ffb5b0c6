"""Do the names in client.yaml lead anywhere? Asked of the data as read, so that one error elsewhere hides none here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from auditkit.workspace.names import near
from auditkit.workspace.yamlfile import Problem, Way

FOUND = "asset:"  # begins a reference to a thing that probes find: nobody knows it when the file is read
NODES = ("services", "elements", "groups")


def crossed(data: Any, targets: Iterable[str]) -> Iterator[Problem]:
    """Double ids, references to nothing, groups that need more members than they have. What is malformed is the models' to report."""
    yield from _doubles([(way, name) for room in NODES for way, name in _ids(data, room)], "services, elements and groups")
    yield from _doubles([*_ids(data, "sites")], "sites")
    known = {name for room in NODES for _, name in _ids(data, room)} | set(targets)
    for n, edge in _items(data, "dependencies"):
        yield from _edge(("dependencies", n), edge, known)
    yield from _same_edges(data)
    for n, group in _items(data, "groups"):
        yield from _group(("groups", n), group, known)
    yield from _sites(data)


def _text(value: Any) -> str | None:
    return str(value).strip() if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def _items(data: Any, room: str) -> Iterator[tuple[int, dict[str, Any]]]:
    things = data.get(room) if isinstance(data, dict) else None
    for n, thing in enumerate(things if isinstance(things, list) else []):
        if isinstance(thing, dict):
            yield n, thing
        elif isinstance(thing, str) and room == "sites":
            yield n, {"id": thing}


def _ids(data: Any, room: str) -> Iterator[tuple[Way, str]]:
    for n, thing in _items(data, room):
        if name := _text(thing.get("id")):
            yield (room, n, "id"), name


def _doubles(things: list[tuple[Way, str]], of: str) -> Iterator[Problem]:
    seen: dict[str, Way] = {}
    for way, name in things:
        first = seen.setdefault(name, way)
        if first is not way:
            yield Problem(way, f"the id {name} is taken by {first[0]}[{first[1]}]; ids of {of} must differ")


def _known(way: Way, name: str | None, known: set[str]) -> Iterator[Problem]:
    if not name or name in known or (name.startswith(FOUND) and name != FOUND):
        return
    yield Problem(way, f"no service, element, group or target has the id {name}{near(name, known)}; "
                       f"a thing that only probes find is written {FOUND}NAME")


def _edge(way: Way, edge: dict[str, Any], known: set[str]) -> Iterator[Problem]:
    start, end = _text(edge.get("from")), _text(edge.get("to"))
    yield from _known((*way, "from"), start, known)
    yield from _known((*way, "to"), end, known)
    if start is not None and start == end:
        yield Problem((*way, "to"), "nothing depends on itself")


def _same_edges(data: Any) -> Iterator[Problem]:
    seen: dict[tuple[str | None, ...], int] = {}
    for n, edge in _items(data, "dependencies"):
        first = seen.setdefault(tuple(_text(edge.get(k)) for k in ("from", "to", "kind")), n)
        if first != n:
            yield Problem(("dependencies", n), f"is the same as dependencies[{first}]: keep one")


def _group(way: Way, group: dict[str, Any], known: set[str]) -> Iterator[Problem]:
    raw = group.get("members")
    members = [_text(m) for m in raw] if isinstance(raw, list) else []
    k = group.get("k")
    if members and isinstance(k, int) and k > len(members):
        yield Problem((*way, "k"), f"must be at most {len(members)}, the number of members, not {k}")
    for m, member in enumerate(members):
        here = (*way, "members", m)
        yield from _known(here, member, known)
        if member is not None and member == _text(group.get("id")):
            yield Problem(here, "a group is no member of itself")
        if member is not None and member in members[:m]:
            yield Problem(here, f"{member} stands in the list twice")


def _sites(data: Any) -> Iterator[Problem]:
    sites = {name for _, name in _ids(data, "sites")}
    for room in ("elements", "contacts"):
        for n, thing in _items(data, room):
            site = _text(thing.get("site"))
            if sites and site and site not in sites:
                yield Problem((room, n, "site"), f"no site has the id {site}; there are {', '.join(sorted(sites))}{near(site, sites)}")
