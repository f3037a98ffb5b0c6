"""What was asked and answered: kept whole, found again, and honest about what is gone."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from auditkit.errors import EvidenceError, NewerStore, StoreError, UsageError
from auditkit.model import Absent, Found, Outcome, Question, Unknown, fact
from auditkit.probing import Reply, probe
from auditkit.store import Answer, Store, TargetInfo, Told, packed, unpacked
from auditkit.store.engine import _upgrade
from auditkit.store.facts import Stale
from auditkit.store.schema import HEAD, metadata

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@fact(key=("name",))
class Thing:
    name: str
    size: int


@probe("test.things", "list-things")
def things(reply: Reply) -> Iterator[Thing]:
    for line in reply.lines():
        name, size = line.split()
        yield Thing(name=name, size=int(size))


TYPES = {"thing": Thing}
Q = Question("srv1", "test.things")


def told(q: Question, reply: Reply | None, outcome: Outcome | None = None, secret: bool = False) -> Told:
    return Told(q, "list-things", outcome or things.outcome(reply or Reply(b"")), reply, NOW, secret)


def begun(store: Store, *questions: Question) -> int:
    return store.begin([TargetInfo("srv1", "linux", "local", "localhost")], questions or (Q,), NOW, "auditkit test", "tester")


def only(store: Store, snap: int) -> Answer:
    (a,) = store.answers(snap)
    return a


def test_an_answer_comes_back_with_its_facts_and_its_bytes() -> None:
    store = Store.open(None)
    snap = begun(store)
    store.record(snap, [told(Q, Reply(b"b 2\na 1\n", b"", 0, NOW, "root", root=True))])
    a = only(store, snap)
    assert (a.state, a.account, a.command) == ("found", "root", "list-things")
    assert store.facts(a, things, TYPES) == [Thing(name="a", size=1), Thing(name="b", size=2)]
    reply = store.reply(a)
    assert (reply.stdout, reply.code, reply.root, reply.at) == (b"b 2\na 1\n", 0, True, NOW)


def test_facts_are_canonical_bytes_whatever_the_order_of_lines() -> None:
    a, b = Thing(name="a", size=1), Thing(name="b", size=2)
    assert packed([a, b]) == packed([b, a, b])
    assert unpacked(packed([b, a]), TYPES) == [a, b]


def test_three_states_stay_three_states() -> None:
    store = Store.open(None)
    qs = [Question("srv1", "test.things", arg) for arg in ("1", "2", "3")]
    snap = begun(store, *qs)
    unknown = Unknown("timed out", seen=(Thing(name="a", size=1),), cause="timed_out")
    store.record(snap, [told(qs[0], Reply(b"")), told(qs[1], None, Absent("no such thing")), told(qs[2], None, unknown)])
    assert [(a.state, a.why, a.cause) for a in store.answers(snap)] == [
        ("found", "", ""), ("absent", "no such thing", ""), ("unknown", "timed out", "timed_out"),
    ]  # fmt: skip
    assert store.facts(store.answers(snap)[2], things, TYPES) == [Thing(name="a", size=1)]


def test_a_planned_question_is_there_before_any_answer() -> None:
    store = Store.open(None)
    snap = begun(store)
    assert store.questions(snap) == [Q]
    assert store.answers(snap) == []
    assert store.snapshot().closed is None


def test_the_first_answer_to_a_question_stays() -> None:
    store = Store.open(None)
    snap = begun(store)
    store.record(snap, [told(Q, Reply(b"a 1\n"))])
    store.record(snap, [told(Q, Reply(b"a 2\n"))])
    assert store.facts(only(store, snap), things, TYPES) == [Thing(name="a", size=1)]


def test_an_unchanged_answer_of_the_next_snapshot_costs_no_blob(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.sqlite")
    for _ in range(3):
        store.record(begun(store), [told(Q, Reply(b"a 1\n"))])
    store.close()
    with sqlite3.connect(tmp_path / "s.sqlite") as db:
        assert db.execute("select count(*) from blob").fetchone() == (2,)
    db.close()


@dataclass
class Reversing:
    """A cipher that can be seen through, to see that it was used."""

    kept: bool = True
    reason: str = ""

    def encrypt(self, body: bytes) -> bytes:
        return b"cipher:" + body[::-1]

    def decrypt(self, body: bytes) -> bytes:
        assert body.startswith(b"cipher:")
        return body[7:][::-1]


def test_secret_bytes_are_stored_encrypted_under_an_address_nobody_can_guess(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.sqlite", b"key", Reversing())
    snap = begun(store)
    store.record(snap, [told(Q, Reply(b"a 1\n"), secret=True)])
    a = only(store, snap)
    assert a.secret
    assert (a.evidence or "").startswith("hmac-")
    assert store.reply(a).stdout == b"a 1\n"


def test_bytes_that_look_secret_are_encrypted_whatever_the_probe_declared() -> None:
    store = Store.open(None, b"key", Reversing())
    snap = begun(store)
    store.record(snap, [told(Q, Reply(b"mysql://root:Hunter2@db 1\n"))])
    assert only(store, snap).secret


def test_without_a_key_secret_bytes_are_not_kept_and_that_is_said() -> None:
    store = Store.open(None)
    snap = begun(store)
    store.record(snap, [told(Q, Reply(b"a 1\n"), secret=True)])
    with pytest.raises(EvidenceError, match="could not be kept"):
        store.reply(only(store, snap))


def test_big_bodies_lie_in_files(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.sqlite", evidence=tmp_path / "evidence")
    body = random.Random(7).randbytes(3 << 20)  # chosen once: chance bytes look like a secret now and then, and are rightly not kept
    snap = begun(store)
    store.record(snap, [told(Q, Reply(body), Unknown("not understood"))])
    (file,) = [f for f in (tmp_path / "evidence").rglob("*") if f.is_file()]
    assert store.reply(only(store, snap)).stdout == body
    file.write_bytes(file.read_bytes()[:-10] + b"0123456789")
    with pytest.raises(EvidenceError, match="changed after it was stored"):
        store.reply(only(store, snap))
    file.unlink()
    with pytest.raises(EvidenceError, match="missing"):
        store.reply(only(store, snap))


def test_a_changed_or_deleted_blob_is_named(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.sqlite")
    snap = begun(store)
    store.record(snap, [told(Q, Reply(b"a 1\n"))])
    a = only(store, snap)
    with sqlite3.connect(tmp_path / "s.sqlite") as db:
        (good,) = db.execute("select body from blob where address = ?", (a.evidence,)).fetchone()
        db.execute("update blob set body = ? where address = ?", (good[:-1] + bytes([good[-1] ^ 1]), a.evidence))
    db.close()
    with pytest.raises(EvidenceError, match=rf"evidence {(a.evidence or '')[:12]} was changed"):
        store.reply(a)


def test_a_fact_type_that_grew_is_read_again_from_the_bytes() -> None:
    store = Store.open(None)
    snap = begun(store)
    store.record(snap, [told(Q, Reply(b"a 1\n"))])

    @fact(key=("name",))
    class Thing:
        name: str
        size: int
        doubled: int = 0

    @probe("test.things", "list-things")
    def grown(reply: Reply) -> Iterator[Thing]:
        for line in reply.lines():
            name, size = line.split()
            yield Thing(name=name, size=int(size), doubled=2 * int(size))

    a = only(store, snap)
    assert store.facts(a, grown, {"thing": Thing}) == [Thing(name="a", size=1, doubled=2)]
    with pytest.raises(Stale):
        store.facts(a, None, {"thing": Thing})
    assert store.reparse(snap, {"test.things": grown}) == (1, 1)
    assert store.reparse(snap, {"test.things": grown}) == (1, 0)


@probe("test.anycode", "list-things", codes=range(256))
def anycode(reply: Reply) -> Iterator[Thing]:
    yield from things.read(reply)


def test_what_a_deadline_ended_stays_unknown_when_its_bytes_read_well() -> None:
    """124 of coreutils timeout is within `codes` here: only the stored cause tells that rows may be missing."""
    store, q = Store.open(None), Question("srv1", "test.anycode")
    snap = begun(store, q)
    late = Reply(b"a 1\n", b"", 124, NOW, "root", root=True)
    store.record(snap, [told(q, late, Unknown("timed out after 5 s", cause="timed_out"))])
    assert anycode.outcome(late) == Found((Thing(name="a", size=1),))
    assert store.again(only(store, snap), anycode) == Unknown("timed out after 5 s", (), "timed_out")
    assert store.reparse(snap, {"test.anycode": anycode}) == (0, 0)
    assert only(store, snap).state == "unknown"


def test_a_store_of_a_newer_version_is_refused_in_one_line(tmp_path: Path) -> None:
    Store.open(tmp_path / "s.sqlite").close()
    with sqlite3.connect(tmp_path / "s.sqlite") as db:
        db.execute("update alembic_version set version_num = '9999'")
    db.close()
    with pytest.raises(NewerStore, match=r"newer auditkit.*update auditkit"):
        Store.open(tmp_path / "s.sqlite")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "s.sqlite").write_text("это не база")
    with pytest.raises(StoreError, match="not a database"):
        Store.open(tmp_path / "s.sqlite")


def test_no_snapshot_yet() -> None:
    with pytest.raises(UsageError, match="run auditkit collect first"):
        Store.open(None).snapshot()


def _shape(db: sqlite3.Connection) -> dict[str, object]:
    tables = [r[0] for r in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name")]
    looks = ("table_info", "index_list", "foreign_key_list")
    return {t: [sorted(db.execute(f"pragma {look}({t})").fetchall()) for look in looks] for t in tables}


def test_a_new_store_is_as_alembic_would_have_made_it(tmp_path: Path) -> None:
    Store.open(tmp_path / "s.sqlite").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    with engine.begin() as connection:
        _upgrade(connection, None)
    engine.dispose()
    new, upgraded = sqlite3.connect(tmp_path / "s.sqlite"), sqlite3.connect(tmp_path / "a.sqlite")
    assert _shape(new) == _shape(upgraded)
    assert set(_shape(new)) == {t.name for t in metadata.sorted_tables} | {"alembic_version"}
    for db in (new, upgraded):
        assert db.execute("select version_num from alembic_version").fetchall() == [(HEAD,)]
        db.close()


KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from auditkit.store import Store, TargetInfo, Told
from auditkit.model import Question, Unknown
store = Store.open(__import__("pathlib").Path(sys.argv[1]))
now = datetime(2026, 11, 22, tzinfo=UTC)
qs = [Question(f"t{n}", "test.things") for n in range(50)]
snap = store.begin([TargetInfo(q.target, "linux", "local", "x") for q in qs], qs, now, "test", "test")
for n, q in enumerate(qs):
    store.record(snap, [Told(q, "x", Unknown("w"), None, now, False)])
    if n == 20:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_9_loses_nothing_that_was_recorded(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "s.sqlite")], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -9
    store = Store.open(tmp_path / "s.sqlite")
    snap = store.snapshot()
    assert snap.closed is None
    assert len(store.questions(snap.id)) == 50
    assert len(store.answers(snap.id)) == 21
