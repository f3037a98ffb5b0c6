"""One exec for everything, on a real shell: what hangs or floods costs only itself; nothing is lost and nothing is made up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from auditkit.errors import TransportError
from auditkit.model import Absent, Found, Outcome, Unknown, fact
from auditkit.probing import Probe, Reply, Shell, probe
from auditkit.transports.base import Brought, Context, Sent, Target
from auditkit.transports.local import Local, LocalOptions, _Child
from auditkit.transports.shell import ask_all


@fact(key=("text",))
class Line:
    text: str


def lines(name: str, command: str | Shell, **options: Any) -> Probe[Line]:
    @probe(name, command, **options)
    def read(reply: Reply) -> Iterator[Line]:
        for line in reply.lines():
            yield Line(text=line)

    return read


TARGET = Target("here", "linux", "local", "localhost", LocalOptions())


class Asked:
    """Answers by (probe, argument), and the journal."""

    def __init__(self, *probes: Probe[Line], **caps: Any) -> None:
        self.sent: list[Sent] = []
        self.by_name = {p.name: p for p in probes}
        context = replace(Context(b"key", None, self.sent.append, _no_credential), **caps)
        self.brought = list(Local().collect(TARGET, probes, None, context))

    def one(self, name: str, arg: str = "") -> Brought:
        (found,) = [b for b in self.brought if (b.question.probe, b.question.arg) == (name, arg)]
        return found

    def outcome(self, name: str, arg: str = "") -> Outcome:
        b = self.one(name, arg)
        if b.trouble is not None:
            return b.trouble
        assert b.reply is not None
        p = self.by_name[name]
        return p.listing(b.reply)[1] if arg == "*" else p.outcome(b.reply)


def _no_credential(reference: str) -> Any:
    raise AssertionError(reference)


def found(*texts: str) -> Found:
    return Found(tuple(Line(text=t) for t in texts))


def test_all_probes_go_in_one_exec_and_the_journal_has_every_command_before_it() -> None:
    asked = Asked(lines("t.a", "echo a"), lines("t.b", "echo b"))
    assert (asked.outcome("t.a"), asked.outcome("t.b")) == (found("a"), found("b"))
    assert len(asked.sent) == 1
    assert "t.a: echo a\nt.b: echo b" in asked.sent[0].what


def test_bytes_arrive_as_they_were() -> None:
    asked = Asked(lines("t.bytes", r"printf 'a\000b\033[31m\377\n\n\n'"))
    reply = asked.one("t.bytes").reply
    assert reply is not None
    assert reply.stdout == b"a\x00b\x1b[31m\xff\n\n\n"


def test_exit_code_and_stderr_belong_to_their_command() -> None:
    asked = Asked(lines("t.bad", "echo gone >&2; exit 3"), lines("t.good", "echo fine"))
    assert asked.outcome("t.bad") == Unknown("exit code 3: gone")
    assert asked.outcome("t.good") == found("fine")


def test_another_way_is_tried_only_after_127() -> None:
    missing, failing = lines("t.missing", "no-such-command-here"), lines("t.failing", "exit 5")
    for p in (missing, failing):
        p.otherwise("echo second")(lambda reply: (Line(text=t) for t in reply.lines()))
    asked = Asked(missing, failing)
    assert asked.outcome("t.missing") == found("second")
    assert asked.outcome("t.failing") == Unknown("exit code 5: no message")


def test_a_missing_command_without_another_way() -> None:
    asked = Asked(lines("t.gone", "no-such-command-here", missing="not installed"))
    assert asked.outcome("t.gone") == Absent("not installed")


def test_an_argument_is_never_part_of_a_command() -> None:
    asked = Asked(lines("t.each", "printf '%s\\n' \"$1\"", each=r"printf '%s\n' '$(id)' 'a  b' '; echo x' '-n'"))
    for arg in ("$(id)", "a  b", "; echo x", "-n"):
        assert asked.outcome("t.each", arg) == found(arg)
    assert asked.outcome("t.each", "*") == Found(())


def test_a_list_that_failed_is_unknown_although_its_arguments_were_asked() -> None:
    asked = Asked(lines("t.each", 'echo "$1"', each="echo a; exit 2"))
    assert asked.outcome("t.each", "a") == found("a")
    assert asked.outcome("t.each", "*") == Unknown("exit code 2: no message")


def test_a_command_that_never_returns_costs_only_itself() -> None:
    hang = lines("t.hang", Shell("while :; do sleep 1; done", seconds=1))
    asked = Asked(lines("t.before", "echo before"), hang, lines("t.behind", "echo behind"))
    outcome = asked.outcome("t.hang")
    assert isinstance(outcome, Unknown)
    assert outcome.cause == "timed_out"
    assert (asked.outcome("t.before"), asked.outcome("t.behind")) == (found("before"), found("behind"))


def test_a_command_that_even_timeout_cannot_end_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """As df on a dead NFS mount: here a process that left the group which `timeout` kills and keeps the pipe open."""
    monkeypatch.setattr("auditkit.transports.shell.LINGER", 0.5)
    stuck = lines("t.stuck", Shell("setsid sleep 30; :", seconds=1))
    started = time.monotonic()
    asked = Asked(lines("t.before", "echo before"), stuck, lines("t.zbehind", "echo behind"))
    assert time.monotonic() - started < 15
    outcome = asked.outcome("t.stuck")
    assert isinstance(outcome, Unknown)
    assert outcome.cause == "timed_out"
    assert (asked.outcome("t.before"), asked.outcome("t.zbehind")) == (found("before"), found("behind"))


def test_a_flood_is_cut_and_costs_only_itself() -> None:
    asked = Asked(lines("t.flood", "yes"), lines("t.other", "echo other"), reply_bytes=1 << 20)
    assert asked.outcome("t.flood") == Unknown("truncated: more than 1 MB were answered", cause="truncated")
    reply = asked.one("t.flood").reply
    assert reply is not None
    assert len(reply.stdout) <= 1 << 20
    assert asked.outcome("t.other") == found("other")


def test_a_flood_on_stderr_is_cut_too() -> None:
    asked = Asked(lines("t.flood", "yes >&2"), lines("t.other", "echo other"))
    outcome = asked.outcome("t.flood")
    assert isinstance(outcome, Unknown)
    assert outcome.cause == "truncated"
    assert asked.outcome("t.other") == found("other")


class _Scripted:
    """An Exec that answers with another shell: for shells that are none."""

    def __init__(self, said: bytes) -> None:
        self._said = [(1, said), (0, b"")]

    def read(self, seconds: float) -> tuple[int, bytes] | None:
        return self._said.pop(0)

    def close(self) -> None:
        return


def test_no_shell_is_said_with_what_came_instead() -> None:
    context = Context(b"key", None, lambda s: None, _no_credential)
    with pytest.raises(TransportError, match="no POSIX shell answered: This account is currently not available") as e:
        list(ask_all(lambda body: _Scripted(b"This account is currently not available.\n"), TARGET, [lines("t.a", "echo")], context, "x"))
    assert e.value.cause == "not_understood"


def test_what_a_login_prints_before_the_script_does_not_matter() -> None:
    class Chatty(_Child):
        def __init__(self, body: bytes) -> None:
            super().__init__(b"printf 'Welcome!\\n\\377\\n deadbeef begin 0 0 p x\\n'; yes ho | head -c 90000 >&2\n" + body)

    context = Context(b"key", None, lambda s: None, _no_credential)
    (b,) = list(ask_all(Chatty, TARGET, [lines("t.a", "echo a")], context, "x"))
    assert b.reply is not None
    assert b.reply.stdout == b"a\n"


def test_damaged_gzip_is_no_answer() -> None:
    class Damaged(_Child):
        def read(self, seconds: float) -> tuple[int, bytes] | None:
            got = super().read(seconds)
            return (1, got[1][:60] + b"\0" * 30 + got[1][90:]) if got and got[0] == 1 and len(got[1]) > 120 else got

    context = Context(b"key", None, lambda s: None, _no_credential)
    with pytest.raises(TransportError):
        list(ask_all(Damaged, TARGET, [lines("t.a", "seq 1 9000")], context, "x"))
