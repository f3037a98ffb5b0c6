"""Last logins: lslogins(1) of util-linux reads wtmp and lastlog whatever their form; else lastlog(8), else last(1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from auditkit.model.shared.access import LastLogin
from auditkit.probing import NotUnderstood, Reply, Shell, probe

_PAIR = re.compile(r'([A-Z-]+)="([^"]*)"')
_NOTHING = "no login of anybody is remembered: either nobody ever came in, or nothing here writes them down"


@probe(
    "linux.last_logins",
    Shell("TZ=UTC0 lslogins -e --time-format=iso -o USER,LAST-LOGIN,LAST-TTY,LAST-HOSTNAME", root_helps=True),
)
def last_logins(reply: Reply) -> Iterator[LastLogin]:
    """`USER="root" LAST-LOGIN="2026-11-25T07:50:37+00:00" ...`; of accounts with one uid it knows the first alone."""
    seen = False
    for line in reply.lines():
        cells = {k.replace("-", "_"): v for k, v in _PAIR.findall(line.replace("LAST_", "LAST-"))}
        if "USER" not in cells:
            raise NotUnderstood(f"no account: {line[:80]!r}")
        if cells["LAST_LOGIN"]:
            seen = True
            yield LastLogin(
                account=cells["USER"], at=_iso(cells["LAST_LOGIN"]), from_host=cells["LAST_HOSTNAME"], terminal=cells["LAST_TTY"]
            )
    if not seen:
        raise NotUnderstood(_NOTHING)


@last_logins.otherwise("TZ=UTC0 lastlog")
def _(reply: Reply) -> Iterator[LastLogin]:
    """Columns that begin where their titles do: Username, Port, From, Latest."""
    lines = list(reply.lines())
    head = lines[0]
    port, come, latest = head.index("Port"), head.index("From"), head.index("Latest")
    rows = [line for line in lines[1:] if "**Never logged in**" not in line]
    for line in rows:
        at = re.search(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [+-]\d{4} \d{4}$", line)
        if not at:
            raise NotUnderstood(f"no time of a login: {line[:80]!r}")
        yield LastLogin(
            account=line.split()[0],
            at=datetime.strptime(at[0], "%a %b %d %H:%M:%S %z %Y").astimezone(UTC),
            from_host=line[come : min(at.start(), latest)].strip(),
            terminal=line[port:come].strip(),
        )
    if not rows:
        raise NotUnderstood(_NOTHING)


def _iso(text: str) -> datetime:
    """
    >>> _iso("2026-11-25T07:50:37+0000").isoformat()
    '2026-11-25T07:50:37+00:00'
    """
    return datetime.fromisoformat(re.sub(r"([+-]\d\d):?(\d\d)$", r"\1:\2", text)).astimezone(UTC)
