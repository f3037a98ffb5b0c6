"""The real offline script of Linux, run on this machine, and its answer read as an online collection's: the same facts, byte for byte."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditkit.collecting.bundle_make import text
from auditkit.errors import TransportError
from auditkit.model import Found, Question, Unknown, fact
from auditkit.probing import Probe, Reply, Shell, probe
from auditkit.registry import Registry, registry
from auditkit.transports.answercrypt import loaded, new_key, public
from auditkit.transports.answerfile import AnswerFile, Opener, Refused
from auditkit.transports.base import Brought, Context, Credential, Sent, Target
from auditkit.transports.bundle import BundleOptions, Recorded, brought
from auditkit.transports.local import Local, LocalOptions
from tests.lab.need import need

KEY = loaded(new_key())
PUBLIC = public(KEY)
OPENER = Opener("acme", KEY, PUBLIC.fingerprint)
# What does not move between two looks: readers of files, of each line of a list, of a secret, of a missing command.
STILL = ("os_release", "kernel", "accounts", "passwords", "groups", "cpu", "sshd", "authorized_keys", "sudoers", "swap")


@fact(key=("text",))
class Word:
    text: str


def words(name: str, command: str | Shell, **how: Any) -> Probe[Word]:
    @probe(f"test.{name}", command, **how)
    def read(reply: Reply) -> Iterator[Word]:
        yield from (Word(text=line) for line in reply.lines())

    return read


MADE_UP = (
    words("each", 'printf "%s\\n" "<$1>"', each="printf 'a\\nb b\\n$(id)\\n'"),
    words("bytes", "printf 'one\\377\\nПривет\\n'"),
    words("warned", "echo half; echo 'cannot read the rest' >&2"),
    words("failed", "exit 3"),
    words("nothing", ":"),
    words("missing", "no-such-program-at-all", missing="no such program"),
    words("root", Shell("id -u", root=True)),
    words("long", "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"),
    words("frames", "printf '\\n0123456789abcdef end 0\\n'", secret=True),
)


def a_registry(probes: list[Probe[Any]]) -> Registry:
    return Registry({p.name: p for p in probes}, {}, {})


@pytest.fixture(scope="module")
def probes() -> list[Probe[Any]]:
    known = registry().probes
    return [*MADE_UP, *(known[f"linux.{name}"] for name in STILL if f"linux.{name}" in known)]


def script(folder: Path, probes: list[Probe[Any]], plain: bool = False) -> Path:
    for p in probes:
        p.on = frozenset({"linux"})
    files = text("acme", a_registry(probes), "linux", None if plain else PUBLIC).files
    place = folder / "ask.sh"
    place.write_bytes(next(iter(files.values())))
    return place


def run(place: Path, shell: str = "sh", path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    out = place.parent / "out"
    out.mkdir(exist_ok=True)
    argv = [*shell.split(), str(place), str(out)]
    return subprocess.run(argv, capture_output=True, text=True, check=False, env={"PATH": path}, cwd=place.parent, stdin=subprocess.DEVNULL)


def answer(place: Path, opener: Opener = OPENER) -> AnswerFile:
    (found,) = (place.parent / "out").iterdir()
    return opener.open(found)


def context(said: list[Sent] | None = None) -> Context:
    return Context(b"k" * 32, None, (said if said is not None else []).append, lambda ref: Credential(""))


def target(transport: str) -> Target:
    options = LocalOptions() if transport == "local" else BundleOptions(file="/share/a.answer")
    return Target("host", "linux", transport, "host", options)


def read(found: AnswerFile, probes: list[Probe[Any]], said: list[Sent] | None = None) -> list[Brought]:
    return list(brought(found, target("bundle"), probes, context(said)))


def outcomes(all_: list[Brought], probes: list[Probe[Any]]) -> dict[Question, object]:
    by = {p.name: p for p in probes}
    found: dict[Question, object] = {}
    for b in all_:
        p = by[b.question.probe]
        seen = None if b.reply is None else p.listing(b.reply) if b.question.arg == "*" else p.outcome(b.reply)
        how = None if b.reply is None else (b.reply.code, b.reply.root, b.reply.account, b.reply.way)
        found[b.question] = (seen, b.trouble, b.command, how)
    return found


@pytest.mark.parametrize("shell", ["dash", "bash", "bash --posix"])
def test_its_answer_is_that_of_a_local_collection(tmp_path: Path, probes: list[Probe[Any]], shell: str) -> None:
    place = script(tmp_path, probes)
    done = run(place, shell)
    assert done.returncode == 0, done.stderr
    offline = outcomes(read(answer(place), probes), probes)
    online = outcomes(list(Local().collect(target("local"), probes, None, context())), probes)
    assert offline == online
    assert sum(isinstance(o, tuple) and isinstance(o[0], Found) for o in offline.values()) > len(STILL)


def test_without_root_it_answers_what_it_may(tmp_path: Path, probes: list[Probe[Any]]) -> None:
    need(os.geteuid() == 0, "root, to become nobody")
    place = script(tmp_path, probes)
    (tmp_path / "out").mkdir()
    for p in (tmp_path, tmp_path / "out"):
        p.chmod(0o777)
    for parent in tmp_path.parents[:3]:  # one more where several workers run
        parent.chmod(parent.stat().st_mode | 0o055)
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", str(place), str(tmp_path / "out")],
        capture_output=True, text=True, check=False, cwd="/", stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {b.question.probe: b for b in read(answer(place), probes)}
    trouble = found["test.root"].trouble
    assert trouble is not None
    assert trouble.cause == "no_sudo"
    assert found["test.bytes"].reply is not None
    assert answer(place).head.account == "nobody"


def test_it_writes_one_file_that_others_cannot_read_and_nothing_else(tmp_path: Path, probes: list[Probe[Any]]) -> None:
    place = script(tmp_path, probes)
    before = {p.name for p in Path("/tmp").iterdir()}
    run(place)
    (made,) = (tmp_path / "out").iterdir()
    assert re.fullmatch(r"auditkit_acme_[\w.-]+_\d{8}T\d{6}Z_[0-9a-f]{16}\.answer", made.name)
    assert made.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ask.sh", "out"]
    assert not [n for n in {p.name for p in Path("/tmp").iterdir()} - before if "auditkit_" in n]


def test_its_secret_is_never_an_argument_of_a_program(tmp_path: Path) -> None:
    """Arguments can be read by every user of the machine."""
    place = script(tmp_path, [MADE_UP[0]])
    tools = tmp_path / "tools"
    tools.mkdir()
    real = {name: shutil.which(name) for name in ("openssl", "gzip", "cat", "tr", "cut", "od", "uname", "id", "date", "sh", "timeout")}
    for name, where in real.items():
        (tools / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "$0 $*" >>{tmp_path}/seen\nexec {where} "$@"\n')
        (tools / name).chmod(0o755)
    done = run(place, "/bin/sh", f"{tools}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    assert answer(place).stdout
    seen = (tmp_path / "seen").read_text()
    assert "openssl enc" in seen
    assert not re.findall(r"[0-9a-f]{32}", seen)


def test_without_openssl_it_refuses_before_it_asks_anything(tmp_path: Path) -> None:
    place = script(tmp_path, [words("mark", f"echo x >{tmp_path}/asked")])
    few = tmp_path / "few"
    few.mkdir()
    for name in ("tr", "cut", "od", "uname", "id", "date", "sh", "cat"):
        (few / name).symlink_to(shutil.which(name) or "")
    done = run(place, "/bin/sh", str(few))
    assert done.returncode == 1
    assert "there is no openssl here" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []
    assert not (tmp_path / "asked").exists()


def test_made_plain_it_needs_neither_openssl_nor_gzip(tmp_path: Path) -> None:
    place = script(tmp_path, [MADE_UP[0], MADE_UP[2]], plain=True)
    few = tmp_path / "few"
    few.mkdir()
    for name in ("tr", "cut", "od", "uname", "id", "date", "sh", "cat", "sed", "base64", "sha256sum"):
        (few / name).symlink_to(shutil.which(name) or "")
    # the script adds the usual folders to the PATH of what it asks, not of itself
    done = run(place, "/bin/sh", str(few))
    assert done.returncode == 0, done.stderr
    bundle = re.search(rb'"bundle":"(\w+)"', place.read_bytes())
    assert bundle is not None
    found = answer(place, Opener("acme", None, "", frozenset({bundle[1].decode()})))
    assert (found.head.form, found.head.packed) == ("plain", False)
    said = {b.question.arg: b.reply.stdout for b in read(found, [MADE_UP[0]]) if b.reply is not None}
    assert said == {"*": b"a\nb b\n$(id)\n", "a": b"<a>\n", "b b": b"<b b>\n", "$(id)": b"<$(id)>\n"}


def test_ended_in_the_middle_its_file_is_refused(tmp_path: Path) -> None:
    place = script(tmp_path, [MADE_UP[0], words("slow", "sleep 30")])
    (tmp_path / "out").mkdir()
    running = subprocess.Popen(["sh", str(place), str(tmp_path / "out")], start_new_session=True, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while not list((tmp_path / "out").iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    with pytest.raises(Refused, match="cut"):
        answer(place)


def test_a_process_left_behind_does_not_hold_the_script(tmp_path: Path) -> None:
    left = words("left", "sleep 60 & echo started")
    place = script(tmp_path, [left, MADE_UP[1]])
    began = time.monotonic()
    assert run(place).returncode == 0
    assert time.monotonic() - began < 30
    said = {b.question.probe: b.reply.stdout for b in read(answer(place), [left, MADE_UP[1]]) if b.reply is not None}
    assert said["test.left"] == b"started\n"
    assert said["test.bytes"].startswith(b"one")


@pytest.mark.lab
@pytest.mark.parametrize("how", ["stat", "exec stat"], ids=["its shell can be ended", "it is what timeout waits for"])
def test_a_command_that_nothing_can_end_costs_itself_alone(tmp_path: Path, how: str) -> None:
    """A mount whose server is dead, in a mount namespace of its own: stat sleeps there uninterruptibly."""
    need(os.geteuid() == 0 and Path("/dev/fuse").exists(), "root and /dev/fuse")
    dead = tmp_path / "dead"
    dead.mkdir()
    hanging = words("hanging", Shell(f"{how} {dead}", seconds=1))
    after = words("later", "echo later")
    place = script(tmp_path, [hanging, after])
    (tmp_path / "out").mkdir()
    room = subprocess.Popen(["unshare", "-m", "sleep", "120"])
    server = None
    try:
        until = time.monotonic() + 10
        while Path(f"/proc/{room.pid}/ns/mnt").stat().st_ino == Path("/proc/self/ns/mnt").stat().st_ino and time.monotonic() < until:
            time.sleep(0.05)
        server = subprocess.Popen([sys.executable, str(Path(__file__).parents[1] / "lab" / "deadmount.py"), str(room.pid), str(dead)])
        while str(dead) not in Path(f"/proc/{room.pid}/mounts").read_text() and time.monotonic() < until:
            time.sleep(0.05)
        inside = ["nsenter", "-t", str(room.pid), "-m", "sh", str(place), str(tmp_path / "out")]
        done = subprocess.run(inside, capture_output=True, text=True, check=False, cwd="/", stdin=subprocess.DEVNULL, timeout=60)
    finally:
        for process in (server, room):
            if process is not None:
                process.kill()
                process.wait()
    assert done.returncode == 0, done.stderr
    found = {b.question.probe: b for b in read(answer(place), [hanging, after])}
    assert found["test.hanging"].trouble == Unknown("timed out after 1 s", cause="timed_out")
    assert found["test.later"].reply is not None
    assert found["test.later"].reply.stdout == b"later\n"


def test_what_is_asked_otherwise_today_is_not_taken_and_the_others_keep_their_places(tmp_path: Path) -> None:
    asked = [words("a", "echo a"), words("b", 'echo "$1"', each="echo 1; echo 2"), words("c", "echo c")]
    place = script(tmp_path, asked)
    run(place)
    today = [words("a", "echo a"), words("b", "echo other"), words("c", "echo c"), words("d", "echo d")]
    found = {b.question.probe: b for b in read(answer(place), today)}
    assert {name: b.reply.stdout if b.reply else None for name, b in found.items()} == {
        "test.a": b"a\n", "test.b": None, "test.c": b"c\n", "test.d": None,
    }  # fmt: skip
    assert "otherwise than today" in str(found["test.b"].trouble)
    assert "not at all" in str(found["test.d"].trouble)


def test_time_and_account_are_those_of_the_run(tmp_path: Path) -> None:
    place = script(tmp_path, [MADE_UP[0]])
    run(place)
    found = answer(place)
    found = replace(found, head=type(found.head)(**{f: getattr(found.head, f) for f in found.head.__struct_fields__}))
    said: list[Sent] = []
    replies = [b.reply for b in read(found, [MADE_UP[0]], said) if b.reply is not None]
    assert {r.at for r in replies} == {found.head.at}
    assert {s.at for s in said} == {found.head.at}
    assert f"sha256 {found.sha256}" in said[0].what
    assert "test.each: " in said[1].what


def test_a_stream_that_ends_early_inside_a_whole_file_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    """The script was ended by something while it went on to write the file."""
    asked = [words("a", "echo a"), words("b", "echo b")]
    place = script(tmp_path, asked)
    run(place)
    found = answer(place)
    broken = replace(found, stdout=found.stdout[: found.stdout.index(b"\nb\n")])
    told = brought(broken, target("bundle"), asked, context())
    first = next(told)
    assert first.reply is not None
    assert first.reply.stdout == b"a\n"
    with pytest.raises(TransportError, match="was ended before it had asked everything"):
        next(told)


def test_what_was_said_on_stderr_is_missing_and_no_answer_is_whole(tmp_path: Path) -> None:
    place = script(tmp_path, [MADE_UP[0]])
    run(place)
    replies = [b.reply for b in read(replace(answer(place), stderr=b""), [MADE_UP[0]])]
    assert len(replies) == 4
    assert all(r is not None and r.truncated for r in replies)


def test_streams_that_are_none_of_the_script_are_said() -> None:
    with pytest.raises(TransportError, match="do not begin as the script's do"):
        Recorded(b"N=0123456789abcdef\n", b"hello", b"")


def test_a_warning_makes_the_answer_unknown_offline_too(tmp_path: Path) -> None:
    place = script(tmp_path, [MADE_UP[2]])
    run(place)
    (b,) = read(answer(place), [MADE_UP[2]])
    assert b.reply is not None
    assert MADE_UP[2].outcome(b.reply) == Unknown("warned: cannot read the rest", seen=(Word(text="half"),))
