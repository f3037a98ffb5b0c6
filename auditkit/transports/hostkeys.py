"""Host keys: pinned in the workspace's own known_hosts, and compared before anything secret is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from auditkit.errors import TransportError, UsageError
from auditkit.transports import knownhosts
from auditkit.transports.knownhosts import HostKey, Line

__all__ = ["HostKey", "compare", "fingerprint", "name_of", "pin", "pinned", "scan", "wanted_types"]

_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}  # RFC 8332: one key, newer signatures


def name_of(address: str, port: int, via: Sequence[str] = ()) -> str:
    """How known_hosts calls a host: bare on port 22, [address]:port elsewhere, as ssh does.

    via: how it calls the jump hosts, the first one first. They follow, for the same private address is another host at
    every site.

    >>> name_of("10.0.0.5", 22), name_of("10.0.0.5", 2222), name_of("10.0.0.5", 22, ["gw"])
    ('10.0.0.5', '[10.0.0.5]:2222', '10.0.0.5/via/gw')
    """
    own = address.lower() if port == 22 else f"[{address.lower()}]:{port}"
    return "/via/".join([own, *reversed(via)])


def fingerprint(key: HostKey) -> str:
    """SHA256:… as `ssh-keygen -l` prints it."""
    return key.fingerprint


def pinned(path: Path, address: str, port: int, via: Sequence[str] = ()) -> list[HostKey]:
    """Keys pinned for a host. Raises ConfigError (file:line) for a line that cannot be understood."""
    return knownhosts.keys_of(path, name_of(address, port, via))


def pin(path: Path, address: str, port: int, keys: Iterable[HostKey], replace: bool = False, via: Sequence[str] = ()) -> None:
    """Write the keys of a host, in one step; all other lines stay as they are. replace: forget what was pinned for it.

    Raises ConfigError as `pinned`; UsageError where the file cannot be written, or where another key of the same kind is
    pinned and `replace` is not said.
    """
    name, wanted = name_of(address, port, via), list(dict.fromkeys(keys))
    with knownhosts.alone(path):
        lines = knownhosts.read(path)
        if replace:
            kept = (line.without(name) if line.speaks_of(name) else line for line in lines)
            lines = [line for line in kept if line is not None]
        known = {line.key for line in lines if line.key and line.speaks_of(name)}
        for key in wanted:
            if key not in known and key.kind in {k.kind for k in known}:
                raise UsageError(f"{path}: another {key.kind} key is pinned for {name}; find out why, then use --replace")
        knownhosts.write(path, [*lines, *(Line.of(name, key) for key in wanted if key not in known)])


def wanted_types(keys: Sequence[HostKey], supported: Sequence[str]) -> tuple[str, ...]:
    """Signature algorithms to offer, those of pinned keys first: a host with several keys must not look changed."""
    first = [t for key in keys for t in (*_SIGNATURES.get(key.kind, ()), key.kind) if t in supported]
    return tuple(dict.fromkeys([*first, *supported]))


def compare(path: Path, address: str, port: int, shown: HostKey, target: str, via: Sequence[str] = ()) -> None:
    """Raises TransportError: host_key_changed where another key is pinned, refused where none is. Nothing secret was sent yet."""
    known = pinned(path, address, port, via)
    if shown in known:
        return
    where = f"{address} port {port}"
    if known:
        raise TransportError(
            "host_key_changed",
            f"{where}: the host key changed: pinned {', '.join(map(str, known))}, shown {shown}; no login was tried. "
            f"Find out why, then: auditkit trust CLIENT --only {target} --yes --replace",
        )
    raise TransportError(
        "refused",
        f"{where}: host key not trusted yet: {shown}; no login was tried. "
        f"Compare it with the host, then: auditkit trust CLIENT --only {target} --yes",
    )


def scan(address: str, port: int, seconds: float = 10.0) -> list[HostKey]:
    """All keys of a host that is reached without a jump host, without login. Raises TransportError as `sshconnect.shown_keys`."""
    from auditkit.transports.sshconnect import Limits, Site, shown_keys

    return shown_keys(Site(address, port), Limits(connect=seconds, greeting=seconds, login=seconds))
