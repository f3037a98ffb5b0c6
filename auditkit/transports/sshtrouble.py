"""Why a connection failed, in words for the engineer: cause, what was seen, what to do."""

from __future__ import annotations

import errno

import paramiko

from auditkit.errors import TransportError
from auditkit.text import decode, one_line
from auditkit.transports.sshtransport import Transport
from auditkit.transports.sshwire import Offer

# What sshd says when it hangs up on purpose before its greeting (sshd_config(5): MaxStartups, PerSourcePenalties).
_BUSY = ("Exceeded MaxStartups", "Not allowed at this time")
_NEW = ("chacha20", "sntrup", "mlkem")  # offered alone, these are a choice, not age
_OLD = "it is too old for a safe connection: update its SSH server, or run a bundle there (auditkit bundle make)"
_STRICT = "allow an AES cipher and curve25519-sha256 in its sshd_config, or run a bundle there (auditkit bundle make)"


class Busy(Exception):
    """The server hung up before its greeting: it may have had too many connections at once. The text says how."""


def not_reached(where: str, e: OSError, seconds: float) -> TransportError:
    """Of a failed TCP connection."""
    if isinstance(e, TimeoutError):
        return TransportError("timed_out", f"{where}: no answer within {seconds:g} s (off, or a firewall drops it)")
    if isinstance(e, ConnectionRefusedError):
        return TransportError("refused", f"{where}: connection refused (no SSH server on this port, or a firewall rejects it)")
    if e.errno in (errno.EMFILE, errno.ENFILE):
        return TransportError("unreachable", f"{where}: this program may not open more files: raise `ulimit -n`")
    return TransportError("unreachable", f"{where}: {e.strerror or type(e).__name__}")


def not_greeted(where: str, transport: Transport, seconds: float) -> Exception:
    """Of a connection on which no SSH greeting came: TransportError, or Busy."""
    wire = transport.wire
    heard = bytes(wire.heard)
    said = one_line(decode(heard[:160]), 100)
    if wire.ended == "closed" and (not heard or any(text in said for text in _BUSY)):
        return Busy(f": {said!r}" if said else "")
    if not heard:
        return TransportError("timed_out", f"{where}: connected, but nothing was said within {seconds:g} s (hung, or no SSH server)")
    telnet = " (telnet?)" if heard[:1] == b"\xff" else ""  # IAC: RFC 854
    endless = ", without end" if wire.ended == "flooded" else ""
    return TransportError("not_understood", f"{where}: is no SSH server{telnet}; it says {said!r}{endless}. Check the port")


def not_agreed(where: str, transport: Transport, e: Exception | None, seconds: float) -> TransportError:
    """Of a handshake that failed behind the greeting."""
    said = one_line(str(e), 120) if e is not None else ""
    if isinstance(e, paramiko.SSHException):
        offered = _offered(said, transport.offer)
        if offered is not None:
            cure = _STRICT if any(word in offered for word in _NEW) else _OLD
            return TransportError("refused", f"{where}: no algorithm in common, the server offers only {offered}; {cure}")
        if "ncompatible version" in said or "Invalid SSH banner" in said:
            greeting = one_line(decode(bytes(transport.wire.heard[:120])), 60)
            return TransportError("refused", f"{where}: speaks SSH 1 only ({greeting}), which is broken: update it")
        if "ignature verification" in said:
            return TransportError("refused", f"{where}: the server cannot prove that it owns the host key it shows; no login was tried")
        return TransportError("not_understood", f"{where}: the SSH handshake failed: {said}")
    if e is None:
        return TransportError("timed_out", f"{where}: the SSH handshake did not end within {seconds:g} s")
    reason = transport.farewell or (said and f"{type(e).__name__} {said}") or "it gave no reason"
    return TransportError("refused", f"{where}: the server hung up during the SSH handshake ({reason})")


def _offered(said: str, offer: Offer) -> str | None:
    """What the server has of that which we share nothing of; None where that is not the trouble."""
    kinds = {"kex": ("key exchange", offer.kex), "host key": ("host keys", offer.host_keys),
             "ciphers": ("ciphers", offer.ciphers), "macs": ("MACs", offer.macs)}  # fmt: skip
    for word, (name, values) in kinds.items():
        if f"no acceptable {word}" in said:
            return f"{name} {one_line(', '.join(values), 200)}"
    return None
