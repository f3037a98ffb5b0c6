"""TLS for every transport that uses it: certificates verified before anything secret is sent, or pinned by `auditkit trust`.

A pin is the SHA-256 of the server's certificate, in `known_certificates` beside known_hosts, a line a server: ``[address]:port
SHA256:…``. Where one is there, it alone decides (a self-signed or expired certificate that somebody has compared is trusted, another
one never is); where none is, the chain, the name and the dates are verified against `ca_file` or the system's authorities.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import socket
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auditkit.errors import ConfigError, TransportError, UsageError
from auditkit.text import one_line

FILE = "known_certificates"
_LINE = re.compile(r"\[(?P<address>[^\]\s]{1,255})\]:(?P<port>\d{1,5}) (?P<print>SHA256:[A-Za-z0-9+/]{43})")
# X509_V_ERR_* (openssl/x509_vfy.h) -> what is wrong, what to do
_WHY = {
    10: "its certificate has expired: renew it, or compare it and pin it",
    9: "its certificate is not valid yet: check the clocks",
    18: "its certificate is self-signed: compare it and pin it, or give the authority's file as ca_file",
    19: "the authority of its certificate is not known: give its file as ca_file, or compare the certificate and pin it",
    20: "the authority of its certificate is not known: give its file as ca_file, or compare the certificate and pin it",
    62: "its certificate is for another name: ask it by that name, give server_name, or compare the certificate and pin it",
    66: "the key of its certificate is too short for today: renew it, or compare the certificate and pin it",
    68: "its certificate is signed by a broken method: renew it, or compare the certificate and pin it",
    64: "its certificate is for another address: ask it by the name in it, give server_name, or compare the certificate and pin it",
}


def fingerprint(der: bytes) -> str:
    """SHA256:… of a certificate, in the form that `auditkit trust` shows for SSH keys too."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")


def store_of(known_hosts: Path) -> Path:
    """The file of pinned certificates beside a known_hosts."""
    return known_hosts.with_name(FILE)


def pinned(path: Path, address: str, port: int) -> str | None:
    """The pin of a server. Raises ConfigError (file:line) for a line that cannot be understood: it may be the one that forbids."""
    return _read(path).get((address.lower(), port))


def _read(path: Path) -> dict[tuple[str, int], str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    found: dict[tuple[str, int], str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        m = _LINE.fullmatch(line.strip())
        if m is None:
            raise ConfigError(f"{path}:{number}: no pin of a certificate ([address]:port SHA256:…); correct or remove the line")
        found[m["address"].lower(), int(m["port"])] = m["print"]
    return found


def pin(path: Path, address: str, port: int, fingerprint: str, replace: bool = False) -> None:
    """Write a pin, in one step. Raises UsageError where another one is there and `replace` is not said."""
    known = _read(path)
    key = (address.lower(), port)
    if known.get(key, fingerprint) != fingerprint and not replace:
        raise UsageError(f"{path}: another certificate is pinned for {address} port {port}; find out why, then use --replace")
    known[key] = fingerprint
    body = "".join(f"[{a}]:{p} {print_}\n" for (a, p), print_ in sorted(known.items()))
    fd, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(fd, "w", encoding="utf-8") as f:
        f.write(body)
        f.flush()
        os.fsync(f.fileno())
    os.replace(temporary, path)


class _Pinned(ssl.SSLContext):
    """Trusts one certificate, whatever its chain and dates: every connection made with it is compared before it is used."""

    pin: str
    where: str
    target: str

    def wrap_socket(self, *args: Any, **named: Any) -> ssl.SSLSocket:
        made = super().wrap_socket(*args, **named)
        self._compare(made)
        return made

    def _compare(self, made: ssl.SSLSocket) -> None:
        shown = fingerprint(made.getpeercert(binary_form=True) or b"")
        if shown != self.pin:
            made.close()
            raise changed(self.where, self.pin, shown, self.target)


def changed(where: str, pin: str, shown: str, target: str) -> TransportError:
    """Of a certificate that is not the pinned one."""
    return TransportError(
        "host_key_changed",
        f"{where}: the certificate changed: pinned {pin}, shown {shown}; no login was tried. "
        f"Find out why, then: auditkit trust CLIENT --only {target} --yes --replace",
    )


def context_for(address: str, port: int, ca_file: str, known_hosts: Path | None, target: str) -> ssl.SSLContext:
    """What verifies that server: its pin where one is there, else authorities. Raises ConfigError for a ca_file that cannot be read."""
    pin = pinned(store_of(known_hosts), address, port) if known_hosts is not None else None
    if pin is not None:
        trusted = _Pinned(ssl.PROTOCOL_TLS_CLIENT)
        trusted.pin, trusted.where, trusted.target = pin, f"{address} port {port}", target
        trusted.check_hostname = False
        trusted.verify_mode = ssl.CERT_NONE
        return trusted
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as e:
        raise ConfigError(f"ca_file {ca_file}: {e.strerror or 'holds no certificate in PEM form'}") from e


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection. Raises TransportError: unreachable, refused, timed_out."""
    where = f"{address} port {port}"
    try:
        made = socket.create_connection((address, port), seconds)
    except TimeoutError as e:
        raise TransportError("timed_out", f"{where}: no answer within {seconds:g} s (off, or a firewall drops it)") from e
    except ConnectionRefusedError as e:
        raise TransportError("refused", f"{where}: connection refused (nothing listens there, or a firewall rejects it)") from e
    except OSError as e:
        raise TransportError("unreachable", f"{where}: {e.strerror or type(e).__name__}") from e
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def shake(sock: socket.socket, trusted: ssl.SSLContext, name: str, where: str, target: str) -> ssl.SSLSocket:
    """TLS on a connection. Raises TransportError: what is wrong with the certificate, and the cure; nothing secret was sent."""
    peer = sock.getpeername()
    try:
        return trusted.wrap_socket(sock, server_hostname=name)
    except ssl.SSLCertVerificationError as e:
        shown = _shown(peer[0], peer[1])
        why = _WHY.get(e.verify_code, one_line(e.verify_message, 100))
        cure = f" (it shows {shown}; auditkit trust CLIENT --only {target})" if shown else ""
        raise TransportError("refused", f"{where}: {why}{cure}; no login was tried") from e
    except ssl.SSLError as e:
        raise TransportError("refused", f"{where}: TLS failed: {_said(e)}") from e
    except TimeoutError as e:
        raise TransportError("timed_out", f"{where}: connected, but TLS is not answered") from e
    except OSError as e:
        raise TransportError("refused", f"{where}: hung up during TLS ({e.strerror or type(e).__name__})") from e


def _said(e: ssl.SSLError) -> str:
    # Before TLS 1.2 a handshake is signed with SHA-1, which newer OpenSSL refuses; some builds tell that without a reason.
    old = e.reason in ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE")
    if old or "LEGACY_SIGALG" in f"{e.reason} {e}".upper().replace(" ", "_"):
        return "it speaks only TLS older than 1.2: update it, or use a bundle there"
    if e.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_EOF_WHILE_READING"):
        return "there is no TLS on this port; check the port"
    return one_line((e.reason or str(e)).replace("_", " ").lower(), 100)


def _shown(address: str, port: int) -> str:
    """The fingerprint of what was refused, seen over a connection of its own; "" where it is not shown again (StartTLS)."""
    try:
        return fingerprint(look(address, port, 10.0))
    except TransportError:
        return ""


def look(address: str, port: int, seconds: float, before: Callable[[socket.socket], None] | None = None) -> bytes:
    """The certificate (DER) that a server shows, without login. before: said before TLS begins (StartTLS). Raises TransportError."""
    seeing = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    seeing.check_hostname = False
    seeing.verify_mode = ssl.CERT_NONE
    with dial(address, port, seconds) as sock:
        if before is not None:
            before(sock)
        with shake(sock, seeing, address, f"{address} port {port}", "") as made:
            return made.getpeercert(binary_form=True) or b""


def verified_socket(
    address: str, port: int, ca_file: str, server_name: str, seconds: float, known_hosts: Path | None, target: str
) -> ssl.SSLContext:
    """The context for a library that connects by itself, after one connection has shown that the server is the right one.

    Raises TransportError as `dial` and `shake`, ConfigError as `context_for`.
    """
    trusted = context_for(address, port, ca_file, known_hosts, target)
    with dial(address, port, seconds) as sock, shake(sock, trusted, server_name or address, f"{address} port {port}", target):
        pass
    return trusted


def end_point(certificate: bytes) -> bytes:
    """Hash of a certificate (DER) for channel bindings: that of its signature, SHA-256 where that is MD5 or SHA-1 (RFC 5929, 4.1)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    used = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    chosen = hashes.SHA256() if used is None or used.name in ("md5", "sha1") else used
    digest = hashes.Hash(chosen)
    digest.update(certificate)
    return digest.finalize()
