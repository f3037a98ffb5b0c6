"""The way to a target: each jump host, then the target, each verified before a login is tried there."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from auditkit.errors import CredentialError, TransportError
from auditkit.transports import hostkeys
from auditkit.transports.base import Context, Credential, Sent, Target, now
from auditkit.transports.hostkeys import HostKey
from auditkit.transports.sshauth import Login
from auditkit.transports.sshconnect import Limits, Site, host_key, reach, shown_keys
from auditkit.transports.sshtransport import KEY_TYPES, Transport

if TYPE_CHECKING:
    from auditkit.transports.ssh import SshOptions


@dataclass(frozen=True, slots=True)
class Hop:
    """One host on the way and how to log in there. credential: None = the keys of the ssh-agent."""

    site: Site
    user: str
    credential: Credential | None


@dataclass(frozen=True, slots=True)
class Seen:
    """The keys a host on the way shows, and those pinned for it."""

    site: Site
    shown: list[HostKey]
    pinned: list[HostKey]


class Way:
    """Jump hosts and target as hops, the target last. user: login at the target."""

    def __init__(self, target: Target, options: SshOptions, credential: Credential | None, context: Context) -> None:
        """Opens the credentials of jump hosts. Raises TransportError(bad_credential)."""
        self._target = target
        self._context = context
        self._options = options
        self._limits = Limits(options.connect_seconds, options.banner_seconds, options.login_seconds, options.connections)
        self.user = options.user or (credential.login if credential else "") or _myself()
        self.hops: list[Hop] = []
        via: tuple[str, ...] = ()
        for jump in options.jump:
            own = self._opened(jump.credential) if jump.credential else credential
            login = jump.user or (own.login if own and jump.credential else "") or self.user
            self.hops.append(Hop(Site(jump.address, jump.port, via), login, own))
            via = (*via, hostkeys.name_of(jump.address, jump.port))
        self.hops.append(Hop(Site(target.address, options.port, via), self.user, credential))

    def _opened(self, reference: str) -> Credential:
        try:
            return self._context.credential_of(reference)
        except CredentialError as e:
            raise TransportError("bad_credential", str(e)) from e

    def connect(self, open_: ExitStack) -> Transport:
        """A logged-in connection to the target; `open_` closes it and all before it.

        Raises TransportError, and ConfigError for a damaged known_hosts.
        """
        transport: Transport | None = None
        for hop in self.hops:
            transport = self._enter(hop, transport, open_)
        assert transport is not None
        return transport

    def look(self) -> Iterator[Seen]:
        """The keys of every host on the way, the first one first, without a login at the last.

        Who asks for the next one wants to go through the one before: its key must be pinned by then. Raises TransportError.
        """
        with ExitStack() as open_:
            before: Transport | None = None
            for n, hop in enumerate(self.hops):
                site = hop.site
                self._journal(hop, f"ssh handshake with {site} to see its host keys, no login")
                shown = shown_keys(site, self._limits, before)
                yield Seen(site, shown, hostkeys.pinned(self._context.pins, site.address, site.port, site.via))
                if n < len(self.hops) - 1:
                    before = self._enter(hop, before, open_)

    def _enter(self, hop: Hop, before: Transport | None, open_: ExitStack) -> Transport:
        site, pins = hop.site, self._context.pins
        self._journal(hop, f"ssh connect {site}")
        known = hostkeys.pinned(pins, site.address, site.port, site.via)
        transport = reach(site, self._limits, hostkeys.wanted_types(known, KEY_TYPES), open_, before)
        hostkeys.compare(pins, site.address, site.port, host_key(transport, site), self._target.id, site.via)
        interactive = self._options.keyboard_interactive == "auto"
        tell = partial(self._tell_login, hop)
        Login(transport, hop.user, str(site), tell, interactive).run(hop.credential)
        return transport

    def _tell_login(self, hop: Hop, method: str) -> None:
        self._journal(hop, f"ssh login {hop.site} by {method}")

    def _journal(self, hop: Hop, what: str) -> None:
        self._context.journal(Sent(now(), self._target.id, hop.site.address, hop.user, what))


def _myself() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as e:
        said = f"no login is given, and this user has no name on this system ({e}): set user: in targets.yaml"
        raise TransportError("bad_credential", said) from e
