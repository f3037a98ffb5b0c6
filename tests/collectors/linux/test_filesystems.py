"""How full file systems are: which mounts are asked, and names that try to fool a reader of df."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from auditkit.model import Found, Unknown
from auditkit.model.shared.storage import Volume, VolumeInodes
from auditkit.probing import Reply, Shell
from auditkit.registry import registry

PROBE = registry().probes["linux.filesystems"]
HEAD = "Filesystem     1024-blocks  Used Available Capacity Mounted on\n"
INODES = "Filesystem     Inodes IUsed IFree IUse% Mounted on\n"


def rows(found: object) -> tuple[Any, ...]:
    assert isinstance(found, Found), found
    return found.facts


def answer(mount: str, df: str, inodes: str, arg: str) -> Any:
    return PROBE.outcome(Reply(f"{mount}\n{HEAD}{df}\n{INODES}{inodes}\n".encode(), arg=arg))


def asked(mounts: str, tmp_path: Path) -> list[str]:
    """The arguments that the probe's own list makes of a table of mounts."""
    (tmp_path / "mounts").write_text(mounts)
    assert isinstance(PROBE.each, Shell)
    line = PROBE.each.line.replace("/proc/self/mounts", str(tmp_path / "mounts"))
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=True)
    return list(PROBE.listing(Reply(done.stdout, done.stderr))[0])


def test_disks_and_remote_mounts_are_asked_and_the_kernels_own_are_not(tmp_path: Path) -> None:
    mounts = (
        "sysfs /sys sysfs rw 0 0\nproc /proc proc rw 0 0\n/dev/sda2 / ext4 rw 0 0\nnas:/a /mnt/a\\040b nfs4 rw 0 0\n"
        "systemd-1 /mnt/auto autofs rw 0 0\ntmpfs /run tmpfs rw 0 0\nnone /run/credentials/x ramfs ro 0 0\n"
        "overlay /var/lib/docker/overlay2/1/merged overlay rw 0 0\nshm /var/lib/docker/containers/1/mounts/shm tmpfs rw 0 0\n"
        "/dev/loop1 /snap/core/1 squashfs ro 0 0\ngvfsd-fuse /run/user/1000/gvfs fuse.gvfsd-fuse rw 0 0\n"
    )
    assert asked(mounts, tmp_path) == ["/", "/mnt/a\\040b", "/run", "/snap/core/1"]


def test_an_overlay_at_the_root_is_the_disk_of_a_container(tmp_path: Path) -> None:
    assert asked("overlay / overlay rw 0 0\n", tmp_path) == ["/"]
    found = answer("overlay / overlay rw 0 0", "overlay 100 95 5 95% /", "overlay 10 1 9 10% /", "/")
    assert [(v.used_pct, v.pseudo) for v in rows(found) if isinstance(v, Volume)] == [(95, False)]


@pytest.mark.parametrize(
    ("mount", "df", "arg", "expected"),
    [
        ("/dev/sda1 /srv/100% ext4 rw 0 0", "/dev/sda1 100 40 60 40% /srv/100%", "/srv/100%", ("/srv/100%", 40)),
        ("//n/a\\0401%\\0402 /m cifs rw 0 0", "//n/a 1% 2 100 40 60 40% /m", "/m", ("/m", 40)),
        (
            "x /m\\0409\\0408\\0407\\0401%\\040/y ext4 rw 0 0",
            "x 100 40 60 40% /m 9 8 7 1% /y",
            "/m\\0409\\0408\\0407\\0401%\\040/y",
            ("/m 9 8 7 1% /y", 40),
        ),
    ],
)
def test_numbers_in_names_are_no_counts(mount: str, df: str, arg: str, expected: tuple[str, int]) -> None:
    found = answer(mount, df, "x 0 0 0 - /", arg)
    assert [(v.mount, v.used_pct) for v in rows(found)] == [expected]


def test_an_image_that_is_always_full_is_marked_and_has_no_inodes() -> None:
    found = answer("/dev/loop1 /snap/a squashfs ro 0 0", "/dev/loop1 128 128 0 100% /snap/a", "/dev/loop1 9 9 0 100% /snap/a", "/snap/a")
    assert [(v.pseudo, v.read_only) for v in rows(found) if isinstance(v, Volume)] == [(True, True)]
    assert not [v for v in rows(found) if isinstance(v, VolumeInodes)]


def test_a_full_tmpfs_of_somebodys_data_counts() -> None:
    found = answer("tmpfs /data tmpfs rw 0 0", "tmpfs 100 94 6 94% /data", "tmpfs 10 1 9 10% /data", "/data")
    assert [v.pseudo for v in rows(found) if isinstance(v, Volume)] == [False]


def test_of_two_mounts_on_one_place_the_later_is_read() -> None:
    found = answer("/dev/sda1 /m ext4 ro 0 0\nnas:/x /m nfs4 rw 0 0", "nas:/x 100 1 99 1% /m", "nas:/x 0 0 0 - /m", "/m")
    assert [(v.device, v.remote, v.read_only) for v in rows(found)] == [("nas:/x", True, False)]


def test_a_mount_that_never_answers_is_unknown() -> None:
    assert isinstance(PROBE.outcome(Reply(b"nas:/x /m nfs4 rw 0 0\n", code=124, arg="/m")), Unknown)


def test_the_command_finds_a_mount_point_with_a_blank() -> None:
    assert isinstance(PROBE.command, Shell)
    done = subprocess.run(
        ["sh", "-c", PROBE.command.line, "ask", "/"], capture_output=True, check=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    )
    assert isinstance(PROBE.outcome(Reply(done.stdout, done.stderr, arg="/")), Found)
