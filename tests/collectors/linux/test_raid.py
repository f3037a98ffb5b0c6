"""Arrays of ZFS and btrfs: what counts as degraded."""

from __future__ import annotations

from typing import Any

from auditkit.model import Absent, Found, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry


def rows(found: object) -> tuple[Any, ...]:
    assert isinstance(found, Found), found
    return found.facts


def outcome(probe: str, out: str, code: int = 0, err: str = "") -> Any:
    return registry().probes[probe].outcome(Reply(out.encode(), err.encode(), code, root=True))


def test_a_pool_is_degraded_by_a_disk_that_is_out_even_while_it_says_online() -> None:
    pool = (
        "  pool: t\n state: ONLINE\nconfig:\n\n\tNAME STATE READ WRITE CKSUM\n\tt ONLINE 0 0 0\n\t  mirror-0 ONLINE 0 0 0\n"
        "\t    a ONLINE 0 0 0\n\t    b {} 0 0 0\n\nerrors: No known data errors\n"
    )
    assert [outcome("linux.zfs", pool.format(s)).facts[0].degraded for s in ("ONLINE", "FAULTED", "REMOVED")] == [False, True, True]


def test_a_pool_whose_tree_was_cut_off_is_not_read() -> None:
    assert isinstance(outcome("linux.zfs", "  pool: t\n state: ONLINE\nconfig:\n\n\tNAME STATE\n\tt ONLINE\n"), Unknown)


def test_btrfs_over_two_devices_with_one_gone_is_degraded() -> None:
    text = (
        "warning, device 2 is missing\nLabel: none  uuid: 6a1c7a5e-0000-4f7b-9d9f-0a1b2c3d4e5f\n\tTotal devices 2 FS bytes used 1MiB\n"
        "\tdevid    1 size 1GiB used 1MiB path /dev/sda\n\t*** Some devices missing\n"
    )
    assert [(r.degraded, r.members) for r in outcome("linux.btrfs", text).facts] == [(True, ("/dev/sda",))]


def test_btrfs_on_one_device_is_no_array() -> None:
    head = "Label: 'x'  uuid: 6a1c7a5e-0000-4f7b-9d9f-0a1b2c3d4e5f\n\tTotal devices 1 FS bytes used 1MiB\n"
    text = f"{head}\tdevid 1 size 1GiB used 1MiB path /dev/sda\n"
    assert isinstance(outcome("linux.btrfs", text), Absent)
