"""Store -> book: rows, gaps, derived facts, evidence behind every ref; and the doors that only read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated

import pytest

from auditkit.book import Book, Declared, build, people
from auditkit.checking import Item, check
from auditkit.errors import UsageError
from auditkit.model import Absent, Ident, Outcome, Question, Unknown, fact
from auditkit.probing import Derived, Probe, Reply, derived, probe
from auditkit.registry import Registry
from auditkit.store import Store, TargetInfo, Told

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@fact(key=("mount",))
class Disk:
    mount: str
    used: int | None


@fact(key=("name",))
class Login:
    name: str
    uid: int


@fact(key=("mac",), about="other")
class Peer:
    mac: Annotated[str, Ident("mac")]


@fact()
class Fullest:
    used: int


@probe("t.disks", "df")
def disks(reply: Reply) -> Iterator[Disk]:
    for line in reply.lines():
        mount, used = line.split()
        yield Disk(mount=mount, used=None if used == "-" else int(used))


@probe("t.logins", "getent passwd")
def logins(reply: Reply) -> Iterator[Login]:
    for line in reply.lines():
        name, uid = line.split(":")
        yield Login(name=name, uid=int(uid))


@probe("t.peers", "ip neigh")
def peers(reply: Reply) -> Iterator[Peer]:
    for line in reply.lines():
        yield Peer(mac=line)


@derived("t.fullest")
def fullest(found: Sequence[Disk]) -> Iterator[Fullest]:
    if found:
        yield Fullest(used=max(d.used or 0 for d in found))


REGISTRY = Registry(
    {p.name: p for p in (disks, logins, peers)}, {fullest.name: fullest}, {"disk": Disk, "login": Login, "peer": Peer, "fullest": Fullest}
)
Answers = dict[tuple[str, str], Reply | Outcome | None]


def book_of(answers: Answers, *targets: str, declared: Sequence[Declared] = ()) -> Book:
    """What is given as None is planned and never answered; what is not given is not planned."""
    store = Store.open(None)
    names = targets or tuple(dict.fromkeys(t for t, _ in answers))
    snap = store.begin([TargetInfo(t, "linux", "local", t) for t in names], [Question(*q) for q in answers], NOW, "test", "test")
    told = []
    for (target, name), given in answers.items():
        p: Probe[object] = REGISTRY.probes[name]
        outcome = p.outcome(given) if isinstance(given, Reply) else given
        if outcome is not None:
            told.append(Told(Question(target, name), str(p.command), outcome, given if isinstance(given, Reply) else None, NOW, False))
    store.record(snap, told)
    return build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 22), declared)


def item(for_: str, expect: str, when: str = "true", within: str = "asset") -> Item:
    text = {"ru": "т", "en": "t"}
    return Item.model_validate(
        {"id": "TST-1", "version": 1, "title": text, "why": text, "remedy": text, "severity": 1, "kind": "sec", "sources": ["test"],
         "for": for_, "when": when, "expect": expect, "within": within}
    )  # fmt: skip


def states(book: Book, one: Item) -> dict[str, str]:
    return {v.asset: v.state for v in check(book, [one])}


ROOT_ONLY = item("login", "name = 'root'", when="uid = 0")
NOT_FULL = item("disk", "used < 90")


def test_the_uid_0_check_with_its_probe_refused_is_unknown() -> None:
    book = book_of({("a", "t.logins"): Reply(b"", b"permission denied\n", 1), ("b", "t.logins"): Reply(b"root:0\n")})
    assert states(book, ROOT_ONLY) == {"a": "unknown", "b": "ok"}


def test_the_disk_check_with_df_cut_off_is_unknown_and_an_alarm_seen_before_the_cut_stays() -> None:
    book = book_of({("a", "t.disks"): Reply(b"/ 10\n/va", code=None), ("b", "t.disks"): Reply(b"/ 95\n/va", code=None)})
    assert states(book, NOT_FULL) == {"a": "unknown", "b": "alarm"}


def test_two_of_a_kind_with_one_host_not_asked_is_unknown() -> None:
    two = item("client", "(select at_least(2, l.name = 'root') from login l)", within="client")
    one_asked: Answers = {("a", "t.logins"): Reply(b"root:0\n"), ("b", "t.logins"): None}
    assert states(book_of(one_asked), two) == {"client": "unknown"}
    both: Answers = {("a", "t.logins"): Reply(b"root:0\n"), ("b", "t.logins"): Reply(b"x:1\n")}
    assert states(book_of(both), two) == {"client": "alarm"}


def test_killed_before_the_first_answer_everything_is_unknown() -> None:
    book = book_of({("a", "t.disks"): None, ("a", "t.logins"): None})
    assert states(book, NOT_FULL) == {"a": "unknown"}
    assert states(book, ROOT_ONLY) == {"a": "unknown"}


def test_an_empty_table_is_no_answer_unless_somebody_looked() -> None:
    every = item("disk", "(select every(l.uid <> 0) from login l)")
    nobody_asked = book_of({("a", "t.disks"): Reply(b"/ 1\n")})
    looked = book_of({("a", "t.disks"): Reply(b"/ 1\n"), ("a", "t.logins"): Reply(b"")})
    proof = book_of({("a", "t.disks"): Reply(b"/ 1\n"), ("a", "t.logins"): Absent("no logins here")})
    assert [states(b, every)["a"] for b in (nobody_asked, looked, proof)] == ["unknown", "ok", "ok"]


def test_looked_and_none_there_is_not_applicable() -> None:
    assert states(book_of({("a", "t.disks"): Reply(b"")}), NOT_FULL) == {"a": "not_applicable"}


def test_a_value_that_was_not_seen_is_unknown() -> None:
    assert states(book_of({("a", "t.disks"): Reply(b"/ -\n")}), NOT_FULL) == {"a": "unknown"}


def test_a_gap_in_a_table_about_others_is_a_gap_for_everybody() -> None:
    alone = item("disk", "(select every(p.mac <> 'x') from peer p)")
    answers: Answers = {(t, "t.disks"): Reply(b"/ 1\n") for t in ("a", "b")}
    answers |= {("a", "t.peers"): Reply(b""), ("b", "t.peers"): None}
    assert states(book_of(answers), alone) == {"a": "unknown", "b": "unknown"}


def test_derived_facts_have_the_gaps_of_what_they_read() -> None:
    book = book_of({("a", "t.disks"): Reply(b"/ 10\n/var 40\n"), ("b", "t.disks"): Reply(b"/ 10\nbroken\n"), ("c", "t.disks"): Reply(b"")})
    assert book.rows("select asset, used from main.fullest") == [{"asset": "a", "used": 40}]
    assert [(g.asset, g.question) for g in book.gaps if g.table == "fullest"] == [("b", "b/t.disks")]
    assert states(book, item("fullest", "used < 30")) == {"a": "alarm", "b": "unknown", "c": "not_applicable"}


def test_every_ref_leads_to_evidence_also_through_derived_facts() -> None:
    book = book_of({("a", "t.disks"): Reply(b"/ 95\n"), ("b", "t.disks"): Unknown("timed out", cause="timed_out")})
    (alarm, unknown) = check(book, [NOT_FULL])
    assert {e.address is not None for ref in alarm.rests_on for e in book.origins(ref)} == {True}
    assert [(e.target, e.probe, e.address) for ref in unknown.rests_on for e in book.origins(ref)] == [("b", "t.disks", None)]
    (ref,) = [r["id"] for r in book.rows("select id from main.fullest")]
    assert [e.probe for e in book.origins(ref)] == ["t.disks"]


def test_what_nobody_declared_is_a_gap_and_not_an_empty_list() -> None:
    rule = item("login", "(select every(p.login <> login.name) from predecessor_login p)")
    answers: Answers = {("a", "t.logins"): Reply(b"oldmsp:1000\n")}
    fields = {"login": "text"}
    told = {
        "nobody said": None,
        "said: none": [],
        "said: oldmsp": [("oldmsp",)],
    }
    found = {k: states(book_of(answers, declared=[Declared("predecessor_login", fields, rows)]), rule)["a"] for k, rows in told.items()}
    assert found == {"nobody said": "unknown", "said: none": "ok", "said: oldmsp": "alarm"}


@pytest.mark.parametrize(
    "sql",
    ["delete from disk", "insert into disk__all values (1)", "create table x(a)", "drop table disk__all", "pragma writable_schema = 1",
     "attach '/tmp/x' as y", "select load_extension('x')", "vacuum", "update disk__all set used = 0", "begin"],
)  # fmt: skip
def test_people_can_only_read(sql: str) -> None:
    book = book_of({("a", "t.disks"): Reply(b"/ 10\n")})
    with pytest.raises(UsageError):
        people(book, sql)
    assert book.rows("select mount, used from main.disk") == [{"mount": "/", "used": 10}]


def test_people_see_rows_and_not_gaps() -> None:
    book = book_of({("a", "t.disks"): Reply(b"/ 10\n"), ("b", "t.disks"): None})
    assert people(book, "select asset, mount, used from disk") == (["asset", "mount", "used"], [("a", "/", 10)])
    assert people(book, "select count(*) from gap where tbl = 'disk'")[1] == [(1,)]


def test_an_endless_query_is_ended() -> None:
    from auditkit.book.door import read_only

    book = book_of({("a", "t.disks"): Reply(b"/ 10\n")})
    import sqlite3

    with read_only(book.db, seconds=0.2), pytest.raises(sqlite3.OperationalError, match="interrupted"):
        book.db.execute("with recursive r(n) as (select 1 union all select n + 1 from r) select max(n) from r").fetchall()


def test_names_of_derived_are_probe_names() -> None:
    assert isinstance(fullest, Derived)


def test_a_table_is_whole_only_where_every_probe_that_fills_it_was_planned() -> None:
    book = book_of({("a", "t.logins"): Reply(b"root:0\n")})
    assert [(g.question, g.why) for g in book.gaps if g.table == "disk"] == [
        ("a/-", "no probe asks this of such a target"), ("a/t.disks", "not asked in this snapshot"),
    ]  # fmt: skip


def test_every_device_that_was_only_seen_has_gaps_although_one_stands_for_all_in_the_tables() -> None:
    two = Reply(b"52:54:00:00:00:01\n52:54:00:00:00:02\n", b"", 0)
    book = book_of({("a", "t.peers"): two, ("a", "t.logins"): Reply(b"root:0\n", b"", 0), ("a", "t.disks"): Unknown("no")})
    first, second = book.resolution.seen
    for asset in (first, second):
        assert [(g.table, g.asset, g.why) for g in book.gaps_of("login", asset)] == [("login", asset, "seen by others, never asked")]
        assert [g.why for g in book.gaps_of("fullest", asset)] == ["seen by others, never asked"]
        assert book.gaps_of("peer", asset) == []
    assert len(book.rows("select 1 from gap where tbl = 'login'")) == 1
