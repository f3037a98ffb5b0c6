"""One exec for everything, on a real shell: what hangs or floods costs only itself; nothing is lost and nothing is made up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from auditkit.errors import TransportError
from auditkit.model import Absent, Found, Outcome, Unknown, fact
from auditkit.probing import Probe, Reply, Shell, probe
from auditkit.transports.base import Brought, Context, Sent, Target
from auditkit.transports.local import Local, LocalOptions, _Child
from auditkit.transports.shell import Exec, ask_all


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


class _Poor(_Child):
    """A host without `timeout`: nobody there ends a command."""

    bodies: list[bytes] = []  # noqa: RUF012 the test empties it

    def __init__(self, body: bytes) -> None:
        self.bodies.append(body)
        super().__init__(body.replace(b"command -v timeout", b"false"))


def _by_question(brought: list[Brought]) -> dict[tuple[str, str], object]:
    return {(b.question.probe, b.question.arg): b.trouble.cause if b.trouble else b.reply.stdout if b.reply else None for b in brought}


def test_a_host_that_gives_no_sign_of_life_is_asked_again_plainly_and_only_the_culprit_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the first exec nobody sees which command it is: its frames sit in the target's gzip. What comes of it is the same as ever."""
    monkeypatch.setattr("auditkit.transports.shell.PATIENCE", 0.5)
    monkeypatch.setattr("auditkit.transports.shell.GRACE", 0.5)
    _Poor.bodies.clear()
    short = (Shell("echo a", seconds=1), Shell("sleep 60", seconds=1), Shell('echo "$1"', seconds=1), Shell("echo x; echo y", seconds=1))
    probes = [lines("t.a", short[0]), lines("t.hang", short[1]), lines("t.many", short[2], each=short[3])]
    context = Context(b"key", None, lambda s: None, _no_credential)
    said = _by_question(list(ask_all(_Poor, TARGET, probes, context, "x")))
    assert said == {
        ("t.a", ""): b"a\n", ("t.hang", ""): "timed_out",
        ("t.many", "x"): b"x\n", ("t.many", "y"): b"y\n", ("t.many", "*"): b"x\ny\n",
    }  # fmt: skip
    assert [b"if true && command -v gzip" in body for body in _Poor.bodies] == [True, False, False]


def test_a_host_without_gzip_is_asked_in_one_exec() -> None:
    class Bare(_Child):
        def __init__(self, body: bytes) -> None:
            bodies.append(body)
            super().__init__(body.replace(b"command -v gzip", b"false"))

    bodies: list[bytes] = []
    context = Context(b"key", None, lambda s: None, _no_credential)
    said = _by_question(list(ask_all(Bare, TARGET, [lines("t.a", "echo a"), lines("t.b", "echo b")], context, "x")))
    assert said == {("t.a", ""): b"a\n", ("t.b", ""): b"b\n"}
    assert len(bodies) == 1


@pytest.mark.parametrize("stream", [1, 2])
def test_a_process_that_is_left_behind_and_holds_one_stream_costs_no_answer(stream: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.transports.shell.LINGER", 0.5)
    left = lines("t.left", f"setsid sleep 20 {3 - stream}>/dev/null & echo done")
    asked = Asked(lines("t.before", "echo before"), left, lines("t.zbehind", "echo behind"))
    outcomes = [asked.outcome(name) for name in ("t.before", "t.left", "t.zbehind")]
    assert outcomes == [found("before"), found("done"), found("behind")]


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


class _Tampered:
    """What a shell says, with its stdout changed on the way: of the first exec alone, for the second goes without gzip."""

    def __init__(self, change: Callable[[bytes], bytes], always: bool = False) -> None:
        self.change, self.always = change, always
        self.bodies: list[bytes] = []

    def __call__(self, body: bytes) -> Exec:
        self.bodies.append(body)
        child = _Child(body)
        return _Said(child, self.change) if self.always or len(self.bodies) == 1 else child

    def ask(self, *probes: Probe[Line]) -> list[Brought]:
        context = Context(b"key", None, lambda s: None, _no_credential)
        return list(ask_all(self, TARGET, probes, context, "x"))


class _Said:
    """The whole stdout of a child at once, after `change`; then its stderr, then the end."""

    def __init__(self, child: _Child, change: Callable[[bytes], bytes]) -> None:
        streams = {1: b"", 2: b""}
        while (got := child.read(10)) is not None and got[0]:
            streams[got[0]] += got[1]
        child.close()
        self._said = [(2, streams[2]), (1, change(streams[1])), (0, b"")]

    def read(self, seconds: float) -> tuple[int, bytes] | None:
        return self._said.pop(0)

    def close(self) -> None:
        return


def _flipped(out: bytes) -> bytes:
    return out[:-5] + bytes([out[-5] ^ 1]) + out[-4:]


@pytest.mark.parametrize(
    "change",
    [_flipped, lambda out: out[:-8], lambda out: out[: len(out) // 2], lambda out: out[:60] + b"\0" * 30 + out[90:]],
    ids=["a CRC that does not fit", "no trailer", "cut in the middle", "broken inside"],
)
def test_nothing_is_taken_from_a_gzip_stream_that_did_not_come_to_a_good_end(change: Callable[[bytes], bytes]) -> None:
    """All frames may be there, and whole: still no CRC speaks for them. What is asked again goes without gzip."""
    numbers = "".join(f"{n}\n" for n in range(1, 9001)).encode()
    tampered = _Tampered(change)
    brought = tampered.ask(lines("t.first", "echo first"), lines("t.many", "seq 1 9000"))
    assert {b.question.probe: b.reply.stdout if b.reply else None for b in brought} == {"t.first": b"first\n", "t.many": numbers}
    assert [b"if true && command -v gzip" in body for body in tampered.bodies] == [True, False]


def test_a_stream_that_is_cut_again_and_again_is_no_answer() -> None:
    with pytest.raises(TransportError, match="ended early") as e:
        _Tampered(lambda out: out[:70], always=True).ask(lines("t.a", "seq 1 9000"))
    assert e.value.cause == "truncated"


@pytest.mark.parametrize(
    "frame",
    [b"end x", b"end 99999999999999999999", b"begin 0 77 pno ", b"begin x 0 pno ", b"begin 99999 0 pno ", b"begin", b"who", b"who me"],
)
def test_frames_that_the_script_never_makes_do_not_raise(frame: bytes) -> None:
    """The target has read the nonce: it can write what it likes."""

    class Forged(_Child):
        def __init__(self, body: bytes) -> None:
            nonce = body.split(b"\nN=", 1)[1].split(b"\n", 1)[0]
            before, main = body.split(b"\nmain() {\n", 1)
            said = b"printf '\\n%s\\n' '" + nonce + b" " + frame + b"'\n"
            super().__init__(before + b"\nmain() {\n" + said + b"{ " + said.strip() + b"; } >&2\n" + main)

    context = Context(b"key", None, lambda s: None, _no_credential)
    (b,) = list(ask_all(Forged, TARGET, [lines("t.a", "echo a")], context, "x"))
    assert b.reply is not None
    assert b.reply.stdout == b"a\n"


def test_127_with_output_is_an_answer_and_no_missing_command() -> None:
    half = lines("t.half", "echo half; exit 127", missing="not installed")
    half.otherwise("echo second")(lambda reply: (Line(text=t) for t in reply.lines()))
    asked = Asked(half)
    assert asked.outcome("t.half") == Unknown("exit code 127: no message", seen=(Line(text="half"),))
    assert asked.one("t.half").command == "echo half; exit 127"


def test_a_program_without_its_library_is_not_missing() -> None:
    said = "prog: error while loading shared libraries: libx.so.1: cannot open shared object file: No such file or directory"
    asked = Asked(lines("t.broken", f"echo '{said}' >&2; exit 127", missing="not installed"))
    outcome = asked.outcome("t.broken")
    assert isinstance(outcome, Unknown)
    assert outcome.why.startswith("exit code 127: prog: error while loading")


def test_a_list_that_does_not_return_is_unknown_for_that() -> None:
    asked = Asked(lines("t.each", 'echo "$1"', each=Shell("echo a; sleep 30", seconds=1), codes=range(256), each_codes=range(256)))
    assert asked.outcome("t.each", "a") == found("a")
    assert asked.outcome("t.each", "*") == Unknown("timed out after 1 s", cause="timed_out")


def test_an_account_with_a_blank_hides_no_timeout() -> None:
    class Renamed(_Child):
        def __init__(self, body: bytes) -> None:
            super().__init__(body.replace(b'"$(id -un)"', b"'Domain Users'"))

    context = Context(b"key", None, lambda s: None, _no_credential)
    (b,) = list(ask_all(Renamed, TARGET, [lines("t.hang", Shell("sleep 30", seconds=1), codes=range(256))], context, "x"))
    assert b.trouble == Unknown("timed out after 1 s", cause="timed_out")
    assert b.reply is not None
    assert b.reply.account == "Domain Users"
