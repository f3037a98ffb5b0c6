"""Virtual machines and containers on this host: virsh(1), qm(1) and pct(1) of Proxmox VE, docker(1), podman(1), lxc(1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.host import Guest
from auditkit.probing import NotHere, NotUnderstood, Reply, Shell, probe

_PS = r"{cli} ps -a --no-trunc --format '{{{{.ID}}}}\t{{{{.Names}}}}\t{{{{.Image}}}}\t{{{{.Status}}}}'"


@probe("linux.virsh", Shell("virsh -r list --all", root=True), missing="no libvirt here")
def virsh(reply: Reply) -> Iterator[Guest]:
    """Columns Id, Name, State, as wide as their longest value; two blanks or more between them. A guest that is off has the Id -."""
    lines = list(reply.lines())
    if not lines or lines[0].split() != ["Id", "Name", "State"]:
        raise NotUnderstood(f"no head line: {lines[:1]!r}")
    left, right = lines[0].index("Name"), lines[0].index("State")
    for line in lines[1:]:
        if set(line.strip()) == {"-"}:
            continue
        name, state = line[left:right].strip(), line[right:].strip()
        if not name or not state or not re.fullmatch(r"\d+|-", line[:left].strip()):
            raise NotUnderstood(f"no guest: {line[:80]!r}")
        yield Guest(hypervisor="libvirt", kind="vm", name=name, guest_id="", state=state, image="")
    if len(lines) <= 2:
        raise NotHere("libvirt has no guest")


@probe("linux.qm", Shell("qm list", root=True), missing="no Proxmox VE here")
def qm(reply: Reply) -> Iterator[Guest]:
    """VMID, NAME, STATUS, MEM(MB), BOOTDISK(GB), PID."""
    for line in reply.lines():
        found = re.match(r"\s*(\d+)\s+(\S+)\s+([a-z]+)\s+\d+\s+[\d.]+\s+\d+\s*$", line)
        if found:
            yield Guest(hypervisor="proxmox", kind="vm", name=found[2], guest_id=found[1], state=found[3], image="")
        elif line.split()[:3] != ["VMID", "NAME", "STATUS"]:
            raise NotUnderstood(f"no guest: {line[:80]!r}")


@probe("linux.pct", Shell("pct list", root=True), missing="no Proxmox VE here")
def pct(reply: Reply) -> Iterator[Guest]:
    """VMID, Status, Lock (often blank), Name."""
    for line in reply.lines():
        found = re.match(r"(\d+)\s+([a-z]+)\s+(?:[a-z-]+\s+)?(\S+)\s*$", line)
        if found:
            yield Guest(hypervisor="proxmox", kind="container", name=found[3], guest_id=found[1], state=found[2], image="")
        elif line.split() != ["VMID", "Status", "Lock", "Name"]:
            raise NotUnderstood(f"no container: {line[:80]!r}")


@probe("linux.docker", Shell(_PS.format(cli="docker"), root=True), missing="no docker here", harmless=r"^Emulate Docker CLI using podman")
def docker(reply: Reply) -> Iterator[Guest]:
    """Four cells a line. Where `docker` is podman under another name, the podman probe tells."""
    if b"Emulate Docker CLI" in reply.stderr:
        raise NotHere("docker here is podman")
    yield from _containers(reply, "docker")


@probe("linux.podman", Shell(_PS.format(cli="podman"), root=True), missing="no podman here")
def podman(reply: Reply) -> Iterator[Guest]:
    """The same; containers of other users than root are not among them."""
    yield from _containers(reply, "podman")


def _containers(reply: Reply, cli: str) -> Iterator[Guest]:
    for line in reply.lines():
        cells = line.split("\t")
        if len(cells) != 4 or not re.fullmatch(r"[0-9a-f]{12,64}", cells[0]):
            raise NotUnderstood(f"no container: {line[:80]!r}")
        yield Guest(hypervisor=cli, kind="container", name=cells[1], guest_id=cells[0], state=container_state(cells[3]), image=cells[2])


def container_state(status: str) -> str:
    """The state without its clock.

    >>> container_state("Up 3 days (healthy)"), container_state("Exited (0) 2 hours ago"), container_state("Up 2 hours (Paused)")
    ('running (healthy)', 'exited (0)', 'paused')
    """
    if "(Paused)" in status:
        return "paused"
    marks = re.findall(r"\([^()]{0,60}\)", status)
    word = (status.split() or [""])[0].lower()
    return " ".join([{"up": "running"}.get(word, word), *marks])
