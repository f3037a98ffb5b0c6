"""SSH: through jump hosts where needed, host keys verified at every hop, everything asked in one exec (`transports/shell.py`)."""

from __future__ import annotations

import contextlib
import getpass
import select
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

import paramiko
from pydantic import Field

from auditkit.errors import TransportError
from auditkit.probing import Probe
from auditkit.text import one_line
from auditkit.transports import hostkeys
from auditkit.transports.base import Brought, Context, Credential, Options, Sent, Target, now
from auditkit.transports.shell import ask_all
from auditkit.transports.sshauth import login
from auditkit.transports.sshconnect import handshake, patiently, slot


class Jump(Options):
    """A host on the way."""

    address: str = Field(min_length=1, description="address or name of the jump host")
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
    connect_seconds: float = Field(default=15, gt=0, le=120, description="for each of: connection, greeting, handshake, login; seconds")
    host_seconds: float = Field(default=300, gt=0, le=3600, description="the whole target must be done by then; seconds")
    connections: int = Field(
        default=4, ge=1, le=9, description="connections at once to this host; sshd drops what is over 10 (MaxStartups)"
    )


class _Channel:
    """An Exec over a session channel."""

    def __init__(self, transport: paramiko.Transport, body: bytes, seconds: float) -> None:
        try:
            self._channel = transport.open_session(timeout=seconds)
            self._channel.settimeout(seconds)
            self._channel.exec_command("sh -s")
            self._channel.sendall(body)
            self._channel.shutdown_write()
        except (paramiko.SSHException, OSError, EOFError) as e:
            raise TransportError(
                "refused", f"logged in, but no command can be run: {one_line(str(e), 120) or 'the server closed the channel'}"
            ) from e
        self._poll = select.poll()
        self._poll.register(self._channel.fileno(), select.POLLIN)

    def read(self, seconds: float) -> tuple[int, bytes] | None:
        channel = self._channel
        if not (channel.recv_ready() or channel.recv_stderr_ready() or channel.eof_received or channel.closed):
            self._poll.poll(max(1, int(seconds * 1000)))
        if channel.recv_stderr_ready():
            return 2, channel.recv_stderr(1 << 20)
        if channel.recv_ready():
            return 1, channel.recv(1 << 20)
        if channel.eof_received or channel.closed:
            # Data may have come between the look and the end.
            return (1, channel.recv(1 << 20)) if channel.recv_ready() else (0, b"")
        return None

    def close(self) -> None:
        self._channel.close()


class Ssh:
    """See module."""

    name: ClassVar[str] = "ssh"
    options: ClassVar[type[Options]] = SshOptions

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        """Ask a host. Raises TransportError, with what was yielded before kept."""
        options = target.options
        assert isinstance(options, SshOptions)
        user = options.user or (credential.login if credential else "") or getpass.getuser()
        context = replace(context, host_seconds=options.host_seconds)
        with contextlib.ExitStack() as open_:
            transport = connect(target, options, user, credential, context, open_)
            try:
                yield from ask_all(
                    lambda body: _Channel(transport, body, options.connect_seconds), target, probes, context, user, options.sudo == "auto"
                )
            except (paramiko.SSHException, EOFError, OSError) as e:
                raise TransportError("truncated", f"the connection broke: {one_line(str(e), 120) or type(e).__name__}") from e


def connect(
    target: Target, options: SshOptions, user: str, credential: Credential | None, context: Context, open_: contextlib.ExitStack
) -> paramiko.Transport:
    """A logged-in connection to the target, through its jump hosts; all are closed with `open_`."""
    before: paramiko.Transport | None = None
    for hop in options.jump:
        own = context.credential_of(hop.credential) if hop.credential else credential
        name = hop.user or (own.login if own and hop.credential else "") or user
        before = _hop(target, hop.address, hop.port, name, own, before, options, context, open_)
    return _hop(target, target.address, options.port, user, credential, before, options, context, open_)


def _hop(
    target: Target,
    address: str,
    port: int,
    user: str,
    credential: Credential | None,
    before: paramiko.Transport | None,
    options: SshOptions,
    context: Context,
    open_: contextlib.ExitStack,
) -> paramiko.Transport:
    seconds, where = options.connect_seconds, f"{address} port {port}"
    context.journal(Sent(now(), target.id, address, user, f"ssh connect {where}"))
    types = hostkeys.wanted_types(hostkeys.pinned(context.pins, address, port), paramiko.Transport._preferred_keys)  # type: ignore[attr-defined]
    if before is None:
        open_.enter_context(slot(hostkeys.resolves(address), port, options.connections))
        transport = patiently(address, port, seconds, types)
    else:
        transport = _through(before, address, port, seconds, types)
    open_.callback(transport.close)
    hostkeys.compare(context.pins, address, port, transport.get_remote_server_key(), target.id)
    context.journal(Sent(now(), target.id, address, user, f"ssh login {where}"))
    login(transport, user, credential, where)
    return transport


def _through(before: paramiko.Transport, address: str, port: int, seconds: float, types: tuple[str, ...]) -> paramiko.Transport:
    try:
        channel = before.open_channel("direct-tcpip", (address, port), ("127.0.0.1", 0), timeout=seconds)
    except paramiko.ChannelException as e:
        raise TransportError("unreachable", f"{address} port {port}: the jump host cannot reach it ({e.text})") from e
    except (paramiko.SSHException, EOFError) as e:
        raise TransportError("unreachable", f"{address} port {port}: the jump host gave up ({one_line(str(e), 80)})") from e
    try:
        return handshake(channel, address, port, seconds, types)
    except ConnectionResetError as e:
        raise TransportError("refused", f"{address} port {port}: closed before the SSH greeting, behind the jump host") from e
