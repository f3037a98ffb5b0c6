"""auditkit trust"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from auditkit.cli.common import ask_secret, print_json, say
from auditkit.cli.trust_tls import Wish, has_certificate, one
from auditkit.collecting.session import context_of
from auditkit.errors import TransportError, UsageError
from auditkit.transports import hostkeys
from auditkit.transports.base import Target
from auditkit.transports.knownhosts import HostKey
from auditkit.transports.ssh import SshOptions
from auditkit.transports.sshconnect import Site
from auditkit.transports.sshhops import Seen, Way
from auditkit.workspace.credentials import open_credential
from auditkit.workspace.journal import Journal
from auditkit.workspace.layout import Workspace


def trust(
    client: Path,
    *,
    only: tuple[str, ...] = (),
    yes: bool = False,
    replace: bool = False,
    fingerprint: str | None = None,
    json: bool = False,
) -> int:
    """Show the host keys and certificates of targets, and pin them with --yes after comparing them with what the hosts themselves show.

    Parameters
    ----------
    client:
        folder of a client
    only:
        ids of targets; without it all that are asked over SSH, with their jump hosts, and over TLS
    yes:
        pin keys of hosts that have none pinned
    replace:
        also pin keys of hosts whose key has changed
    fingerprint:
        pin this key alone (SHA256:…), and only if the host shows it; with --only
    json:
        print one JSON object on stdout
    """
    ws = Workspace.open(client)
    ws.prepare()
    if fingerprint is not None and len(only) != 1:
        raise UsageError("--fingerprint: name the one host it belongs to with --only")
    wish = Wish(yes, replace, fingerprint, bool(only))
    told = _once(t for target in _targets(ws, only) for t in _one(ws, target, wish))
    code = 3 if any(t["state"] == "failed" for t in told) else 1 if any(t["state"] in ("shown", "changed") for t in told) else 0
    if json:
        print_json("trust", hosts=told, exit=code)
        return code
    for t in told:
        for key in t["keys"] or [{}]:
            say(f"cli.trust.{t['state']}", id=t["id"], message=t["message"], old=t["old"], **key)
    return code


def _once(told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A jump host that is a target too, or of several targets, is told of once; what happened to it first counts."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for t in told:
        found.setdefault((t["address"], t["port"], t["via"], t["state"] == "failed"), t)
    return list(found.values())


def _targets(ws: Workspace, only: tuple[str, ...]) -> list[Target]:
    targets = [t for t in ws.targets() if (t.transport == "ssh" or has_certificate(t)) and (not only or t.id in only)]
    unknown = sorted(set(only) - {t.id for t in targets})
    if unknown:
        raise UsageError(f"--only: no target over SSH or TLS is called {', '.join(unknown)}; see targets.yaml")
    return targets


def _one(ws: Workspace, target: Target, wish: Wish) -> Iterator[dict[str, Any]]:
    """Every host on the way to a target; the one behind a jump host is seen only once the jump host itself is pinned."""
    options = target.options
    if has_certificate(target):
        yield one(ws, target, wish)
        return
    assert isinstance(options, SshOptions)
    name = target.id
    try:
        with Journal(ws.journal) as journal:
            context = context_of(ws, journal, {}, ask_secret)
            # A credential is opened only where a host lies behind another: looking at keys needs no login.
            credential = open_credential(target.credential, ws, ask_secret, target.id) if options.jump and target.credential else None
            last = len(options.jump)
            way = Way(target, options, credential, context)
            for n, seen in enumerate(way.look()):
                name = target.id if n == last else f"{target.id} (jump {seen.site.address})"
                judged = _judge(ws, name, seen, wish)
                yield judged
                if n < last and judged["state"] not in ("same", "pinned"):
                    yield _told(target.id, way.hops[-1].site, (), ()) | {"message": _untrusted(seen)}
                    return
    except TransportError as e:
        yield _told(name, Site(target.address, options.port), (), ()) | {"message": str(e)}


def _untrusted(seen: Seen) -> str:
    return f"the jump host {seen.site.address} is not trusted yet: compare its key with the host, pin it (--yes), then look again"


def _told(name: str, site: Site, shown: Sequence[HostKey], pinned: Sequence[HostKey]) -> dict[str, Any]:
    keys = [{"type": k.get_name(), "fingerprint": hostkeys.fingerprint(k)} for k in shown]
    old = ", ".join(hostkeys.fingerprint(k) for k in pinned)
    where = {"id": name, "address": site.address, "port": site.port, "via": "/".join(site.via)}
    return {**where, "state": "failed", "keys": keys, "old": old, "message": ""}


def _judge(ws: Workspace, name: str, seen: Seen, wish: Wish) -> dict[str, Any]:
    site = seen.site
    told = _told(name, site, seen.shown, seen.pinned)
    chosen = seen.shown
    if wish.fingerprint is not None:
        chosen = [k for k in seen.shown if hostkeys.fingerprint(k) == wish.fingerprint]
        if not chosen:
            shown = ", ".join(hostkeys.fingerprint(k) for k in seen.shown)
            return {**told, "message": f"shows {shown}, not {wish.fingerprint}; nothing was pinned"}
    if seen.pinned and set(seen.pinned) & set(chosen):
        return {**told, "state": "same"}
    if seen.pinned and not (wish.yes and wish.replace):
        return {**told, "state": "changed"}
    if not wish.yes and wish.fingerprint is None:
        return {**told, "state": "shown"}
    hostkeys.pin(ws.known_hosts, site.address, site.port, chosen, wish.replace, site.via)
    return {**told, "state": "pinned"}
