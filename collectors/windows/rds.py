"""Remote Desktop Services: mode, licensing, licence packs."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.windows_roles import RdsLicencePack, RdsServer
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Section, number, text, texts, whole

# LicensingMode of the registry. What WMI calls LicensingType is numbered otherwise on its page (4 = not configured): it is not asked.
_LICENSING = {2: "per device", 4: "per user", 5: "not set"}
_WORDS = ("Win32_TerminalServiceSetting", "local", "core", "policy", "Win32_TSLicenseKeyPack")


@probe("windows.rds", PowerShell("rds"), on=("windows",), missing="no Remote Desktop Services here")
def rds(reply: Reply) -> Iterator[RdsServer]:
    """TerminalServerMode 1 = session host. Mode and servers of a policy go before those set here; a mode that was never set is not set."""
    section = Section(reply, *_WORDS)
    setting, local, core, policy = (section.one(w) for w in _WORDS[:4])
    if setting is None or local is None or core is None or policy is None:
        raise NotUnderstood("the settings of Remote Desktop Services are not told")
    mode = whole(setting, "TerminalServerMode")
    kind = number(policy, "LicensingMode") or number(core, "LicensingMode") or 5
    if mode not in (0, 1) or kind not in _LICENSING:
        raise NotUnderstood(f"TerminalServerMode {mode}, LicensingMode {kind}")
    licensing = _LICENSING[kind] if mode else "administration"
    forced = tuple(s.strip() for s in text(policy, "LicenseServers").split(",") if s.strip())
    yield RdsServer(
        session_host=mode == 1, licensing=licensing, by_policy=bool(forced),  # type: ignore[arg-type]
        servers=forced or tuple(s for s in texts(local, "SpecifiedLicenseServers") if s),
    )  # fmt: skip


@probe("windows.rds_licences", PowerShell("rds"), on=("windows",), missing="no Remote Desktop Services here")
def rds_licences(reply: Reply) -> Iterator[RdsLicencePack]:
    """Only a licence server has the class Win32_TSLicenseKeyPack."""
    section = Section(reply, *_WORDS)
    if not section.rows("local"):
        raise NotUnderstood("the settings of Remote Desktop Services are not told")
    rows = section.rows("Win32_TSLicenseKeyPack", optional=True)
    for row in rows:
        total = whole(row, "TotalLicenses")
        yield RdsLicencePack(
            pack=whole(row, "KeyPackId"), product=text(row, "ProductVersion"), kind=whole(row, "KeyPackType"),
            total=0 if total < 0 or total >= 2**31 - 1 else total, issued=number(row, "IssuedLicenses") or 0,
            available=whole(row, "AvailableLicenses"),
        )  # fmt: skip
    if not rows:
        raise NotHere("no licence server for remote desktops here")
