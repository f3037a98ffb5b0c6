"""Settings that protect: SMB, names on the wire, Remote Desktop, LSA, UAC, automatic logon, Schannel, PowerShell.

A policy counts before the local value; a value that is not set is the default of that version, by its build (never "off").
"""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.windows import (
    AutoLogon,
    LsaSettings,
    NameGuessing,
    PowerShellSettings,
    RdpSettings,
    SchannelProtocol,
    SmbSettings,
    UacSettings,
)  # fmt: skip
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, number, sure, text, whole

_WORDS = (
    "build", "Win32_OperatingSystem", "smb_server", "smb_client", "smb1_driver", "smb1_service", "dns_policy", "wpad", "rdp_policy", "rdp",
    "rdp_tcp", "lsa", "device_guard", "wdigest", "uac", "winlogon", "winlogon_password", "powershell", "powershell_old", "script_blocks",
    "transcripts", "schannel",
)  # fmt: skip
_DISABLED = 4  # Start of a service: 0 boot, 1 system, 2 automatic, 3 manual, 4 disabled
_WINDOWS_8_1, _WINDOWS_10_1709, _SERVER_2022, _WINDOWS_11_24H2 = 9600, 16299, 20348, 26100


@probe("windows.security", PowerShell("security"), on=("windows",))
def security(
    reply: Reply,
) -> Iterator[SmbSettings | NameGuessing | RdpSettings | LsaSettings | UacSettings | AutoLogon | SchannelProtocol | PowerShellSettings]:
    """Keys of the registry; each row says whether the key is there."""
    section = Section(reply, *_WORDS)
    keys = {word: _key(section, word) for word in _WORDS if word != "schannel"}
    build, kind = whole(keys["build"], "CurrentBuildNumber"), whole(keys["Win32_OperatingSystem"], "ProductType")
    if kind not in (1, 2, 3):
        raise NotUnderstood(f"ProductType {kind}")
    yield smb(keys, build, controller=kind == 2, workstation=kind == 1)
    yield NameGuessing(llmnr=_value(keys["dns_policy"], "EnableMulticast", 1) != 0, wpad_service=_starts(keys["wpad"]))
    yield rdp(keys)
    yield lsa(keys, build)
    yield uac(keys["uac"])
    yield _autologon(keys)
    yield _powershell(keys)
    for row in section.rows("schannel"):
        yield schannel(row, build)


def _key(section: Section, word: str) -> Row:
    row = section.one(word)
    if row is None:
        raise NotUnderstood(f"{word} is not there")
    return row


def _value(row: Row, name: str, default: int) -> int:
    found = number(row, name)
    return default if found is None else found


def _starts(row: Row) -> bool:
    return sure(row, "there") and _value(row, "Start", 3) != _DISABLED


def smb(keys: dict[str, Row], build: int, *, controller: bool, workstation: bool) -> SmbSettings:
    """SMB1 not set: on up to Windows 8.1/2012 R2, 10 1703 and 2016; later the feature is not installed unless somebody did it, and with
    it its service (srv) and its client's driver (mrxsmb10) are gone. Signing not set: of the server only a controller requires it
    (its policy writes the value), and Windows 11 24H2 on both sides; Server 2025 on the client's.
    """
    said = number(keys["smb_server"], "SMB1")
    installed = build < _WINDOWS_10_1709 or _starts(keys["smb1_service"]) or _starts(keys["smb1_driver"])
    new = build >= _WINDOWS_11_24H2
    return SmbSettings(
        smb1_server=installed and (said is None or said != 0), smb1_client=_starts(keys["smb1_driver"]),
        signing_required=_value(keys["smb_server"], "RequireSecuritySignature", int(controller or (new and workstation))) == 1,
        client_signing=_value(keys["smb_client"], "RequireSecuritySignature", int(new)) == 1,
    )  # fmt: skip


def rdp(keys: dict[str, Row]) -> RdpSettings:
    """Not set: refused; without NLA in the registry's absence (the installer of 2012 and later writes the value 1)."""
    policy = keys["rdp_policy"]

    def effective(name: str, local: str, default: int) -> int:
        return _value(policy, name, _value(keys[local], name, default))

    return RdpSettings(
        allowed=effective("fDenyTSConnections", "rdp", 1) == 0, nla=effective("UserAuthentication", "rdp_tcp", 0) == 1,
        encryption=effective("MinEncryptionLevel", "rdp_tcp", 2), security_layer=effective("SecurityLayer", "rdp_tcp", 1),
        port=_value(keys["rdp_tcp"], "PortNumber", 3389),
        by_policy=number(policy, "fDenyTSConnections") is not None or number(policy, "UserAuthentication") is not None,
    )  # fmt: skip


def lsa(keys: dict[str, Row], build: int) -> LsaSettings:
    """WDigest not set: passwords in clear up to Windows 8/2012 (KB2871997 made the value, not the default). LmCompatibilityLevel: 3."""
    row = keys["lsa"]
    return LsaSettings(
        wdigest=_value(keys["wdigest"], "UseLogonCredential", int(build < _WINDOWS_8_1)) == 1,
        protected=_value(row, "RunAsPPL", 0) in (1, 2),
        lm_level=_value(row, "LmCompatibilityLevel", 3), blank_limited=_value(row, "LimitBlankPasswordUse", 1) == 1,
        cached_logons=int(text(keys["winlogon"], "CachedLogonsCount") or 10), anonymous_limited=_value(row, "RestrictAnonymous", 0) >= 1,
        credential_guard=_value(keys["device_guard"], "LsaCfgFlags", _value(row, "LsaCfgFlags", 0)) in (1, 2),
    )  # fmt: skip


def uac(row: Row) -> UacSettings:
    """Not set: on, prompt for consent for programs that are not Windows' own (5)."""
    return UacSettings(
        enabled=_value(row, "EnableLUA", 1) == 1, remote_full_token=_value(row, "LocalAccountTokenFilterPolicy", 0) == 1,
        admin_prompt=_value(row, "ConsentPromptBehaviorAdmin", 5), secure_desktop=_value(row, "PromptOnSecureDesktop", 1) == 1,
    )  # fmt: skip


def _autologon(keys: dict[str, Row]) -> AutoLogon:
    row = keys["winlogon"]
    domain, user = text(row, "DefaultDomainName"), text(row, "DefaultUserName")
    enabled = str(row["AutoAdminLogon"] or "0").strip() == "1"
    return AutoLogon(
        enabled=enabled, user=f"{domain}\\{user}" if domain and user else user, password_stored=sure(keys["winlogon_password"], "there")
    )


def _powershell(keys: dict[str, Row]) -> PowerShellSettings:
    """Logging of script blocks is on only where a policy says so (without one only suspicious blocks are logged)."""
    new, old = text(keys["powershell"], "PowerShellVersion"), text(keys["powershell_old"], "PowerShellVersion")
    return PowerShellSettings(
        version=new or old, old_engine=old.startswith("2."),
        script_blocks=_value(keys["script_blocks"], "EnableScriptBlockLogging", 0) == 1,
        transcripts=_value(keys["transcripts"], "EnableTranscripting", 0) == 1,
    )  # fmt: skip


def schannel(row: Row, build: int) -> SchannelProtocol:
    """Enabled is any value but 0 (0xFFFFFFFF as well). Not set, by Microsoft's table of Schannel protocols: SSL 2.0 in servers up to
    2012 R2; SSL 3.0 up to 10 1511 and 2012 R2; TLS 1.0, 1.1 everywhere (1.1, 1.2: off before Windows 8 and 2012); TLS 1.3 from 11 and 2022.
    """
    protocol, side = text(row, "protocol"), text(row, "side").lower()
    if side not in ("server", "client") or protocol not in ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"):
        raise NotUnderstood(f"a protocol of Schannel: {protocol!r} {side!r}")
    said, by_default = number(row, "Enabled"), number(row, "DisabledByDefault")
    default = {
        "SSL 2.0": side == "server" and build <= _WINDOWS_8_1, "SSL 3.0": build < 14393, "TLS 1.0": True, "TLS 1.1": build >= 9200,
        "TLS 1.2": build >= 9200, "TLS 1.3": build >= _SERVER_2022,
    }[protocol]  # fmt: skip
    if said is None and by_default is not None and side == "client":
        default = by_default == 0
    return SchannelProtocol(protocol=protocol, side=side, enabled=default if said is None else said != 0, explicit=said is not None)  # type: ignore[arg-type]
