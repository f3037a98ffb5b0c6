"""Facts about Windows computers: edition, domain, services, accounts, updates, and the settings that protect them.

Settings are what works: a policy counts before the local value, and a value that is not set is the default of that version.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from auditkit.model import Ident, fact

Role = Literal[
    "standalone workstation", "member workstation", "standalone server", "member server", "backup controller", "primary controller"
]  # fmt: skip


@fact()
class WindowsEdition:
    """Which Windows this is. kind: by ProductType, never by a caption. ubr: the part of the build that updates raise; None = before 2016.

    installation: Client, Server, Server Core...; "" = not told (before 2008 R2). edition: EditionID. language: of Windows (LCID).
    """

    kind: Literal["workstation", "controller", "server"]
    build: int
    ubr: int | None
    installation: str
    edition: str
    architecture: str
    service_pack: int
    language: int | None
    installed_at: datetime | None


@fact()
class WindowsSupport:
    """Until when this Windows has security fixes; fields as of `SupportEnd`. extended_ends: of paid updates (ESU)."""

    product: str
    version: str
    ends: date | None
    extended_ends: date | None
    state: Literal["dated", "open", "rolling", "unknown"]
    source: str
    checked_on: date | None


@fact()
class WindowsComputer:
    """Its place in a domain or workgroup. account_sid: of its computer account, "" = it is in no domain; None = not seen."""

    name: str
    domain: str
    joined: bool
    role: Role
    memory_bytes: int | None
    account_sid: Annotated[str | None, Ident("sid")]


@fact(key=("name",))
class PhysicalDisk:
    """A disk as Windows sees it (behind a RAID controller: an array). bus, media: "" = not told.

    health: of the storage subsystem (2012 and later); None = not told. failing: SMART predicts that it fails; None = not told.
    """

    name: str
    model: str
    serial: str
    size_bytes: int | None
    bus: str
    media: str
    health: Literal["healthy", "warning", "unhealthy", "unknown"] | None
    failing: bool | None


@fact(key=("volume",))
class EncryptedVolume:
    """A volume that BitLocker could protect. protected: None = Windows itself does not know (it is locked)."""

    volume: str
    protected: bool | None
    system: bool


@fact(key=("adapter",))
class NetbiosSetting:
    """NetBIOS over TCP/IP of an adapter: default = as DHCP says, and on where it says nothing."""

    adapter: str
    setting: Literal["default", "on", "off"]


@fact(key=("name",))
class WindowsService:
    """A service. start: automatic, manual, disabled... delayed: an automatic one that starts later; None = not told.

    triggered: Windows starts and stops it when something happens, so that it may rest. exit_code: 0 = ended well or runs, 1077 =
    was never started. path: arguments that could be secrets are cut. account: as written ("" = a driver or none).
    """

    name: str
    display: str
    state: str
    start: Literal["automatic", "manual", "disabled", "boot", "system"] | None
    delayed: bool | None
    triggered: bool | None
    account: str
    path: str
    exit_code: int | None


@fact(key=("kind", "name"))
class AccountUse:
    """What stops when this account is disabled or its password changes. account: as written (DOMAIN\\name, name@domain, .\\name).

    builtin: of Windows itself (LocalSystem, NT AUTHORITY\\..., NT SERVICE\\..., a managed service account of the domain).
    """

    account: str
    kind: Literal["service", "task", "sql_job", "sql_service", "iis_pool", "com", "onec", "cron"]
    name: str
    builtin: bool
    enabled: bool


@fact(key=("hotfix",))
class Hotfix:
    """An update that the component store lists. installed_on: None = Windows does not tell, or not in a form that has one meaning."""

    hotfix: str
    kind: str
    installed_on: date | None


@fact(key=("sid",))
class LocalUser:
    """A local account. rid: 500 = the built-in administrator, 501 = guest, whatever they are called."""

    sid: str
    rid: int
    name: str
    enabled: bool
    password_required: bool | None
    password_expires: bool | None
    locked: bool | None


@fact(key=("path",))
class LocalAdministrator:
    """A member of the local group S-1-5-32-544. path: as the provider names it; name: domain\\name. local: of this computer."""

    path: str
    name: str
    sid: str
    kind: Literal["user", "group", "unknown"]
    local: bool


@fact(key=("registry_key", "bits"))
class WindowsProgram:
    """An installed program, from the keys of the uninstaller. bits: of the registry view. installed_on: None = not told."""

    registry_key: str
    name: str
    version: str
    publisher: str
    installed_on: date | None
    bits: Literal[32, 64]


@fact(key=("name",))
class WindowsShare:
    """A share. kind: disk, printer, ipc... admin: made by Windows itself (C$, ADMIN$). path: "" = none.

    access: "sid: read|change|full" of the share (files have rights of their own); None = not seen, () = nobody.
    everyone_writes: Everyone, Anonymous, Users or Authenticated Users may change files as far as the share goes.
    """

    name: str
    path: str
    comment: str
    kind: Literal["disk", "printer", "device", "ipc", "other"]
    admin: bool
    access: tuple[str, ...] | None
    everyone_writes: bool | None


@fact(key=("name",))
class WindowsPrinter:
    """A print queue. virtual: prints to a file or to a service of Windows (PDF, XPS, fax)."""

    name: str
    driver: str
    port: str
    shared: bool
    virtual: bool


# -- settings that protect


@fact()
class SmbSettings:
    """SMB. smb1_server, smb1_client: works, or would after a start. signing_required: of the server; client_signing: of the client."""

    smb1_server: bool
    smb1_client: bool
    signing_required: bool
    client_signing: bool


@fact()
class NameGuessing:
    """Names asked of everybody on the wire. llmnr, wpad_service: on."""

    llmnr: bool
    wpad_service: bool


@fact()
class RdpSettings:
    """Remote Desktop. allowed: connections are let in. nla: proof of who it is before a session. encryption: 1 low ... 4 FIPS.

    security_layer: 0 = RDP's own, 1 = negotiated, 2 = TLS. by_policy: a policy says so.
    """

    allowed: bool
    nla: bool
    encryption: int
    security_layer: int
    port: int
    by_policy: bool


@fact()
class LsaSettings:
    """What keeps credentials in memory safe. wdigest: passwords are kept in clear. protected: LSA runs as a protected process.

    lm_level: LmCompatibilityLevel (5 = NTLMv2 only, LM and NTLM refused). blank_limited: empty passwords work at the console alone.
    cached_logons: how many domain logons are remembered. credential_guard: configured to run; anonymous_limited: RestrictAnonymous.
    """

    wdigest: bool
    protected: bool
    lm_level: int
    blank_limited: bool
    cached_logons: int
    credential_guard: bool
    anonymous_limited: bool


@fact()
class UacSettings:
    """User account control. remote_full_token: local administrators have all rights over the network as well."""

    enabled: bool
    remote_full_token: bool
    admin_prompt: int
    secure_desktop: bool


@fact()
class AutoLogon:
    """Whether the computer logs somebody on by itself. password_stored: in clear, in the registry; the password is never read."""

    enabled: bool
    user: str
    password_stored: bool


@fact(key=("protocol", "side"))
class SchannelProtocol:
    """A protocol of Schannel (what IIS, RDP, LDAPS... speak). enabled: as set, else by the default of this version. explicit: set."""

    protocol: Literal["SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"]
    side: Literal["server", "client"]
    enabled: bool
    explicit: bool


@fact()
class PowerShellSettings:
    """version: of the engine, "" = none. old_engine: version 2 is there, which logs nothing. script_blocks: they are logged."""

    version: str
    old_engine: bool
    script_blocks: bool
    transcripts: bool


@fact()
class TimeSettings:
    """Where w32time takes the time. kind: domain (NT5DS), ntp, all, none (NoSync). servers: without flags. vm_provider: the hypervisor's.

    running: the service runs. by_policy: a policy says so. next_dc: it is a controller.
    """

    kind: Literal["domain", "ntp", "all", "none"]
    servers: tuple[str, ...]
    vm_provider: bool
    running: bool
    by_policy: bool
    virtual: bool


@fact()
class WindowsReboot:
    """Whether it waits for a restart. because: components, updates, renames, name. Renames of temp and printer files do not count."""

    required: bool
    because: tuple[str, ...]


@fact(key=("profile",))
class FirewallProfile:
    """A profile of the firewall of Windows. inbound: what happens to what no rule names. by_policy: a policy decides."""

    profile: Literal["domain", "private", "public"]
    enabled: bool
    inbound: Literal["block", "allow"]
    by_policy: bool


@fact(key=("product", "source"))
class Antivirus:
    """An antivirus. source: defender, security_center (workplaces), service. running: its service, or itself, works.

    real_time, up_to_date: None = this source does not tell. signatures_at: None = not told.
    """

    product: str
    source: Literal["defender", "security_center", "service"]
    running: bool
    real_time: bool | None
    up_to_date: bool | None
    signatures_at: datetime | None


@fact()
class AntivirusState:
    """All antivirus products together. protected: one works and none of its own words contradict; None = they do not tell enough."""

    protected: bool | None
    products: tuple[str, ...]


@fact(key=("activation",))
class WindowsLicence:
    """A licence of Windows or Office that has a key. state: licensed, notification (not activated)... channel: retail, oem, mak, kms...

    windows: of the system itself. kms: the server it is activated by, "" = none. grace_min: minutes that are left, 0 = no end.
    """

    activation: str
    name: str
    windows: bool
    state: Literal["unlicensed", "licensed", "oob grace", "oot grace", "non-genuine grace", "notification", "extended grace"]
    channel: str
    kms: str
    grace_min: int


@fact(key=("name",))
class EventLog:
    """A log of events. overwrites: what is oldest goes first; False = it stops (or old events stay for days) when full."""

    name: str
    size_bytes: int
    max_bytes: int
    full_pct: float
    overwrites: bool


@fact()
class UpdateSettings:
    """How updates get here. server: WSUS, "" = Microsoft. automatic: off, notify, download, install, local (users choose); default = unset.

    searched_at, installed_at: last success, None = never, or this version does not tell. service_disabled: wuauserv cannot start.
    """

    server: str
    automatic: Literal["off", "notify", "download", "install", "local", "default"]
    searched_at: datetime | None
    installed_at: datetime | None
    service_disabled: bool


@fact()
class LapsClient:
    """What changes the password of the local administrator by itself: legacy (AdmPwd), windows (built in), "" = nothing is set to."""

    kind: Literal["legacy", "windows", ""]
