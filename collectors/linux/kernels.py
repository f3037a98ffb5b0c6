"""Kernels on the disk, and what tools of the distribution say about a restart (the verdict: reboot.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model import fact
from auditkit.model.shared.software import InstalledKernel
from auditkit.probing import NotUnderstood, Reply, probe

from ._readings import NO_FILE, headed


@fact(key=("source",))
class RebootWish:
    """What a tool of the distribution says about a restart. because: packages or reasons it names."""

    source: str
    required: bool
    because: tuple[str, ...]


@probe(
    "linux.kernels",
    "ls -1d /boot/vmlinu[xz]-* /lib/modules/* /usr/lib/modules/*",
    codes=(0, 1, 2),
    harmless=NO_FILE,
    no_file="no kernel on this disk (a container, or booted from elsewhere)",
)
def kernels(reply: Reply) -> Iterator[InstalledKernel]:
    """Paths: a file to boot in /boot, a folder of modules. Alpine's vmlinuz-lts has no version in its name and says nothing."""
    images: set[str] = set()
    modules: set[str] = set()
    for line in reply.lines():
        found = re.fullmatch(r"/boot/vmlinu[xz]-(\S+)|(?:/usr)?/lib/modules/([^/\s]+)", line.strip())
        if not found:
            raise NotUnderstood(f"no kernel: {line[:80]!r}")
        (images if found[1] else modules).add(found[1] or found[2])
    bootable = {v for v in images if re.match(r"\d+\.\d+", v)}
    for version in sorted(bootable | {m for m in modules if re.match(r"\d+\.\d+", m)}):
        yield InstalledKernel(version=version, image=version in bootable)


@probe(
    "linux.reboot_wish",
    "tail -v -n +1 -- /run/reboot-required /run/reboot-required.pkgs /var/run/reboot-needed",
    codes=(0, 1),
    harmless=NO_FILE,
    no_file="no package asked for a restart",
)
def reboot_wish(reply: Reply) -> Iterator[RebootWish]:
    """Files that packages of Debian, Ubuntu and SUSE leave; in the second the packages, one a line."""
    files = dict(headed(reply))
    packages = tuple(sorted(set(files.get("/run/reboot-required.pkgs", "").split())))
    for name in files:
        if not name.endswith(".pkgs"):
            yield RebootWish(source=name, required=True, because=packages)


@probe("linux.needs_restarting", "needs-restarting -r", codes=(0, 1), missing="no needs-restarting here (dnf-utils)")
def needs_restarting(reply: Reply) -> Iterator[RebootWish]:
    """dnf-utils: 1 = yes, with the packages as `  * kernel`; also 1 where it failed, so the words are read."""
    if "Reboot is required" in reply.text or "Reboot should not be necessary" in reply.text or "is probably not necessary" in reply.text:
        names = tuple(re.findall(r"^\s+\* (\S+)", reply.text, re.M))
        yield RebootWish(source="needs-restarting", required=reply.code == 1, because=names)
