"""Jobs of cron and at: crontab(5) of the system and of everybody, folders of run-parts(8), anacrontab(5), atq(1).

Lines may hold passwords, so the replies are secrets; crontabs of others are seen by root alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.software import ScheduledTask
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import NO_FILE, headed

_SPOOLS = "/var/spool/cron /etc/crontabs"  # Debian, RHEL, ALT, SUSE; Alpine
_VARIABLE = re.compile(r"\s*(?:\"[^\"]+\"|'[^']+'|\w+)\s*=")
_FIELD = re.compile(r"[-\d*,/~A-Za-z?#]+$")
_ATQ = re.compile(r"(\d+)\t(.+?) ([A-Za-z=]) (\S+)$")


@probe(
    "linux.crontabs",
    Shell(
        f"find /etc/crontab /etc/anacrontab /etc/cron.d {_SPOOLS} -type f ! -path '*/atjobs/*' ! -path '*/atspool/*' ! -name '.*'"
        " -exec tail -v -n +1 -- {} +",
        root=True,
    ),
    codes=(0, 1),  # find: a folder is not there
    harmless=rf"^find: .*{NO_FILE}",
    secret=True,
)
def crontabs(reply: Reply) -> Iterator[ScheduledTask]:
    """Whole files with their names."""
    for file, text in headed(reply):
        system = file == "/etc/crontab" or file.startswith("/etc/cron.d/")
        owner = "" if system else file.rpartition("/")[2]
        yield from dict.fromkeys(_anacron(s) if file == "/etc/anacrontab" else _cron(s, file, owner) for s in _jobs(text))


def _jobs(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#") and not _VARIABLE.match(line):
            yield line.strip()


def _cron(line: str, file: str, owner: str) -> ScheduledTask:
    """Five fields or @word, in system crontabs the account, the command. "-" before the first field is cronie's "do not log"."""
    count = 1 if line.startswith("@") else 5
    cells = line.split(None, count + (0 if owner else 1))
    if len(cells) < count + (1 if owner else 2) or not (count == 1 or all(_FIELD.match(c) for c in cells[:5])):
        raise NotUnderstood(f"{file}: a line that is no job (it is not shown: it may hold a password)")
    return ScheduledTask(
        kind="cron", owner=owner or cells[count], schedule=" ".join(cells[:count]).lstrip("-"), command=cells[-1], source=file, enabled=True
    )


def _anacron(line: str) -> ScheduledTask:
    """Period in days or @word, delay in minutes, name, command."""
    period, delay, name, command = line.split(None, 3)
    if not (period.isdigit() or period.startswith("@")) or not delay.isdigit():
        raise NotUnderstood("/etc/anacrontab: a line that is no job (it is not shown: it may hold a password)")
    when = f"every {period} days" if period.isdigit() else period
    return ScheduledTask(kind="cron", owner="root", schedule=when, command=command, source=f"/etc/anacrontab: {name}", enabled=True)


@probe(
    "linux.cron_folders",
    "find /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/periodic"
    " -mindepth 1 ! -type d ! -name '.*' ! -name README -perm -100",
    codes=(0, 1),
    harmless=rf"^find: .*{NO_FILE}",
)
def cron_folders(reply: Reply) -> Iterator[ScheduledTask]:
    """Executable files of /etc/cron.daily and the like, and of Alpine's /etc/periodic/daily."""
    for line in reply.lines():
        found = re.fullmatch(r"(/etc/(?:cron\.|periodic/)(\w+))/.+", line)
        if not found:
            raise NotUnderstood(f"no job: {line[:80]!r}")
        yield ScheduledTask(kind="cron", owner="root", schedule=f"@{found[2]}", command=line, source=found[1], enabled=True)


@probe("linux.at_jobs", Shell("atq", root=True), missing="no at here")
def at_jobs(reply: Reply) -> Iterator[ScheduledTask]:
    """`7<tab>Thu Nov 26 12:00:00 2026 a root`, in the host's own time. What the job does atq does not tell."""
    seen: set[ScheduledTask] = set()
    for line in reply.lines():
        row = _ATQ.match(line.strip())
        if not row:
            raise NotUnderstood(f"no job: {line[:80]!r}")
        task = ScheduledTask(kind="at", owner=row[4], schedule=row[2], command=None, source="at", enabled=True)
        if task not in seen:
            seen.add(task)
            yield task
