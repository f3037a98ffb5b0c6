"""Asking all targets: a bug met at one of them is told, costs that one alone, and the rest is kept before it is raised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from auditkit.collecting import run
from auditkit.model import Question, fact
from auditkit.probing import Probe, Reply, probe
from auditkit.registry import Registry
from auditkit.store import Store, TargetInfo
from auditkit.transports.base import Brought, Context, Credential, Target
from auditkit.transports.local import LocalOptions

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@fact(key=("text",))
class Word:
    text: str


@probe("test.first", "echo first")
def first(reply: Reply) -> Iterator[Word]:
    yield from (Word(text=line) for line in reply.lines())


@probe("test.second", 'echo "$1"', each="echo a; echo b")
def second(reply: Reply) -> Iterator[Word]:
    yield from (Word(text=line) for line in reply.lines())


REGISTRY = Registry({"test.first": first, "test.second": second}, {}, {"word": Word})


class Buggy:
    """A transport with a bug that only the host called bad brings to light, in the middle of its answers."""

    def collect(self, target: Target, probes: Sequence[Probe[Any]], credential: Credential | None, context: Context) -> Iterator[Brought]:
        yield Brought(Question(target.id, "test.first", ""), "echo first", Reply(b"first\n"))
        yield Brought(Question(target.id, "test.second", "a"), 'echo "$1"', Reply(b"a\n", arg="a"))
        if target.id == "bad":
            raise OSError("Hunter2")
        yield Brought(Question(target.id, "test.second", "*"), "echo a", Reply(b"a\n"))


def test_a_bug_costs_one_target_and_is_raised_when_all_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "load", lambda name: Buggy())
    targets = [Target(name, "linux", "local", "localhost", LocalOptions()) for name in ("bad", "good", "also")]
    planned = [Question(t.id, p, arg) for t in targets for p, arg in (("test.first", ""), ("test.second", "*"))]
    store = Store.open(None)
    snap = store.begin([TargetInfo(t.id, "linux", "local", "localhost") for t in targets], planned, NOW, "auditkit test", "tester")

    with pytest.raises(OSError, match="Hunter2"):
        run.collect(store, snap, targets, REGISTRY, Context(b"key", None, lambda s: None, _no_credential), {}, workers=1)

    answers = {(a.question.target, a.question.probe, a.question.arg): a for a in store.answers(snap)}
    for name in ("good", "also"):
        assert answers[name, "test.second", "*"].state == "found"
    assert answers["bad", "test.first", ""].state == "found"
    broken = answers["bad", "test.second", "*"]
    line = Buggy.collect.__code__.co_firstlineno + 4
    assert (broken.state, broken.why, broken.cause) == ("unknown", f"internal error: OSError at test_run.py:{line}", "not_understood")
    kept = store.snapshot()
    assert kept is not None
    assert kept.closed is not None


def _no_credential(reference: str) -> Any:
    raise AssertionError(reference)
