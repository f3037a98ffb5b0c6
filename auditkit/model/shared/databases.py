"""Facts about Microsoft SQL Server: its instances, their databases, logins with all rights, and the jobs of SQL Server Agent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from auditkit.model import fact


@fact(key=("instance",))
class SqlInstance:
    """An instance on this host. instance: MSSQLSERVER = the default one. version: of the build, 15.0.4430.1; product: its year, 2019.

    product "" = a build of no known year. account: of its service. running: None = it has no service (the rest of a removal).
    mixed_login: logins with a password of SQL Server's own are let in; None = the registry does not tell. agent_account: of SQL
    Server Agent, "" = it has none. port: None = not told, 0 = TCP is off, or the port changes at every start.
    """

    instance: str
    product: str
    version: str
    edition: str
    account: str
    agent_account: str
    running: bool | None
    mixed_login: bool | None
    port: int | None


@fact(key=("instance", "name"))
class SqlDatabase:
    """A database of an instance. system: master, model, msdb, tempdb. recovery: FULL, SIMPLE, BULK_LOGGED; state: ONLINE, SUSPECT...

    fulls, diffs, logs: how many such copies msdb remembers (0 = it was never copied, or the history was cut); last_full, last_diff,
    last_log: when the newest ended, None only where there is none. A snapshot of the volume by a backup program counts as a full copy.
    checked: whether DBCC CHECKDB ever ended well, last_check: when; None = this version does not tell, or (checked False) never.
    owner: "" = a login that is gone; None = this account may not see it.
    """

    instance: str
    name: str
    system: bool
    state: str
    recovery: str
    size_bytes: int | None
    owner: str | None
    created_at: datetime
    compatibility: int
    auto_close: bool
    auto_shrink: bool
    page_verify: str
    fulls: int
    diffs: int
    logs: int
    last_full: datetime | None
    last_diff: datetime | None
    last_log: datetime | None
    checked: bool | None
    last_check: datetime | None


@fact(key=("instance", "name"))
class SqlAdministrator:
    """A login with the role sysadmin. sa: the one that every installation has (SID 0x01), whatever it is called.

    kind: sql = with a password of SQL Server's own.
    """

    instance: str
    name: str
    sa: bool
    kind: Literal["sql", "windows user", "windows group", "other"]
    enabled: bool


@fact(key=("instance", "name"))
class SqlJob:
    """A job of SQL Server Agent. owner: the login it belongs to, "" = one that is gone. last_run: when it last began, None = never.

    last_run is told in the server's own wall clock and was moved to UTC by the offset of the day it was asked.
    """

    instance: str
    name: str
    enabled: bool
    scheduled: bool
    owner: str
    last_result: Literal["succeeded", "failed", "retry", "cancelled", "running", "unknown", "never"]
    last_run: datetime | None


@fact(key=("product", "version", "instance"))
class ServerProductSupport:
    """Until when SQL Server or Exchange on this host has security fixes; fields as of `SupportEnd`. instance: of SQL Server, else ""."""

    product: str
    version: str
    instance: str
    ends: date | None
    state: Literal["dated", "open", "rolling", "unknown"]
    source: str
