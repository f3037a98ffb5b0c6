"""targets.yaml, version 1: what to ask, how, with which credential reference.

A target's options are flat keys beside its own; each transport says which it knows (`auditkit.transports.options_of`).
`defaults:` fills what a target does not say; an option that only another transport knows is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError, create_model

from auditkit.text import one_line
from auditkit.transports import names as transport_names
from auditkit.transports import options_of
from auditkit.transports.base import Options, Target
from auditkit.workspace.addresses import address as checked_address
from auditkit.workspace.models import Strict, Version, keys_of, problems_of, secrets_in, unknown_key
from auditkit.workspace.names import SLUG_RULE, is_slug, near
from auditkit.workspace.refs import ALLOWED, check_ref
from auditkit.workspace.yamlfile import Document, Problem, Way, load

PLATFORMS: dict[str, tuple[str, ...]] = {  # platform -> its transports, the usual one first
    "linux": ("ssh", "local", "replay"),
    "directory": ("ldap", "replay"),
    "windows": ("winrm", "replay"),
    "vsphere": ("vsphere", "replay"),
    "redfish": ("redfish", "replay"),
    "nut": ("nut", "replay"),
    "apcupsd": ("apcupsd", "replay"),
}
NO_CREDENTIAL = frozenset({"local", "replay", "nut", "apcupsd"})
OWN = frozenset({"id", "address"})  # what every target has for itself


def _slug(text: str) -> str:
    if not is_slug(text):
        raise ValueError(f"must be {SLUG_RULE}")
    return text


def _platform(text: str) -> str:
    if text not in PLATFORMS:
        raise ValueError(f"{text} is no platform that can be asked yet; allowed: {', '.join(PLATFORMS)}{near(text, PLATFORMS)}")
    return text


class Entry(Strict):
    """The keys of a target that are no options of its transport."""

    id: Annotated[str, AfterValidator(_slug)] = Field(description="short latin name; answers and reports are filed under it")
    address: Annotated[str, AfterValidator(checked_address)] = Field(description="host name or IP address, without port and login")
    platform: Annotated[str, AfterValidator(_platform)] = Field(description="linux")
    transport: str = Field(description="how to ask: ssh, or local for the machine auditkit runs on")
    credential: Annotated[str, AfterValidator(check_ref)] | None = Field(
        default=None, description=f"{ALLOWED}; never a password"
    )
    site: str = Field(default="", description="id of a site of client.yaml")
    role: str = Field(default="", description="what it is for: dc, file, db, web, backup, …")


class File(Strict):
    """The outermost keys of targets.yaml; the lists are read by themselves."""

    version: Version = 1
    defaults: dict[str, Any] = Field(default_factory=dict)
    targets: list[Any] = Field(default_factory=list)


@cache
def whole(transport: str) -> type[Entry]:
    """A target of that transport with all keys that it knows."""
    options = options_of(transport)
    if double := set(Entry.model_fields) & set(options.model_fields):
        raise TypeError(f"transport {transport}: its options {sorted(double)} are keys of every target: rename them")
    bases: Any = (Entry, options)
    made: type[Entry] = create_model(f"{transport.capitalize()}Target", __base__=bases)
    return made


def load_targets(place: Path, sites: Collection[str] = ()) -> tuple[Target, ...]:
    """Read targets.yaml. sites: ids that `site:` may name; none = any.

    Raises ConfigError with every place that is wrong.
    """
    return read_targets(load(place), sites)


def read_targets(document: Document, sites: Collection[str] = ()) -> tuple[Target, ...]:
    """The same from a file already read."""
    problems = [*secrets_in(document.data)]
    try:
        File.model_validate(document.data)
    except ValidationError as e:
        problems += problems_of(e, File, document.data)
    defaults, entries = _rooms(document.data)
    used = dict.fromkeys(_transport(raw, defaults) for raw in entries)
    problems += _defaults(defaults, [name for name in used if name in transport_names()])
    made: list[Target] = []
    for n, raw in enumerate(entries):
        target = _target(("targets", n), raw, defaults)
        if isinstance(target, Target):
            made.append(target)
        else:
            problems += target
    problems += [*_doubles(entries), *_sites(entries, defaults, sites)]
    if problems:
        raise document.error(problems)
    return tuple(made)


def _rooms(data: Any) -> tuple[dict[str, Any], list[Any]]:
    """Defaults and targets as far as they are there and of the right form; what is not has been reported."""
    said = data if isinstance(data, dict) else {}
    defaults, entries = said.get("defaults"), said.get("targets")
    return defaults if isinstance(defaults, dict) else {}, entries if isinstance(entries, list) else []


def _defaults(defaults: dict[str, Any], used: list[str]) -> Iterator[Problem]:
    """Every default must be a key that some transport knows, with a value that it takes.

    Transports that no target uses are loaded only for a key that the used ones do not know: loading one is slow.
    """
    rest = [name for name in transport_names() if name not in used]
    known = dict.fromkeys(k for name in used for k in keys_of(whole(name)) if k not in OWN)
    if set(defaults) - set(known) - OWN:
        used, rest = [*used, *rest], []
        known |= dict.fromkeys(k for name in used for k in keys_of(whole(name)) if k not in OWN)
    for key in defaults:
        if key in OWN:
            yield Problem(("defaults", key), "every target has its own: write it there", on_key=True)
        elif key not in known:
            yield Problem(("defaults", key), unknown_key(key, tuple(known)), on_key=True)
    yield from _hops(("defaults",), defaults)
    for name in used:
        raw = {"id": "x", "address": "x", "platform": "linux"} | _fitting(defaults, name) | {"transport": name}
        checked = _check(("defaults",), raw, name)
        if isinstance(checked, list):
            yield from (p for p in checked if p.way[1] in defaults)


def _transport(raw: Any, defaults: dict[str, Any]) -> str:
    """The name that counts for a target; not always one that exists."""
    said = raw if isinstance(raw, dict) else {}
    usual = PLATFORMS.get(str(said.get("platform") or defaults.get("platform")), ("ssh",))[0]
    return str(said.get("transport") or defaults.get("transport") or usual)


def _fitting(defaults: dict[str, Any], transport: str) -> dict[str, Any]:
    return {k: v for k, v in defaults.items() if k in keys_of(whole(transport)) and k not in OWN}


def _check(way: Way, raw: dict[str, Any], transport: str) -> Entry | list[Problem]:
    model = whole(transport)
    try:
        return model.model_validate(raw)
    except ValidationError as e:
        return [Problem((*way, *p.way), p.text, p.on_key) for p in problems_of(e, model, raw)]


def _target(way: Way, raw: Any, defaults: dict[str, Any]) -> Target | list[Problem]:
    if not isinstance(raw, dict):
        return [Problem(way, "must be a mapping (lines of the form key: value)")]
    transport = _transport(raw, defaults)
    if transport not in transport_names():
        known = transport_names()
        text = f"must be {' or '.join(known)}, not {one_line(transport, 60)}{near(transport, known)}"
        unknown = Problem((*way, "transport") if raw.get("transport") else ("defaults", "transport"), text)
        return [unknown, *_odd_platform(way, raw)]
    written = {k: v for k, v in raw.items() if v is not None or k not in keys_of(whole(transport))}
    merged = {**_fitting(defaults, transport), "transport": transport, **written}
    if transport == "local":
        merged.setdefault("address", "localhost")
    if transport in NO_CREDENTIAL and "credential" not in written:
        merged.pop("credential", None)
    entry = _check(way, merged, transport)
    problems = [*_belongs(way, merged, transport), *_hops(way, raw)]
    if isinstance(entry, list):  # a bad default is said once, where it stands
        return [*(p for p in entry if not (p.way[2:3] and p.way[2] in defaults and p.way[2] not in written)), *problems]
    return problems or _made(entry)


def _odd_platform(way: Way, raw: dict[str, Any]) -> Iterator[Problem]:
    try:
        _platform(str(raw.get("platform", "linux")))
    except ValueError as e:
        yield Problem((*way, "platform"), str(e))


def _hops(way: Way, raw: dict[str, Any]) -> Iterator[Problem]:
    """Hosts on the way (jump:) have addresses and credentials of their own, and the same rules hold for them."""
    checks = {"address": checked_address, "credential": check_ref}
    for key, value in raw.items():
        for n, hop in enumerate(value if isinstance(value, list) else ()):
            for inner in checks if isinstance(hop, dict) else ():
                if isinstance(text := hop.get(inner), str) and text:
                    try:
                        checks[inner](text)
                    except ValueError as e:
                        yield Problem((*way, key, n, inner), str(e))


def _belongs(way: Way, merged: dict[str, Any], transport: str) -> Iterator[Problem]:
    allowed = PLATFORMS.get(str(merged.get("platform")))
    if allowed and transport not in allowed:
        yield Problem((*way, "transport"), f"{merged['platform']} is asked by {' or '.join(allowed)}, not {transport}")
    ticket = transport == "ldap" and merged.get("auth") == "kerberos"  # that of whoever runs auditkit
    if transport not in NO_CREDENTIAL and not ticket and merged.get("credential") is None:
        yield Problem(way, f"credential is missing: {transport} needs one; write vault:NAME, env:NAME, keyring:SERVICE/LOGIN, agent, "
                           "key:LOGIN@FILE or prompt (here or under defaults:)")


def _made(entry: Entry) -> Target:
    kind: type[Options] = options_of(entry.transport)
    said = {f.alias or n: getattr(entry, n) for n, f in kind.model_fields.items() if n in entry.model_fields_set}
    options = kind.model_validate(said)
    return Target(entry.id, entry.platform, entry.transport, entry.address, options, entry.credential, entry.site, entry.role)


def _doubles(targets: list[Any]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for n, raw in enumerate(targets):
        name = raw.get("id") if isinstance(raw, dict) else None
        # Without regard to case: ids name files, and not every file system tells srv1 from SRV1.
        if name is not None and (first := seen.setdefault(str(name).lower(), n)) != n:
            yield Problem(("targets", n, "id"), f"the id {name} is taken by targets[{first}]; ids must differ in more than their case")


def _sites(targets: list[Any], defaults: dict[str, Any], sites: Collection[str]) -> Iterator[Problem]:
    said: list[tuple[Way, Any]] = [(("targets", n, "site"), raw.get("site")) for n, raw in enumerate(targets) if isinstance(raw, dict)]
    for way, site in [*said, (("defaults", "site"), defaults.get("site"))]:
        if sites and site and site not in sites:
            yield Problem(way, f"client.yaml has no site {site}; it has {', '.join(sorted(sites))}{near(str(site), sites)}")
