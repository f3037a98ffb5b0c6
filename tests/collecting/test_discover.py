"""Discovery as a collection: what is kept, what counts, what is taken along, and what can be read again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from auditkit.book import Book, build
from auditkit.collecting import plan, target_states
from auditkit.collecting.discover import Look, discover, ranges_before
from auditkit.errors import ConfigError
from auditkit.model import Found, Question, fact
from auditkit.probing import Probe, Reply, Sweep, probe
from auditkit.registry import Registry, registry
from auditkit.store import Answer, SnapshotInfo, Store, TargetInfo, Told, packed
from auditkit.transports.base import Context, Sent, Target, now
from auditkit.transports.sweep import SweepOptions
from auditkit.workspace.client import Permission
from tests.transports.sweepkit import QUICK, free_ports, hostile

TODAY = date(2026, 11, 25)
NET = f"127.{66 + os.getpid() % 64}.{128 + os.getpid() // 64 % 128}"
A = f"{NET}.1"


@fact(key=("name",))
class Login:
    name: str


@probe("t.logins", "getent passwd")
def logins(reply: Reply) -> Iterator[Login]:
    for line in reply.lines():
        yield Login(name=line)


@dataclass(slots=True)
class Client:
    """A workspace without its folder: the store, what can be asked (discovery.host, of other ports), the journal."""

    ports: tuple[int, ...]
    store: Store = field(default_factory=lambda: Store.open(None))
    journal: list[Sent] = field(default_factory=list)
    books: list[Book] = field(default_factory=list)

    @property
    def registry(self) -> Registry:
        real = registry().probes["discovery.host"]
        sweeper: Probe[Any] = replace(real, command=Sweep(self.ports, smb=frozenset(self.ports[1:2])))
        kinds: Sequence[type] = (*sweeper.yields, Login)
        return Registry({sweeper.name: sweeper, logins.name: logins}, {}, {getattr(k, "__fact__").table: k for k in kinds})  # noqa: B009

    def discover(self, permitted: str | None = f"{NET}.0/30", ranges: tuple[str, ...] = (), **options: Any) -> SnapshotInfo:
        record = {"who": "director", "ranges": [permitted], "from": TODAY, "until": TODAY}
        permission = Permission.model_validate(record) if permitted else None
        context = Context(b"key", None, self.journal.append, lambda ref: (_ for _ in ()).throw(AssertionError(ref)))
        look = Look(permission, TODAY, ranges, SweepOptions(**(QUICK | options)))
        return discover(self.store, self.registry, context, look, "auditkit test", "tester")

    def collected(self, *names: str) -> int:
        """A snapshot of one Linux host, as collect leaves it."""
        seen = ranges_before(self.store)
        infos = [TargetInfo("srv1", "linux", "local", "localhost"), *(seen.targets if seen else ())]
        snap = self.store.begin(infos, [Question("srv1", "t.logins")], now(), "auditkit test", "tester", seen)
        reply = Reply("".join(f"{n}\n" for n in names).encode(), at=datetime(2026, 11, 1, tzinfo=UTC))
        self.store.record(snap, [Told(Question("srv1", "t.logins"), "getent passwd", logins.outcome(reply), reply, now(), False)])
        self.store.finish(snap, now())
        return snap

    def book(self, snapshot: SnapshotInfo | int) -> Book:
        info = self.store.snapshot(snapshot) if isinstance(snapshot, int) else snapshot
        self.books.append(build(self.store, info, self.registry, TODAY))
        return self.books[-1]

    def answers(self, snapshot: SnapshotInfo) -> dict[str, Answer]:
        return {a.question.arg: a for a in self.store.answers(snapshot.id) if a.question.probe == "discovery.host"}


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client(tuple(free_ports(A, 2)))
    yield made
    for book in made.books:
        book.db.close()
    made.store.close()


def test_without_permission_nothing_is_sent_and_nothing_is_written(client: Client) -> None:
    with pytest.raises(ConfigError, match=r"client\.yaml: permission"):
        client.discover(permitted=None)
    with pytest.raises(ConfigError, match=r"is not inside"):
        client.discover(ranges=("127.0.0.0/24",))
    assert client.store.snapshots() == []
    assert client.journal == []


def test_what_answers_is_kept_and_counts_as_seen_and_never_asked(client: Client) -> None:
    with hostile(A, **{r"text=SSH-2.0-ROSSSH\r\n": client.ports[0], "garbage": client.ports[1]}):
        snapshot = client.discover()
    assert [(t.id, t.platform, t.transport) for t in snapshot.targets] == [(f"range-{NET}.0-30", "range", "sweep")]
    assert {arg: a.state for arg, a in client.answers(snapshot).items()} == {"*": "found", A: "found", f"{NET}.2": "found"}
    book = client.book(snapshot)
    assert {a.id for a in book.assets} == {f"seen-{A}", f"seen-{NET}.2"}  # the range itself is no asset
    (device,) = [d for d in book.table("seen_device") if d["address"] == A]
    assert (device["os_guess"], device["asset"]) == ("RouterOS", f"seen-{A}")
    assert book.gaps_of("seen_device", None) == []  # the range was looked at as a whole
    assert [line.what.partition(":")[0] for line in client.journal] == ["discovery.host"]


def test_an_asset_that_was_seen_has_gaps_where_nobody_asked_it(client: Client) -> None:
    book = client.book(client.discover())
    assert {g.why for g in book.gaps_of("login", f"seen-{A}")} == {"seen by others, never asked"}


def test_a_range_that_was_cut_off_is_a_gap_for_everybody(client: Client) -> None:
    snapshot = client.discover(permitted=f"{NET}.0/24", rate=50.0, range_seconds=0.3)
    assert client.answers(snapshot)["*"].cause == "timed_out"
    gaps = client.book(snapshot).gaps_of("seen_device", None)
    assert {(g.asset, g.question) for g in gaps} == {(None, f"range-{NET}.0-24/discovery.host")}
    (state,) = target_states(client.store.questions(snapshot.id), client.store.answers(snapshot.id), [t.id for t in snapshot.targets])
    assert (state.state, state.cause) == ("partial", "timed_out")


def test_nobody_looked_is_a_gap_too(client: Client) -> None:
    book = client.book(client.collected("root"))
    assert [(g.asset, g.why) for g in book.gaps_of("seen_device", None)] == [(None, "nobody was asked")]


def test_a_silent_range_is_looked_at_and_empty(client: Client) -> None:
    """Of a plan that was kept before the first packet, and of an answer that says: nobody."""
    ranges = [TargetInfo("range-x", "range", "sweep", "10.0.0.0/30")]
    snap = client.store.begin(ranges, [Question("range-x", "discovery.host", "*")], now(), "t", "t")
    assert len(client.book(snap).gaps_of("seen_device", None)) == 1  # kill -9 before the first packet
    reply = Reply(b"10.0.0.1 nobody\n10.0.0.2 nobody\n")
    client.store.record(snap, [Told(Question("range-x", "discovery.host", "*"), "", Found(()), reply, now(), False)])
    assert client.book(snap).gaps_of("seen_device", None) == []


def test_what_was_collected_stays_in_the_new_snapshot_and_ranges_go_along_with_a_collection(client: Client) -> None:
    client.collected("root", "anna")
    second = client.discover()
    (old,) = [a for a in client.store.answers(second.id) if a.question.probe == "t.logins"]
    assert old.at == datetime(2026, 11, 1, tzinfo=UTC)
    assert {r["name"] for r in client.book(second).table("login")} == {"root", "anna"}
    third = client.collected("root")
    book = client.book(third)
    assert {a.id for a in book.assets} == {"srv1", f"seen-{A}", f"seen-{NET}.2"}
    assert [r["name"] for r in book.table("login")] == ["root"]


def test_a_range_looked_at_again_is_looked_at_anew(client: Client) -> None:
    with hostile(A, **{r"text=SSH-2.0-ROSSSH\r\n": client.ports[0]}):
        client.discover()
    book = client.book(client.discover())
    assert {d["os_guess"] for d in book.table("seen_device")} == {""}  # that server is gone


def test_the_stored_bytes_give_the_same_facts_when_read_again(client: Client) -> None:
    with hostile(A, **{r"text=220 mx ESMTP Postfix\r\n": client.ports[0], "garbage": client.ports[1]}):
        snapshot = client.discover()
    sweeper = client.registry.probes["discovery.host"]
    for a in client.answers(snapshot).values():
        outcome = client.store.again(a, sweeper)
        assert isinstance(outcome, Found)
        assert packed(outcome.facts) == (client.store.held_facts(a) or packed(()))


def test_a_range_is_planned_as_a_whole(client: Client) -> None:
    target = Target("range-x", "range", "sweep", "10.0.0.0/24", SweepOptions())
    assert plan([target], client.registry) == [Question("range-x", "discovery.host", "*")]
