"""Recorded replies asked again: byte-equal facts without the host; what the file does not hold stays not asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROBES = ("os_release", "kernel", "accounts", "passwords", "filesystems")


class Place:
    """A folder with a home of its own, and auditkit run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "home").mkdir()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        argv = [sys.executable, "-m", "auditkit", *words]
        return subprocess.run(argv, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    def rows(self, sql: str, *where: str) -> list[list[object]]:
        done = self.run("query", sql, *where, "--json")
        assert done.returncode == 0, done.stderr
        found: list[list[object]] = json.loads(done.stdout)["rows"]
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    asked = [w for p in PROBES for w in ("--probe", f"linux.{p}")]
    assert made.run("collect", *asked).returncode == 0
    assert made.run("replies", "localhost", "here.jsonl").returncode == 0
    assert made.run("init", "acme").returncode == 0
    target = "  - {id: then, address: then, platform: linux, transport: replay, file: here.jsonl}\n"
    (tmp_path / "acme" / "targets.yaml").write_text(f"version: 1\ntargets:\n{target}")
    return made


def test_facts_of_a_replay_are_those_of_the_host(place: Place) -> None:
    assert place.run("collect", "acme").returncode in (0, 3)
    for table in ("os_release", "kernel", "account", "volume"):
        columns = {"os_release": "pretty", "kernel": "release", "account": "name, uid", "volume": "mount, size_bytes"}[table]
        sql = f"select {columns} from {table} order by 1"
        assert place.rows(sql, "acme") == place.rows(sql) != []


def test_secret_replies_are_not_in_the_file_and_stay_unknown(place: Place) -> None:
    text = (place.folder / "here.jsonl").read_text()
    assert "linux.passwords" not in text
    place.run("collect", "acme")
    gaps = place.rows("select why from gap where question like 'then/linux.passwords%'", "acme")
    assert gaps
    assert place.rows("select count(*) from account_password", "acme") == [[0]]


@pytest.mark.parametrize(
    ("body", "cause"), [(b"{}\n", "not_understood"), (b"\xff\xfe\n", "not_understood"), (None, "unreachable")]
)
def test_a_damaged_or_missing_file_is_said(place: Place, body: bytes | None, cause: str) -> None:
    file = place.folder / "here.jsonl"
    if body is None:
        file.unlink()
    else:
        file.write_bytes(body)
    done = place.run("collect", "acme", "--json")
    assert done.returncode == 3
    (target,) = json.loads(done.stdout)["targets"]
    assert (target["state"], target["cause"]) == ("failed", cause)
    assert "here.jsonl" in target["message"]
