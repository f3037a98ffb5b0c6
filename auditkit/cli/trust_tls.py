"""Certificates for `auditkit trust`: shown, compared by a person, pinned. One that an authority vouches for needs no pin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from auditkit.errors import ConfigError, TransportError
from auditkit.transports import tls
from auditkit.transports.base import Sent, Target, now
from auditkit.workspace.journal import Journal
from auditkit.workspace.layout import Workspace


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person at the terminal wants. named: the target was chosen with --only."""

    yes: bool
    replace: bool
    fingerprint: str | None
    named: bool = False


def has_certificate(target: Target) -> bool:
    """Whether its transport verifies a certificate (WinRM over http has none)."""
    return hasattr(target.options, "ca_file") and getattr(target.options, "scheme", "https") == "https"


def one(ws: Workspace, target: Target, wish: Wish) -> dict[str, Any]:
    """What became of the certificate of a target, in the form that `auditkit trust` tells."""
    options: Any = target.options
    port: int = getattr(options, "usual_port", 0) or options.port
    where = f"{target.address} port {port}"
    told = {"id": target.id, "address": target.address, "port": port, "via": "", "state": "failed", "keys": [], "old": "", "message": ""}
    plain = getattr(options, "security", "") == "starttls"
    before = partial(_start_tls, where=where, seconds=options.connect_seconds) if plain else None
    with Journal(ws.journal) as journal:
        journal(Sent(now(), target.id, target.address, "", f"tls handshake with {where} to see its certificate, no login"))
    try:
        shown = tls.fingerprint(tls.look(target.address, port, options.connect_seconds, before))
        store = tls.store_of(ws.known_hosts)
        pinned = tls.pinned(store, target.address, port)
        told |= {"keys": [{"type": "X.509", "fingerprint": shown}], "old": pinned or ""}
        if wish.fingerprint is not None and shown != wish.fingerprint:
            return told | {"message": f"{where} shows {shown}, not {wish.fingerprint}; nothing was pinned"}
        state = _state(shown, pinned, wish)
        if pinned is None and not wish.named and _vouched(ws, target, port, before):
            state = "verified"
        if state == "pinned":
            tls.pin(store, target.address, port, shown, wish.replace)
    except TransportError as e:
        return told | {"message": str(e)}
    return told | {"state": state}


def _start_tls(sock: Any, where: str, seconds: float) -> None:
    from auditkit.transports.ldapsession import start_tls  # loads ldap3: only where a directory is asked

    start_tls(sock, where, seconds)


def _state(shown: str, pinned: str | None, wish: Wish) -> str:
    if pinned == shown:
        return "same"
    if pinned is not None and not (wish.yes and wish.replace):
        return "changed"
    return "pinned" if wish.yes or wish.fingerprint is not None else "shown"


def _vouched(ws: Workspace, target: Target, port: int, before: Any) -> bool:
    """Whether the certificate is verified as it is: a pin would only break at its next renewal."""
    options: Any = target.options
    where = f"{target.address} port {port}"
    try:
        trusted = tls.context_for(target.address, port, options.ca_file, ws.known_hosts, target.id)
        with tls.dial(target.address, port, options.connect_seconds) as sock:
            if before is not None:
                before(sock)
            tls.shake(sock, trusted, options.server_name or target.address, where, target.id).close()
    except (TransportError, ConfigError):
        return False
    return True
