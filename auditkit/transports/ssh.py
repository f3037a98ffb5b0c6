"""SSH: through jump hosts where needed, host keys verified at every hop, everything asked in one exec (`transports/shell.py`).

This module loads no paramiko: the options of every target are read whenever a workspace is opened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

from pydantic import Field

from auditkit.probing import Probe
from auditkit.transports.base import Brought, Context, Credential, Options, Target
from auditkit.transports.shell import ask_all


class Jump(Options):
    """A host on the way."""

    address: str = Field(min_length=1, max_length=255, description="address or name of the jump host, as the host before it sees it")
    port: int = Field(default=22, ge=1, le=65535, description="its port")
    user: str = Field(default="", description="login there; the credential's, or that of the target, where not given")
    credential: str = Field(default="", description="reference to its credential; that of the target where not given")


class SshOptions(Options):
    """Options of `transport: ssh`."""

    port: int = Field(default=22, ge=1, le=65535, description="port of the SSH server")
    user: str = Field(default="", description="login; the credential's where not given")
    jump: tuple[Jump, ...] = Field(default=(), max_length=5, description="hosts on the way, the first one first")
    sudo: Literal["auto", "never"] = Field(
        default="auto", description="auto: try `sudo -n` for probes that need root; it never asks for a password"
    )
    keyboard_interactive: Literal["auto", "never"] = Field(
        default="auto", description="auto: where the server takes a password only so, answer its one question with the password"
    )
    connect_seconds: float = Field(default=15, gt=0, le=120, description="for the connection, and again for the key exchange; seconds")
    banner_seconds: float = Field(default=15, gt=0, le=120, description="for the greeting of the SSH server; seconds")
    login_seconds: float = Field(
        default=30,
        gt=0,
        le=300,
        description="for each step of the login (name look-ups and directories behind the server take their time); seconds",
    )
    host_seconds: float = Field(default=300, gt=0, le=3600, description="for all questions to the target, from the login on; seconds")
    connections: int = Field(
        default=4, ge=1, le=9, description="connections at once to this host, or to its jump host; sshd drops what is over 10 (MaxStartups)"
    )


class Ssh:
    """See module."""

    name: ClassVar[str] = "ssh"
    options: ClassVar[type[Options]] = SshOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask a host. Raises TransportError, with what was yielded before kept; ConfigError for a damaged known_hosts."""
        from auditkit.transports.sshexec import SshExec
        from auditkit.transports.sshhops import Way

        options = target.options
        assert isinstance(options, SshOptions)
        with contextlib.ExitStack() as open_:
            way = Way(target, options, credential, context)
            transport = way.connect(open_)
            yield from ask_all(
                lambda body: SshExec(transport, body, options.connect_seconds),
                target, probes, replace(context, host_seconds=options.host_seconds), way.user, options.sudo == "auto",
            )  # fmt: skip
