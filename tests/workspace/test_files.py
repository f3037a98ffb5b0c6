"""Writing whole or not at all, one at a time, and saying why not."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from auditkit.errors import StoreError, UsageError
from auditkit.workspace.files import locked, read_bytes, trouble, write_once, write_whole


def test_a_file_is_replaced_with_its_mode_and_leaves_nothing_beside(tmp_path: Path) -> None:
    place = tmp_path / "a"
    write_whole(place, b"1")
    write_whole(place, b"2")
    assert place.read_bytes() == b"2"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["a"]


def test_a_full_disk_leaves_the_old_bytes_and_nothing_beside(small_disk: Path) -> None:
    place = small_disk / "vault.age"
    write_whole(place, b"old")
    with pytest.raises(StoreError, match=r"vault\.age: cannot be written: the disk is full; free some space and run it again"):
        write_whole(place, b"x" * 200_000)
    assert place.read_bytes() == b"old"
    assert os.listdir(small_disk) == ["vault.age"]


def test_only_the_first_makes_a_file(tmp_path: Path) -> None:
    place = tmp_path / "key"
    assert write_once(place, b"1")
    assert not write_once(place, b"2")
    assert place.read_bytes() == b"1"
    assert os.listdir(tmp_path) == ["key"]


def test_of_many_threads_one_makes_the_file_and_all_see_it_whole(tmp_path: Path) -> None:
    place = tmp_path / "key"
    won: list[bool] = []
    threads = [threading.Thread(target=lambda n=n: won.append(write_once(place, bytes([n]) * 32))) for n in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(won) == [False] * 15 + [True]
    assert len(set(place.read_bytes())) == 1


def test_a_link_in_place_of_the_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("keep")
    (tmp_path / "a").symlink_to(victim)
    write_whole(tmp_path / "a", b"new")
    assert victim.read_text() == "keep"
    assert (tmp_path / "a").read_bytes() == b"new"


def test_no_file_is_none_and_a_large_one_is_refused(tmp_path: Path) -> None:
    assert read_bytes(tmp_path / "no", 10) is None
    (tmp_path / "a").write_bytes(b"x" * 11)
    with pytest.raises(UsageError, match="a: is larger than 10 bytes"):
        read_bytes(tmp_path / "a", 10)
    with pytest.raises(UsageError, match="it is a folder where a file is needed"):
        read_bytes(tmp_path, 10)


@pytest.mark.parametrize(
    ("number", "kind", "says"),
    [
        (errno.EACCES, UsageError, "no permission"),
        (errno.EROFS, UsageError, "read-only: give another folder"),
        (errno.ENOTDIR, UsageError, "a part of this path is a file"),
        (errno.ENOSPC, StoreError, "the disk is full"),
        (errno.EDQUOT, StoreError, "the quota is used up"),
        (errno.EIO, StoreError, "Input/output error; look at the disk"),
    ],
)
def test_trouble_names_place_and_cure(number: int, kind: type[Exception], says: str) -> None:
    made = trouble(Path("/srv/acme"), OSError(number, os.strerror(number)))
    assert type(made) is kind
    assert str(made).startswith("/srv/acme: cannot be written: ")
    assert says in str(made)


_HOLD = """
import sys, time
from pathlib import Path
from auditkit.workspace.files import locked
with locked(Path(sys.argv[1])):
    print("in", flush=True)
    time.sleep(60)
"""


def test_a_lock_keeps_another_process_out_until_it_dies(tmp_path: Path) -> None:
    place = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", _HOLD, str(place)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"in\n"
        start = time.monotonic()
        with pytest.raises(StoreError, match="lock: another auditkit holds this lock"), locked(place, seconds=0.2):
            pytest.fail("the lock was given twice")
        assert time.monotonic() - start < 5
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    with locked(place, seconds=5):
        pass
