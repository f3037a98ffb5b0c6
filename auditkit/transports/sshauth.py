"""Logging in: key, agent, password, keyboard-interactive (RFC 4252, 4256); one try a credential, so that nobody is locked out."""

from __future__ import annotations

import io
from collections.abc import Sequence

import paramiko

from auditkit.errors import CredentialError, TransportError
from auditkit.text import one_line
from auditkit.transports.base import Credential

AGENT_KEYS = 4  # sshd's MaxAuthTries is 6: more offers would end the connection


def login(transport: paramiko.Transport, user: str, credential: Credential | None, where: str) -> None:
    """Log in, with as many methods as the server wants. Raises TransportError(bad_credential), CredentialError for an unusable key."""
    keys = _keys(credential, where)
    try:
        left: list[str] | None = _with_keys(transport, user, keys) if keys else None
        if transport.is_authenticated():
            return
        if credential is not None and credential.password is not None:
            _with_password(transport, user, credential.password.reveal(), left)
            if transport.is_authenticated():
                return
    except paramiko.BadAuthenticationType as e:
        raise _refused(user, where, e.allowed_types) from e
    except paramiko.AuthenticationException as e:
        if "imeout" in str(e):
            raise TransportError("timed_out", f"{where}: the login did not end in time") from e
        raise _refused(user, where, []) from e
    except (paramiko.SSHException, EOFError) as e:
        raise TransportError(
            "refused", f"{where}: the server ended the connection during the login ({one_line(str(e), 120) or 'closed'})"
        ) from e
    raise _refused(user, where, left or [])


def _refused(user: str, where: str, allowed: Sequence[str]) -> TransportError:
    also = f"; the server allows: {', '.join(allowed)}" if allowed else ""
    return TransportError("bad_credential", f"{where}: login {one_line(user, 40)!r}: wrong password or key{also}")


def _keys(credential: Credential | None, where: str) -> list[paramiko.PKey]:
    if credential is None or (credential.password is None and credential.private_key is None):
        found = list(paramiko.Agent().get_keys())[:AGENT_KEYS]
        if not found:
            raise TransportError(
                "bad_credential", f"{where}: no credential is given and the SSH agent holds no key; set `credential:` in targets.yaml"
            )
        return list(found)
    return [load_key(credential, where)] if credential.private_key is not None else []


def load_key(credential: Credential, where: str) -> paramiko.PKey:
    """The private key of a credential. Raises CredentialError: encrypted, damaged, or of a kind that is not used any more."""
    assert credential.private_key is not None
    text = credential.private_key.reveal()
    phrase = credential.passphrase.reveal() if credential.passphrase else None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), password=phrase)
        except paramiko.PasswordRequiredException:
            raise CredentialError(f"{where}: the private key is encrypted: put its passphrase into the credential") from None
        except (paramiko.SSHException, ValueError, IndexError, UnicodeError):
            continue  # another kind of key; none of the texts of these errors may hold key bytes, and none is shown
    wrong = "its passphrase is wrong, or it is damaged" if phrase else "it is damaged, or no OpenSSH or PEM key of kind ed25519, ecdsa, rsa"
    raise CredentialError(f"{where}: the private key cannot be used: {wrong}")


def _with_keys(transport: paramiko.Transport, user: str, keys: Sequence[paramiko.PKey]) -> list[str]:
    """Offer keys; -> methods the server still wants. The last refusal is raised."""
    for n, key in enumerate(keys):
        try:
            return list(transport.auth_publickey(user, key) or [])
        except paramiko.BadAuthenticationType:
            raise
        except paramiko.AuthenticationException:
            if n == len(keys) - 1:
                raise
    return []


def _with_password(transport: paramiko.Transport, user: str, password: str, left: list[str] | None) -> None:
    """By the method the server offers: asked first, because a second try with the same password may lock the account."""
    methods = left if left is not None else _offered(transport, user)
    if transport.is_authenticated():
        return
    if "password" in methods:
        left = list(transport.auth_password(user, password, fallback=False) or [])
        methods = left if left else methods
    elif "keyboard-interactive" in methods:
        transport.auth_interactive(user, lambda title, instructions, prompts: [password for _ in prompts])
    else:
        raise paramiko.BadAuthenticationType("no method fits", methods)


def _offered(transport: paramiko.Transport, user: str) -> list[str]:
    try:
        transport.auth_none(user)
    except paramiko.BadAuthenticationType as e:
        return list(e.allowed_types)
    return []
