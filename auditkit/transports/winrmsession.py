"""A Windows host being asked: the connection, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from auditkit.errors import ConfigError, TransportError
from auditkit.probing import Probe
from auditkit.transports import tls
from auditkit.transports.base import Brought, Context, Credential, Sent, Target, now
from auditkit.transports.winrm import WinrmOptions
from auditkit.transports.winrmasking import Asking
from auditkit.transports.winrmgate import gate_of
from auditkit.transports.winrmhttp import Clock, Place, Wire


def ask(target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
    """The replies of a host to these probes. Raises TransportError; then none was brought."""
    options = target.options
    assert isinstance(options, WinrmOptions)
    where = f"{target.address} port {options.usual_port}"
    if credential is None:
        raise TransportError("bad_credential", f"{where}: Windows is asked only with a login: give credential:")

    def tell(what: str) -> None:
        context.journal(Sent(now(), target.id, target.address, credential.login, what))

    tell(f"winrm connect {where} ({options.scheme}), login by {options.auth}")
    asking = Asking(_wire(target, options, credential, context), context.host_bytes, options.host_seconds, tell)
    try:
        asking.all(probes)
    finally:
        asking.wire.close_session()
    yield from asking.brought(probes, target.id, context.key)


def _wire(target: Target, options: WinrmOptions, credential: Credential, context: Context) -> Wire:
    port = options.usual_port
    trusted = None
    if options.scheme == "https":
        try:
            trusted = tls.context_for(target.address, port, options.ca_file, context.pins, target.id)
        except ConfigError as e:
            raise TransportError("refused", f"{target.address} port {port}: {e}; no connection was made") from e
    elif options.auth == "basic":
        raise TransportError("refused", f"{target.address} port {port}: basic over http would send the password in clear: use https")
    place = Place(target.address, port, trusted, options.server_name, target.id, options.connect_seconds)
    clock = Clock(time.monotonic() + options.host_seconds, options.connect_seconds)
    gate = gate_of(context, credential.login, credential.password)
    return Wire(place, options.auth, credential.login, credential.password, clock, gate)
