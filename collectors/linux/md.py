"""Arrays of the md driver: /proc/mdstat (Documentation/admin-guide/md.rst; md_seq_show() of the kernel), mdadm(8)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model import fact
from auditkit.model.shared.storage import Raid
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

_MEMBER = re.compile(r"([^\s\[\]]{1,64})\[\d{1,9}\]((?:\([A-Z]\)){0,8})")
_HAVE = re.compile(r"\[(\d+)/(\d+)\] \[([U_]+)\]")
_PROGRESS = re.compile(r"(recovery|resync|reshape|check|repair) {0,4}= {0,4}(?:([\d.]{1,9})%|(PENDING|DELAYED|REMOTE))")


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
    """`md0 : active (read-only) raid1 sdb1[1] sda1[0](F)`, then blocks with `[2/1] [U_]`, then perhaps a rebuild."""
    head, _, rest = block.partition("\n")
    name, colon, state, *words = head.split()
    mode = words.pop(0) if words and words[0].startswith("(") else ""
    level = words.pop(0) if words and "[" not in words[0] else ""
    members = [m.groups() for m in map(_MEMBER.fullmatch, words) if m]
    if colon != ":" or state not in ("active", "inactive", "broken") or len(members) != len(words):
        raise NotUnderstood(f"no array: {head[:80]!r}")
    have, progress = _HAVE.search(rest), _PROGRESS.search(rest)
    missing = have is not None and ("_" in have[3] or int(have[2]) < int(have[1]))
    failed = tuple(sorted(d for d, flags in members if "(F)" in flags))
    container = "super external:" in rest and "super external:/" not in rest  # of firmware RAID (imsm, ddf): it never runs itself
    return Raid(
        name=name,
        level="container" if container else level,
        state=f"{state} {mode}".strip(),
        members=tuple(sorted(d for d, flags in members if "(F)" not in flags and "(S)" not in flags)),
        failed=failed,
        spare=tuple(sorted(d for d, flags in members if "(S)" in flags)),
        degraded=(state != "active" and not container) or missing or bool(failed),
        progress=f"{progress[1]} {progress[2] + ' %' if progress[2] else progress[3].lower()}" if progress else "",
    )


@probe(
    "linux.md_details",
    Shell('mdadm --detail "/dev/$1"', root=True),
    each="grep -oE '^md[^ ]+' /proc/mdstat",
    each_codes=(0, 1),
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
