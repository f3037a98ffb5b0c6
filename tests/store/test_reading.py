"""A store that cannot be written: everything in it is read, nothing is lost, nothing is written."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditkit.errors import UsageError
from auditkit.model import Absent, Question
from auditkit.store import Store, TargetInfo, Told
from tests.lab.need import need

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
WHO = Question("srv1", "test.things")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(place)], capture_output=True, text=True, check=False)
    need(done.returncode == 0, f"the right to mount a disk: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def filled(file: Path) -> Store:
    store = Store.open(file)
    snap = store.begin([TargetInfo("srv1", "linux", "ssh", "10.0.0.1")], [WHO], NOW, "auditkit 1", "petrov")
    store.record(snap, [Told(WHO, "things", Absent("no things here"), None, NOW, False)])
    return store


def freeze(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


def test_what_was_stored_is_read_and_nothing_can_be_written(disk: Path) -> None:
    filled(disk / "s.sqlite").close()
    freeze(disk)
    store = Store.open(disk / "s.sqlite")
    assert [a.why for a in store.answers(1)] == ["no things here"]
    with pytest.raises(UsageError, match=f"{disk}: is read-only: work on a copy of the client's folder"):
        store.finish(1, NOW)
    store.close()


def test_what_a_copy_of_a_running_workspace_has_in_its_wal_is_not_lost(disk: Path, tmp_path: Path) -> None:
    running = filled(tmp_path / "s.sqlite")
    for name in ("s.sqlite", "s.sqlite-wal"):
        shutil.copyfile(tmp_path / name, disk / name)
    assert (disk / "s.sqlite-wal").stat().st_size > 0
    freeze(disk)
    store = Store.open(disk / "s.sqlite")
    assert [a.why for a in store.answers(1)] == ["no things here"]
    with pytest.raises(UsageError, match="is read-only"):
        store.remember({})
    store.close()
    running.close()
