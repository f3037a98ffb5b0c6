"""Whether the clock is kept: timedatectl(1), chronyc(1), ntpq(8), ntpctl(8). Each tells of its own daemon; the kernel's flag of all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.host import TimeSync
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

from .processor import fields

_NO_NTPD = r"(read: )?Connection refused|Socket error; probably ntpd is not running"


@probe("linux.timedatectl", "timedatectl")
def timedatectl(reply: Reply) -> Iterator[TimeSync]:
    """The plain form: systemd before 239 has no `show`, and writes `NTP synchronized` for `System clock synchronized`."""
    said = fields(reply.text)
    flag = said.get("System clock synchronized", said.get("NTP synchronized", ""))
    if flag not in ("yes", "no"):
        raise NotUnderstood(f"no word about synchronisation: {reply.text[:80]!r}")
    yield TimeSync(daemon="kernel", synchronised=flag == "yes", source="", stratum=None, offset_s=None)


@timedatectl.otherwise("adjtimex")
def _(reply: Reply) -> Iterator[TimeSync]:
    """adjtimex of busybox: `return value: 0 (clock synchronized)`; TIME_ERROR (5) = not."""
    found = re.search(r"return value:\s+(\d+)", reply.text)
    if not found:
        raise NotUnderstood(f"no return value: {reply.text[:80]!r}")
    yield TimeSync(daemon="kernel", synchronised=found[1] != "5", source="", stratum=None, offset_s=None)


@probe(
    "linux.timesyncd",
    "systemctl show systemd-timesyncd --property=LoadState --property=ActiveState --property=StatusText",
    missing="no systemd here",
    codes=(0, 1),
    harmless=r"^System has not been booted with systemd|^Failed to connect to bus",
)
def timesyncd(reply: Reply) -> Iterator[TimeSync]:
    """The daemon's status line, for `timedatectl timesync-status` could start it. It names the server once that has answered."""
    if b"not been booted with systemd" in reply.stderr:
        raise NotHere("systemd does not run this system")
    said = {k: v for k, _, v in (line.partition("=") for line in reply.lines())}
    if reply.code or not {"LoadState", "ActiveState"} <= said.keys():
        raise NotUnderstood(f"exit code {reply.code}, no state of the unit")
    if said["LoadState"] == "not-found" or said["ActiveState"] != "active":
        raise NotHere("systemd-timesyncd does not run here")
    status = said.get("StatusText", "")
    server = re.search(r"(\S{1,255}:\d+)(?: \(([^)]+)\))?", status)
    yield TimeSync(
        daemon="systemd-timesyncd", synchronised=re.match(r"(Synchronized|Initial|Contacted)", status) is not None,
        source=(server[2] or server[1]).rstrip(".") if server else "", stratum=None, offset_s=None,
    )  # fmt: skip


@probe("linux.chrony", Shell("chronyc -c tracking", root_helps=True), missing="no chrony here", codes=(0, 1))
def chrony(reply: Reply) -> Iterator[TimeSync]:
    """Fields by commas: reference, its name, stratum, time, offset of the system, ..., leap status (chronyc(1), Report formats)."""
    if "Cannot talk to daemon" in reply.text:
        if reply.root:  # for root there is a socket of its own, so that nobody answers means that nobody is there
            raise NotHere("chronyd does not run")
        raise NotUnderstood("chronyd does not answer; without root that does not mean that it does not run")
    cells = reply.text.strip().split(",")
    if reply.code or len(cells) != 14:
        raise NotUnderstood(f"not 14 fields: {reply.text[:80]!r}")
    followed = cells[13] != "Not synchronised" and cells[0] not in ("00000000", "7F7F0101")
    yield TimeSync(daemon="chrony", synchronised=followed, source=cells[1], stratum=int(cells[2]), offset_s=float(cells[4]))


@probe("linux.ntpd", "ntpq -pn", missing="no ntpd here", codes=(0, 1), harmless=rf"{_NO_NTPD}|^No association ID's returned")
def ntpd(reply: Reply) -> Iterator[TimeSync]:
    """Peers; * marks the one that is followed: remote, refid, st, t, when, poll, reach, delay, offset (ms), jitter.

    The clock of the host itself (LOCAL, .LOCL.) as a source is no source.
    """
    if re.search(_NO_NTPD.encode(), reply.stderr):
        raise NotHere("ntpd does not run")
    peers = [line for line in reply.lines() if not re.match(r"\s*remote\s|=+$|No association", line)]
    if not peers and b"No association" not in reply.stdout + reply.stderr:
        raise NotUnderstood("no list of peers")
    if any(len(line[1:].split()) < 10 for line in peers):
        raise NotUnderstood("a peer with less than ten fields")
    chosen = [cells for line in peers if line[0] in "*o" and (cells := line[1:].split())[1] not in (".LOCL.", "LOCAL(0)")]
    if not chosen:
        yield TimeSync(daemon="ntpd", synchronised=False, source="", stratum=None, offset_s=None)
    for cells in chosen[:1]:
        yield TimeSync(daemon="ntpd", synchronised=True, source=cells[0], stratum=int(cells[2]), offset_s=float(cells[-2]) / 1000)


@probe("linux.openntpd", Shell("ntpctl -s status", root_helps=True), missing="no openntpd here")
def openntpd(reply: Reply) -> Iterator[TimeSync]:
    """`4/4 peers valid, clock synced, stratum 3`."""
    found = re.search(r"clock (synced|unsynced)(?:, stratum (\d+))?", reply.text)
    if not found:
        raise NotUnderstood(f"no status: {reply.text[:80]!r}")
    stratum = int(found[2]) if found[2] else None
    yield TimeSync(daemon="openntpd", synchronised=found[1] == "synced", source="", stratum=stratum, offset_s=None)
