"""Arrays of file systems: ZFS (zpool-status(8)) and btrfs (btrfs-filesystem(8))."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.storage import Raid
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

_NO_DISK = r"(mirror|raidz\d?|draid\d?|replacing|spare|indirect)-\d+|(mirror|raidz\d?|replacing|logs|cache|spares|special|dedup)$"


@probe("linux.zfs", Shell("zpool status", root_helps=True), missing="no ZFS here", harmless=r"^no pools available$")
def zfs(reply: Reply) -> Iterator[Raid]:
    """A block a pool: `pool:`, `state:`, a tree of devices with their states, `errors:`."""
    if not reply.text.strip() or reply.text.strip() == "no pools available":
        raise NotHere("ZFS is installed, and there is no pool")
    for block in re.split(r"^(?= *pool: )", reply.text, flags=re.M):
        if block.strip():
            yield _pool(block)


def _pool(block: str) -> Raid:
    said = dict(re.findall(r"^ {0,8}(pool|state|scan|errors): (.*)$", block, re.M))
    _, _, tree = block.partition("config:")
    rows = [line.split() for line in tree.partition("\nerrors:")[0].splitlines() if line.startswith("\t") and line.strip()]
    if "state" not in said or "errors" not in said or not rows or rows[0][:2] != ["NAME", "STATE"]:
        raise NotUnderstood(f"no pool: {block.strip()[:80]!r}")
    groups = [r[0] for r in rows if re.match(r"(mirror|raidz\d?|draid\d?)\b", r[0])]
    leaves = [r for r in rows[2:] if not re.match(_NO_DISK, r[0])]
    spare = tuple(r[0] for r in leaves if len(r) > 1 and r[1] in ("AVAIL", "INUSE"))
    failed = tuple(r[0] for r in leaves if len(r) > 1 and r[1] in ("FAULTED", "UNAVAIL", "REMOVED", "OFFLINE", "DEGRADED"))
    scan = re.search(r"(resilver|scrub) in progress", said.get("scan", ""))
    return Raid(
        name=f"zfs:{said['pool']}", level=groups[0].rpartition("-")[0] or groups[0] if groups else "stripe", state=said["state"].lower(),
        members=tuple(r[0] for r in leaves if r[0] not in failed and r[0] not in spare), failed=failed, spare=spare,
        degraded=said["state"] != "ONLINE" or bool(failed), progress=scan[1] if scan else "",
    )  # fmt: skip


@probe(
    "linux.btrfs",
    Shell("btrfs filesystem show", root=True),
    missing="no btrfs tools here",
)
def btrfs(reply: Reply) -> Iterator[Raid]:
    """A block a file system; one on a single whole device is no array. `missing` stands behind or instead of a device's path."""
    text = re.sub(r"^warning, device \d+ is missing\n", "", reply.text, flags=re.M)  # of libbtrfs, on stdout
    for block in re.split(r"^(?=Label: )", text, flags=re.M):
        head = re.match(r"Label: (?:none|'[^'\n]*') {1,4}uuid: ([0-9a-f-]{36})$", block, re.M)
        if block.strip() and not head:
            raise NotUnderstood(f"no file system: {block.strip()[:80]!r}")
        total = re.search(r"^[ \t]*Total devices (\d+)", block, re.M)
        devices = re.findall(r"^[ \t]*devid +\d+ size \S+ used \S+ path (.*)$", block, re.M)
        if head and total:
            gone = "Some devices missing" in block or any("missing" in d.lower() for d in devices) or len(devices) < int(total[1])
            if int(total[1]) > 1 or gone:
                yield Raid(
                    name=f"btrfs:{head[1]}", level="btrfs", state="devices missing" if gone else "online",
                    members=tuple(d for d in devices if "missing" not in d.lower()),
                    failed=tuple(d for d in devices if "missing" in d.lower()), spare=(), degraded=gone, progress="",
                )  # fmt: skip
        elif head:
            raise NotUnderstood(f"no number of devices: {block.strip()[:80]!r}")
    if not re.search(r"^[ \t]*Total devices ([2-9]|\d\d)|missing", reply.text, re.M):
        raise NotHere("no btrfs over several devices")
