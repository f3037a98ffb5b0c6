"""The device itself: name, version, board, load, memory (`/system resource`, `/system routerboard`, `/system identity`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.routeros import RouterBoard, RouterDevice, RouterName
from auditkit.probing import Cli, NotUnderstood, Reply, probe
from auditkit.text import one_line

_PAIR = re.compile(r"\s*(?P<name>[a-z][a-z0-9-]*): (?P<value>.*)")
_TIME = re.compile(
    r"(?:(?P<w>\d+)w)?(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?$"
    r"|(?:(?P<days>\d+)d)?(?P<H>\d+):(?P<M>\d+):(?P<S>\d+)$"
)
_SIZE = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def pairs(reply: Reply) -> dict[str, str]:
    """`name: value` lines of a `print`. Raises NotUnderstood for another line."""
    said: dict[str, str] = {}
    for number, line in enumerate(reply.lines(), 1):
        m = _PAIR.fullmatch(line.rstrip())
        if m is None:
            raise NotUnderstood(f"line {number}: no `name: value`: {one_line(line, 60)!r}")
        said[m["name"]] = m["value"].strip()
    return said


def seconds(text: str) -> int:
    """A length of time as RouterOS writes it. Raises NotUnderstood.

    >>> seconds("2w3d4h5m6s"), seconds("1d02:03:04")
    (1483506, 93784)
    """
    m = _TIME.fullmatch(text)
    if m is None or not text:
        raise NotUnderstood(f"no length of time: {one_line(text, 40)!r}")
    found = {k: int(v) for k, v in m.groupdict().items() if v}
    days = found.get("w", 0) * 7 + found.get("d", 0) + found.get("days", 0)
    hours, minutes = found.get("h", 0) + found.get("H", 0), found.get("m", 0) + found.get("M", 0)
    return days * 86400 + hours * 3600 + minutes * 60 + found.get("s", 0) + found.get("S", 0)


def size(text: str) -> int:
    """A number of bytes: "15.3MiB". Raises NotUnderstood."""
    m = re.fullmatch(r"(\d+(?:\.\d+)?)(B|KiB|MiB|GiB)", text)
    if m is None:
        raise NotUnderstood(f"no size: {one_line(text, 40)!r}")
    return int(float(m[1]) * _SIZE[m[2]])


def number(version: str) -> int:
    """A version to compare: 6.49.10 -> 6049010. Raises NotUnderstood.

    >>> number("6.49.10"), number("7.12rc1"), number("7.15")
    (6049010, 7012000, 7015000)
    """
    m = re.match(r"(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?", version)
    if m is None:
        raise NotUnderstood(f"no version of RouterOS: {one_line(version, 40)!r}")
    return int(m[1]) * 1_000_000 + int(m[2]) * 1000 + int(m[3] or 0)


@probe("routeros.resource", Cli("/system resource print"), on=("routeros",))
def resource(reply: Reply) -> Iterator[RouterDevice]:
    """`version: 6.49.10 (long-term)`."""
    said = pairs(reply)
    version, _, channel = said["version"].partition(" ")
    yield RouterDevice(
        version=version, major=number(version) // 1_000_000, number=number(version), channel=channel.strip("() "),
        board=said.get("board-name", ""), architecture=said.get("architecture-name", ""), uptime_s=seconds(said["uptime"]),
        cpu_load=int(said["cpu-load"].rstrip("%")) if "cpu-load" in said else None, free_memory=_size(said, "free-memory"),
        total_memory=_size(said, "total-memory"), free_disk=_size(said, "free-hdd-space"), total_disk=_size(said, "total-hdd-space"),
    )  # fmt: skip


def _size(said: dict[str, str], name: str) -> int | None:
    return size(said[name]) if name in said else None


@probe("routeros.board", Cli("/system routerboard print"), on=("routeros",), missing="no RouterBOARD: a CHR or an x86 computer")
def board(reply: Reply) -> Iterator[RouterBoard]:
    """`routerboard: yes`; on other hardware that line alone, with no."""
    said = pairs(reply)
    if said.get("routerboard") not in ("yes", "no"):
        raise NotUnderstood("it does not say whether it is a RouterBOARD")
    yield RouterBoard(
        routerboard=said["routerboard"] == "yes", model=said.get("model", ""), serial=said.get("serial-number", ""),
        firmware=said.get("current-firmware", ""), upgrade=said.get("upgrade-firmware", ""),
    )  # fmt: skip


@probe("routeros.identity", Cli("/system identity print"), on=("routeros",))
def identity(reply: Reply) -> Iterator[RouterName]:
    """`name: gw-office`. The name that every new router has tells nothing."""
    yield RouterName(name=pairs(reply)["name"])
