"""Arrays: what counts as degraded, whoever runs them."""

from __future__ import annotations

from typing import Any

import pytest

from auditkit.model import Absent, Found, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry


def rows(found: object) -> tuple[Any, ...]:
    assert isinstance(found, Found), found
    return found.facts


def outcome(probe: str, out: str, code: int = 0, err: str = "") -> Any:
    return registry().probes[probe].outcome(Reply(out.encode(), err.encode(), code, root=True))


def mdstat(*blocks: str) -> str:
    return "Personalities : [raid1] [raid6]\n" + "\n".join(blocks) + "\nunused devices: <none>\n"


@pytest.mark.parametrize(
    ("block", "degraded"),
    [
        ("md0 : active raid1 sdb1[1] sda1[0]\n      8 blocks [2/2] [UU]\n", False),
        ("md0 : active raid1 sda1[0]\n      8 blocks [2/1] [U_]\n", True),
        ("md0 : active raid1 sdb1[1](F) sda1[0]\n      8 blocks [2/1] [U_]\n", True),
        ("md0 : active raid5 sdc[3] sdb[1] sda[0]\n      8 blocks level 5 [3/2] [UU_]\n      [>....] recovery = 0.3% (1/2)\n", True),
        ("md0 : inactive sda1[0](S)\n      8 blocks super 1.2\n", True),
        ("md127 : inactive sdb[1](S) sda[0](S)\n      8 blocks super external:imsm\n", False),  # a container of firmware RAID never runs
        ("md0 : active (auto-read-only) raid1 sdb1[1] sda1[0]\n      8 blocks [2/2] [UU]\n", False),
        ("md0 : active raid1 sdb[0] sda[1](W)\n      8 blocks [2/2] [UU]\n", False),  # W: written only, not failed
    ],
)
def test_an_array_of_md_is_degraded_where_a_place_is_empty_or_it_does_not_run(block: str, degraded: bool) -> None:
    found = outcome("linux.md", mdstat(block))
    assert [r.degraded for r in rows(found)] == [degraded]


def test_md_without_arrays_is_a_proof_and_half_an_mdstat_is_not() -> None:
    assert isinstance(outcome("linux.md", mdstat()), Absent)
    assert isinstance(outcome("linux.md", "Personalities : [raid1]\nmd0 : active raid1 sdb1[1] sda1[0]\n"), Unknown)


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
