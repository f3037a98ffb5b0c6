"""One `sh -s` over an SSH session channel (RFC 4254, 6): the script is its stdin, both streams are read as they come."""

from __future__ import annotations

import threading
import time
from typing import Any

import paramiko

from auditkit.errors import Cause, TransportError
from auditkit.text import one_line
from auditkit.transports.sshtransport import Transport

CHUNK = 1 << 20


GATHER = 1.0  # seconds: each frame on stderr is a packet of its own, and waking for each costs more than reading it
PLENTY = 256 << 10  # bytes that are read at once: the window must not be what bounds the speed


class _Bell:
    """Rung by both streams. paramiko clears it when one of them has been emptied, which says nothing about the other one.

    rung: there is something. pressing: the end, or so much that it is not worth while to wait for more.
    """

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self.rung = threading.Event()
        self.pressing = threading.Event()

    def set(self) -> None:
        """Called with the lock of a stream held: its bytes are counted without it."""
        channel = self._channel
        held = len(channel.in_buffer._buffer) + len(channel.in_stderr_buffer._buffer)
        if channel.eof_received or channel.closed or held >= PLENTY:
            self.pressing.set()
        self.rung.set()

    def clear(self) -> None:
        """Nothing: only who reads both knows."""


class SshExec:
    """See `transports.shell.Exec`."""

    def __init__(self, transport: Transport, body: bytes, seconds: float) -> None:
        """Start it. Raises TransportError where the server runs no command, or takes the script not within that many seconds."""
        self._transport = transport
        try:
            self._channel: Any = transport.open_session(timeout=seconds)
            self._bell = _Bell(self._channel)
            for stream in (self._channel.in_buffer, self._channel.in_stderr_buffer):
                stream.set_event(self._bell)
            self._start(body, time.monotonic() + seconds)
        except TimeoutError as e:
            raise TransportError("timed_out", f"logged in, but the server does not take the script within {seconds:g} s") from e
        except (paramiko.SSHException, OSError, EOFError) as e:
            raise self._no_session(e) from e

    def _no_session(self, e: Exception) -> TransportError:
        why = self._transport.refusal or self._transport.farewell or one_line(str(e), 120) or "no reason given"
        if not self._transport.is_active():
            return TransportError("truncated", f"the connection broke ({why})")
        cause: Cause = "timed_out" if "Timeout" in why else "refused"
        return TransportError(cause, f"logged in, but no session can be opened ({why})")

    def _start(self, body: bytes, end: float) -> None:
        """The script is sent without waiting for the answer to exec, which RFC 4254, 5.4 allows: one round trip less."""
        request = paramiko.Message()
        request.add_byte(bytes([98]))  # SSH_MSG_CHANNEL_REQUEST
        request.add_int(self._channel.remote_chanid)
        request.add_string("exec")
        request.add_boolean(True)
        request.add_string("sh -s")
        self._transport._send_user_message(request)
        try:
            self._send(body, end)
        except TimeoutError:
            raise
        except OSError:  # what was started has ended, or was refused: read() tells which
            if not self._channel.closed:
                raise

    def _send(self, body: bytes, end: float) -> None:
        rest = memoryview(body)
        while rest and not self._channel.closed:
            if time.monotonic() > end:
                raise TimeoutError
            self._channel.settimeout(max(0.01, end - time.monotonic()))
            rest = rest[self._channel.send(bytes(rest[:CHUNK])) :]
        self._channel.shutdown_write()

    def read(self, seconds: float) -> tuple[int, bytes] | None:
        """See `Exec`. Raises TransportError where the server refused to run a command."""
        self._bell.rung.clear()
        self._bell.pressing.clear()
        got = self._look()
        if got is None:
            if self._bell.rung.wait(seconds):
                self._bell.pressing.wait(min(GATHER, seconds))
            got = self._look()
        if got == (0, b"") and not self._channel.event_ready and self._transport.is_active():
            raise TransportError("refused", "logged in, but the server runs no command (forced command, or access to files only?)")
        return got

    def _look(self) -> tuple[int, bytes] | None:
        channel = self._channel
        ended = channel.eof_received or channel.closed  # looked at first: what came before the end is in the buffers by now
        if channel.recv_stderr_ready():
            return 2, channel.recv_stderr(CHUNK)
        if channel.recv_ready():
            return 1, channel.recv(CHUNK)
        return (0, b"") if ended else None

    def close(self) -> None:
        """Let go."""
        self._channel.close()
