"""Arrays of the kernel and of file systems: md (Documentation/admin-guide/md.rst, mdstat), ZFS (zpool(8)), btrfs-filesystem(8)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model import fact
from auditkit.model.shared.storage import Raid
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

_ARRAY = re.compile(r"(md\S*) : (active|inactive)(?: \(([a-z-]+)\))?((?: (?!\S+\[)\S+)?)((?: \S+\[\d+\](?:\([A-Z]\))*)*)\s*$")
_MEMBER = re.compile(r"(\S+)\[\d+\]((?:\([A-Z]\))*)")
_HAVE = re.compile(r"\[(\d+)/(\d+)\] \[([U_]+)\]")
_NO_DISK = r"(mirror|raidz\d?|draid\d?|replacing|spare|indirect)-\d+|(mirror|raidz\d?|replacing|logs|cache|spares|special|dedup)$"
_PROGRESS = re.compile(r"(recovery|resync|reshape|check|repair)\s*=\s*(?:([\d.]+)%|(PENDING|DELAYED|REMOTE))")


@fact(key=("name",))
class MdArray:
    """What mdadm(8) knows of an array beyond /proc/mdstat. state: "clean, degraded"; events: None = not told."""

    name: str
    uuid: str
    label: str
    state: str
    raid_devices: int
    active_devices: int
    working_devices: int
    failed_devices: int
    spare_devices: int
    events: str


@probe("linux.md", "cat /proc/mdstat", no_file="no md driver in the kernel, so no md array")
def md(reply: Reply) -> Iterator[Raid]:
    """A head line, blocks of an array each, `unused devices:`."""
    text = reply.text
    if not text.startswith("Personalities :"):
        raise NotUnderstood(f"no mdstat: {text[:80]!r}")
    body, last, _ = text.partition("\nunused devices:")
    if not last:
        raise NotUnderstood("mdstat has no end")
    blocks = re.split(r"^(?=md)", body.partition("\n")[2], flags=re.M)
    if "".join(blocks).strip() == "":
        raise NotHere("md runs no array")
    for block in blocks:
        if block.strip():
            yield _md(block)


def _md(block: str) -> Raid:
    head, _, rest = block.partition("\n")
    found = _ARRAY.match(head)
    if not found:
        raise NotUnderstood(f"no array: {head[:80]!r}")
    members = _MEMBER.findall(found[5])
    have, progress = _HAVE.search(rest), _PROGRESS.search(rest)
    missing = have is not None and ("_" in have[3] or int(have[2]) < int(have[1]))
    failed = tuple(sorted(d for d, flags in members if "(F)" in flags))
    container = re.search(r"super external:[a-z]", rest) is not None  # of firmware RAID (imsm, ddf): it only holds arrays, and never runs
    return Raid(
        name=found[1],
        level="container" if container else found[4].strip(),
        state=f"{found[2]} ({found[3]})" if found[3] else found[2],
        members=tuple(sorted(d for d, flags in members if "(F)" not in flags and "(S)" not in flags)),
        failed=failed,
        spare=tuple(sorted(d for d, flags in members if "(S)" in flags)),
        degraded=(found[2] == "inactive" and not container) or missing or bool(failed),
        progress=f"{progress[1]} {progress[2] + ' %' if progress[2] else progress[3].lower()}" if progress else "",
    )


@probe(
    "linux.md_details",
    Shell('mdadm --detail "/dev/$1"', root=True),
    each="grep -oE '^md[^ ]+' /proc/mdstat",
    codes=(0, 1),  # 1: no array in the list
    no_file="no md driver in the kernel, so no md array",
)
def md_details(reply: Reply) -> Iterator[MdArray]:
    """`Name : value` lines."""
    said = {k.strip(): v.strip() for k, _, v in (line.partition(" : ") for line in reply.lines())}
    yield MdArray(
        name=reply.arg, uuid=said.get("UUID", ""), label=said.get("Name", "").split(" ")[0], state=said["State"],
        raid_devices=int(said["Raid Devices"]), active_devices=int(said["Active Devices"]), working_devices=int(said["Working Devices"]),
        failed_devices=int(said["Failed Devices"]), spare_devices=int(said["Spare Devices"]), events=said.get("Events", ""),
    )  # fmt: skip


@probe("linux.zfs", Shell("zpool status", root_helps=True), missing="no ZFS here", harmless=r"^no pools available$")
def zfs(reply: Reply) -> Iterator[Raid]:
    """A block a pool: `pool:`, `state:`, a tree of devices with their states, `errors:`."""
    if not reply.text.strip() or reply.text.strip() == "no pools available":
        raise NotHere("ZFS is installed, and there is no pool")
    for block in re.split(r"^(?=\s*pool: )", reply.text, flags=re.M):
        if block.strip():
            yield _pool(block)


def _pool(block: str) -> Raid:
    said = dict(re.findall(r"^\s{0,8}(pool|state|scan|errors): (.*)$", block, re.M))
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
        head = re.match(r"Label: (.*?)\s+uuid: ([0-9a-f-]{36})$", block, re.M)
        if block.strip() and not head:
            raise NotUnderstood(f"no file system: {block.strip()[:80]!r}")
        total = re.search(r"^\s*Total devices (\d+)", block, re.M)
        devices = re.findall(r"^\s*devid\s+\d+ size \S+ used \S+ path (.*)$", block, re.M)
        if head and total:
            gone = "Some devices missing" in block or any("missing" in d.lower() for d in devices) or len(devices) < int(total[1])
            if int(total[1]) > 1 or gone:
                yield Raid(
                    name=f"btrfs:{head[2]}", level="btrfs", state="devices missing" if gone else "online",
                    members=tuple(d for d in devices if "missing" not in d.lower()),
                    failed=tuple(d for d in devices if "missing" in d.lower()), spare=(), degraded=gone, progress="",
                )  # fmt: skip
        elif head:
            raise NotUnderstood(f"no number of devices: {block.strip()[:80]!r}")
    if not re.search(r"^\s*Total devices [2-9]|^\s*Total devices \d\d|missing", reply.text, re.M):
        raise NotHere("no btrfs over several devices")
