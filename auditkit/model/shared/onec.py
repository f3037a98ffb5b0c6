"""Facts about 1C:Enterprise on a host: platforms, servers, clusters, bases, publications, licences, the technological log.

Names and defaults are those of the vendor's administrator's guide (its.1c.ru): agent 1540, cluster manager 1541, working processes
1560-1591, administration server 1545, debug server 1550.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from auditkit.model import fact


@fact(key=("version", "path"))
class OneCPlatform:
    """A 1C:Enterprise platform on disk. version: None = its path does not tell. parts: its programs (ragent = server, 1cv8 = client)."""

    version: str | None
    path: str
    parts: tuple[str, ...]


@fact(key=("product", "version"))
class OneCSupport:
    """Until when a line of the platform that is on the host is corrected; fields as of `SupportEnd`."""

    product: str
    version: str
    ends: date | None
    extended_ends: date | None
    state: Literal["dated", "open", "rolling", "unknown"]
    source: str
    checked_on: date | None


@fact(key=("process", "port", "version"))
class OneCProcess:
    """A 1C process that runs. port: what it was told, 0 = none; debug: the server lets itself be debugged; cluster_dir: -d."""

    process: str
    version: str
    port: int
    ports: str
    cluster_dir: str
    debug: bool


@fact(key=("name",))
class OneCService:
    """A service that keeps a program of 1C running: a systemd unit, a service of Windows. account: root where a unit names none.

    automatic: it starts with the host; None = the unit is made on the fly. port: 0 = the program's own; debug, port None = its
    command line leaves that to variables.
    """

    name: str
    program: str
    version: str
    account: str
    running: bool
    automatic: bool | None
    port: int | None
    debug: bool | None


@fact(key=("file",))
class OneCCluster:
    """A cluster in its own list (1CV8Clst.lst). administrators: their names, () = whoever connects administers; None = not understood."""

    file: str
    name: str
    host: str
    port: int
    administrators: tuple[str, ...] | None


@fact(key=("file", "name"))
class OneCBase:
    """An infobase in the list of a 1C cluster (1CV8Clst.lst). has_password: the database login keeps one in the list."""

    file: str
    name: str
    description: str
    dbms: str
    db_server: str
    db_name: str
    db_user: str
    has_password: bool


@fact(key=("path",))
class OneCFileBase:
    """A base in a file (1Cv8.1CD). changed_at: when something was last written into it."""

    path: str
    size_bytes: int
    changed_at: datetime


@fact(key=("path",))
class OneCSharedBase:
    """A base in a file that lies in a folder shared by Windows. everyone_writes: of those shares; None = of one it could not be seen."""

    path: str
    shares: tuple[str, ...]
    everyone_writes: bool | None


@fact(key=("path",))
class OneCDump:
    """A base unloaded into a file (*.dt) by the designer: a copy to carry over, and the vendor does not call it a backup."""

    path: str
    size_bytes: int
    changed_at: datetime


@fact(key=("file",))
class OneCPublication:
    """A 1C base published on the web (default.vrd). server: cluster, "" = a file base; logged_in: a user is written in the file."""

    file: str
    base: str
    server: str
    infobase: str
    logged_in: bool
    web_services: bool
    http_services: bool


@fact(key=("path",))
class OneCLicence:
    """A file of 1C's software licensing; hasp: where a hardware key is looked for (nethasp.ini), or the service that serves one."""

    path: str
    kind: Literal["software", "hasp"]


@fact(key=("file",))
class OneCTechLog:
    """A technological log that is configured (logcfg.xml). folders: where it writes. history_h: hours kept, of the longest log.

    everything: a log takes every event: gigabytes a day. dumps: memory is written down when a program falls; None = not said there.
    """

    file: str
    folders: tuple[str, ...]
    history_h: int
    everything: bool
    dumps: bool | None
