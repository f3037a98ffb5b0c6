"""What the hardware says of itself: SMBIOS in sysfs (DMTF DSP0134, Documentation/ABI/testing/sysfs-firmware-dmi), device tree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditkit.model.shared.host import Hardware
from auditkit.probing import NotUnderstood, Reply, Shell, probe

from ._readings import grepped, headed

_NAMES = (
    "sys_vendor product_name product_version product_serial product_uuid board_vendor board_name board_serial bios_version bios_date"
    " chassis_type"
)
_PATHS = " ".join(f"/sys/class/dmi/id/{n}" for n in _NAMES.split())
# DSP0134 3.7, 7.4.1
_CHASSIS = (
    "|other|unknown|desktop|low profile desktop|pizza box|mini tower|tower|portable|laptop|notebook|hand held|docking station|all in one"
    "|sub notebook|space-saving|lunch box|main server chassis|expansion chassis|subchassis|bus expansion chassis|peripheral chassis"
    "|raid chassis|rack mount chassis|sealed-case pc|multi-system chassis|compact pci|advanced tca|blade|blade enclosure|tablet"
    "|convertible|detachable|iot gateway|embedded pc|mini pc|stick pc"
)
_PLACEHOLDER = re.compile(
    r"to be filled by o\.?e\.?m\.?|default string|none|n/?a|not (?:specified|available|applicable|present|provided)|unknown|empty|oem"
    r"|system serial number|serial number|system product name|chassis serial number|base board serial number|type\d? - .*|invalid|null"
    r"|0?123456789(?:abcdef)?|1234567890|o\.?e\.?m\.?|[0x. -]+|f+|\.+|-+|\*+",
    re.I,
)
_NO_UUID = re.compile(r"0+|f+|03000200040005000006000700080009|12345678123456781234567812345678", re.I)  # of whole series of boards


def placeholder(serial: str) -> bool:
    """Whether a serial number is a text that the maker left standing, and so no identity.

    >>> placeholder("To be filled by O.E.M."), placeholder("00000000"), placeholder("7XK1234"), placeholder("")
    (True, True, False, True)
    """
    return not serial or _PLACEHOLDER.fullmatch(serial) is not None


@probe(
    "linux.dmi",
    Shell(f"grep -H '' {_PATHS}", root_helps=True),
    codes=(0, 1, 2),
    harmless=r"^grep: /sys/class/dmi/id/\w+: (No such file or directory|Permission denied)$",
    no_file="no SMBIOS on this machine",
)
def dmi(reply: Reply) -> Iterator[Hardware]:
    """One value a file. Serial numbers and the UUID are for root alone: without root they are None, not ""."""
    said: dict[str, str] = {}
    for path, value in grepped(reply):
        said[path.rpartition("/")[2]] = value
    if not said:
        raise NotUnderstood("SMBIOS is there, but no value of it could be read")
    denied = set(re.findall(rb"id/(\w+): Permission denied", reply.stderr))

    def hidden(name: str) -> str | None:
        return None if name.encode() in denied else said.get(name, "")

    serial, board, uuid = hidden("product_serial"), hidden("board_serial"), hidden("product_uuid")
    bare = (uuid or "").replace("-", "")
    yield Hardware(
        vendor=_real(said, "sys_vendor"),
        model=_model(said),
        serial=serial and ("" if placeholder(serial) else serial),
        placeholder_serial=serial and (serial if placeholder(serial) else ""),
        uuid=uuid and ("" if _NO_UUID.fullmatch(bare) else uuid.lower()),
        board=" ".join(filter(None, (_real(said, "board_vendor"), _real(said, "board_name")))),
        board_serial=board and ("" if placeholder(board) else board),
        bios_version=said.get("bios_version", ""),
        bios_date=said.get("bios_date", ""),
        chassis=_chassis(said.get("chassis_type", "")),
    )


def _model(said: dict[str, str]) -> str:
    """Lenovo writes its machine type as the product name and the model as its version."""
    name, version = _real(said, "product_name"), _real(said, "product_version")
    return f"{version} ({name})" if said.get("sys_vendor", "").lower() == "lenovo" and version else name


def _real(said: dict[str, str], name: str) -> str:
    value = said.get(name, "")
    return "" if placeholder(value) else value


def _chassis(number: str) -> str:
    words = _CHASSIS.split("|")
    index = int(number or "0") & 0x7F  # bit 7: has a lock
    return words[index] if index < len(words) else f"type {index}"


@probe(
    "linux.device_tree",
    "head -v -c 200 -- /sys/firmware/devicetree/base/model /sys/firmware/devicetree/base/serial-number",
    codes=(0, 1),
    harmless=r"serial-number.*No such file or directory$",
    no_file="no device tree on this machine",
)
def device_tree(reply: Reply) -> Iterator[Hardware]:
    """Boards without SMBIOS (ARM, RISC-V): texts that end in NUL (Devicetree Specification 2.3)."""
    said = {path.rpartition("/")[2]: text.rstrip("\n").rstrip("\0") for path, text in headed(reply)}
    serial = said.get("serial-number", "")
    if not said.get("model"):
        raise NotUnderstood("the device tree names no model")
    known = not placeholder(serial)
    yield Hardware(
        vendor="", model=said["model"], serial=serial if known else "", placeholder_serial="" if known else serial,
        uuid="", board="", board_serial="", bios_version="", bios_date="", chassis="",
    )  # fmt: skip
