"""Logging in at a directory: simple, NTLM (GSS-SPNEGO) or Kerberos, each only inside TLS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from ldap3 import SASL, SIMPLE
from ldap3.operation.bind import bind_operation
from pyasn1.error import PyAsn1Error

from auditkit.errors import TransportError
from auditkit.text import one_line
from auditkit.transports import kerberos
from auditkit.transports.base import Credential, Masked
from auditkit.transports.ldapcodes import SASL_STEP, SUCCESS, refused
from auditkit.transports.ldapwire import Budget, Late, Result, Wire
from auditkit.transports.tls import end_point

if TYPE_CHECKING:
    import spnego

Way = Literal["simple", "ntlm", "kerberos"]
_MOST_STEPS = 6
NTLM_KEY_EXCHANGE = 0x40000000  # NTLMSSP_NEGOTIATE_KEY_EXCH (MS-NLMP 2.2.2.5)


def full_login(login: str, domain: str) -> str:
    r"""A login as a directory takes it: a bare one gets the domain; user@domain, DOMAIN\user and DNs stay.

    >>> full_login("Аудитор", "corp.example"), full_login("CN=a,DC=x", "corp.example")
    ('Аудитор@corp.example', 'CN=a,DC=x')
    """
    whole = not login or "@" in login or "\\" in login or re.search(r"(?i)^\s*(cn|ou|uid|dc)\s*=", login)
    return login if whole or not domain else f"{login}@{domain}"


def bind(wire: Wire, way: Way, login: str, credential: Credential, host: str, seconds: float) -> None:
    """Log in. Raises TransportError: bad_credential with the reason the directory gives, refused, timed_out."""
    if wire.certificate is None:
        raise AssertionError("a login is never sent without TLS")
    try:
        answer = _simple(wire, login, credential, seconds) if way == "simple" else _spnego(wire, way, login, credential, host, seconds)
    except PyAsn1Error:
        raise TransportError("bad_credential", f"{wire.where}: the login {login!a} holds what cannot be sent") from None
    except Late as e:
        raise TransportError("timed_out", f"{wire.where}: no answer to the login within {seconds:g} s") from e
    if answer.code != SUCCESS:
        cause, why = refused(answer.code, answer.message)
        raise TransportError(cause, f"{wire.where}: login {login}: {why}")


def _simple(wire: Wire, login: str, credential: Credential, seconds: float) -> Result:
    if not login:
        raise TransportError("bad_credential", f"{wire.where}: the credential has no login: give user:")
    # As bytes: text would go through SASLprep, which makes another password of some; a directory compares what was typed.
    password = _password(wire, login, credential).reveal().encode("utf-8", "backslashreplace")
    number = wire.send("bindRequest", bind_operation(3, SIMPLE, login, password), seconds=seconds)
    return wire.answer(number, Budget(seconds))


def _password(wire: Wire, login: str, credential: Credential) -> Masked:
    """An empty password is an anonymous bind that "succeeds" (RFC 4513, 5.1.2): it would look like an account without rights."""
    if credential.password is None or not credential.password.reveal():
        raise TransportError("bad_credential", f"{wire.where}: login {login}: the credential has no password")
    return credential.password


def _spnego(wire: Wire, way: Way, login: str, credential: Credential, host: str, seconds: float) -> Result:
    """GSS-SPNEGO (MS-ADTS 5.1.1.1) without signing or sealing: TLS does both. Bound to the server's certificate (RFC 5929, 4)."""
    try:
        context = _context(wire, way, login, credential, host)
        token, answer = context.step(), Result(SASL_STEP)
        for _ in range(_MOST_STEPS):
            answer = wire.answer(_step(wire, token or b"", seconds), Budget(seconds))
            if answer.code != SASL_STEP:
                return answer
            token = context.step(answer.credentials or b"")
    except kerberos.errors() as e:
        # its words may quote what was tried, never the password; its traceback holds the context, which does
        raise TransportError("bad_credential", f"{wire.where}: login {login} by {way}: {one_line(str(e), 160)}") from None
    raise TransportError("not_understood", f"{wire.where}: login {login} by {way} does not come to an end")


def _step(wire: Wire, token: bytes, seconds: float) -> int:
    return wire.send("bindRequest", bind_operation(3, SASL, None, None, "GSS-SPNEGO", token), seconds=seconds)


def _context(wire: Wire, way: Way, login: str, credential: Credential, host: str) -> spnego.ContextProxy:
    import spnego
    from spnego.channel_bindings import GssChannelBindings

    bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + end_point(wire.certificate or b""))
    wanted: Any = {"hostname": host, "service": "ldap", "channel_bindings": bindings}
    if way == "kerberos":
        if lacks := kerberos.missing():
            raise TransportError("bad_credential", f"{wire.where}: {lacks}")
        password = credential.password.reveal() if credential.password is not None else None
        required = spnego.ContextReq.mutual_auth | spnego.ContextReq.no_integrity
        return spnego.client(login or None, password, protocol="kerberos", context_req=required, **wanted)
    secret = _password(wire, login, credential)
    wanted |= {"context_req": spnego.ContextReq.mutual_auth, "options": spnego.NegotiateOptions.use_ntlm}
    context = spnego.client(login, secret.reveal(), protocol="ntlm", **wanted)
    # Without signing there is no session key to exchange, and what pyspnego sends in its place (one byte) is refused by Samba.
    context._context_req &= ~NTLM_KEY_EXCHANGE
    return context
