"""Serial numbers identify a machine only where they are its own."""

from __future__ import annotations

from typing import Any

import pytest

from auditkit.model import Found, marks
from auditkit.probing import Reply
from auditkit.registry import registry


def hardware(*values: str, err: str = "", root: bool = True) -> Any:
    text = "".join(f"/sys/class/dmi/id/{v}\n" for v in values)
    found = registry().probes["linux.dmi"].outcome(Reply(text.encode(), err.encode(), 2 if err else 0, root=root))
    assert isinstance(found, Found), found
    return found.facts[0]


@pytest.mark.parametrize(
    "serial",
    [
        "To be filled by O.E.M.",
        "Default string",
        "0123456789",
        "None",
        "00000000",
        "Not Specified",
        "System Serial Number",
        "",
        " ",
        "........",
    ],
)
def test_a_placeholder_is_no_identity(serial: str) -> None:
    found = hardware("sys_vendor:X", f"product_serial:{serial}")
    assert found.serial == ""
    assert marks(found) == []


@pytest.mark.parametrize("serial", ["7XK1234", "VMware-56 4d 8a 11 22 33 44 55-66 77 88 99 aa bb cc dd", "CZJ0123456"])
def test_a_real_serial_is(serial: str) -> None:
    assert marks(hardware("sys_vendor:X", f"product_serial:{serial}")) == [("serial", serial.lower())]


def test_without_root_the_serial_is_not_seen_which_is_not_the_same_as_none() -> None:
    denied = "".join(f"grep: /sys/class/dmi/id/{n}: Permission denied\n" for n in ("product_serial", "product_uuid", "board_serial"))
    found = hardware("sys_vendor:Dell Inc.", "product_name:PowerEdge R740", err=denied, root=False)
    assert (found.serial, found.placeholder_serial, found.uuid, found.board_serial) == (None, None, None, None)
