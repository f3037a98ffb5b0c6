"""Whatever bytes a host sends, a reader ends in an outcome, and none of what proves nothing is taken for an answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditkit.model import Found, Outcome, Unknown
from auditkit.probing import MISSING_COMMAND, Probe, Reply
from auditkit.registry import registry
from tests.lab import cases

PROBES = registry().probes
EVERY = pytest.mark.parametrize("name", sorted(PROBES))
FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
NASTY = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\n", b"\r", b" ", b"\t", b"::", b"=", b"{", b"]]>", b'"',
    b"99999999999999999999", b"-1", b"1e999", b"NaN",
)  # fmt: skip


NOISES = ["ff", "nul", "crash", "page"]


def seeds(name: str) -> list[bytes]:
    """Replies that its reader can read: where damage goes deepest."""
    return [c.stdout for c in cases.every(name) if len(c.stdout) < 60_000] or [b"a b c\n1 2 3\n"]


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """A real reply, then cut, doubled, shuffled or sprinkled with bytes that nobody expects."""
    data = draw(st.sampled_from(seeds(name)))
    for _ in range(draw(st.integers(1, 3))):
        at, to = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        put = draw(st.sampled_from(NASTY) | st.binary(max_size=8) | st.just(data[at:to][:200]))
        data = draw(st.sampled_from((data[:at], data[at:], data[:at] + put + data[to:], data[:at] + put + data[at:])))
    return data


def anything(name: str) -> st.SearchStrategy[bytes]:
    """Damaged replies, and noise."""
    return damaged(name) | st.binary(max_size=400) | st.text(max_size=200).map(lambda s: s.encode("utf-8", "surrogatepass"))


def ways(probe: Probe[Any]) -> st.SearchStrategy[int]:
    """Its commands."""
    return st.integers(0, len(probe.commands) - 1)


def kept(outcome: Outcome) -> bytes:
    """What the store would keep of it. Raises where a text cannot be written down."""
    facts = outcome.facts if isinstance(outcome, Found) else outcome.seen if isinstance(outcome, Unknown) else ()
    return msgspec.json.encode([msgspec.to_builtins(f) for f in facts])


@EVERY
@FEW
@given(data=st.data())
def test_no_bytes_make_a_reader_raise_and_all_it_says_can_be_written_down(name: str, data: st.DataObject) -> None:
    probe = PROBES[name]
    code = data.draw(st.sampled_from([0, *list(probe.codes)[:3]]))
    reply = Reply(data.draw(anything(name)), code=code, arg="sda", way=data.draw(ways(probe)))
    assert kept(probe.outcome(reply)).decode("utf-8")


@EVERY
@FEW
@given(data=st.data())
def test_what_proves_nothing_is_never_found(name: str, data: st.DataObject) -> None:
    probe, out = PROBES[name], data.draw(anything(name))
    undeclared = [c for c in range(256) if c not in probe.codes and c != MISSING_COMMAND]
    refused = data.draw(st.sampled_from([*undeclared, None]))
    way = data.draw(ways(probe))
    for reply in (
        Reply(out, code=refused, way=way),  # an exit code that nobody declared, or none at all
        Reply(out, b"zzz: cannot do that: Permission denied by the trial\n", code=0, way=way),  # a warning that nobody declared
        Reply(out, code=0, truncated=True, way=way),
    ):
        assert isinstance(probe.outcome(reply), Unknown), reply


@EVERY
@pytest.mark.parametrize("out", [b"\xff" * 300, b"\x00" * 300, b"Segmentation fault\n", b"<html><body>404</body></html>\n"], ids=NOISES)
def test_noise_with_exit_code_zero_is_not_a_whole_answer(name: str, out: bytes) -> None:
    outcome = PROBES[name].outcome(Reply(out, code=0, arg="sda"))
    assert not (isinstance(outcome, Found) and not outcome.facts), "output that was not understood passed for an empty answer"
