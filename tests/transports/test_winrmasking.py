"""What is done where the whole script does not end: groups, single sections, and the end of the host's time. By a clock of the test."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from auditkit.commands import PowerShell
from auditkit.errors import TransportError
from auditkit.model import fact
from auditkit.probing import Probe, Reply, probe
from auditkit.transports import winrmasking
from auditkit.transports.powershellanswer import parse
from auditkit.transports.winrmasking import Asking
from auditkit.transports.winrmtrouble import Endless
from tests.lab.winrmanswer import Said, raw

NAMES = tuple(f"s{n:02}" for n in range(20))
GROUPS = [NAMES[:8], NAMES[8:16], NAMES[16:]]


@fact(key=("name",))
class Answered:
    """Of a test."""

    name: str


def asked(name: str, seconds: float = 60.0) -> Probe[Answered]:
    @probe(f"windows.{name}", PowerShell(name, seconds=seconds), on=("windows",))
    def one(reply: Reply) -> Iterator[Answered]:
        """Of a test."""
        for row in reply.rows():
            yield Answered(name=row["Name"])

    return one


PROBES = [asked(name) for name in NAMES]


class Played(Asking):
    """A host on which some sections never return; any other run takes a second. broken: number of the run that ends in an error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, stuck: Sequence[str], seconds: float = 600.0, broken: int = 0) -> None:
        wire: Any = SimpleNamespace(place=SimpleNamespace(where="host"))
        super().__init__(wire, 1 << 20, seconds, lambda what: None)
        self.never, self.breaks, self.now = set(stuck), broken, 0.0
        self.runs: list[tuple[str, ...]] = []
        monkeypatch.setattr(winrmasking, "monotonic", lambda: self.now)

    def _run(self, sections: Sequence[str], until: float) -> None:
        self.runs.append(tuple(sections))
        if len(self.runs) == self.breaks:
            raise TransportError("truncated", "the connection broke")
        if self.never & set(sections):
            self.now = until
            raise Endless("timed_out", "the script did not end in its time; raise host_seconds")
        self.now += 1
        answer = parse(raw(sections, {name: Said(b'{"_": "A", "Name": "x"}\n') for name in sections}))
        self.answer = dataclasses.replace(answer, parts={**(self.answer.parts if self.answer else {}), **answer.parts})

    def troubles(self) -> dict[str, str]:
        """Section -> why it has no reply."""
        found = list(self.brought(PROBES, "srv1", b"k"))
        assert [b.question.probe for b in found] == [p.name for p in PROBES]
        missing = {b.question.probe.removeprefix("windows."): b.trouble for b in found if b.reply is None}
        return {name: f"{t.cause}: {t.why}" for name, t in missing.items() if t is not None}


def test_a_healthy_host_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Played(monkeypatch, ())
    host.all(PROBES)
    assert (host.runs, host.troubles()) == ([NAMES], {})


def test_only_the_group_of_what_hangs_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Played(monkeypatch, ["s09"])
    host.all(PROBES)
    assert host.runs == [NAMES, *GROUPS, *((name,) for name in GROUPS[1])]
    assert host.troubles() == {"s09": "timed_out: timed out: the section did not end within 60 s"}
    # half the host's time, then 60 s for the group and 60 for the section, and a second for each run that ended
    assert host.now == 300 + 60 + 60 + 1 + 7 + 1


def test_when_the_hosts_time_is_over_the_rest_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Played(monkeypatch, NAMES[8:16])
    host.all(PROBES)
    assert host.now <= 600
    told = host.troubles()
    assert set(told) == set(NAMES[8:16])  # the other groups were asked before this one was taken apart
    assert told["s08"] == "timed_out: timed out: the section did not end within 60 s"
    assert told["s15"] == "timed_out: not asked: host: the 600 s of the host were over; raise host_seconds"


def test_a_host_that_answers_nothing_is_an_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Endless, match="raise host_seconds"):
        Played(monkeypatch, NAMES).all(PROBES)


def test_a_single_section_has_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Played(monkeypatch, ["s00"])
    with pytest.raises(Endless):
        host.all(PROBES[:1])
    assert (host.now, host.runs) == (600, [("s00",)])


def test_what_breaks_meanwhile_costs_no_answer_that_came(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Played(monkeypatch, ["s09"], broken=3)
    host.all(PROBES)
    assert host.troubles() == dict.fromkeys(NAMES[8:], "truncated: not asked: the connection broke")


def test_what_breaks_before_any_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TransportError, match="the connection broke"):
        Played(monkeypatch, ["s09"], broken=2).all(PROBES)
