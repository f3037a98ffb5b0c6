"""A whole machine under qemu: own kernel, SMBIOS of a Dell R740, three spare disks, a RAID1 that has lost a disk.

It boots in 25 to 60 s of one core (TCG), with AUDITKIT_LAB_ACCEL=kvm in seconds; that is not tried by itself, because a nested KVM
can be there and hang. Its disk image is made once a machine of base "vm".
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.lab import bases, hosts
from tests.lab.ground import LabError, locked, sh
from tests.lab.network import Network

DISKS = ("disk1", "disk2", "disk3")  # 1 GB each: /dev/vdb, /dev/vdc, /dev/vdd
_SSH = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=5")
_KERNEL_LINE = "root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet systemd.hostname="


@dataclass(frozen=True, slots=True)
class Machine:
    """A virtual machine that is up; it is reached through its sshd alone."""

    name: str
    address: str
    network: Network

    def run(self, line: str, user: str = "root", seconds: float = 120) -> subprocess.CompletedProcess[bytes]:
        """A shell line over ssh. No check."""
        return self.network.run("ssh", "-q", "-i", self.network.key, *_SSH, f"{user}@{self.address}", line, seconds=seconds)

    def must(self, line: str) -> str:
        """A shell line as root that has to work; its stdout. Raises LabError."""
        done = self.run(line)
        if done.returncode:
            raise LabError(f"{self.name}: {line}: exit code {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
        return done.stdout.decode()


def possible() -> None:
    """Raises LabError where this machine has no qemu or cannot make the base."""
    missing = [p for p in ("qemu-system-x86_64", "qemu-img", "mke2fs") if shutil.which(p) is None]
    if missing:
        raise LabError(f"a virtual machine needs {', '.join(missing)}: apt-get install qemu-system-x86 qemu-utils e2fsprogs")
    bases.made("vm")


def up(network: Network, name: str, address: str) -> Machine:
    """Boot one, with /dev/md0 degraded. Raises LabError."""
    possible()
    image, base = _image(network), bases.made("vm")
    folder = network.console(name).parent
    sh("qemu-img", "create", "-q", "-f", "qcow2", "-b", image, "-F", "raw", folder / "root.qcow2")
    for disk in DISKS:
        sh("qemu-img", "create", "-q", "-f", "qcow2", folder / f"{disk}.qcow2", "1G")
    tap = f"v-{name}"[:15]
    network.ip("tuntap", "add", "dev", tap, "mode", "tap")
    network.ip("link", "set", tap, "master", "br0", "up")
    child = network.start_at(name, *_qemu(folder, base, name, address, tap), switch=True)
    machine = Machine(name, address, network)
    log = network.console(name)
    hosts.until(
        lambda: child.poll() is not None or machine.run("true", seconds=60).returncode == 0, 300, f"{name} did not come up, see {log}"
    )
    if child.poll() is not None:
        raise LabError(f"qemu ended: {log.read_text('utf-8', 'replace')[-400:]}")
    machine.must("mdadm --create /dev/md0 --run --level=1 --metadata=1.2 --raid-devices=2 /dev/vdb missing < /dev/null 2>&1")
    return machine


def _qemu(folder: Path, base: Path, name: str, address: str, tap: str) -> list[str]:
    kernel, initrd = (next(iter(sorted((base / "boot").glob(f"{what}-*")))) for what in ("vmlinuz", "initrd.img"))
    drives = [f"-drive=file={folder}/{d}.qcow2,if=virtio,cache=unsafe".split("=", 1) for d in ("root", *DISKS)]
    mac = "52:54:00:" + ":".join(f"{int(part):02x}" for part in address.split(".")[1:])
    return [
        # tb-size: without it TCG takes 1 GB for translated code
        "qemu-system-x86_64", "-accel", os.environ.get("AUDITKIT_LAB_ACCEL", "tcg,tb-size=128"), "-m", "384", "-smp", "1",
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-kernel", str(kernel), "-initrd", str(initrd), "-append",
        f"{_KERNEL_LINE}{name} lab={address}", "-serial", f"file:{folder}/serial.log", *(word for drive in drives for word in drive),
        "-netdev", f"tap,id=n0,ifname={tap},script=no,downscript=no", "-device", f"virtio-net-pci,netdev=n0,mac={mac}",
        "-device", "virtio-rng-pci", "-smbios", "type=0,vendor=Dell Inc.,version=2.19.1", "-smbios", "type=3,manufacturer=Dell Inc.",
        "-smbios", "type=1,manufacturer=Dell Inc.,product=PowerEdge R740,serial=7XK1234",
    ]  # fmt: skip


def _image(network: Network) -> Path:
    """The raw disk image with the lab's accounts, made once."""
    base = bases.made("vm")
    image = base.with_suffix(".img")
    with locked(image.name):
        if not image.is_file():
            _make_image(network, base, image)
    return image


def _make_image(network: Network, base: Path, image: Path) -> None:
    work = image.with_suffix(".work")
    shutil.rmtree(work, ignore_errors=True)
    for part in ("up", "work", "root"):
        (work / part).mkdir(parents=True)
    hosts.prepare(network, work, base, "vm", "127.0.1.1", hosts.SETUPS / "vm.sh")
    with hosts.overlaid(work, base) as root:
        sh("mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", root, image.with_suffix(".part"), "2G", seconds=300)
    image.with_suffix(".part").rename(image)
    shutil.rmtree(work)
