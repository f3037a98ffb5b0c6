"""The same store on a real PostgreSQL, by URL."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditkit.errors import StoreError
from auditkit.model import Absent, Question, Unknown
from auditkit.probing import Reply
from auditkit.store import Store, TargetInfo, Told

pytestmark = pytest.mark.lab
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _as_postgres(*words: str | Path) -> None:
    argv = [str(w) for w in words]
    if os.geteuid() == 0:
        argv = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *argv]
    subprocess.run(argv, check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of its own on a Unix socket, gone afterwards."""
    programs = _programs()
    if programs is None or (os.geteuid() == 0 and shutil.which("setpriv") is None):
        assert not os.environ.get("CI"), "PostgreSQL is missing: .ci/run installs it"
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    pytest.importorskip("psycopg")
    folder = tmp_path_factory.mktemp("pg")
    for parent in (folder, *folder.parents):
        if parent != Path("/") and parent != Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o055)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    _as_postgres(programs / "initdb", "-D", folder / "data", "-U", "audit", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    _as_postgres(programs / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql+psycopg://audit@/postgres?host={folder}"
    finally:
        _as_postgres(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")


def test_answers_blobs_and_ids_are_kept_as_in_sqlite(url: str) -> None:
    store = Store.open(url)
    qs = [Question("srv1", "test.things", a) for a in ("1", "2", "3")]
    snap = store.begin([TargetInfo("srv1", "linux", "local", "x")], qs, NOW, "test", "тестировщик")
    told = [
        Told(qs[0], "cat", Unknown("не понято", cause="not_understood"), Reply("диск\x01".encode(), b"", 0, NOW, "root"), NOW, False),
        Told(qs[1], "cat", Absent("нет"), None, NOW, False),
    ]
    store.record(snap, told)
    store.record(snap, told)
    store.remember({("serial", "s1"): "srv1"})
    store.finish(snap, NOW)
    store.close()
    again = Store.open(url)
    assert [(a.question.arg, a.state, a.why) for a in again.answers(snap)] == [("1", "unknown", "не понято"), ("2", "absent", "нет")]
    assert again.reply(again.answers(snap)[0]).text == "диск\x01"
    assert again.questions(snap) == qs
    assert again.given() == {("serial", "s1"): "srv1"}
    assert again.snapshot().closed == NOW
    again.close()


def test_a_nul_byte_in_a_message_does_not_lose_the_answer(url: str) -> None:
    """PostgreSQL's text holds no NUL; SQLite's does."""
    store = Store.open(url)
    q = Question("srv1", "test.things")
    snap = store.begin([TargetInfo("srv1", "linux", "local", "x")], [q], NOW, "test", "test")
    store.record(snap, [Told(q, "cat", Unknown("exit code 1: a\x00b"), Reply(b"a\x00b", b"", 1, NOW, "root"), NOW, False)])
    (a,) = store.answers(snap)
    assert a.why == "exit code 1: a\ufffdb"
    assert store.reply(a).stdout == b"a\x00b"
    store.close()


def test_a_database_that_is_not_there_is_one_line_without_the_password(url: str) -> None:
    with pytest.raises(StoreError) as e:
        Store.open("postgresql+psycopg://audit:Hunter2@127.0.0.1:1/none")
    assert "\n" not in str(e.value)
    assert "Hunter2" not in str(e.value)
