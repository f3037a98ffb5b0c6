"""Which Windows it is: build, edition and role, never its caption, which is written in the language of the system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from auditkit.model.shared.host import Boot, Memory, OsRelease
from auditkit.model.shared.windows import WindowsEdition, WindowsSupport
from auditkit.probing import NotUnderstood, PowerShell, Reply, derived, probe

from ..linux._support_table import support_end  # noqa: TID252  (one table for every platform; its reader belongs higher)
from ._section import Row, Section, moment, number, text, whole

_KINDS = {1: "workstation", 2: "controller", 3: "server"}  # Win32_OperatingSystem.ProductType
# One build is a server and a workplace (17763 = Server 2019 and Windows 10 1809), so each has its own table.
_SERVERS = {
    3790: "2003", 6001: "2008", 6002: "2008", 6003: "2008", 7600: "2008 R2", 7601: "2008 R2", 9200: "2012", 9600: "2012 R2", 14393: "2016",
    17763: "2019", 20348: "2022", 26100: "2025",
}  # fmt: skip
_CLIENTS = {
    2600: "XP", 3790: "XP", 6000: "Vista", 6001: "Vista", 6002: "Vista", 7600: "7", 7601: "7", 9200: "8", 9600: "8.1", 10240: "10 1507",
    10586: "10 1511", 14393: "10 1607", 15063: "10 1703", 16299: "10 1709", 17134: "10 1803", 17763: "10 1809", 18362: "10 1903",
    18363: "10 1909", 19041: "10 2004", 19042: "10 20H2", 19043: "10 21H1", 19044: "10 21H2", 19045: "10 22H2", 22000: "11 21H2",
    22621: "11 22H2", 22631: "11 23H2", 26100: "11 24H2", 26200: "11 25H2", 28000: "11 26H1",
}  # fmt: skip
_NUMBERS = {"XP": "5.1", "Vista": "6.0"}  # the table knows versions by their digits


@probe("windows.os", PowerShell("os"), on=("windows",))
def os(reply: Reply) -> Iterator[OsRelease | WindowsEdition | Boot | Memory]:
    """Win32_OperatingSystem and the registry's word on build and edition."""
    section = Section(reply, "Win32_OperatingSystem", "build")
    row, build = section.one("Win32_OperatingSystem"), section.one("build")
    if row is None or build is None:
        raise NotUnderstood("one of Win32_OperatingSystem and build is not there")
    edition = _edition(row, build)
    yield edition
    yield _release(row, edition)
    booted = moment(row, "LastBootUpTime")
    if booted is not None:
        yield Boot(booted_at=booted)
    total, free = number(row, "TotalVisibleMemorySize"), number(row, "FreePhysicalMemory")
    if total is not None:
        yield Memory(total_bytes=total * 1024, available_bytes=None if free is None else free * 1024)


def _edition(row: Row, build: Row) -> WindowsEdition:
    kind = _KINDS.get(whole(row, "ProductType"))
    if kind is None:
        raise NotUnderstood(f"ProductType {row['ProductType']!r}")
    return WindowsEdition(
        kind=kind, build=whole(row, "BuildNumber"), ubr=number(build, "UBR"), installation=text(build, "InstallationType"),  # type: ignore[arg-type]
        edition=text(build, "EditionID"), architecture=text(row, "OSArchitecture"),
        service_pack=number(row, "ServicePackMajorVersion") or 0,
        language=number(row, "OSLanguage"), installed_at=moment(row, "InstallDate"),
    )  # fmt: skip


def _release(row: Row, edition: WindowsEdition) -> OsRelease:
    """version is "" for a build that is in no table: then its support end is unknown, not that of a neighbour."""
    client = edition.kind == "workstation"
    version = (_CLIENTS if client else _SERVERS).get(edition.build, "")
    full = text(row, "Version") + (f".{edition.ubr}" if edition.ubr is not None else "")
    return OsRelease(
        os_family="windows", distro="windows" if client else "windows-server", based_on=(), name="Windows" if client else "Windows Server",
        version=version, full_version=full, codename="", variant=edition.edition, pretty=text(row, "Caption").strip(),
    )  # fmt: skip


@derived("windows.support")
def support(edition: WindowsEdition, os: OsRelease) -> Iterator[WindowsSupport]:
    """The row of the table for this edition: workplaces for companies and long-term editions have dates of their own."""
    known = support_end(_product(edition, os), _NUMBERS.get(os.version, os.version))
    made = {f.name: getattr(known, f.name) for f in fields(known)}
    yield WindowsSupport(**made | {"version": os.version or f"build {edition.build}"})


def _product(edition: WindowsEdition, os: OsRelease) -> str:
    """EnterpriseS is long-term (LTSC), IoTEnterpriseS longer; Enterprise and Education have a year more than Home and Pro."""
    if os.distro != "windows":
        return os.distro
    if edition.edition.startswith("IoTEnterpriseS"):
        return "windows-iot-ltsc"
    if edition.edition.startswith("EnterpriseS"):
        return "windows-ltsc"
    return "windows-enterprise" if edition.edition.startswith(("Enterprise", "Education", "IoTEnterprise")) else "windows"
