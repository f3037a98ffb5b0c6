"""Event logs: errors that are alike, what disks reported, starts after a break-down, and how far back the logs reach."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from auditkit.model.shared.windows_events import DiskTrouble, EventCount, EventHistory, UnexpectedShutdown
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, moment, number, text, whole

LOGS = ("System", "Application")
_STARTS = {41: "microsoft-windows-kernel-power", 6008: "eventlog", 1001: "microsoft-windows-wer-systemerrorreporting"}
# Numbers alone say nothing: 7, 11, 51, 129 are used by others as well (the time service has a 129, Kerberos an 11). A CD is no disk.
_DISKS = re.compile(
    r"(?i)disk|ntfs|refs|microsoft-windows-(ntfs|disk|refs)|partmgr|volmgr|mpio|iscsiprt"
    r"|.*(stor|ahci|nvme|scsi|sas|raid|atapi|lsi|hpsa|pqi|arc|mega|perc).*"
)


@probe("windows.events", PowerShell("events"), on=("windows",))
def events(reply: Reply) -> Iterator[EventCount]:
    """Levels 1 and 2 of System and Application, 30 days. Where there are more than were asked for, what was seen is not all."""
    section = Section(reply, *LOGS)
    for log in LOGS:
        alike: dict[tuple[str, int], list[Row]] = defaultdict(list)
        for row in [] if section.failed(log) else section.rows(log):
            alike[text(row, "provider"), whole(row, "id")].append(row)
        for (provider, number_), rows in sorted(alike.items()):
            times = [_at(r) for r in rows]
            yield EventCount(
                log=log, provider=provider, event_id=number_, critical=any(number(r, "level") == 1 for r in rows), times=len(rows),
                first_at=min(times), last_at=max(times),
            )  # fmt: skip
    section.missed(*LOGS)


@probe("windows.troubles", PowerShell("troubles"), on=("windows",))
def troubles(reply: Reply) -> Iterator[EventHistory | DiskTrouble | UnexpectedShutdown]:
    """System log, 30 days; the provider is looked at beside the number."""
    section = Section(reply, "history", "disk", "stop")
    for row in [] if section.failed("history") else section.rows("history"):
        yield EventHistory(log=text(row, "log"), begins_at=_at(row))
    alike: dict[tuple[str, int, str], list[datetime]] = defaultdict(list)
    for row in [] if section.failed("disk") else section.rows("disk"):
        if _of_disk(text(row, "provider"), whole(row, "id")):
            alike[text(row, "provider"), whole(row, "id"), _device(row)].append(_at(row))
    for (provider, event_id, device), times in sorted(alike.items()):
        yield DiskTrouble(provider=provider, event_id=event_id, device=device, times=len(times), first_at=min(times), last_at=max(times))
    stops = [] if section.failed("stop") else section.rows("stop")
    found = {(_at(r), whole(r, "id")) for r in stops if text(r, "provider").lower() in (_STARTS.get(whole(r, "id"), ""), "bugcheck")}
    for at, event_id in sorted(found):
        yield UnexpectedShutdown(at=at, event_id=event_id)
    section.missed("history", "disk", "stop")


def _of_disk(provider: str, event_id: int) -> bool:
    """129 and 15x come from whatever driver serves the disks; only Microsoft's own programs use these numbers for other things."""
    if event_id in (129, 153, 154, 157) and not provider.lower().startswith("microsoft-"):
        return True
    return _DISKS.fullmatch(provider) is not None


def _at(row: Row) -> datetime:
    at = moment(row, "at")
    if at is None:
        raise NotUnderstood("an event without its time")
    return at


def _device(row: Row) -> str:
    r"""The first text of the event that names a device or a drive: \Device\Harddisk1\DR1, D:, \\?\Volume{…}."""
    said = row["data"] if isinstance(row["data"], list) else []
    return next((s for s in said if isinstance(s, str) and re.match(r"\\|[A-Za-z]:", s)), "")
