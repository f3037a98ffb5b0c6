"""Processors and memory: lscpu(1), /proc/cpuinfo, /proc/meminfo, /proc/swaps (proc(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from auditkit.model.shared.host import Cpu, Memory, Swap
from auditkit.probing import NotUnderstood, Reply, probe

_SWAP = re.compile(r"(\S+)\s+(partition|file)\s+(\d+)\s+(\d+)\s+-?\d+\s*$")


def fields(text: str) -> dict[str, str]:
    """`Name: value` a line; of a name that repeats, the first.

    >>> fields("CPU(s):      4\\n  Model name:  X\\nModel name: Y\\n")
    {'CPU(s)': '4', 'Model name': 'X'}
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), value.strip())
    return found


@probe("linux.cpu", "lscpu")
def cpu(reply: Reply) -> Iterator[Cpu]:
    """Plain lscpu is understood by every version; -J came with util-linux 2.30."""
    said = fields(reply.text)
    sockets = _number(said, "Socket(s)")
    if sockets is None and said.get("Cluster(s)", "-") != "-":
        sockets = 1
    per_socket = _number(said, "Core(s) per socket") or _number(said, "Core(s) per cluster")
    yield Cpu(
        model=said.get("Model name", said.get("Vendor ID", "")),
        sockets=sockets,
        cores=sockets * per_socket if sockets and per_socket else None,
        threads=int(said["CPU(s)"]),
    )


def _number(said: Mapping[str, str], name: str) -> int | None:
    return int(said[name]) if said.get(name, "-") != "-" else None


@cpu.otherwise("cat /proc/cpuinfo")
def _(reply: Reply) -> Iterator[Cpu]:
    """A block a processor; `physical id` and `core id` are written on x86 alone."""
    blocks = [b for b in (fields(part) for part in re.split(r"\n\s*\n", reply.text)) if "processor" in b]
    if not blocks:
        raise NotUnderstood("no processor in /proc/cpuinfo")
    chips = {b["physical id"] for b in blocks if "physical id" in b}
    cores = {(b["physical id"], b["core id"]) for b in blocks if "physical id" in b and "core id" in b}
    model = next((b[k] for b in blocks for k in ("model name", "Hardware", "cpu model", "uarch") if k in b), "")
    yield Cpu(model=model, sockets=len(chips) or None, cores=len(cores) or None, threads=len(blocks))


@probe("linux.memory", "cat /proc/meminfo")
def memory(reply: Reply) -> Iterator[Memory]:
    """In kB of 1024 bytes."""
    said = fields(reply.text)
    yield Memory(total_bytes=_kilo(said["MemTotal"]), available_bytes=_kilo(said["MemAvailable"]) if "MemAvailable" in said else None)


def _kilo(text: str) -> int:
    number, unit = text.split()
    if unit != "kB":
        raise NotUnderstood(f"not in kB: {text[:40]!r}")
    return int(number) * 1024


@probe("linux.swap", "cat /proc/swaps", none=b"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority", no_file="this kernel has no swap")
def swap(reply: Reply) -> Iterator[Swap]:
    """A head line, then one area a line; blanks in a name are \\040."""
    head, *rows = reply.lines()
    if not head.startswith("Filename"):
        raise NotUnderstood(f"no head line: {head[:80]!r}")
    for line in rows:
        found = _SWAP.match(line)
        if not found:
            raise NotUnderstood(f"no swap area: {line[:80]!r}")
        name = found[1].replace("\\040", " ")
        yield Swap(name=name, kind=found[2], size_bytes=int(found[3]) * 1024, used_bytes=int(found[4]) * 1024)
