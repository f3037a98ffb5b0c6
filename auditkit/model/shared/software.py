"""Facts about software and jobs: packages, updates, kernels, services, scheduled tasks, traces of backups, support ends."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from auditkit.model import fact

Manager = Literal["dpkg", "rpm", "apk", "pacman", "snap", "flatpak", "windows"]


@fact(key=("manager", "name", "arch", "version"))
class Package:
    """An installed package. source: the package it was built from, "" = the same name or not told.

    whole: False = unpacked but not configured, or its installation broke off.
    """

    name: str
    version: str
    arch: str
    source: str
    manager: Manager
    whole: bool


@fact(key=("name", "arch"))
class PendingUpdate:
    """A package for which the host's own lists (see `UpdateMetadata` for their age) know a newer version.

    security: a version newer than the installed one comes from a channel of security updates; None = this source of packages
    does not tell. current: None = this way of asking does not tell.
    origin: where the candidate comes from, as the package manager names it.
    """

    name: str
    arch: str
    current: str | None
    candidate: str
    security: bool | None
    origin: str


@fact(key=("manager", "source"))
class UpdateMetadata:
    """When the host last fetched, or confirmed, the list of one package source. No row = it has no lists: it knows of no update.

    repo: id of the repository (`Repository.suite`) of dnf, yum and zypper; "" where the path does not tell it.
    """

    manager: str
    source: str
    refreshed_at: datetime
    repo: str


@fact(key=("manager",))
class LastUpgrade:
    """When a package was last replaced by another version, as the package manager's own records tell. at: None = they do not."""

    manager: str
    at: datetime | None


@fact(key=("tool",))
class AutomaticUpdates:
    """A tool that installs updates by itself. enabled: it is installed, told to install, and something starts it."""

    tool: str
    enabled: bool


@fact(key=("file", "kind", "uri", "suite"))
class Repository:
    """A configured source of packages; what its address holds of credentials is cut.

    kind: deb, deb-src, rpm, apk, pacman. suite: suite of deb, id of rpm. trusted: signatures are checked (False: told not to).
    """

    kind: str
    uri: str
    suite: str
    components: tuple[str, ...]
    enabled: bool
    trusted: bool
    file: str


@fact(key=("version",))
class InstalledKernel:
    """A kernel on the disk. image: there is a file to boot in /boot; False = only its modules."""

    version: str
    image: bool


@fact()
class RebootRequired:
    """Whether the host waits for a restart. required: None = nothing says so, and the kernels on the disk cannot be compared."""

    required: bool | None
    because: tuple[str, ...]


@fact(key=("name",))
class Service:
    """A unit of the service manager that is loaded. name: with its suffix (ssh.service, fstrim.timer).

    state: active, inactive, failed, activating... sub: running, exited, dead... enabled: starts by itself (enabled, static,
    generated, alias... as the service manager says); "" = it has no unit file.
    """

    name: str
    state: str
    sub: str
    enabled: str
    failed: bool
    description: str


@fact(key=("kind", "source", "owner", "schedule", "command"))
class ScheduledTask:
    """Something that starts by itself. owner: the account it runs as. schedule: as written there.

    command: None = could not be seen. source: the crontab, the folder, or the timer. enabled: the timer is on.
    """

    kind: Literal["cron", "timer", "at", "windows"]
    owner: str
    schedule: str
    command: str | None
    source: str
    enabled: bool


@fact(key=("tool", "found_in", "command"))
class BackupTrace:
    """A sign that something makes copies here; that copies exist and can be restored it does not prove.

    found_in: cron, timer, at, unit, package. command: the line that names the tool, the unit or the package.
    """

    tool: str
    found_in: str
    command: str


@fact(key=("unit", "message"))
class JournalError:
    """Errors of the last seven days in the journal that differ in numbers only.

    message: the first of them, cut. priority: 0 emergency .. 3 error (the gravest of them).
    """

    unit: str
    message: str
    times: int
    priority: int
    first_at: datetime
    last_at: datetime


@fact(key=("user", "command"))
class Process:
    """Running programs of one account with the same command line. times: how many of them."""

    user: str
    command: str
    times: int


@fact(key=("product", "version"))
class SupportEnd:
    """Until when a product has security fixes. No clock here: a check compares with today().

    product: ID of os-release, or a product's name. ends: last day of the support everybody has; extended_ends: of what is paid
    or volunteers' work. None in ends: could not be seen (state unknown), or not named by the vendor (state open: supported when
    checked_on, end not announced; rolling: no versions at all). source: the page; "" = none.
    """

    product: str
    version: str
    ends: date | None
    extended_ends: date | None
    state: Literal["dated", "open", "rolling", "unknown"]
    source: str
    checked_on: date | None


@fact()
class TimeZone:
    """The zone of the host's clock as tzdata names it; None = the host has a zone without a name."""

    name: str | None
