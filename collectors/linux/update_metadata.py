"""How fresh the lists are that pending updates were read from, and when packages were last upgraded.

apt gives a list the time of the server's file but renames it at every fetch that worked (also where nothing was new), so the
time of the inode's change is that of the last contact; measured with apt 2.6. dnf touches its list of packages, but not
repomd.xml; measured with dnf 4.14. libzypp touches repomd.xml (RepoManager::touchIndexFile).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from auditkit.model.shared.software import LastUpgrade, UpdateMetadata
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE

# file pattern, manager, which time tells: m = of the file, c = of the inode
_LISTS = (
    ("/var/lib/apt/lists/*Release", "apt", "c"),
    ("/var/lib/apt/lists/*_release", "apt", "c"),
    ("/var/cache/dnf/*/repodata/*primary.xml*", "dnf", "m"),
    ("/var/cache/libdnf5/*/repodata/*primary.xml*", "dnf", "m"),
    ("/var/cache/yum/*/*/*/repomd.xml", "yum", "m"),
    ("/var/cache/zypp/raw/*/repodata/repomd.xml", "zypper", "m"),
    ("/var/cache/apk/APKINDEX.*.tar.gz", "apk", "m"),
    ("/var/lib/pacman/sync/*.db", "pacman", "c"),
)


@probe("linux.update_metadata", f"stat -c '%Y %Z %n' {' '.join(p for p, _, _ in _LISTS)}", codes=(0, 1), harmless=NO_FILE)
def update_metadata(reply: Reply) -> Iterator[UpdateMetadata]:
    """Two times in seconds and the path; most patterns match nothing, stat says so."""
    for line in reply.lines():
        modified, changed, path = line.split(" ", 2)
        manager, which = _whose(path)
        if manager == "apt" and re.search(r"%20| ", path):
            continue  # of a disc (apt-cdrom(8)): it has a label, no host name, and is never fetched again
        times = {"m": int(modified), "c": int(changed)}
        yield UpdateMetadata(manager=manager, source=path, refreshed_at=datetime.fromtimestamp(times[which], UTC), repo=_repo(path))


def _repo(path: str) -> str:
    """The cache of a repository that was disabled since stays where it is, and grows old rightly.

    >>> _repo("/var/cache/dnf/epel-6519ea8e1c5a0a5d/repodata/x-primary.xml.gz"), _repo("/var/cache/yum/x86_64/7/updates/repomd.xml")
    ('epel', 'updates')
    """
    found = re.match(r"/var/cache/(?:(?:dnf|libdnf5)/([^/]+)-[0-9a-f]{16}/|yum/[^/]+/[^/]+/([^/]+)/|zypp/raw/([^/]+)/)", path)
    return next((name for name in found.groups() if name), "") if found else ""


def _whose(path: str) -> tuple[str, str]:
    for pattern, manager, which in _LISTS:
        if re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]*"), path):
            return manager, which
    raise NotUnderstood(f"no list of packages: {path[:80]!r}")


# dpkg writes local time, so the zone comes first. The log of a year is kept by logrotate's default.
@probe(
    "linux.last_upgrade",
    Shell("test -s /var/lib/dpkg/status || exit 127; date +%z && zgrep -hF ' upgrade ' /var/log/dpkg.log*", root_helps=True),
    codes=(0, 1, 2),  # 1: no such line; 2: one of the files is not there
    harmless=NO_FILE,
)
def last_upgrade(reply: Reply) -> Iterator[LastUpgrade]:
    """The zone as +hhmm, then `2024-03-01 06:12:33 upgrade libc6:amd64 2.36-9 2.36-9+deb12u4`."""
    lines = list(reply.lines())
    zone = _zone(lines[0])
    times = [datetime.strptime(line[:19], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone) for line in lines[1:]]
    yield LastUpgrade(manager="dpkg", at=max(times).astimezone(UTC) if times else None)


@last_upgrade.otherwise(
    Shell(r"test -d /var/lib/rpm || test -d /usr/lib/sysimage/rpm || exit 127; rpm -qa --qf '%{INSTALLTIME}\n'", seconds=60)
)
def _(reply: Reply) -> Iterator[LastUpgrade]:
    """rpm remembers when each package was installed, not whether it replaced another: the newest but for those of the first day."""
    days = sorted(int(line) for line in reply.lines())
    later = [d for d in days if d - days[0] > 86_400]
    yield LastUpgrade(manager="rpm", at=datetime.fromtimestamp(later[-1], UTC) if later else None)


def _zone(text: str) -> timezone:
    """
    >>> _zone("-0330").utcoffset(None)
    datetime.timedelta(days=-1, seconds=73800)
    """
    found = re.fullmatch(r"([+-])(\d\d)(\d\d)", text.strip())
    if not found:
        raise NotUnderstood(f"no zone as +hhmm: {text[:40]!r}")
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-offset if found[1] == "-" else offset)
