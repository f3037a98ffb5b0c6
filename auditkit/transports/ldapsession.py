"""A logged-in connection to a directory, and the answers to probes over it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from auditkit.errors import TransportError
from auditkit.ldif import entries
from auditkit.model import Question, Unknown
from auditkit.probing import Probe, Reply, Search
from auditkit.transports import ldapmessages as m
from auditkit.transports import tls
from auditkit.transports.base import Brought, Context, Credential, Sent, Target, now
from auditkit.transports.ldapbind import bind, full_login
from auditkit.transports.ldapcodes import SUCCESS, said
from auditkit.transports.ldapsearch import Searching
from auditkit.transports.ldapwire import Budget, Late, Wire

if TYPE_CHECKING:
    from auditkit.transports.ldap import LdapOptions

GRACE = 10.0  # seconds beyond a search's own: the server should have ended it by then (timeLimit of the request)
_CONTEXTS = {
    "domain": "defaultNamingContext",
    "configuration": "configurationNamingContext",
    "schema": "schemaNamingContext",
    "root": "rootDomainNamingContext",
}


class Session:
    """One target being asked. `open` first."""

    def __init__(self, target: Target, options: LdapOptions, credential: Credential | None, context: Context) -> None:
        self._target = target
        self._options = options
        self._credential = credential
        self._context = context
        self._wire: Wire | None = None
        self._whole = Budget(options.host_seconds)
        self._names: dict[str, str] = {}
        self.login = options.user or (credential.login if credential else "")
        self.where = f"{target.address} port {options.usual_port}"

    def open(self) -> None:
        """Connect, TLS, root DSE, login. Raises TransportError."""
        credential = self._credential
        if credential is None:
            raise TransportError("bad_credential", f"{self.where}: a directory is asked only with a login: give credential:")
        self._wire = wire = connect(self._target, self._options, self._context)
        self._names = self._root_dse(wire)
        self.login = full_login(self.login, dns_name(self._names.get("domain", "")))
        self._journal(f"ldap bind as {self.login} ({self._options.auth}, inside TLS)")
        host = self._options.server_name or self._target.address
        bind(wire, self._options.auth, self.login, credential, host, self._options.connect_seconds)

    def close(self) -> None:
        """Let go of the connection."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def ask(self, probe: Probe[Any]) -> Iterator[Brought]:
        """Every page of a probe's search, then its list. Raises TransportError where the connection broke."""
        command = probe.command
        assert isinstance(command, Search)
        assert self._wire is not None
        asked = self._asked(command)
        self._journal(str(dataclasses.replace(command, base=asked.base)))
        search = Searching(self._wire, asked, Budget(command.seconds + GRACE, self._whole), self._options.page, self._context.reply_bytes)
        count = 0
        for page in search.pages():
            count += 1
            reply = Reply(page.body, b"", 0, now(), self.login, str(count), truncated=bool(page.broken), key=self._context.key)
            trouble = Unknown(f"truncated: {page.broken}", cause="truncated") if page.broken else None
            yield Brought(Question(self._target.id, probe.name, str(count)), str(command), reply, trouble)
        end = search.end
        if end.lost is not None:
            raise end.lost
        told = "".join(f"{n}\n" for n in range(1, count + 1)).encode()
        words = said(end.code, end.message) if end.code else end.message if end.code is None else ""
        reply = Reply(told, words.encode(), end.code, now(), self.login, "*", key=self._context.key)
        yield Brought(Question(self._target.id, probe.name, "*"), str(command), reply)

    def _asked(self, command: Search) -> m.Asked:
        base = command.base
        for name, dn in self._names.items():
            base = base.replace("{" + name + "}", dn)
        return m.Asked(base, command.filter, command.attributes, command.scope, int(command.seconds), command.security, command.deleted)

    def _root_dse(self, wire: Wire) -> dict[str, str]:
        """The naming contexts; read before the login, which every directory allows (RFC 4512, 5.1)."""
        asked = m.Asked("", "(objectClass=*)", tuple(_CONTEXTS.values()), "base")
        search = Searching(wire, asked, Budget(self._options.connect_seconds))
        found = [e for page in search.pages() for e in entries(page.body)]
        if search.end.code != SUCCESS or len(found) != 1:
            raise search.end.lost or TransportError("refused", f"{self.where}: the root DSE cannot be read: {search.end.message}")
        named = {name: found[0].text(attribute) or "" for name, attribute in _CONTEXTS.items()}
        return {name: dn for name, dn in named.items() if dn} | ({"domain": self._options.base} if self._options.base else {})

    def _journal(self, what: str) -> None:
        self._context.journal(Sent(now(), self._target.id, self._target.address, self.login, what))


def connect(target: Target, options: LdapOptions, context: Context) -> Wire:
    """TLS to the server, verified or pinned. Raises TransportError; nothing secret was sent."""
    port = options.usual_port
    where = f"{target.address} port {port}"
    trusted = tls.context_for(target.address, port, options.ca_file, context.pins, target.id)
    context.journal(Sent(now(), target.id, target.address, "", f"ldap connect {where} ({options.security})"))
    sock = tls.dial(target.address, port, options.connect_seconds)
    try:
        if options.security == "starttls":
            start_tls(sock, where, options.connect_seconds)
        return Wire(tls.shake(sock, trusted, options.server_name or target.address, where, target.id), where)
    except BaseException:
        sock.close()
        raise


def start_tls(sock: Any, where: str, seconds: float) -> None:
    """Ask for TLS on a plain connection (RFC 4511, 4.14). Raises TransportError."""
    wire = Wire(sock, where)
    try:
        done = wire.answer(wire.send(m.extended(m.START_TLS), seconds=seconds), Budget(seconds))
    except Late as e:
        raise TransportError("timed_out", f"{where}: connected, but StartTLS is not answered") from e
    if done.code != SUCCESS:
        raise TransportError("refused", f"{where}: the server does not begin TLS: {said(done.code, done.message)}; try security: ldaps")


def dns_name(dn: str) -> str:
    """The domain of a DN of its root.

    >>> dns_name("DC=corp,DC=example")
    'corp.example'
    """
    return ".".join(part.partition("=")[2] for part in dn.split(",") if part.lower().startswith("dc="))
