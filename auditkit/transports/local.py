"""The machine the program runs on: the same script, into `/bin/sh -s` of a child process."""

from __future__ import annotations

import contextlib
import getpass
import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from auditkit.errors import TransportError
from auditkit.probing import Probe
from auditkit.transports.base import Brought, Context, Credential, Options, Target
from auditkit.transports.shell import ask_all


class LocalOptions(Options):
    """Options of `transport: local`."""

    sudo: Literal["auto", "never"] = Field(
        default="auto", description="auto: try `sudo -n` for probes that need root; it never asks for a password"
    )
    host_seconds: float = Field(default=300, gt=0, le=3600, description="the whole target must be done by then, in seconds")


class _Child:
    """An Exec over a child process in its own session, so that closing ends everything it started."""

    def __init__(self, body: bytes) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-s"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, cwd="/"
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._selector = selectors.DefaultSelector()
        for number, stream in ((1, self._process.stdout), (2, self._process.stderr)):
            os.set_blocking(stream.fileno(), False)
            self._selector.register(stream, selectors.EVENT_READ, number)
        # A pipe holds 64 KB: a thread, because the script may be longer than what the shell has read.
        self._feeder = threading.Thread(target=self._feed, args=(body,), daemon=True)
        self._feeder.start()

    def _feed(self, body: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(body)
            self._process.stdin.close()
        except BrokenPipeError:
            return  # the shell ended early: its streams say so

    def read(self, seconds: float) -> tuple[int, bytes] | None:
        if not self._selector.get_map():
            return 0, b""
        for key, _ in self._selector.select(seconds):
            data = os.read(key.fd, 1 << 20)
            if data:
                return int(key.data), data
            self._selector.unregister(key.fileobj)
            return (0, b"") if not self._selector.get_map() else (int(key.data), b"")
        return None

    def close(self) -> None:
        self._selector.close()
        # gone already, or what is left runs as root under sudo and ends with its pipe
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for stream in (self._process.stdout, self._process.stderr):
            if stream:
                stream.close()
        self._feeder.join(1)
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            return  # a process in uninterruptible sleep outlives the kill; the kernel reaps it later


class Local:
    """See module."""

    name: ClassVar[str] = "local"
    options: ClassVar[type[Options]] = LocalOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask this machine. Raises TransportError where no shell can be started."""
        options = target.options
        assert isinstance(options, LocalOptions)
        try:
            yield from ask_all(_Child, target, probes, context, getpass.getuser(), options.sudo == "auto")
        except OSError as e:
            raise TransportError("unreachable", f"/bin/sh cannot be started here: {e.strerror}") from e
