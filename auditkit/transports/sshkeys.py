"""Private keys: the text of a credential as a key paramiko can sign with, and the keys of the ssh-agent."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
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

from auditkit.errors import TransportError
from auditkit.text import one_line
from auditkit.transports.base import Credential
from auditkit.transports.knownhosts import HostKey

_CURVES = ("secp256r1", "secp384r1", "secp521r1")  # RFC 5656
_opened: dict[bytes, paramiko.PKey] = {}  # by a digest of text and passphrase
_lock = threading.Lock()
AGENT_KEYS = 4  # sshd's MaxAuthTries is 6: more offers would end the connection


def load_key(credential: Credential, where: str) -> paramiko.PKey:
    """The private key of a credential: OpenSSH or PEM (PKCS#1, SEC 1, PKCS#8) text of kind ed25519, ecdsa or rsa.

    Raises TransportError(bad_credential): encrypted without passphrase, wrong passphrase, damaged, of another kind. No text of
    a library is passed on, for it may hold bytes of the key, and no exception either, for its frames do.
    """
    loaded = _loaded(credential)
    if isinstance(loaded, str):
        raise TransportError("bad_credential", f"{where}: the private key {loaded}")
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
    """The key, or what is wrong with it. Opened once: the check of an RSA key costs more than a whole collection."""
    text = credential.private_key.reveal() if credential.private_key else ""
    phrase = credential.passphrase.reveal() if credential.passphrase else ""
    print_ = sha256(f"{len(text)} {text}{phrase}".encode("utf-8", "surrogatepass")).digest()
    with _lock:
        if print_ not in _opened:
            found = _open(text.strip().encode("utf-8", "surrogatepass") + b"\n", phrase.encode("utf-8", "surrogatepass") or None)
            if isinstance(found, str):
                return found
            _opened[print_] = found
        return _opened[print_]


def _open(raw: bytes, phrase: bytes | None) -> paramiko.PKey | str:
    if b"PRIVATE KEY-----" not in raw:
        return "is no private key: OpenSSH or PEM text is wanted (not .pub, not .ppk: `puttygen KEY.ppk -O private-openssh`)"
    load: Any = load_ssh_private_key if b"BEGIN OPENSSH" in raw else load_pem_private_key
    try:
        return _converted(load(raw, phrase))
    except TypeError:
        if phrase is not None:  # a passphrase for a key that has none: cryptography minds, ssh does not
            return _open(raw, None)
        return "is encrypted: put its passphrase into the credential"
    except UnsupportedAlgorithm:
        return "is of a kind that is not supported: ed25519, ecdsa and rsa are"
    except ValueError as e:
        if phrase is None and "password-protected" in str(e):
            return "is encrypted: put its passphrase into the credential"
        return "cannot be opened: its passphrase is wrong, or it is damaged" if phrase is not None else "is damaged: it cannot be read"


def _converted(key: Any) -> paramiko.PKey | str:
    if isinstance(key, rsa.RSAPrivateKey):
        return paramiko.RSAKey(key=key)
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return paramiko.ECDSAKey(vals=(key, key.public_key()))
    if isinstance(key, ed25519.Ed25519PrivateKey):  # paramiko makes one from text alone
        text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
        return paramiko.Ed25519Key.from_private_key(io.StringIO(text))
    return "is of a kind that is not supported: ed25519, ecdsa and rsa are"
