"""Arrays of md: what counts as degraded."""

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
