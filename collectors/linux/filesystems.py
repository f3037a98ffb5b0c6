"""How full each file system is: df(1), asked for one mount at a time, so that a dead server costs only its own answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.storage import Volume, VolumeInodes
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._mounts import KERNEL_FS, pseudo, remote, unescape

_LAYERS = r"^\/(var\/lib\/(docker|containers|containerd|kubelet)|run\/(containerd|user|credentials|netns|docker))\/"
_FS = KERNEL_FS.replace(".", "\\.")
# devtmpfs and what containers and sessions mount are not asked: there can be hundreds, and none of them is a disk
_EACH = f"""awk '$3 !~ /^({_FS}|devtmpfs)$/ && !($3 ~ /^(overlay|tmpfs|shm)$/ && $2 ~ /{_LAYERS}/) {{ print $2 }}' /proc/self/mounts"""
# $1 is as the kernel writes it (a blank is \040), which is what printf %b undoes.
_DF = """d=$(printf '%b' "$1") && grep -F -- " $1 " /proc/self/mounts && df -kP -- "$d" && df -iP -- "$d" """
_COUNTS = re.compile(r"\s(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+(\d+%|-)\s+/")


@probe("linux.filesystems", Shell(_DF.strip(), root_helps=True, seconds=10), each=Shell(_EACH, root_helps=True))
def filesystems(reply: Reply) -> Iterator[Volume | VolumeInodes]:
    """Lines of the mount (the last one counts), then blocks of 1024 bytes, then inodes; names may hold blanks."""
    lines = list(reply.lines())
    heads = [n for n, line in enumerate(lines) if re.match(r"Filesystem\s", line)]
    if len(heads) != 2 or heads[1] != heads[0] + 2 or len(lines) != heads[1] + 2:
        raise NotUnderstood("not two tables of one row")
    rows = [c for c in (line.split(" ") for line in lines[: heads[0]]) if len(c) == 6 and c[1] == reply.arg]
    if not rows:
        raise NotUnderstood("/proc/self/mounts does not name the mount any more")
    device, target, fs, options = unescape(rows[-1][0]), unescape(rows[-1][1]), rows[-1][2], rows[-1][3].split(",")
    size, used, avail, pct = _counts(lines[heads[0] + 1])
    if size is not None and used is not None and avail is not None:
        yield Volume(
            mount=target, device=device, fs=fs, size_bytes=size * 1024, used_bytes=used * 1024, avail_bytes=avail * 1024,
            used_pct=pct, remote=remote(device, fs), read_only="ro" in options, pseudo=pseudo(target, fs),
        )  # fmt: skip
    inodes, taken, _, share = _counts(lines[heads[1] + 1])
    if inodes and taken is not None and not pseudo(target, fs):  # btrfs, vfat and others make inodes as they need them: 0
        yield VolumeInodes(mount=target, inodes=inodes, used=taken, used_pct=share)


def _counts(line: str) -> tuple[int | None, int | None, int | None, int]:
    """The four numbers before the mount point; "-" where the file system does not tell; no percentage of nothing is 0."""
    found = _COUNTS.search(line)
    if not found:
        raise NotUnderstood(f"no row of df: {line[:80]!r}")
    size, used, avail = (None if cell == "-" else int(cell) for cell in found.groups()[:3])
    return size, used, avail, 0 if found[4] == "-" else int(found[4][:-1])
