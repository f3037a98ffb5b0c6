"""Pending updates, from the lists the host has (nothing is fetched): apt(8), dnf(8), yum(8), zypper(8), apk(8), pacman(8), apt-rpm."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.software import PendingUpdate
from auditkit.probing import NotUnderstood, Reply, Shell, probe

# Empty cache names: as root apt would otherwise write its caches anew. -a: all versions, so that a security update below the
# newest version is seen as well.
_APT = (
    "test -s /var/lib/dpkg/status || exit 127; set -- /var/lib/apt/lists/*Release; "
    "test -e \"$1\" || { echo 'no package lists here, so it knows of no update: apt update never ran' >&2; exit 3; }; "
    "apt -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= list --upgradable -a"
)
_APT_LINE = re.compile(r"([^/\s]+)/(\S+) (\S+) (\S+)(?: \[([^\]]*)\])?$")
_SECURITY = re.compile(r"security", re.I)
# Ubuntu names its suites by code name and publishes every security fix in -security; Debian's stable and stable-updates
# bring fixes that its security channel does not.
_NO_SECURITY = re.compile(r"(?!(?:old)*stable)[a-z]+-(updates|backports)$|(?:old)*stable-backports(-sloppy)?$")
_BLOCKS = re.compile(r"\n{2,}")


@probe(
    "linux.updates",
    Shell(_APT, seconds=60),
    none=(b"Listing...", b"Listing... Done", b"== advisories", b"No updates found."),
    codes=(0, 100),  # 100: dnf check-update found some
    harmless=r"^WARNING: apt does not have a stable CLI interface",
)
def updates(reply: Reply) -> Iterator[PendingUpdate]:
    """apt: a block a package, its versions from the newest down to the installed one."""
    _plain_code(reply)
    body = re.sub(r"\A(\s*Listing\.\.\.[^\n]*\n?)", "", reply.text)
    for block in _BLOCKS.split(body.strip("\n")):
        if block.strip():
            yield _apt(block.split("\n"))


def _apt(lines: list[str]) -> PendingUpdate:
    found = [_APT_LINE.match(line) for line in lines if line.strip()]
    if not found or not all(found):
        raise NotUnderstood(f"no version of a package: {lines[0][:80]!r}")
    rows = [m for m in found if m]
    newer: list[re.Match[str]] = []
    for row in rows:
        if "installed" in (row[5] or "") and not (row[5] or "").startswith("upgradable from"):
            break
        newer.append(row)
    else:
        raise NotUnderstood(f"{rows[0][1]}: no line tells the installed version")
    if not newer:
        raise NotUnderstood(f"{rows[0][1]}: no version above the installed one")
    suites = [s for m in newer for s in m[2].split(",") if s != "now"]
    top = newer[0]
    return PendingUpdate(name=top[1], arch=top[4], current=row[3], candidate=top[3], security=_security(suites), origin=top[2])


def _security(suites: list[str]) -> bool | None:
    """Whether a channel of security updates is among them; None where a suite mixes both.

    >>> _security(["jammy-updates", "jammy-security"]), _security(["jammy-updates"]), _security(["oldstable"])
    (True, False, None)
    """
    if any(_SECURITY.search(s) for s in suites):
        return True
    return False if suites and all(_NO_SECURITY.match(s) for s in suites) else None


# The advisories of the same cached lists tell which updates are for security; both must answer. dnf 4 prints
# `RHSA-2024:1 Important/Sec. bash-5.1-9.x86_64`, dnf 5 `RHSA-2024:1 security Important bash-5.1-9.x86_64 2024-01-01`.
_DNF_LINE = re.compile(r"(\S+)\.([a-z0-9_]+)\s+(\S+)\s+(\S+)$")


def _dnf(tool: str) -> str:
    check, advisories = f"{tool} -q -C check-update", f"{tool} -q -C updateinfo list"
    return f"test -x /usr/bin/{tool} || exit 127; {check}; c=$?; echo '== advisories'; {advisories} || exit 1; exit $c"


def _advisories(text: str) -> tuple[set[str], set[str]]:
    """Packages of security advisories, and of all."""
    rows = [line.split() for line in text.splitlines()]
    security = {cell for row in rows if any(c == "security" or "Sec." in c for c in row) for cell in row}
    return security, {cell for row in rows for cell in row}


def read_dnf(reply: Reply) -> Iterator[PendingUpdate]:
    """dnf, yum: `name.arch  version  repository`, then advisories; obsoleted packages are listed after a line of their own."""
    body, mark, advisories = reply.text.partition("== advisories\n")
    if not mark:
        raise NotUnderstood("no advisories after the updates")
    security, named = _advisories(advisories)
    for line in body.split("Obsoleting Packages\n")[0].splitlines():
        row = _DNF_LINE.match(line)
        if not row and line.strip():
            raise NotUnderstood(f"no update: {line[:80]!r}")
        if row:
            full = {f"{row[1]}-{version}.{row[2]}" for version in (row[3], row[3].partition(":")[2])}  # the epoch may be missing there
            told = True if full & security else False if full & named else None
            yield PendingUpdate(name=row[1], arch=row[2], current=None, candidate=row[3], security=told, origin=row[4])


updates.otherwise(Shell(_dnf("dnf"), root=True, seconds=120))(read_dnf)
updates.otherwise(Shell(_dnf("yum"), root=True, seconds=120))(read_dnf)


@updates.otherwise(Shell("zypper -q --non-interactive --no-refresh list-updates", seconds=60))
def _(reply: Reply) -> Iterator[PendingUpdate]:
    """zypper: `S | Repository | Name | Current Version | Available Version | Arch`. Which are for security it does not tell here."""
    _plain_code(reply)
    for line in reply.lines():
        cells = [c.strip() for c in line.split("|")]
        if len(cells) == 6 and cells[2] != "Name":
            yield PendingUpdate(name=cells[2], arch=cells[5], current=cells[3], candidate=cells[4], security=None, origin=cells[1])
        elif len(cells) != 6 and set(line.strip()) - set("-+") and not line.startswith("No updates found"):
            raise NotUnderstood(f"no update: {line[:80]!r}")


@updates.otherwise("apk --no-network version -l '<'")
def _(reply: Reply) -> Iterator[PendingUpdate]:
    """apk: `busybox-1.36.1-r4 < 1.36.1-r5`."""
    _plain_code(reply)
    for line in reply.lines():
        found = re.match(r"(\S+?)-(\d[^\s-]*-r\d+)\s+<\s+(\S+)", line)
        if found:
            yield PendingUpdate(name=found[1], arch="", current=found[2], candidate=found[3], security=None, origin="")
        elif not line.startswith("Installed:"):
            raise NotUnderstood(f"no update: {line[:80]!r}")


@updates.otherwise("test -d /var/lib/pacman/local || exit 127; pacman -Qu; c=$?; test $c -eq 1 && exit 0; exit $c")
def _(reply: Reply) -> Iterator[PendingUpdate]:
    """pacman: `name old -> new`; it ends with 1 where there is none."""
    _plain_code(reply)
    for line in reply.lines():
        found = re.match(r"(\S+) (\S+) -> (\S+)( \[ignored\])?$", line)
        if not found:
            raise NotUnderstood(f"no update: {line[:80]!r}")
        yield PendingUpdate(name=found[1], arch="", current=found[2], candidate=found[3], security=None, origin="")


@updates.otherwise(Shell("apt-get -s -o Debug::NoLocking=true dist-upgrade", seconds=60))
def _(reply: Reply) -> Iterator[PendingUpdate]:
    """apt-rpm of ALT, where there is no `apt`: `Inst name [old] (new source)`; without [old] it is a new package."""
    _plain_code(reply)
    for line in reply.lines():
        found = re.match(r"Inst (\S+) \[([^\]]+)\] \((\S+) ([^)]*)\)", line)
        if found:
            yield PendingUpdate(name=found[1], arch="", current=found[2], candidate=found[3], security=None, origin=found[4])


def _plain_code(reply: Reply) -> None:
    """100 is no failure in dnf alone."""
    if reply.code:
        raise NotUnderstood(f"exit code {reply.code}")
