"""Name, identity, kernel and start of a host: uname(1), hosts(5), machine-id(5), proc(5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from auditkit.model.shared.host import Boot, HostName, Kernel, MachineId
from auditkit.probing import NotHere, NotUnderstood, Reply, probe

from ._readings import NO_FILE, grepped

_HOST = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,20}\.?")


@probe("linux.hostname", "uname -n && grep -H '' /etc/hosts", codes=(0, 1, 2), harmless=NO_FILE)
def hostname(reply: Reply) -> Iterator[HostName]:
    """The kernel's name; its domain from the name itself or from the line of /etc/hosts that names it. DNS is not asked."""
    name = next(reply.lines(), "").strip().lower()
    if not _HOST.fullmatch(name):
        raise NotUnderstood(f"no host name: {name[:80]!r}")
    rest = Reply(reply.stdout.partition(b"\n")[2])
    full = name.rstrip(".") if "." in name else next(_known_as(rest, name), "")
    yield HostName(name=name, fqdn="" if full.startswith("localhost") else full)


def _known_as(hosts: Reply, name: str) -> Iterator[str]:
    for _, line in grepped(hosts):
        names = [w.lower() for w in line.partition("#")[0].split()[1:]]
        if name in names:
            yield from (n for n in names if n.startswith(f"{name}."))


@probe(
    "linux.machine_id",
    "grep -H '' /etc/machine-id /var/lib/dbus/machine-id",
    codes=(0, 1, 2),
    harmless=NO_FILE,
    no_file="no machine-id on this system",
)
def machine_id(reply: Reply) -> Iterator[MachineId]:
    """32 hex digits; "uninitialized" and an empty file are what an image has before its first start."""
    values = [value.lower() for _, value in grepped(reply) if value and value != "uninitialized"]
    if not values:
        raise NotHere("machine-id is not set yet")
    if not re.fullmatch(r"[0-9a-f]{32}", values[0]):
        raise NotUnderstood(f"no machine-id: {values[0][:80]!r}")
    yield MachineId(machine_id=values[0])


@probe("linux.kernel", "uname -s && uname -r && uname -v && uname -m")
def kernel(reply: Reply) -> Iterator[Kernel]:
    """Four lines."""
    system, release, version, arch = (line.strip() for line in reply.lines())
    if system != "Linux":
        raise NotUnderstood(f"the kernel is {system[:40]!r}, not Linux")
    yield Kernel(release=release, version=version, arch=arch)


@probe("linux.boot", "grep '^btime ' /proc/stat")
def boot(reply: Reply) -> Iterator[Boot]:
    """btime: seconds since 1970."""
    word, seconds = reply.text.split()
    if word != "btime":
        raise NotUnderstood(f"no btime: {word[:40]!r}")
    yield Boot(booted_at=datetime.fromtimestamp(int(seconds), UTC))
