"""What is mounted, and what fstab plans: proc_pid_mounts(5), fstab(5)."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.storage import Mount, MountPlanned
from auditkit.probing import NotHere, NotUnderstood, Reply, probe

from ._mounts import remote, unescape


@probe("linux.mounts", "cat /proc/self/mounts")
def mounts(reply: Reply) -> Iterator[Mount]:
    """Six fields a line. Of two equal lines (mounted twice on the same place) the later one counts, as it does for programs."""
    found: dict[tuple[str, str, str], Mount] = {}
    for line in reply.lines():
        cells = line.split(" ")
        if len(cells) != 6 or not cells[4].isdigit():
            raise NotUnderstood(f"no mount: {line[:80]!r}")
        source, target, fs = unescape(cells[0]), unescape(cells[1]), cells[2]
        found[target, source, fs] = Mount(
            target=target, source=source, fs=fs, options=tuple(cells[3].split(",")), remote=remote(source, fs)
        )
    yield from found.values()


@probe("linux.fstab", "cat /etc/fstab", no_file="no fstab on this system", secret=True)
def fstab(reply: Reply) -> Iterator[MountPlanned]:
    """Four to six fields a line; options of cifs can hold a password. A file of comments plans nothing."""
    seen: set[tuple[str, str]] = set()
    for line in reply.lines():
        cells = line.split()
        if cells[0].startswith("#"):
            continue
        if not 3 <= len(cells) <= 6 and not (len(cells) > 6 and cells[6].startswith("#")):
            raise NotUnderstood(f"fstab: no mount: {line[:80]!r}")
        source, target = unescape(cells[0]), unescape(cells[1])
        options = tuple(_public(o) for o in (cells[3] if len(cells) > 3 else "defaults").split(","))
        if (target, source) not in seen:
            seen.add((target, source))
            yield MountPlanned(
                target=target, source=source, fs=cells[2], options=options, automatic="noauto" not in options,
                needed="noauto" not in options and "nofail" not in options,
            )  # fmt: skip
    if not seen:
        raise NotHere("fstab plans nothing")


def _public(option: str) -> str:
    """`pass=` of cifs is no word that a catch-all knows."""
    name, equals, _ = option.partition("=")
    return f"{name}=‹secret›" if equals and name in ("pass", "password", "password2", "passwd") else option
