"""What the readers of RAID controllers share: which cards are whose, how a tool is asked, and a disk's verdict. No probe of its own.

A controller is found on the PCI bus (class 0104, modalias in sysfs), so that hosts without one are not suspected; one whose tool
is not installed leaves an unknown, never silence.
"""

from __future__ import annotations

from auditkit.model.shared.storage import DiskHealth
from auditkit.probing import Shell

BUS = "/sys/bus/pci/devices/*/modalias"
NO_BUS = r"^grep: /sys/bus/pci/devices/\*/modalias: No such file or directory$"
# Patterns for the part of a modalias behind "pci:": vendor, device, vendor of the board, class.
LSI = "v00001000.*bc01sc04"
HPE = "v0000(103C|9005)[^ ]*sv0000(103C|1590).*bc01sc04"
ADAPTEC = "v00009005d[0-9A-F]{8}sv0000(9005|1028|1014|8086|1D49|19E5).*bc01sc04"


def ask(pattern: str, maker: str, tools: str, arguments: str) -> Shell:
    """Leave with 127 where no such controller is; else run the first tool that is there; else say on stderr what to install."""
    return Shell(
        f"grep -qE '^pci:{pattern}' {BUS} || exit 127; for t in {tools}; do"
        f' if command -v "$t" >/dev/null; then "$t" {arguments}; exit; fi; done;'
        f' echo "a {maker} RAID controller is here, but none of its tools ({tools}): install one and ask again" >&2; exit 3',
        root=True,
        seconds=90,
    )


def health(device: str, model: str, passed: bool) -> DiskHealth:
    """A disk of which the controller gives only its verdict."""
    return DiskHealth(
        device=device, model=model, serial="", passed=passed, reallocated=None, pending=None, wear_pct=None, errors=None,
        power_on_h=None, temperature_c=None,
    )  # fmt: skip
