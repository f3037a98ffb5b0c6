"""A file appears whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditkit.errors import UsageError
from auditkit.reporting.safe import atomically


def test_it_becomes_the_file(tmp_path: Path) -> None:
    with atomically(tmp_path / "a.txt") as draft:
        draft.write_text("whole")
        assert not (tmp_path / "a.txt").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "whole"


def test_it_takes_the_rights_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with atomically(tmp_path / "a.txt") as draft:
            draft.write_text("x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640


def test_an_error_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(TypeError), atomically(tmp_path / "a.txt") as draft, draft.open("w") as half:
        print("half", file=half, end=7)  # type: ignore[call-overload]
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.txt", "old")]


def test_a_folder_that_is_not_there_is_named_with_the_cure(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"no/a\.txt: not written: the folder does not exist: make it first"),
        atomically(tmp_path / "no" / "a.txt"),
    ):
        pass


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(UsageError, match="there is a folder of that name"), atomically(tmp_path / "a.txt") as draft:
        draft.write_text("x")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk(tmp_path: Path) -> None:
    """/dev/full is a device that is always full (full(4)): a write there fails as on a full disk."""
    with pytest.raises(UsageError, match=r"x\.txt: not written: the disk is full: free some space"), atomically(tmp_path / "x.txt"):
        Path("/dev/full").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    """Root writes everywhere, so root becomes nobody for the moment."""
    own = os.geteuid()
    tmp_path.chmod(0o555)
    if own == 0:
        os.seteuid(65534)
    try:
        with (
            pytest.raises(UsageError, match=r"not written: no right to write there: choose another folder"),
            atomically(tmp_path / "x.txt"),
        ):
            pass
    finally:
        os.seteuid(own)
