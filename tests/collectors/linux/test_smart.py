"""Health of disks: the exit status of smartctl is a mask of bits, and not everything with a verdict is a disk."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from auditkit.model import Absent, Found, Unknown
from auditkit.probing import Reply, Shell
from auditkit.registry import registry

PROBE = registry().probes["linux.smart"]
DISK = {"model_name": "ST4000", "serial_number": "Z1", "smart_status": {"passed": True}}


def rows(found: object) -> tuple[Any, ...]:
    assert isinstance(found, Found), found
    return found.facts


def outcome(said: dict[str, Any], code: int = 0, arg: str = "/dev/sda -d scsi # /dev/sda, SCSI device") -> Any:
    return PROBE.outcome(Reply(json.dumps(said).encode(), code=code, arg=arg, root=True))


@pytest.mark.parametrize(("code", "passed"), [(0, True), (64, True), (32, True), (4, True), (8, False), (8 | 64, False)])
def test_bits_of_the_disk_are_news_and_bit_3_is_the_verdict(code: int, passed: bool) -> None:
    found = outcome(DISK, code)
    assert rows(found)[0].passed is passed


@pytest.mark.parametrize("code", [1, 2, 3, 2 | 64])
def test_where_it_could_not_look_nothing_is_green(code: int) -> None:
    assert isinstance(outcome(DISK | {"smartctl": {"messages": [{"string": "open failed"}]}}, code), Unknown)


def test_no_verdict_is_an_unknown_and_no_smart_is_an_absence() -> None:
    assert isinstance(outcome({"model_name": "X"}, 4), Unknown)
    assert isinstance(outcome({"model_name": "VMware Virtual disk", "smart_support": {"available": False}}, 4), Absent)


def test_the_word_of_a_volume_is_not_the_word_of_its_disks() -> None:
    assert isinstance(outcome(DISK | {"model_name": "HP LOGICAL VOLUME"}), Unknown)
    assert isinstance(outcome(DISK | {"scsi_transport_protocol": {"name": "iSCSI", "value": 5}}), Absent)


def test_disks_behind_one_controller_keep_apart() -> None:
    found = outcome(DISK, arg="/dev/bus/0 -d megaraid,8 # /dev/bus/0 [megaraid_disk_08], SCSI device")
    assert rows(found)[0].device == "/dev/bus/0 megaraid,8"


@pytest.mark.parametrize(
    ("arg", "expected"),
    [
        ("/dev/sda -d scsi # /dev/sda, SCSI device", "-j -a /dev/sda\n"),
        ("/dev/bus/0 -d megaraid,8 # /dev/bus/0 [megaraid_disk_08]", "-j -a /dev/bus/0 -d megaraid,8\n"),
        ("/dev/nvme0 -d nvme # $(touch /tmp/x)", "-j -a /dev/nvme0 -d nvme\n"),
    ],
)
def test_the_scan_says_how_each_disk_is_asked(arg: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "smartctl").write_text('#!/bin/sh\necho "$*"\n')
    (tmp_path / "smartctl").chmod(0o755)
    assert isinstance(PROBE.command, Shell)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", PROBE.command.line, "ask", arg], capture_output=True, env=env, check=True)
    assert done.stdout.decode() == expected
