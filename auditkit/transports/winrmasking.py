"""The collecting script on one host: all sections at once, and where it does not end, in groups and one by one.

A section that never returns (a WMI provider that hangs) costs itself and its time, not the host: what else was asked is answered.
"""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from auditkit.errors import TransportError
from auditkit.model import Unknown
from auditkit.probing import PowerShell, Probe
from auditkit.transports.base import Brought, now
from auditkit.transports.powershell import assemble
from auditkit.transports.powershellanswer import Answer, Cut, read, replies
from auditkit.transports.winrmhttp import Wire
from auditkit.transports.winrmshell import run
from auditkit.transports.winrmtrouble import Endless, no_answer

FIRST = 0.5  # share of the host's time for the whole script; the rest is for its sections, where it does not end
SHARE = 0.1  # of the host's time, at most, for a group of sections or a single one then
GROUP = 8  # sections that are asked together after the whole script did not end

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



@dataclass(slots=True)
class Asking:
    """One host. seconds: for everything; most: bytes of an answer; tell: into the journal."""

    wire: Wire
    most: int
    seconds: float
    tell: Callable[[str], None]
    answer: Answer | None = None
    stuck: dict[str, float] = field(default_factory=dict)  # section -> seconds that it was given
    broken: TransportError | None = None  # what ended the asking of single sections

    def all(self, probes: Iterable[Probe[Any]]) -> None:
        """Ask. Raises TransportError where nothing was answered."""
        limits = {c.section: c.seconds for p in probes for c in p.commands if isinstance(c, PowerShell)}
        sections = tuple(limits)
        until = monotonic() + self.seconds
        try:
            self._run(sections, until if len(sections) == 1 else monotonic() + self.seconds * FIRST)
        except Endless as e:
            if len(sections) == 1:
                raise
            self.tell("winrm the script did not end; its sections are asked by themselves")
            try:
                self._apart(sections, limits, until)
            except TransportError as other:
                self.broken = other
            if self.answer is None:
                raise self.broken or e from None

    def _apart(self, sections: Sequence[str], limits: dict[str, float], until: float) -> None:
        """In groups; when all have been asked, the members of those that did not end each by itself."""
        most = self.seconds * SHARE
        groups = [sections[at : at + GROUP] for at in range(0, len(sections), GROUP)]
        endless = [group for group in groups if not self._ended(group, min(most, max(limits[s] for s in group)), until)]
        for section in (name for group in endless for name in group):
            seconds = min(most, limits[section])
            if not self._ended((section,), seconds, until):
                self.stuck[section] = seconds

    def _ended(self, sections: Sequence[str], seconds: float, until: float) -> bool:
        if monotonic() + seconds > until:
            raise Endless("timed_out", f"{self.wire.place.where}: the {self.seconds:g} s of the host were over; raise host_seconds")
        try:
            self._run(sections, monotonic() + seconds)
        except Endless:
            return False
        return True

    def _run(self, sections: Sequence[str], until: float) -> None:
        script = assemble(sections).encode("ascii")
        self.tell(f"winrm run the collecting script, SHA-256 {hashlib.sha256(script).hexdigest()}, sections: {' '.join(sections)}")
        stdin = base64.b64encode(gzip.compress(script, 9, mtime=0)) + b"\r\n"
        self.wire.clock.until = until
        ended = run(self.wire, command(), stdin, self.most, self.tell)
        try:
            answer = read(ended.stdout, self.most)
        except Cut as e:
            raise no_answer(self.wire.place.where, ended.stdout, ended.stderr, ended.code, str(e)) from e
        before = self.answer.parts if self.answer is not None else {}
        self.answer = dataclasses.replace(answer, parts={**before, **answer.parts})

    def brought(self, probes: Iterable[Probe[Any]], target: str, key: bytes) -> Iterator[Brought]:
        """The replies; of a section that was stuck or not reached any more, why."""
        assert self.answer is not None
        for brought in replies(self.answer, probes, target, now(), key):
            yield brought if brought.reply is not None else dataclasses.replace(brought, trouble=self._why(brought))

    def _why(self, brought: Brought) -> Unknown | None:
        for section, seconds in self.stuck.items():
            if brought.command == str(PowerShell(section)):
                return Unknown(f"timed out: the section did not end within {seconds:g} s", cause="timed_out")
        return Unknown(f"not asked: {self.broken}", cause=self.broken.cause) if self.broken is not None else brought.trouble
