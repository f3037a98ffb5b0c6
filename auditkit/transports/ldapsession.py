"""A logged-in connection to a directory, and the answers to probes over it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from auditkit.errors import Cause, ConfigError, TransportError
from auditkit.ldif import Entry, entries
from auditkit.model import Question, Unknown
from auditkit.probing import Probe, Reply, Search
from auditkit.transports import tls
from auditkit.transports.base import Brought, Context, Credential, Sent, Target, now
from auditkit.transports.kerberos import principal
from auditkit.transports.ldapbind import bind, full_login
from auditkit.transports.ldapcodes import SUCCESS, said
from auditkit.transports.ldaprequest import Asked
from auditkit.transports.ldapsearch import Searching
from auditkit.transports.ldapwire import Budget, Late, Wire

if TYPE_CHECKING:
    from auditkit.transports.ldap import LdapOptions

RECONNECTS = 3
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
        self._credential = credential or (Credential(options.user) if options.auth == "kerberos" else None)  # whoever holds a ticket
        self._context = context
        self._wire: Wire | None = None
        self._whole = Budget(options.host_seconds)
        self._contexts: dict[str, str] = {}
        self._again = RECONNECTS
        self._host = target.address
        self.login = options.user or (credential.login if credential else "")
        self.where = f"{target.address} port {options.usual_port}"

    def open(self) -> None:
        """Connect, TLS, root DSE, login. Raises TransportError."""
        credential = self._credential
        if credential is None:
            raise TransportError("bad_credential", f"{self.where}: a directory is asked only with a login: give credential:")
        self._wire = wire = connect(self._target, self._options, self._context)
        root = self._root_dse(wire)
        self._contexts = {name: dn for name, attribute in _CONTEXTS.items() if (dn := root.text(attribute))}
        if self._options.base:
            self._contexts["domain"] = self._options.base
        realm = dns_name(self._contexts.get("domain", ""))
        self.login = (principal if self._options.auth == "kerberos" else full_login)(self.login, realm)
        self._journal(f"ldap bind as {self.login or 'the holder of the ticket'} ({self._options.auth}, inside TLS)")
        self._host = self._options.server_name or root.text("dnsHostName") or self._target.address
        bind(wire, self._options.auth, self.login, credential, self._host, self._options.connect_seconds)

    def close(self) -> None:
        """Let go of the connection."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def ask(self, probe: Probe[Any]) -> Iterator[Brought]:
        """Every page of a probe's search, then its list. What ends a connection costs only the search that ran.

        Raises TransportError where the connection cannot be made again.
        """
        command = probe.command
        assert isinstance(command, Search)
        assert self._wire is not None
        base = _filled(command.base, self._contexts)
        if base is None:
            why = Unknown(f"the server does not name the naming context of {command.base} in its root DSE")
            yield Brought(Question(self._target.id, probe.name, "*"), str(command), None, why)
            return
        asked = Asked(base, command.filter, command.attributes, command.scope, int(command.seconds), command.security, command.deleted)
        self._journal(str(dataclasses.replace(command, base=base)))
        budget = Budget(command.seconds + GRACE, self._whole)
        search = Searching(self._wire, asked, budget, self._options.page, self._context.reply_bytes, self._journal)
        count = 0
        for page in search.pages():
            count += 1
            trouble = Unknown(f"truncated: {page.broken}", cause="truncated") if page.broken else None
            yield self._brought(probe, str(count), page.body, 0, "", trouble)
        told = "".join(f"{n}\n" for n in range(1, count + 1)).encode()
        end = search.end
        trouble = Unknown(f"timed out: {end.message}", cause="timed_out") if end.late else None
        trouble = Unknown(f"{end.lost.cause}: {end.message}", cause=end.lost.cause) if end.lost else trouble
        yield self._brought(probe, "*", told, end.code, said(end.code, end.message) if end.code else "", trouble)
        if trouble is not None:
            self._reopen(end.message)

    def ask_sysvol(self, probe: Probe[Any]) -> Iterator[Brought]:
        """The files of group policies. What goes wrong there costs this probe alone."""
        from auditkit.transports import ldapsysvol

        assert self._credential is not None
        place = ldapsysvol.Place(
            port=self._options.smb_port,
            host=self._host,
            domain=dns_name(self._contexts.get("domain", "")),
            way="kerberos" if self._options.auth == "kerberos" else "ntlm",
            login=self.login,
            connect_seconds=self._options.connect_seconds,
        )
        yield from ldapsysvol.ask(probe, place, self._target, self._credential, self._context)

    def _brought(self, probe: Probe[Any], arg: str, out: bytes, code: int | None, err: str, trouble: Unknown | None) -> Brought:
        cut = trouble is not None
        reply = Reply(out, err.encode(), code, now(), self.login, arg, truncated=cut, key=self._context.key)
        return Brought(Question(self._target.id, probe.name, arg), str(probe.command), reply, trouble)

    def _reopen(self, why: str) -> None:
        """A new connection for the rest, a few times; nothing waits on one that is dead or stuck."""
        self.close()
        left = self._whole.remaining()
        if self._again == 0 or left <= 0:
            told = "too many connections were lost" if left > 0 else f"the {self._options.host_seconds:g} s of the target are over"
            raise TransportError("truncated" if left > 0 else "timed_out", f"{why}; {told}")
        self._again -= 1
        try:
            self.open()
        except TransportError as e:
            raise TransportError("truncated", f"{why}; a new connection was not possible: {e}") from e

    def _root_dse(self, wire: Wire) -> Entry:
        """What the server says of itself; read before the login, which every directory allows (RFC 4512, 5.1)."""
        asked = Asked("", "(objectClass=*)", (*_CONTEXTS.values(), "dnsHostName"), "base")
        self._journal(f"ldap search base (root DSE) (objectClass=*) [{' '.join(asked.attributes)}], no login yet")
        search = Searching(wire, asked, Budget(self._options.connect_seconds))
        found = [e for page in search.pages() for e in entries(page.body)]
        if search.end.code != SUCCESS or len(found) != 1:
            cause: Cause = "timed_out" if search.end.late else "refused"
            raise search.end.lost or TransportError(cause, f"{self.where}: the root DSE cannot be read: {search.end.message or 'no entry'}")
        return found[0]

    def _journal(self, what: str) -> None:
        self._context.journal(Sent(now(), self._target.id, self._target.address, self.login, what))


def connect(target: Target, options: LdapOptions, context: Context) -> Wire:
    """TLS to the server, verified or pinned. Raises TransportError; nothing secret was sent."""
    port = options.usual_port
    where = f"{target.address} port {port}"
    try:
        trusted = tls.context_for(target.address, port, options.ca_file, context.pins, target.id)
    except ConfigError as e:
        raise TransportError("refused", f"{where}: {e}; no connection was made") from e
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
        done = wire.start_tls(seconds)
    except Late as e:
        raise TransportError("timed_out", f"{where}: connected, but StartTLS is not answered") from e
    if done.code != SUCCESS:
        raise TransportError("refused", f"{where}: the server does not begin TLS: {said(done.code, done.message)}; try security: ldaps")


def _filled(base: str, contexts: Mapping[str, str]) -> str | None:
    """A base with its naming context; None where the server does not name that."""
    for name in _CONTEXTS:
        hole = "{" + name + "}"
        if hole in base:
            return base.replace(hole, contexts[name]) if name in contexts else None
    return base


def dns_name(dn: str) -> str:
    """The domain of a DN of its root.

    >>> dns_name("DC=corp,DC=example")
    'corp.example'
    """
    return ".".join(part.partition("=")[2] for part in dn.split(",") if part.lower().startswith("dc="))
