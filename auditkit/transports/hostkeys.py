"""Host keys: pinned in the workspace's own known_hosts (OpenSSH format, sshd(8)), fetched without login, compared before anything secret."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import tempfile
from pathlib import Path

import paramiko
from paramiko.hostkeys import HostKeys

from auditkit.errors import ConfigError, TransportError, UsageError

_FAMILY = {
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),  # RFC 8332: one key, newer signatures
}


def name_of(address: str, port: int) -> str:
    """How known_hosts calls a host: bare on port 22, [address]:port elsewhere."""
    return address if port == 22 else f"[{address}]:{port}"


def fingerprint(key: paramiko.PKey) -> str:
    """SHA256:… as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def pinned(path: Path, address: str, port: int) -> list[paramiko.PKey]:
    """Keys pinned for a host. Raises ConfigError where the file cannot be read."""
    found = _load(path).lookup(name_of(address, port))
    return [key for _, key in sorted(found.items())] if found else []


def _load(path: Path) -> HostKeys:
    keys = HostKeys()
    try:
        if path.exists():
            keys.load(str(path))
    except (OSError, paramiko.SSHException, ValueError) as e:
        raise ConfigError(f"{path}: cannot be read: {e}; remove the broken line, or the file, and run auditkit trust again") from e
    return keys


def pin(path: Path, address: str, port: int, keys: list[paramiko.PKey], replace: bool = False) -> None:
    """Write keys of a host, in one step. replace: forget what was pinned for it. Raises UsageError where it cannot be written."""
    known = _load(path)
    name = name_of(address, port)
    if replace and known.lookup(name):
        del known[name]
    for key in keys:
        known.add(name, key.get_name(), key)
    try:
        fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=".known_hosts.")
        os.close(fd)
        known.save(temporary)
        os.replace(temporary, path)
    except OSError as e:
        raise UsageError(f"{path}: cannot be written: {e.strerror}; make the folder writable") from e


def wanted_types(keys: list[paramiko.PKey], supported: tuple[str, ...]) -> tuple[str, ...]:
    """Key algorithms to offer, those of pinned keys first: a host with several keys must not look changed."""
    first = [t for key in keys for t in (*_FAMILY.get(key.get_name(), ()), key.get_name()) if t in supported]
    return tuple(dict.fromkeys([*first, *supported]))


def compare(path: Path, address: str, port: int, shown: paramiko.PKey, target: str) -> None:
    """Raises TransportError: host_key_changed where another key is pinned, refused where none is. Nothing was sent yet."""
    known = pinned(path, address, port)
    if any(key.asbytes() == shown.asbytes() for key in known):
        return
    if known:
        old = ", ".join(fingerprint(k) for k in known)
        raise TransportError(
            "host_key_changed",
            f"the host key changed: pinned {old}, shown {fingerprint(shown)} ({shown.get_name()}); nothing was sent. "
            f"Find out why, then: auditkit trust --only {target} --yes --replace",
        )
    raise TransportError(
        "refused",
        f"host key not trusted yet: {fingerprint(shown)} ({shown.get_name()}); compare it with the host, then: auditkit trust --only {target} --yes",
    )


def scan(address: str, port: int, seconds: float = 10.0) -> list[paramiko.PKey]:
    """The host's keys, one connection a kind, without any login. Raises TransportError where it is no SSH server or not reached."""
    from auditkit.transports.sshconnect import dial, handshake

    found: dict[str, paramiko.PKey] = {}
    for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512"):
        sock = dial(address, port, seconds)
        try:
            transport = handshake(sock, address, port, seconds, (kind,))
        except TransportError as e:
            if "acceptable" in str(e):
                continue
            raise
        try:
            key = transport.get_remote_server_key()
            found[key.get_name()] = key
        finally:
            transport.close()
    if not found:
        raise TransportError("refused", f"{name_of(address, port)}: offers no host key of a kind that is accepted (ed25519, ecdsa, rsa)")
    return [found[k] for k in sorted(found)]


def resolves(address: str) -> str:
    """The address a name leads to, for the limit of connections. Raises TransportError."""
    try:
        return str(socket.getaddrinfo(address, None, proto=socket.IPPROTO_TCP)[0][4][0])
    except (socket.gaierror, UnicodeError) as e:
        raise TransportError("unreachable", f"{address}: the name does not resolve ({e})") from e
