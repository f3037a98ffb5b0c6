"""A WS-Management server of the lab: Windows hosts at loopback addresses behind one port, that answer the collecting script.

It runs no PowerShell. It undoes the bootstrap, reads which sections the script has, and answers with their recorded replies. Where
Windows is awkward it is too: login per connection, sealed messages over http, quotas, code pages, envelopes of limited size, output
in pieces, faults. Nothing of it was compared with a real Windows; it follows MS-WSMV and the behaviour that clients of others expect.
"""

from __future__ import annotations

import base64
import gzip
import re
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab import winrmsoap as soap
from tests.lab.winrmanswer import SECTION, Said, framed, raw, recorded
from tests.lab.winrmsoap import Fault, Message
from tests.lab.winrmwire import Drop, Server

PASSWORD = "Пароль:1"
USERS = {"audit": PASSWORD, "Администратор": PASSWORD, "CORP\\audit": PASSWORD}
PIECE = 32 << 10  # bytes of output in one piece
NO_SHELL = Fault(2150858843, "The shell was not found on the server.", kind="w:InvalidSelectors")
TIMED_OUT = Fault(2150858793, "The operation did not complete within the time specified in OperationTimeout.", kind="w:TimedOut")


@dataclass(frozen=True, slots=True)
class Output:
    """What a command writes. Text goes through the shell's code page, as a console program's does; seconds: how long it runs."""

    stdout: bytes | str = b""
    stderr: bytes | str = b""
    code: int = 0
    seconds: float = 0.0
    hangs: bool = False


@dataclass(slots=True)
class Windows:
    """A host. output: what any command writes (None = the recorded answer); spoil: changes the answer's bytes.

    trouble: called before each message with its action and how often that action came; what it raises (Fault, Drop) is the answer.
    codepage: what a shell has that asks for none, or every shell where `stubborn`. greeting: printed before (AutoRun of cmd.exe).
    """

    users: Mapping[str, str] = field(default_factory=lambda: USERS)
    said: Mapping[str, Said] = field(default_factory=lambda: recorded("srv2019"))
    name: str = "SRV1"
    output: Output | None = None
    spoil: Callable[[bytes], bytes] = bytes
    trouble: Callable[[str, int], None] = lambda action, n: None
    seconds: float = 0.0
    latency: float = 0.0
    codepage: int = 866
    stubborn: bool = False
    greeting: str = ""
    basic: bool = True
    negotiate: bool = True
    bound: bool = False  # demands channel bindings
    protocol: str = "ntlm"  # or kerberos, by the keytab of KRB5_KTNAME
    service: str = ""  # host of its HTTP/… principal
    stuck: frozenset[str] = frozenset()  # sections that never return
    status: int | None = None  # answers every request with this HTTP status: no WinRM
    mute: bool = False  # takes requests, and never answers
    most_shells: int = 30
    most_operations: int = 1500
    envelope: int = 512_000
    operations: int = 0
    requests: int = 0
    logins: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    shells: dict[str, Shell] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Message, user: str) -> bytes:
        """What the service answers. Raises Fault, Drop."""
        with self.lock:
            self.actions.append(request.action)
            n = self.actions.count(request.action)
        self.trouble(request.action, n)
        if request.action == "Create":
            return self._create(request, user)
        shell = self.shells.get(request.shell)
        if shell is None or shell.owner != user:
            raise NO_SHELL
        if request.action == "Delete":
            del self.shells[request.shell]
            shell.gone.set()
            return soap.envelope("", request)
        return shell.answer(request, self)

    def _create(self, request: Message, user: str) -> bytes:
        with self.lock:
            if sum(s.owner == user for s in self.shells.values()) >= self.most_shells:
                said = f"This user is allowed a maximum number of {self.most_shells} concurrent shells, which has been exceeded."
                raise Fault(2150859173, said)
            asked = int(request.options.get("WINRS_CODEPAGE") or self.codepage)
            shell = Shell(user, self.codepage if self.stubborn else asked)
            self.shells[shell.id] = shell
        return soap.created(shell.id, request)


class Shell:
    """A shell with the command that runs in it."""

    def __init__(self, owner: str, codepage: int) -> None:
        self.id, self.owner, self.codepage = str(uuid.uuid4()).upper(), owner, codepage
        self.command, self.line, self.stdin = "", "", b""
        self.ready: float | None = None  # when its output is there; None = it waits for input
        self.code = 0
        self.pieces: list[tuple[str, bytes]] = []
        self.gone = threading.Event()

    def answer(self, request: Message, host: Windows) -> bytes:
        """Command, Send, Receive, Signal."""
        if request.action == "Command":
            return self._run(request, host)
        if request.command != self.command:
            raise NO_SHELL
        if request.action == "Send":
            stream = request.body.find(f".//{{{soap.SHELL}}}Stream")
            assert stream is not None
            self.stdin += base64.b64decode(stream.text or "")
            if stream.get("End") == "true":
                self._start(host)
            return soap.envelope("<rsp:SendResponse/>", request)
        if request.action == "Signal":
            return soap.envelope("<rsp:SignalResponse/>", request)
        return self._receive(request, host)

    def _run(self, request: Message, host: Windows) -> bytes:
        with host.lock:
            if host.operations >= host.most_operations:
                said = f"This user is allowed a maximum number of {host.most_operations} concurrent operations, which has been exceeded."
                raise Fault(2150858752, said, wmi=2150859174)
            host.operations += 1
        self.command, self.line = str(uuid.uuid4()).upper(), request.text("Command")
        return soap.envelope(f"<rsp:CommandResponse><rsp:CommandId>{self.command}</rsp:CommandId></rsp:CommandResponse>", request)

    def _start(self, host: Windows) -> None:
        out = host.output or self._script(host)
        self.code = out.code
        texts = {"stdout": self._bytes(host.greeting) + self._bytes(out.stdout), "stderr": self._bytes(out.stderr)}
        self.pieces = [(name, data[at : at + PIECE]) for name, data in texts.items() for at in range(0, len(data), PIECE)]
        self.ready = float("inf") if out.hangs else time.monotonic() + out.seconds

    def _bytes(self, said: bytes | str) -> bytes:
        """Windows writes ? for what a code page lacks."""
        return said if isinstance(said, bytes) else said.encode("utf-8" if self.codepage == 65001 else f"cp{self.codepage}", "replace")

    def _script(self, host: Windows) -> Output:
        """cmd.exe takes 8,191 characters at most; powershell.exe undoes -EncodedCommand; its text reads the script from input."""
        if len(self.line) > 8191:
            return Output(stderr="Слишком длинная командная строка.\r\n", code=1)
        packed = re.fullmatch(r"powershell\.exe (?:-\w+(?: RemoteSigned)? )*-EncodedCommand ([A-Za-z0-9+/=]+)", self.line)
        if packed is None or "$input" not in base64.b64decode(packed[1]).decode("utf-16-le"):
            return Output(stderr=f"'{self.line.split()[0]}' is not recognized\r\n", code=1)
        script = gzip.decompress(base64.b64decode(self.stdin)).decode("ascii")
        host.scripts.append(script)
        if host.stuck & set(SECTION.findall(script)):
            return Output(hangs=True)
        answer = framed(raw(SECTION.findall(script), host.said, host.name))
        # ASCII, so that every code page leaves it as it is: sent as text to prove that
        return Output(self._bytes(host.spoil(answer).decode("latin-1")), seconds=host.seconds)

    def _receive(self, request: Message, host: Windows) -> bytes:
        end = time.monotonic() + request.seconds
        while self.ready is None or time.monotonic() < self.ready:
            if time.monotonic() >= end:
                raise TIMED_OUT
            if self.gone.wait(max(0.0, min(end, self.ready or end) - time.monotonic())):
                raise NO_SHELL
        limit, size = min(request.envelope, host.envelope) - 2000, 0
        sent: list[tuple[str, bytes]] = []
        while self.pieces and (not sent or size + len(self.pieces[0][1]) * 4 // 3 + 150 <= limit):
            size += len(self.pieces[0][1]) * 4 // 3 + 150
            sent.append(self.pieces.pop(0))
        return soap.received(self.command, sent, None if self.pieces else self.code, request)


@contextmanager
def running(hosts: Mapping[str, Windows] | Windows, certificate: Path | None = None) -> Iterator[Server]:
    """The service for these hosts by address (127.0.0.1 for a single one), ended with the block.

    certificate: folder with cert.pem and key.pem, for https.
    """
    server = Server({"127.0.0.1": hosts} if isinstance(hosts, Windows) else hosts, certificate)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


__all__ = ["PASSWORD", "USERS", "Drop", "Fault", "Output", "Said", "Server", "Windows", "running"]


def main() -> None:
    """By hand: a host at 127.0.0.1 over http until Ctrl-C."""
    host = Windows(greeting="")
    with running(host) as server:
        sys.stderr.write(f"127.0.0.1, scheme: http, port: {server.port}, login audit, password {PASSWORD}\n")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stderr.write(f"{host.requests} requests, {len(host.scripts)} scripts, shells left: {len(host.shells)}\n")


if __name__ == "__main__":
    main()
