"""Private keys: the text of a credential as a key paramiko can sign with, and the keys of the ssh-agent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_ssh_private_key,
)  # fmt: skip

from auditkit.errors import CredentialError, TransportError
from auditkit.text import one_line
from auditkit.transports.base import Credential
from auditkit.transports.knownhosts import HostKey

AGENT_KEYS = 4  # sshd's MaxAuthTries is 6: more offers would end the connection


def load_key(credential: Credential, where: str) -> paramiko.PKey:
    """The private key of a credential: OpenSSH or PEM (PKCS#1, SEC 1, PKCS#8) text of kind ed25519, ecdsa or rsa.

    Raises CredentialError: encrypted without passphrase, wrong passphrase, damaged, of another kind. No text of a library is
    passed on, for it may hold bytes of the key, and no exception either, for its frames do.
    """
    loaded = _loaded(credential)
    if isinstance(loaded, str):
        raise CredentialError(f"{where}: the private key {loaded}")
    return loaded


def told(key: paramiko.PKey) -> str:
    """Kind and fingerprint, for messages."""
    return str(HostKey(one_line(key.get_name(), 40), key.asbytes()))


@contextmanager
def agent_keys(where: str) -> Iterator[list[paramiko.PKey]]:
    """Keys of the ssh-agent that can be used unattended. Raises TransportError(bad_credential) where there is none."""
    agent = None
    try:
        agent = paramiko.Agent()
        held: list[Any] = [key for key in agent.get_keys() if not key.get_name().startswith("sk-")]  # those wait for a touch
    except (paramiko.SSHException, OSError) as e:
        raise TransportError("bad_credential", f"{where}: the ssh-agent does not answer: {one_line(str(e), 80)}") from e
    try:
        if not held:
            raise TransportError(
                "bad_credential", f"{where}: no credential is given and the ssh-agent holds no key; set `credential:` in targets.yaml, "
                "or add your key (ssh-add)"
            )  # fmt: skip
        yield held
    finally:
        agent.close()


def _loaded(credential: Credential) -> paramiko.PKey | str:
    """The key, or what is wrong with it."""
    if credential.private_key is None:
        return "is missing"
    raw = credential.private_key.reveal().strip().encode() + b"\n"
    if b"PRIVATE KEY-----" not in raw:
        return "is no private key: OpenSSH or PEM text is wanted (not .pub, not .ppk: `puttygen KEY.ppk -O private-openssh`)"
    phrase = credential.passphrase.reveal().encode() if credential.passphrase else None
    load: Any = load_ssh_private_key if b"BEGIN OPENSSH" in raw else load_pem_private_key
    try:
        return _converted(load(raw, phrase))
    except TypeError:
        if phrase is not None:  # a passphrase for a key that has none: cryptography minds, ssh does not
            return _loaded(Credential(credential.login, None, credential.private_key))
        return "is encrypted: put its passphrase into the credential"
    except UnsupportedAlgorithm:
        return "is of a kind that is not supported: ed25519, ecdsa and rsa are"
    except ValueError as e:
        if phrase is None and "password-protected" in str(e):
            return "is encrypted: put its passphrase into the credential"
        return "cannot be opened: its passphrase is wrong, or it is damaged" if phrase is not None else "is damaged: it cannot be read"


def _converted(key: Any) -> paramiko.PKey | str:
    kinds: dict[Any, Any] = {
        rsa.RSAPrivateKey: paramiko.RSAKey,
        ec.EllipticCurvePrivateKey: paramiko.ECDSAKey,
        ed25519.Ed25519PrivateKey: paramiko.Ed25519Key,
    }
    for kind, wanted in kinds.items():
        if isinstance(key, kind):
            text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
            made: paramiko.PKey = wanted.from_private_key(io.StringIO(text))
            return made
    return "is of a kind that is not supported: ed25519, ecdsa and rsa are"
