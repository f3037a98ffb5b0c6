"""Facts about what a Windows server does: roles, tasks, sites, certificates, DHCP, DNS, DFS, remote desktops, mail, folders."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from auditkit.model import fact


@fact(key=("role_id",))
class ServerRole:
    """A role or feature of Windows Server that is installed. role_id: Microsoft's number; name: in the language of the system."""

    role_id: int
    parent: int
    name: str


@fact(key=("path",))
class WindowsTask:
    """A task of the Task Scheduler, beside `ScheduledTask` (its source is the same path). own: it is none of Windows' own (\\\\Microsoft).

    logon: password (kept here), s4u (not kept), interactive (only while that user is there), group, service (of Windows), none.
    highest: with full rights. last_run: None = never. result: the last HRESULT or exit code; 267011 = it has not yet run, 267009 =
    it runs, 267045 = queued. missed: starts that were missed. next_run: None = none is due.
    """

    path: str
    own: bool
    enabled: bool
    account: str
    logon: Literal["none", "password", "s4u", "interactive", "group", "service"]
    highest: bool
    last_run: datetime | None
    result: int
    missed: int
    next_run: datetime | None


@fact(key=("name",))
class ComApplication:
    """An application of COM+. account: as it runs, "Interactive User" = whoever sits there."""

    name: str
    account: str
    enabled: bool


@fact(key=("name",))
class IisPool:
    """An application pool. identity: the account its sites run as. own_account: a named one, whose password IIS keeps."""

    name: str
    identity: str
    own_account: bool
    runtime: str
    auto_start: bool


@fact(key=("site", "protocol", "binding"))
class IisBinding:
    """Where a site answers. binding: address:port:name as IIS writes it. tls: https. sni: the certificate is chosen by the name.

    thumbprint: SHA-1 of the certificate that HTTP.sys shows there, lower case; "" = none is set there; None = no TLS, or one that is
    found in the central store of certificates. auto_start: the site starts by itself.
    """

    site: str
    protocol: str
    binding: str
    port: int
    host: str
    tls: bool
    sni: bool
    thumbprint: str | None
    auto_start: bool


@fact(key=("store", "thumbprint"))
class StoredCertificate:
    """A certificate of the computer's store. thumbprint: SHA-1 in lower case; private_key: its key is here.

    used_by: rdp, http (a port of HTTP.sys, for IIS and others); () = nothing that was asked shows it (Exchange, LDAPS and other
    programs choose by themselves). Beside the `Certificate` of the same SHA-256.
    """

    store: str
    thumbprint: str
    fingerprint_sha256: str
    subject: str
    issuer: str
    not_after: datetime
    self_signed: bool
    private_key: bool
    used_by: tuple[str, ...]


@fact(key=("subnet",))
class DhcpScopeUse:
    """How full a scope of a DHCP server is. failover: name of its failover relation, "" = none. used_pct: of what it may give away."""

    subnet: str
    name: str
    active: bool
    begins: str
    ends: str
    free: int
    in_use: int
    used_pct: float
    failover: str


@fact(key=("zone",))
class DnsZoneAging:
    """Whether old records of a zone are marked for sweeping. updates: none, any (unproved as well), secure. auto: of Windows' own."""

    zone: str
    aging: bool
    in_directory: bool
    reverse: bool
    auto: bool
    updates: Literal["none", "any", "secure"]


@fact()
class DnsScavenging:
    """Whether this DNS server sweeps out old records by itself. interval_h: 0 = never."""

    interval_h: int


@fact(key=("group_name", "folder"))
class DfsReplica:
    """A folder that DFS Replication keeps equal with other servers. state: normal, or what keeps it from being so."""

    group_name: str
    folder: str
    state: Literal["uninitialised", "initialised", "initial sync", "auto recovery", "normal", "in error"]


@fact(key=("namespace",))
class DfsNamespace:
    """A root of a DFS namespace that this server holds."""

    namespace: str
    kind: Literal["standalone", "domain", "domain v2"]


@fact(key=("volume",))
class ShadowCopies:
    """Earlier versions of a volume (VSS). copies: how many, client_copies: of them those that users can see in a share."""

    volume: str
    copies: int
    client_copies: int
    newest: datetime
    oldest: datetime


@fact()
class RdsServer:
    """Remote Desktop Services of a server. session_host: anybody who may, not two administrators alone.

    licensing: as set; servers: that are to give licences, () = none is named. by_policy: a policy names them.
    """

    session_host: bool
    licensing: Literal["per device", "per user", "not set", "administration"]
    servers: tuple[str, ...]
    by_policy: bool


@fact(key=("pack",))
class RdsLicencePack:
    """Licences on this licence server. total 0 = without a number (built in, or for unlimited systems)."""

    pack: int
    product: str
    kind: int
    total: int
    issued: int
    available: int


@fact(key=("version",))
class ExchangeServer:
    """Microsoft Exchange Server. product: its year, "" = a build of no known year; version: 15.1.2507.39 of its set-up."""

    product: str
    version: str


@fact(key=("sid",))
class UserProfile:
    """A profile on this computer. used_at: when it was last loaded or unloaded, None = not told. loaded: now."""

    sid: str
    path: str
    loaded: bool
    used_at: datetime | None


@fact(key=("share",))
class SharedFolder:
    """Rights of the file system on the folder of a share (its root alone). owner: SID. access: "sid: read|change|full", allowed alone.

    everyone_writes: Everyone, Anonymous, Users, Authenticated Users or Guests may change files there.
    """

    share: str
    path: str
    owner: str
    access: tuple[str, ...]
    everyone_writes: bool


@fact(key=("port",))
class PrinterAddress:
    """A port of a network printer. port: its name, as `WindowsPrinter` has it."""

    port: str
    address: str
