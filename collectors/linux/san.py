"""Storage over the network: iSCSI sessions (iscsiadm(8)) and paths to one disk (multipath(8))."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model import fact
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

_SESSION = re.compile(r"(\w+): \[(\d+)\] (\S+),(-?\d+) (\S+)")
_MAP = re.compile(r"(?:\w+: )?(\S+) (?:\((\S+)\) )?dm-(\d+) (.*)$")
_NOT_LOADED = r"DM multipath kernel driver not loaded"
_PATH = re.compile(r"(?:\d+:\d+:\d+:\d+|#:#:#:#)\s+(\S+)\s+\S+\s+(.*)$")  # behind the tree's lines


@fact(key=("session",))
class IscsiSession:
    """A disk server that this host is logged in to. portal: address:port."""

    session: int
    transport: str
    portal: str
    target: str


@fact(key=("name",))
class MultipathDevice:
    """One disk over several ways. paths, failed: names of its block devices, and those whose way is broken."""

    name: str
    wwid: str
    vendor: str
    paths: tuple[str, ...]
    failed: tuple[str, ...]


@probe(
    "linux.iscsi",
    Shell("iscsiadm -m session", root=True),
    codes=(0, 21),  # ISCSI_ERR_NO_OBJS_FOUND
    missing="no iSCSI initiator here",
    harmless=r"^iscsiadm: No active sessions\.?$",
)
def iscsi(reply: Reply) -> Iterator[IscsiSession]:
    """`tcp: [1] 10.0.0.5:3260,1 iqn.2020-01.lan:disk1 (non-flash)`."""
    for line in reply.lines():
        found = _SESSION.match(line)
        if not found:
            raise NotUnderstood(f"no session: {line[:80]!r}")
        yield IscsiSession(session=int(found[2]), transport=found[1], portal=found[3], target=found[5])


@probe("linux.multipath", Shell("multipath -ll", root=True), missing="no multipath here", codes=(0, 1), harmless=_NOT_LOADED)
def multipath(reply: Reply) -> Iterator[MultipathDevice]:
    """A line a map at the left edge, below it its groups of paths: `| `- 2:0:0:0 sda 8:0 active ready running`."""
    if re.search(_NOT_LOADED.encode(), reply.stderr):
        raise NotHere("the kernel's multipath driver is not loaded")
    if reply.code:
        raise NotUnderstood(f"exit code {reply.code}")
    maps: list[tuple[re.Match[str], list[tuple[str, str]]]] = []
    for line in reply.lines():
        head, path = _MAP.match(line), _PATH.match(line.lstrip("|`-+ "))
        if head and not line.startswith(("|", "`", " ")):
            maps.append((head, []))
        elif path and maps:
            maps[-1][1].append((path[1], path[2]))
        elif not line.lstrip("|`-+ ").startswith(("size=", "policy=")):
            raise NotUnderstood(f"neither map nor path: {line[:80]!r}")
    if not maps:
        raise NotHere("no disk over several ways")
    for head, paths in maps:
        bad = tuple(name for name, state in paths if re.search(r"failed|faulty|offline|shaky", state))
        name = head[1]
        yield MultipathDevice(name=name, wwid=head[2] or name, vendor=head[4].strip(), paths=tuple(name for name, _ in paths), failed=bad)
