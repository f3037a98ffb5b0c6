"""The zone of the host's clock: what /etc/localtime points to (localtime(5)), or the name Debian keeps beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.software import TimeZone
from auditkit.probing import NotUnderstood, Reply, probe

from ._readings import NO_FILE


@probe("linux.timezone", "ls -ld /etc/localtime; grep -H '' /etc/timezone", codes=(0, 1, 2), harmless=NO_FILE)
def timezone(reply: Reply) -> Iterator[TimeZone]:
    """A link, or a copy of a file without a name; nothing there is UTC."""
    localtime, named = "", ""
    for line in reply.lines():
        if line.startswith("/etc/timezone:"):
            named = line.removeprefix("/etc/timezone:").strip()
        elif "/etc/localtime" in line:
            localtime = line
        else:
            raise NotUnderstood(f"no zone: {line[:80]!r}")
    link = re.search(r"/etc/localtime -> .*zoneinfo/(?:posix/|right/|uclibc/)?(\S+)$", localtime)
    yield TimeZone(name=link[1] if link else named or (None if localtime else "UTC"))
