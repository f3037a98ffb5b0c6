"""A Windows host being asked: connection, script, answer, replies."""

from __future__ import annotations

import base64
import gzip
import hashlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

from auditkit.errors import ConfigError, TransportError
from auditkit.probing import Probe
from auditkit.transports import tls
from auditkit.transports.base import Brought, Context, Credential, Sent, Target, now
from auditkit.transports.powershell import assemble, sections_of
from auditkit.transports.powershellanswer import Cut, read, replies
from auditkit.transports.winrm import WinrmOptions
from auditkit.transports.winrmhttp import Clock, Place, Wire
from auditkit.transports.winrmshell import run
from auditkit.transports.winrmtrouble import no_answer

# What unpacks the script on the host: short enough for the command line of cmd.exe (8,191 characters), and all that stands there.
BOOTSTRAP = """$ProgressPreference = 'SilentlyContinue'
$akPacked = New-Object IO.MemoryStream(,[Convert]::FromBase64String(($input | Out-String)))
$akZip = New-Object IO.Compression.GZipStream($akPacked, [IO.Compression.CompressionMode]::Decompress)
$akScript = (New-Object IO.StreamReader($akZip, [Text.Encoding]::ASCII)).ReadToEnd()
& ([ScriptBlock]::Create($akScript))
"""


def command() -> str:
    """The command line. RemoteSigned lets modules of Windows itself load where scripts are off; it holds for this process."""
    packed = base64.b64encode(BOOTSTRAP.encode("utf-16-le")).decode()
    return f"powershell.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy RemoteSigned -EncodedCommand {packed}"


def ask(target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
    """The replies of a host to these probes. Raises TransportError; then none was brought."""
    options = target.options
    assert isinstance(options, WinrmOptions)
    where = f"{target.address} port {options.usual_port}"
    if credential is None:
        raise TransportError("bad_credential", f"{where}: Windows is asked only with a login: give credential:")
    sections = sections_of(probes)
    script = assemble(sections).encode("ascii")

    def tell(what: str) -> None:
        context.journal(Sent(now(), target.id, target.address, credential.login, what))

    tell(f"winrm connect {where} ({options.scheme}), login by {options.auth}")
    wire = _wire(target, options, credential, context)
    digest = hashlib.sha256(script).hexdigest()
    tell(f"winrm run the collecting script, SHA-256 {digest}, sections: {' '.join(sections)}")
    try:
        stdin = base64.b64encode(gzip.compress(script, 9, mtime=0)) + b"\r\n"
        ended = run(wire, command(), stdin, context.host_bytes, tell)
    finally:
        wire.close_session()
    try:
        answer = read(ended.stdout, context.host_bytes)
    except Cut as e:
        raise no_answer(where, ended.stdout, ended.stderr, ended.code, str(e)) from e
    yield from replies(answer, probes, target.id, now(), context.key)


def _wire(target: Target, options: WinrmOptions, credential: Credential, context: Context) -> Wire:
    port = options.usual_port
    trusted = None
    if options.scheme == "https":
        try:
            trusted = tls.context_for(target.address, port, options.ca_file, context.pins, target.id)
        except ConfigError as e:
            raise TransportError("refused", f"{target.address} port {port}: {e}; no connection was made") from e
    elif options.auth == "basic":
        raise TransportError("refused", f"{target.address} port {port}: basic over http would send the password in clear: use https")
    place = Place(target.address, port, trusted, options.server_name, target.id, options.connect_seconds)
    clock = Clock(time.monotonic() + options.host_seconds, options.connect_seconds)
    return Wire(place, options.auth, credential.login, credential.password, clock)
