"""Roles and features; Exchange; DFS; network printers; profiles of users."""

from __future__ import annotations

from collections.abc import Iterator

from auditkit.model.shared.windows_roles import (
    DfsNamespace,
    DfsReplica,
    ExchangeServer,
    PrinterAddress,
    ServerRole,
    UserProfile,
)  # fmt: skip
from auditkit.probing import NotHere, NotUnderstood, PowerShell, Reply, probe

from ._section import Section, moment, number, sure, text, whole

# DfsrReplicatedFolderInfo.State
_DFSR = ("uninitialised", "initialised", "initial sync", "auto recovery", "normal", "in error")
_ROOTS = {"Standalone": "standalone", "Domain": "domain", "DomainV2": "domain v2"}
_SUBSCRIPTION = 2562  # third part of 15.2: from there on it is the Subscription Edition


@probe("windows.roles", PowerShell("roles"), on=("windows",), missing="this Windows has no roles: a workplace, or older than Server 2008")
def roles(reply: Reply) -> Iterator[ServerRole]:
    """Win32_ServerFeature: Windows Server 2008 and later."""
    for row in Section(reply, "Win32_ServerFeature").rows("Win32_ServerFeature"):
        yield ServerRole(role_id=whole(row, "ID"), parent=number(row, "ParentID") or 0, name=text(row, "Name"))


@probe("windows.exchange", PowerShell("exchange"), on=("windows",))
def exchange(reply: Reply) -> Iterator[ExchangeServer]:
    """The set-up's own version; where none of its services is there, only its tools are installed."""
    section = Section(reply, "Win32_Service", "setup")
    if section.blank:
        raise NotHere("Exchange is not installed here")
    found = [r for r in section.rows("setup") if sure(r, "there") and r["MsiProductMajor"] is not None]
    if not found:
        raise NotUnderstood("services of Exchange, and no version of it")
    parts = tuple(whole(found[0], name) for name in ("MsiProductMajor", "MsiProductMinor", "MsiBuildMajor", "MsiBuildMinor"))
    yield ExchangeServer(product=exchange_year(parts), version=".".join(map(str, parts)))


def exchange_year(parts: tuple[int, ...]) -> str:
    """The name of a build.

    >>> exchange_year((15, 2, 1748, 10)), exchange_year((15, 2, 2562, 17)), exchange_year((14, 3, 123, 4)), exchange_year((16, 0, 1, 1))
    ('2019', 'SE', '2010', '')
    """
    major, minor, build = parts[:3]
    if (major, minor) == (15, 2):
        return "SE" if build >= _SUBSCRIPTION else "2019"
    return {(15, 1): "2016", (15, 0): "2013"}.get((major, minor), {14: "2010", 8: "2007"}.get(major, ""))


@probe("windows.dfs", PowerShell("dfs"), on=("windows",))
def dfs(reply: Reply) -> Iterator[DfsNamespace | DfsReplica]:
    """Roots by the registry, replicas by root\\MicrosoftDFS, which shows nothing to an account that is no administrator: the section
    then ends with "access denied".
    """
    section = Section(reply, "Win32_Service", "root", "DfsrReplicatedFolderInfo")
    some = False
    for row in section.rows("root"):
        some = True
        yield DfsNamespace(namespace=text(row, "name"), kind=_ROOTS[text(row, "kind")])  # type: ignore[arg-type]
    for row in section.rows("DfsrReplicatedFolderInfo"):
        some = True
        state = whole(row, "State")
        if not 0 <= state < len(_DFSR):
            raise NotUnderstood(f"DfsrReplicatedFolderInfo.State {state}")
        yield DfsReplica(group_name=text(row, "ReplicationGroupName"), folder=text(row, "ReplicatedFolderName"), state=_DFSR[state])  # type: ignore[arg-type]
    if not some and reply.code == 0:
        raise NotHere("no DFS namespace and no replicated folder here")


@probe("windows.printerports", PowerShell("printerports"), on=("windows",))
def printerports(reply: Reply) -> Iterator[PrinterAddress]:
    """Win32_TCPIPPrinterPort: standard TCP/IP ports, with the address of the printer."""
    for row in Section(reply, "Win32_TCPIPPrinterPort").rows("Win32_TCPIPPrinterPort"):
        yield PrinterAddress(port=text(row, "Name"), address=text(row, "HostAddress"))


@probe("windows.profiles", PowerShell("profiles"), on=("windows",))
def profiles(reply: Reply) -> Iterator[UserProfile]:
    """Win32_UserProfile without those of Windows itself. LastUseTime is raised by every logon, also of a service."""
    for row in Section(reply, "Win32_UserProfile").rows("Win32_UserProfile"):
        used = moment(row, "LastUseTime")
        yield UserProfile(
            sid=text(row, "SID"), path=text(row, "LocalPath"), loaded=sure(row, "Loaded"),
            used_at=None if used is None or used.year < 2000 else used,
        )  # fmt: skip
