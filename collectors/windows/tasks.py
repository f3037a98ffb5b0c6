"""Tasks of the Task Scheduler, asked over COM (schtasks is translated), and which accounts they run as; applications of COM+."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from auditkit.model.shared.software import ScheduledTask
from auditkit.model.shared.windows import AccountUse
from auditkit.model.shared.windows_roles import ComApplication, WindowsTask
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe
from auditkit.scrub import scrub

from ._section import Row, Section, moment, sure, text, whole
from .services import builtin

# TASK_LOGON_TYPE; 6 = InteractiveTokenOrPassword
_LOGONS = {0: "none", 1: "password", 2: "s4u", 3: "interactive", 4: "group", 5: "service", 6: "password"}
# TASK_TRIGGER_TYPE2
_TRIGGERS = {
    0: "event", 1: "once", 2: "daily", 3: "weekly", 4: "monthly", 5: "monthly by weekday", 6: "idle", 7: "registration", 8: "start",
    9: "logon", 11: "session",
}  # fmt: skip
_WINDOWS, _BACKUP = "\\microsoft\\", "\\microsoft\\windows\\backup\\"


@probe("windows.tasks", PowerShell("tasks"), on=("windows",), secret=True)
def tasks(reply: Reply) -> Iterator[WindowsTask | ScheduledTask | AccountUse]:
    """All folders. Of Windows' own only those for copies and those that somebody gave an account with a password.

    Whoever is no administrator sees his own alone: the section then ends with "access denied". Logon type "service" is what tells
    the accounts of Windows itself: their names are translated. A task "interactive" runs only while its user is there and stops with
    nobody, so it is no `AccountUse`.
    """
    section = Section(reply, "task")
    for row in section.rows("task"):
        path = text(row, "path")
        logon = _LOGONS.get(whole(row, "logon"))
        if logon is None or not path.startswith("\\"):
            raise NotUnderstood(f"a task with the logon type {row['logon']!r}")
        own = not path.lower().startswith(_WINDOWS)
        if own or logon in ("password", "s4u") or path.lower().startswith(_BACKUP):
            yield from _task(row, path, logon, own)
    section.missed("task ")


def _task(row: Row, path: str, logon: str, own: bool) -> Iterator[WindowsTask | ScheduledTask | AccountUse]:
    account, enabled = text(row, "user") or text(row, "group"), sure(row, "enabled")
    yield WindowsTask(
        path=path, own=own, enabled=enabled, account=account, logon=logon, highest=whole(row, "level") == 1,  # type: ignore[arg-type]
        last_run=_time(row, "last"), result=whole(row, "result") & 0xFFFFFFFF, missed=whole(row, "missed"), next_run=_time(row, "next"),
    )  # fmt: skip
    yield ScheduledTask(
        kind="windows", owner=account, schedule=", ".join(_schedule(row)), command=scrub("; ".join(_commands(row))), source=path,
        enabled=enabled,
    )  # fmt: skip
    if logon in ("password", "s4u"):
        yield AccountUse(account=account, kind="task", name=path, builtin=builtin(account), enabled=enabled)


def _time(row: Row, name: str) -> datetime | None:
    """Never is 1899-12-30 or 1999-11-30, whichever way the scheduler was asked."""
    at = moment(row, name)
    return None if at is None or at.year < 2000 else at


def _schedule(row: Row) -> Iterator[str]:
    for trigger in row["triggers"]:
        start = text(trigger, "start")
        kind = _TRIGGERS.get(whole(trigger, "type"), "other")
        yield f"{kind}{f' from {start}' if start else ''}{'' if sure(trigger, 'enabled') else ' (off)'}"


def _commands(row: Row) -> Iterator[str]:
    """TASK_ACTION_TYPE: 0 = a program; 5 = a COM class, 6 = a mail, 7 = a message."""
    for action in row["actions"]:
        kind = whole(action, "type")
        program = f"{text(action, 'path')} {text(action, 'arguments')}".strip()
        yield {0: program, 5: "COM class", 6: "mail"}.get(kind, "message")


@probe("windows.comapps", PowerShell("comapps"), on=("windows",))
def comapps(reply: Reply) -> Iterator[ComApplication | AccountUse]:
    """Applications of the COM+ catalogue. IsEnabled is told from Windows Server 2003 on."""
    for row in Section(reply, "application").rows("application"):
        name, account = text(row, "name"), text(row, "account")
        enabled = sure(row, "enabled")
        yield ComApplication(name=name, account=account, enabled=enabled)
        if account and account.lower() != "interactive user":
            yield AccountUse(account=account, kind="com", name=name, builtin=builtin(account), enabled=enabled)
