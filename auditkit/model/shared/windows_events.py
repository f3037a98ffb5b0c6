"""Facts from the event logs of Windows: errors, disks, shutdowns; and what makes copies with what result."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditkit.model import fact


@fact(key=("log",))
class EventHistory:
    """How far back an event log reaches. begins_at: its oldest event; what was before is not known."""

    log: str
    begins_at: datetime


@fact(key=("log", "provider", "event_id"))
class EventCount:
    """Critical events and errors of the last 30 days in an event log that are alike. critical: one of them at least was that."""

    log: str
    provider: str
    event_id: int
    critical: bool
    times: int
    first_at: datetime
    last_at: datetime


@fact(key=("provider", "event_id", "device"))
class DiskTrouble:
    """What disks and file systems reported in the last 30 days. event_id: 7 bad block, 11 controller, 51 paging, 55 damaged file system,
    129 reset, 153 retried, 154 failed, 157 taken away.

    device: as the event names it (\\\\Device\\\\Harddisk1\\\\DR1), "" = it does not.
    """

    provider: str
    event_id: int
    device: str
    times: int
    first_at: datetime
    last_at: datetime


@fact(key=("at", "event_id"))
class UnexpectedShutdown:
    """Windows found at its start that it had not been shut down. event_id: 41 Kernel-Power, 6008 EventLog, 1001 a stop error.

    One break-down may leave all three.
    """

    at: datetime
    event_id: int


@fact(key=("product",))
class BackupProduct:
    """A program for copies that is installed. running: one of its services runs. services: their names.

    told: its results stand in an event log that is read here, so that no `BackupRun` means that none ended.
    """

    product: str
    services: tuple[str, ...]
    running: bool
    told: bool


@fact(key=("product", "job", "ended_at"))
class BackupRun:
    """A run of a copy job that the event log remembers (90 days at most). job: "" = the product has one job only, or does not tell."""

    product: str
    job: str
    ended_at: datetime
    result: Literal["success", "warning", "failed"]
