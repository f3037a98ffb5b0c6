"""Until when the operating system, and products installed from their makers' own packages, have security fixes.

What a distribution ships lives as long as the distribution, so of products only foreign packages are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from auditkit.model import fact
from auditkit.model.shared.host import OsRelease
from auditkit.model.shared.software import Package, SupportEnd
from auditkit.probing import NotUnderstood, Reply, derived, probe

from ._readings import NO_FILE
from ._support_table import support_end

# package, mark of its maker's builds in the version, product
_FOREIGN = (
    (r"postgresql-(\d+(?:\.\d+)?)", r"pgdg", "postgresql"),
    (r"postgresql(\d\d|\d\.?\d)-server", r"PGDG", "postgresql"),
    (r"mariadb-server(?:-core)?", r"\+maria~", "mariadb"),
    (r"MariaDB-server", r"", "mariadb"),
    (r"mysql-community-server(?:-core)?", r"", "mysql"),
    (r"(?:proxmox-ve|pve-manager)", r"", "proxmox-ve"),
)


@fact()
class OsSupportEnd:
    """The end of support that the system itself names (os-release(5), SUPPORT_END); it was written when the system was built."""

    ends: date


@probe(
    "linux.os_support_end",
    "grep -h '^SUPPORT_END=' /etc/os-release",
    codes=(0, 1),
    harmless=NO_FILE,
)
def os_support_end(reply: Reply) -> Iterator[OsSupportEnd]:
    """`SUPPORT_END=2029-06-30`"""
    for line in reply.lines():
        value = line.partition("=")[2].strip().strip("\"'")
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise NotUnderstood(f"no date: {line[:80]!r}")
        yield OsSupportEnd(ends=date.fromisoformat(value))


@derived("host.support")
def support(os: OsRelease, named: Sequence[OsSupportEnd]) -> Iterator[SupportEnd]:
    """The table's row; where it has none, what the system says of itself; else `unknown`."""
    known = support_end(_product(os), os.version)
    if known.state == "unknown" and named:
        yield SupportEnd(
            product=known.product, version=known.version, ends=named[0].ends, extended_ends=None, state="dated",
            source="/etc/os-release: SUPPORT_END", checked_on=None,
        )  # fmt: skip
    else:
        yield known


def _product(os: OsRelease) -> str:
    """The ID of os-release, where two products do not share one: CentOS Stream, and ALT SP ("ALT SPServer", "ALT SP Server")."""
    if os.distro == "centos" and "stream" in os.name.lower():
        return "centos-stream"
    if os.distro == "altlinux" and re.search(r"\bSP", f"{os.name} {os.pretty}"):
        return "altlinux-sp"
    return os.distro


@derived("host.product_support")
def product_support(packages: Sequence[Package]) -> Iterator[SupportEnd]:
    """A row for each product and version."""
    rows: dict[SupportEnd, None] = {}
    for package in packages:
        for name, mark, product in _FOREIGN:
            found = re.fullmatch(name, package.name)
            if found and re.search(mark, package.version):
                rows[support_end(product, _version(found, package.version))] = None
    yield from rows


def _version(found: re.Match[str], version: str) -> str:
    """From the name where it is part of it (postgresql-14), else from the version without its epoch."""
    named = found[1] if found.re.groups else ""
    return named or re.sub(r"^\d+:", "", version)
