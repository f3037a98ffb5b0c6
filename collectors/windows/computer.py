"""The computer: its name and domain, maker, serial number, processor, and whether it is a virtual machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.host import Cpu, Hardware, HostName, Virtualisation
from auditkit.model.shared.windows import WindowsComputer
from auditkit.probing import NotUnderstood, PowerShell, Reply, probe

from ._section import Row, Section, moment, number, sure, text, whole

_ROLES = (
    "standalone workstation", "member workstation", "standalone server", "member server", "backup controller", "primary controller",
)  # Win32_ComputerSystem.DomainRole  # fmt: skip
_PLACEHOLDER = re.compile(
    r"(?i)|to be filled.*|default string|system serial number|none|n/?a|not (specified|applicable|available)|empty|unknown|invalid"
    r"|o\.?e\.?m\.?|chassis serial number|base board serial number|[0.\-x]+|123456789\d*|f{6,}"
)
_NO_UUIDS = (  # what makers of boards leave in every one of them
    "03000200-0400-0500-0006-000700080009", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
)  # fmt: skip
_GUESTS = (  # maker or model -> hypervisor
    (r"vmware", "vmware"), (r"virtualbox|innotek", "oracle"), (r"qemu|kvm|red hat|ovirt|proxmox", "kvm"), (r"xen", "xen"),
    (r"parallels", "parallels"), (r"amazon ec2|google compute|openstack|yandex", "kvm"),
)  # fmt: skip
# SMBIOS 7.4.1
_CHASSIS = {
    1: "other", 2: "unknown", 3: "desktop", 4: "low profile desktop", 5: "pizza box", 6: "mini tower", 7: "tower", 8: "portable",
    9: "laptop", 10: "notebook", 11: "hand held", 12: "docking station", 13: "all in one", 14: "sub notebook", 15: "space-saving",
    16: "lunch box", 17: "main server chassis", 18: "expansion chassis", 19: "subchassis", 20: "bus expansion chassis",
    21: "peripheral chassis", 22: "raid chassis", 23: "rack mount chassis", 24: "sealed-case pc", 25: "multi-system chassis",
    26: "compact pci", 27: "advanced tca", 28: "blade", 29: "blade enclosure", 30: "tablet", 31: "convertible", 32: "detachable",
    33: "iot gateway", 34: "embedded pc", 35: "mini pc", 36: "stick pc",
}  # fmt: skip
_WORDS = (
    "Win32_ComputerSystem", "Win32_BIOS", "Win32_ComputerSystemProduct", "Win32_BaseBoard", "Win32_SystemEnclosure",
    "Win32_Processor", "sid",
)  # fmt: skip


@probe("windows.computer", PowerShell("computer"), on=("windows",))
def computer(reply: Reply) -> Iterator[WindowsComputer | HostName | Hardware | Virtualisation | Cpu]:
    """Win32_ComputerSystem, Win32_BIOS and their kin. A SID that could not be translated is None: the domain was out of reach."""
    section = Section(reply, *_WORDS)
    system = _first(section, "Win32_ComputerSystem")
    yield _computer(system, section)
    yield _name(system)
    yield _hardware(system, section)
    yield Virtualisation(kind=_hypervisor(system), container="none")
    cpus = section.rows("Win32_Processor")
    if cpus:
        yield _cpu(cpus)


def _first(section: Section, word: str) -> Row:
    rows = section.rows(word)
    if not rows:
        raise NotUnderstood(f"{word} is not there")
    return rows[0]


def _computer(row: Row, section: Section) -> WindowsComputer:
    role = whole(row, "DomainRole")
    if role not in range(len(_ROLES)):
        raise NotUnderstood(f"DomainRole {role}")
    told = None if section.failed("sid") else text(_first(section, "sid"), "sid")
    if told and not re.fullmatch(r"S-1-5-21(-\d{1,10}){4}", told):
        raise NotUnderstood("the SID of the computer account is none")
    return WindowsComputer(
        name=text(row, "Name"), domain=text(row, "Domain").lower(), joined=sure(row, "PartOfDomain"), role=_ROLES[role],  # type: ignore[arg-type]
        memory_bytes=number(row, "TotalPhysicalMemory"), account_sid=told,
    )  # fmt: skip


def _name(row: Row) -> HostName:
    """Of a workgroup computer Domain is the name of the workgroup and no part of the DNS name."""
    name = (text(row, "DNSHostName") or text(row, "Name")).lower()
    joined = sure(row, "PartOfDomain") and "." in text(row, "Domain")
    return HostName(name=name, fqdn=f"{name}.{text(row, 'Domain').lower()}" if joined else "")


def _serial(value: str) -> tuple[str, str]:
    """(serial, placeholder)."""
    said = value.strip()
    return ("", said) if _PLACEHOLDER.fullmatch(said) else (said, "")


def _hardware(system: Row, section: Section) -> Hardware:
    bios, board = _first(section, "Win32_BIOS"), section.rows("Win32_BaseBoard")
    serial, placeholder = _serial(text(bios, "SerialNumber"))
    product, released = section.rows("Win32_ComputerSystemProduct"), moment(bios, "ReleaseDate")
    uuid = text(product[0], "UUID").lower() if product else None
    return Hardware(
        vendor=text(system, "Manufacturer").strip(), model=text(system, "Model").strip(), serial=serial, placeholder_serial=placeholder,
        uuid="" if uuid in _NO_UUIDS else uuid, board=text(board[0], "Product").strip() if board else "",
        board_serial=_serial(text(board[0], "SerialNumber"))[0] if board else None, bios_version=text(bios, "SMBIOSBIOSVersion").strip(),
        bios_date=released.date().isoformat() if released else "", chassis=_chassis(section),
    )  # fmt: skip


def _chassis(section: Section) -> str:
    kinds = [k for row in section.rows("Win32_SystemEnclosure") for k in row["ChassisTypes"] or ()]
    return _CHASSIS.get(int(kinds[0]), "other") if kinds else ""


def _hypervisor(row: Row) -> str:
    """By maker and model. Hyper-V's machines are "Virtual Machine" of Microsoft; its Surface devices are no virtual machines."""
    vendor, model = text(row, "Manufacturer"), text(row, "Model")
    if re.match(r"(?i)microsoft", vendor):
        return "microsoft" if re.match(r"(?i)virtual machine", model) else "none"
    return next((kind for words, kind in _GUESTS if re.search(words, f"{vendor} {model}", re.I)), "none")


def _cpu(rows: list[Row]) -> Cpu:
    """Before Server 2008 a row is a logical processor and the counts are not told."""
    cores, threads = [number(r, "NumberOfCores") for r in rows], [number(r, "NumberOfLogicalProcessors") for r in rows]
    told = None not in cores
    return Cpu(
        model=" ".join(text(rows[0], "Name").split()), sockets=len(rows) if told else None,
        cores=sum(c or 0 for c in cores) if told else None, threads=len(rows) if None in threads else sum(t or 0 for t in threads),
    )  # fmt: skip
