"""Upkeep: how updates get here, logs of events, page files, what changes the local administrator's password."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from auditkit.model.shared.host import Swap
from auditkit.model.shared.windows import EventLog, LapsClient, UpdateSettings
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, number, sure, text, whole

_AUTOMATIC = {1: "off", 2: "notify", 3: "download", 4: "install", 5: "local", 7: "notify"}  # AUOptions
MB = 1024 * 1024


def _key(section: Section, word: str) -> Row:
    row = section.one(word)
    if row is None:
        raise NotUnderstood(f"{word} is not there")
    return row


@probe("windows.updates", PowerShell("updates"), on=("windows",))
def updates(reply: Reply) -> Iterator[UpdateSettings]:
    """Policy before local value. WUServer counts only with UseWUServer; the times are UTC, and from Windows 10 on nobody writes them."""
    section = Section(reply, "policy", "policy_au", "local_au", "detect", "install", "Win32_Service")
    policy, au = _key(section, "policy"), _key(section, "policy_au")
    option = number(au, "AUOptions")
    option = number(_key(section, "local_au"), "AUOptions") if option is None else option
    if option is not None and option not in _AUTOMATIC:
        raise NotUnderstood(f"AUOptions {option}")
    service = section.rows("Win32_Service")
    yield UpdateSettings(
        server=text(policy, "WUServer") if number(au, "UseWUServer") == 1 else "",
        automatic="off" if number(au, "NoAutoUpdate") == 1 else "default" if option is None else _AUTOMATIC[option],  # type: ignore[arg-type]
        searched_at=_time(_key(section, "detect")), installed_at=_time(_key(section, "install")),
        service_disabled=not service or text(service[0], "StartMode").lower() == "disabled",
    )  # fmt: skip


def _time(row: Row) -> datetime | None:
    value = text(row, "LastSuccessTime")
    return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if value else None


@probe("windows.logs", PowerShell("logs"), on=("windows",))
def logs(reply: Reply) -> Iterator[EventLog]:
    """Win32_NTEventlogFile: classic logs, Application, Security, System among them."""
    for row in Section(reply, "Win32_NTEventlogFile").rows("Win32_NTEventlogFile"):
        size, most, policy = whole(row, "FileSize"), whole(row, "MaxFileSize"), text(row, "OverwritePolicy").lower()
        if policy not in ("whenneeded", "outdated", "never") or not most:
            raise NotUnderstood(f"{text(row, 'LogfileName')}: {policy!r}, at most {most}")
        yield EventLog(
            name=text(row, "LogfileName"), size_bytes=size, max_bytes=most, full_pct=round(100 * size / most, 1),
            overwrites=policy == "whenneeded",
        )  # fmt: skip


@probe("windows.swap", PowerShell("swap"), on=("windows",))
def swap(reply: Reply) -> Iterator[Swap]:
    """Win32_PageFileUsage, in megabytes. No row = no page file."""
    for row in Section(reply, "Win32_PageFileUsage").rows("Win32_PageFileUsage"):
        size, used = whole(row, "AllocatedBaseSize"), whole(row, "CurrentUsage")
        yield Swap(name=text(row, "Name"), kind="file", size_bytes=size * MB, used_bytes=used * MB)


@probe("windows.laps", PowerShell("laps"), on=("windows",))
def laps(reply: Reply) -> Iterator[LapsClient]:
    """The old client needs its library and its policy; Windows LAPS a BackupDirectory (1 Entra, 2 AD), wherever it is set."""
    section = Section(reply, "legacy", "legacy_client", "policy", "csp", "local")
    for word in ("csp", "policy", "local"):
        where = number(_key(section, word), "BackupDirectory")
        if where is not None:
            yield LapsClient(kind="windows" if where in (1, 2) else "")
            return
    old = sure(_key(section, "legacy_client"), "there") and number(_key(section, "legacy"), "AdmPwdEnabled") == 1
    yield LapsClient(kind="legacy" if old else "")
