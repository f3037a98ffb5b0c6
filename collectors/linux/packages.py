"""Installed packages, by whichever manager has a database here: dpkg-query(1), rpm(8), apk(8), pacman(8); and snap, flatpak.

One probe for the four, because a host has one of them: where none answers, the question stays unknown and no list is empty.
Each command gives 127 where its database is missing (dpkg or rpm as a mere tool on the other's system), so the next is tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.software import Package
from auditkit.probing import NotUnderstood, Reply, Shell, probe

_DPKG = (
    "test -s /var/lib/dpkg/status || exit 127; "
    r"dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\n'"
)
_RPM = (
    r"test -d /var/lib/rpm || test -d /usr/lib/sysimage/rpm || exit 127; "
    r"rpm -qa --qf '%{NAME}\t%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\t%|ARCH?{%{ARCH}}:{}|\t%|SOURCERPM?{%{SOURCERPM}}:{}|\n'"
)


@probe("linux.packages", Shell(_DPKG, seconds=60))
def packages(reply: Reply) -> Iterator[Package]:
    """dpkg: state, name, version, architecture, source. Removed packages that left their configuration are none (state rc, un)."""
    for line in reply.text.split("\n"):
        if not line:
            continue
        state, name, version, arch, source = line.split("\t")
        if len(state.strip()) < 2:
            raise NotUnderstood(f"no state of a package: {line[:80]!r}")
        if state[1] in "nc":
            continue
        whole = state[1] == "i" and state[2:3] in ("", " ")  # the third letter says: reinstallation needed
        yield Package(name=name, version=version, arch=arch, source=source, manager="dpkg", whole=whole)


@packages.otherwise(Shell(_RPM, seconds=120))
def _(reply: Reply) -> Iterator[Package]:
    """rpm: name, [epoch:]version-release, architecture, name of the source rpm. Keys of signers (gpg-pubkey) are no packages."""
    for line in reply.lines():
        name, version, arch, source = line.split("\t")
        if name == "gpg-pubkey":
            continue
        yield Package(name=name, version=version, arch=arch, source=_source_rpm(source), manager="rpm", whole=True)


@packages.otherwise("test -s /lib/apk/db/installed || test -s /usr/lib/apk/db/installed || exit 127; apk list --installed")
def _(reply: Reply) -> Iterator[Package]:
    """apk: `busybox-1.36.1-r5 x86_64 {busybox} (GPL-2.0-only) [installed]`."""
    for line in reply.lines():
        found = re.match(r"(\S+?)-(\d[^\s-]*(?:-r\d+)?) (\S+) \{([^}]*)\} .*\[installed\]", line)
        if not found:
            raise NotUnderstood(f"no installed package: {line[:80]!r}")
        yield Package(name=found[1], version=found[2], arch=found[3], source=found[4], manager="apk", whole=True)


@packages.otherwise("test -d /var/lib/pacman/local || exit 127; pacman -Q")
def _(reply: Reply) -> Iterator[Package]:
    """pacman: `name version`."""
    for line in reply.lines():
        name, version = line.split()
        yield Package(name=name, version=version, arch="", source="", manager="pacman", whole=True)


@probe("linux.snaps", "snap list --all", missing="no snap here", harmless=r"^No snaps are installed yet")
def snaps(reply: Reply) -> Iterator[Package]:
    """Name, Version, Rev, Tracking, Publisher, Notes; revisions kept for going back are marked disabled."""
    lines = iter(reply.lines())
    head = next(lines, "")
    if head and head.split()[:3] != ["Name", "Version", "Rev"]:
        raise NotUnderstood(f"no head line of snap list: {head[:80]!r}")
    for line in lines:
        cells = line.split()
        if "disabled" not in cells[5].split(","):
            yield Package(name=cells[0], version=cells[1], arch="", source=cells[4], manager="snap", whole="broken" not in cells[5])


@probe("linux.flatpaks", "flatpak list --system --columns=application,version,arch,origin", missing="no flatpak here")
def flatpaks(reply: Reply) -> Iterator[Package]:
    """Four columns, tab between; an application may have no version."""
    for name, version, arch, origin in (line.split("\t") for line in reply.lines()):
        yield Package(name=name, version=version, arch=arch, source=origin, manager="flatpak", whole=True)


def _source_rpm(text: str) -> str:
    """bash-5.1.8-6.el9.src.rpm -> bash

    >>> _source_rpm("python3.9-3.9.18-1.el9.src.rpm"), _source_rpm("(none)")
    ('python3.9', '')
    """
    return text.rsplit("-", 2)[0] if text.endswith(".rpm") and text.count("-") >= 2 else ""
