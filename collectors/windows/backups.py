"""What makes copies here, and how it ended: Windows Server Backup and Veeam by their event logs, others by their services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditkit.model.shared.windows import WindowsService
from auditkit.model.shared.windows_events import BackupProduct, BackupRun
from auditkit.model.shared.windows_roles import WindowsTask
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, derived, probe

from ._section import Row, Section, moment, number, text

WSB, VEEAM, AGENT = "Windows Server Backup", "Veeam Backup & Replication", "Veeam Agent"
_RESULTS = {1: "failed", 2: "failed", 3: "warning", 4: "success", 0: "success"}  # level of Veeam's event 190
# Name of a service, in lower case -> product. Names of services are never translated.
_SERVICES = (
    (r"veeambackupsvc|veeambrokersvc", VEEAM),
    (r"veeamendpointbackupsvc", AGENT),
    (r"acronisagent|acrschd2svc|mms|acronis.*|aakore", "Acronis / Кибер Бэкап"),
    (r"cobian.*|cobbmservice|cbvscservice.*", "Cobian Backup"),
    (r"backupexec.*", "Veritas Backup Exec"),
    (r"netbackup.*|bprd|bpcd", "Veritas NetBackup"),
    (r"handybackup.*|handy backup.*", "Handy Backup"),
    (r"rubackup.*", "RuBackup"),
    (r"iperius.*", "Iperius Backup"),
    (r"urbackup.*", "UrBackup"),
    (r"bacula.*|bareos.*", "Bacula / Bareos"),
    (r"effectorsaver.*|effector.*saver.*", "Effector Saver"),
    (r"dpmra|msdpm", "Microsoft Data Protection Manager"),
    (r"obengine", "Azure Backup"),
    (r"macriumservice|reflectservice.*", "Macrium Reflect"),
    (r"tsm.*client.*|spectrum protect.*", "IBM Spectrum Protect"),
    (r"duplicati.*", "Duplicati"),
    (r"nakivo.*", "NAKIVO Backup"),
)  # fmt: skip
_TOLD = {WSB, VEEAM, AGENT}


@probe("windows.backups", PowerShell("backups"), on=("windows",))
def backups(reply: Reply) -> Iterator[BackupRun]:
    """Event 4 of Microsoft-Windows-Backup is a success, its levels 1 and 2 are failures; event 190 of Veeam tells by its level."""
    section = Section(reply, "log", "wsb", "wsb_failed", "veeam", "veeam_agent")
    if not section.rows("log"):
        raise NotUnderstood("which logs there are is not told")
    for row in section.rows("log"):
        if number(row, "enabled") == 0 and text(row, "log") == "Microsoft-Windows-Backup":
            raise NotUnderstood("the log of Windows Server Backup is turned off")
    parts = (("wsb", WSB, "success"), ("wsb_failed", WSB, "failed"), ("veeam", VEEAM, ""), ("veeam_agent", AGENT, ""))
    runs = {}
    for word, product, result in parts:
        for row in [] if section.failed(word) else section.rows(word):
            run = _run(row, product, result)
            runs[run.product, run.job, run.ended_at] = run
    yield from runs.values()
    section.missed(*(word for word, _, _ in parts))
    if not runs:
        raise NotHere("no log tells of a run in 90 days")


def _run(row: Row, product: str, result: str) -> BackupRun:
    at = moment(row, "at")
    ended = result or _RESULTS.get(number(row, "level") or 0)
    if at is None or ended is None:
        raise NotUnderstood(f"{product}: an event without its time, or of level {row['level']!r}")
    return BackupRun(product=product, job="" if result else _job(row), ended_at=at, result=ended)  # type: ignore[arg-type]


def _job(row: Row) -> str:
    """The name in quotes of the sentence that Veeam writes; "" where there is none."""
    said = row["data"] if isinstance(row["data"], list) else []
    found = (re.search(r"'([^']{1,200})'", s) for s in said if isinstance(s, str))
    return next((f[1] for f in found if f), "")


@derived("windows.backup_products")
def backup_products(services: Sequence[WindowsService], tasks: Sequence[WindowsTask]) -> Iterator[BackupProduct]:
    """By services; Windows Server Backup by the task that starts it, for its services are on every Windows."""
    found: dict[str, list[WindowsService]] = {}
    for one in services:
        for pattern, product in _SERVICES:
            if re.fullmatch(pattern, one.name.lower()):
                found.setdefault(product, []).append(one)
    for product, mine in sorted(found.items()):
        running = any(s.state == "running" for s in mine)
        yield BackupProduct(product=product, services=tuple(sorted(s.name for s in mine)), running=running, told=product in _TOLD)
    scheduled = [t for t in tasks if t.path.lower().startswith("\\microsoft\\windows\\backup\\")]
    if scheduled:
        yield BackupProduct(product=WSB, services=(), running=any(t.enabled for t in scheduled), told=True)
