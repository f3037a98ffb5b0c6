"""The same on a whole machine under qemu, with a kernel and disks of its own: what a container cannot have. Its boot takes the time."""

from __future__ import annotations

import os

import pytest

from tests.collectors.linux.livekit import Live, ask
from tests.lab.network import Network
from tests.lab.vm import Machine

pytestmark = pytest.mark.lab
_ASKED = (
    "linux.boot", "linux.cpu", "linux.disks", "linux.dmi", "linux.filesystems", "linux.fstab", "linux.interfaces", "linux.kernel",
    "linux.kernels", "linux.md", "linux.md_details", "linux.memory", "linux.packages", "linux.virtualisation",
)  # fmt: skip


@pytest.fixture(scope="module")
def vm(lab: Network, vm1: Machine, tmp_path_factory: pytest.TempPathFactory) -> Live:
    return ask(lab, vm1, tmp_path_factory.mktemp("vm1"), _ASKED)


def test_its_hardware_is_what_qemu_was_told_to_show(vm: Live) -> None:
    row = vm.one("linux.dmi", "hardware")
    assert (row.vendor, row.model, row.serial, row.bios_version) == ("Dell Inc.", "PowerEdge R740", "7XK1234", "2.19.1")
    assert row.uuid == ""  # none was given: all zeros
    assert row.chassis == vm.said("dmidecode -s chassis-type").strip().lower()
    assert {i.name: i.hardware_mac for i in vm.facts("linux.interfaces", "interface")} == {"eth0": "52:54:00:63:01:28", "lo": ""}
    kind = "kvm" if os.environ.get("AUDITKIT_LAB_ACCEL", "tcg").startswith("kvm") else "qemu"
    row = vm.one("linux.virtualisation", "virtualisation")
    assert (row.kind, row.container) == (kind, "none")


def test_its_kernel_is_the_one_that_its_package_put_into_boot(vm: Live) -> None:
    images = vm.said("dpkg-query -S '/boot/vmlinuz-*'").split()[1::2]
    rows = vm.facts("linux.kernels", "installed_kernel")
    assert {(k.version, k.image) for k in rows} == {(i.removeprefix("/boot/vmlinuz-"), True) for i in images}
    release = vm.one("linux.kernel", "kernel").release
    assert f"/boot/vmlinuz-{release}" in images


def test_its_start_processors_and_memory(vm: Live) -> None:
    uptime, now, pages, size, cpus = vm.said(
        "cut -d' ' -f1 /proc/uptime; date +%s.%N; getconf _PHYS_PAGES; getconf PAGE_SIZE; getconf _NPROCESSORS_ONLN"
    ).split()
    assert abs(vm.one("linux.boot", "boot").booted_at.timestamp() - (float(now) - float(uptime))) < 3
    assert vm.one("linux.memory", "memory").total_bytes == int(pages) * int(size)
    assert vm.one("linux.cpu", "cpu").threads == int(cpus) == 1


def test_its_disks_are_those_that_qemu_was_given_and_the_array_over_one(vm: Live) -> None:
    cells = [line.split() for line in vm.said("cat /proc/partitions").splitlines()[2:]]
    own = {c[3]: int(c[2]) * 1024 for c in cells}
    rows = vm.facts("linux.disks", "disk")
    assert {d.name: d.size_bytes for d in rows} == own
    assert own == {"vda": 2 << 30, "vdb": 1 << 30, "vdc": 1 << 30, "vdd": 1 << 30, "md0": own["md0"]}
    assert {d.name: d.parent for d in rows if d.parent} == {"md0": ("vdb",)}


def test_its_array_is_as_broken_as_sysfs_says(vm: Live) -> None:
    said = vm.said("cd /sys/block/md0/md; cat level degraded raid_disks array_state; ls -d dev-*")
    level, degraded, wanted, state, *members = said.split()
    assert (level, degraded, wanted, members) == ("raid1", "1", "2", ["dev-vdb"])
    row = vm.one("linux.md", "raid")
    assert (row.name, row.level, row.members, row.degraded, row.failed, row.spare) == ("md0", "raid1", ("vdb",), True, (), ())
    detail = vm.one("linux.md_details", "md_array")
    assert (detail.name, detail.raid_devices, detail.active_devices) == ("md0", 2, 1)
    assert set(detail.state.split(", ")) in ({state, "degraded"}, {"clean", "degraded"}, {"active", "degraded"})


def test_what_it_plans_to_mount_is_what_findmnt_reads_and_that_is_as_full_as_stat_says(vm: Live) -> None:
    said = vm.json("findmnt --fstab --json")["filesystems"]
    rows = vm.facts("linux.fstab", "mount_planned")
    planned = {(f["source"], f["target"], f["fstype"], f["options"]) for f in said}
    assert {(r.source, r.target, r.fs, ",".join(r.options)) for r in rows} == planned
    assert [(r.source, r.target) for r in rows] == [("/dev/vda", "/")]
    block, blocks, free = (int(n) for n in vm.said("stat -f -c '%S %b %f' /").split())
    (root,) = (v for v in vm.facts("linux.filesystems", "volume") if v.mount == "/")
    assert root.size_bytes == block * blocks
    assert abs(root.used_bytes - block * (blocks - free)) < 1 << 20
