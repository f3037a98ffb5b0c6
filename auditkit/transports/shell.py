"""Asking a host with a POSIX shell, the same for `local` and `ssh`: one exec for everything, a further one after each command that hangs.

The first exec goes through gzip, both streams of it. Where it gives no sign of life for longer than any command may take, or floods,
it is closed: questions that are whole on both streams are kept, and the rest goes into a second exec without gzip. There the frames
on stderr tell which command it is that does not return: it costs only itself, and what is behind it goes into the next exec. A gzip
stream that ended by itself without its CRC gives nothing: all is asked again without gzip.
"""

from __future__ import annotations

import secrets
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from auditkit.errors import TransportError
from auditkit.model import Question, Unknown
from auditkit.probing import Command, Probe, Reply, Shell
from auditkit.text import decode, one_line
from auditkit.transports.base import Brought, Context, Sent, Target, now
from auditkit.transports.frames import Frames, Key, Marks, Piece, Unpacker
from auditkit.transports.script import STRIDE, Item, script

GRACE = 6.0  # seconds beyond a command's own: on the target `timeout -k 2` should have ended it by then
PATIENCE = 30.0  # seconds without a frame or a mark that no command accounts for
MOST_EXECS = 12
STDERR_BYTES = 1 << 20
STEP = 1 << 20  # bytes decompressed at a time: a small gzip stream can hold gigabytes
LINGER = 3.0  # seconds for the rest of the gzip stream after the last command: a process left behind may hold the pipe open
Ending = Literal["whole", "hung", "flooded", "closed", "late", "held"]


class Exec(Protocol):
    """One running `sh -s` on the target, with the script as its stdin."""

    def read(self, seconds: float) -> tuple[int, bytes] | None:
        """(1, stdout) | (2, stderr) | (0, b"") both ended | None: nothing within that many seconds."""
        ...

    def close(self) -> None:
        """Stop reading and let go; does not block."""
        ...


@dataclass(slots=True)
class _Run:
    """One exec: its two streams, and how it ended."""

    out: Frames
    err: Frames
    packed: dict[int, Unpacker]  # of stream 1 and 2
    marks: Marks
    order: Sequence[Item]
    items: dict[int, Probe[Any]]
    ending: Ending = "closed"
    culprit: Key | None = None
    started: dict[Key, float] = field(default_factory=dict)
    total: int = 0
    broken: str = ""

    @classmethod
    def of(cls, items: Sequence[Item], nonce: bytes) -> _Run:
        """Before its first byte."""
        marks = Marks(nonce)
        packed = {1: Unpacker(nonce), 2: Unpacker(nonce, marks)}
        return cls(Frames(nonce), Frames(nonce), packed, marks, items, {i.number: i.probe for i in items})

    @property
    def who(self) -> tuple[str, str, str] | None:
        """(no | root | sudo, account, "timeout" or ""); None where that still sits in the target's gzip."""
        return self.out.who or self.err.who

    @property
    def zipped(self) -> bool:
        """Whether it goes through gzip: then frames come late, and marks alone tell that it lives."""
        return any(u.zipped for u in self.packed.values())

    @property
    def unpacked(self) -> bool:
        """Whether a CRC speaks for all that came through gzip."""
        return all(u.whole for u in self.packed.values())

    @property
    def is_shell(self) -> bool:
        """Whether the script ran at all."""
        return self.zipped or self.who is not None

    @property
    def doubtful(self) -> bool:
        """A gzip stream ended by itself without its end: no CRC speaks for what came through it. Where this side cut it off, SSH does."""
        return self.zipped and not self.unpacked and self.ending in ("whole", "closed")

    @property
    def cut(self) -> bool:
        """Cut off while frames sat in the target's gzip: which command it was, and what others said on stderr, may be missing."""
        return self.zipped and self.ending not in ("whole", "closed")

    def closed(self, key: Key) -> bool:
        """Whether all that a command said is here."""
        return key in self.out.closed and (key in self.err.closed or not self.cut)

    def command(self, key: Key | None) -> Command | None:
        """The command that a frame names; None where the target made the name up."""
        probe = self.items.get(key.number) if key else None
        if probe is None or key is None or key.way == "list":
            return probe.each if probe else None
        return probe.commands[int(key.way)] if int(key.way) < len(probe.commands) else None


def ask_all(
    open_exec: Callable[[bytes], Exec],
    target: Target,
    probes: Sequence[Probe[Any]],
    context: Context,
    account: str,
    sudo: bool = True,
) -> Iterator[Brought]:
    """Ask all shell probes of a target. Raises TransportError where the other side is no POSIX shell or broke off."""
    deadline = time.monotonic() + context.host_seconds
    waiting = [Item(n, p) for n, p in enumerate(probes) if isinstance(p.command, Shell)]
    # After an exec that had to be cut off the next goes without gzip: what is whole must not wait in a buffer for a hang behind it.
    for attempt in range(MOST_EXECS):
        if not waiting:
            return
        nonce = secrets.token_hex(8)
        _journal(context, target, account, waiting)
        run = _Run.of(waiting, nonce.encode())
        ex = open_exec(script(waiting, nonce, sudo, zipped=attempt == 0))
        try:
            _watch(run, ex, deadline, context)
        finally:
            ex.close()
        if not run.is_shell:
            raise _no_shell(run)
        done: set[int] = set()
        for item in waiting if run.who and not run.doubtful else ():
            brought = list(_brought(run, item, target, context))
            yield from brought
            done.update({item.number} if brought else ())
        waiting = [i for i in waiting if i.number not in done]
        if run.ending == "late":
            said = f"cut off after {context.host_seconds:g} s with {len(waiting)} questions open; raise host_seconds"
            raise TransportError("timed_out", said)
        if run.ending in ("whole", "closed") and not done and waiting and not run.doubtful:
            said = "the connection ended early" if run.ending == "closed" else "the shell ended without an answer to what was asked"
            raise TransportError("truncated", f"{said}{': ' + run.broken if run.broken else ''}")
    if waiting:
        raise TransportError("timed_out", f"gave up after {MOST_EXECS} tries: each ended in a command that does not return")


def _journal(context: Context, target: Target, account: str, items: Sequence[Item]) -> None:
    lines = "\n".join(_told(item.probe) for item in items)
    context.journal(Sent(now(), target.id, target.address, account, f"sh -s:\n{lines}"))


def _told(probe: Probe[Any]) -> str:
    commands = " || ".join(map(str, probe.commands))
    return f"{probe.name}: {commands}   [for each line of: {probe.each}]" if probe.each else f"{probe.name}: {commands}"


def _watch(run: _Run, ex: Exec, deadline: float, context: Context) -> None:
    """Read both streams until the end, a hang, a flood or the host's deadline."""
    while True:
        clock = time.monotonic()
        if clock > deadline:
            run.ending, run.culprit = "late", _running(run)
            return
        limit = _limit(run, clock, context)
        if clock > limit:
            run.ending, run.culprit = ("held", None) if _is_over(run) else ("hung", _running(run))
            return
        got = ex.read(max(0.01, min(limit, deadline) - clock))
        if got is None:
            continue
        stream, data = got
        run.total += len(data)
        try:
            flooded = _take(run, stream, data, context)
        except zlib.error as e:
            run.broken = f"damaged gzip stream ({e})"
            run.ending = "closed"
            return
        if flooded:
            run.ending, run.culprit = "flooded", _running(run) if stream == 2 else run.out.opened or _running(run)
            return
        is_whole = run.out.over and (run.unpacked or not run.zipped)
        if stream == 0 or (is_whole and run.err.over):
            run.ending = "whole" if is_whole else "closed"
            return


def _running(run: _Run) -> Key | None:
    """The command that is running, as far as that is seen while it is."""
    return None if run.zipped else run.err.opened


def _is_over(run: _Run) -> bool:
    return run.marks.place == "over" if run.zipped else run.err.over


def _limit(run: _Run, clock: float, context: Context) -> float:
    """When the running command counts as hanging; before the first frame: how long a login may chatter."""
    if _is_over(run):
        return run.started.setdefault(Key(-2, "", ""), clock) + LINGER
    key = _running(run)
    if run.zipped:
        return run.started.setdefault(Key(-3, run.marks.place, str(run.marks.count)), clock) + _patience(run, context) + GRACE
    if key is None:
        return run.started.setdefault(Key(-1, "", str(len(run.err.closed))), clock) + PATIENCE
    command = run.command(key)
    seconds = command.seconds if isinstance(command, Shell) else PATIENCE
    return run.started.setdefault(key, clock) + seconds + GRACE


def _patience(run: _Run, context: Context) -> float:
    """What the slowest command up to the next mark may take: whoever is unlucky to need more in sum is asked again without gzip.

    Time must be left for that, so it is no more than a fifth of what the host has.
    """
    place = int(run.marks.place) if run.marks.place.isdecimal() else 0
    asked = (c for item in run.order[place : place + STRIDE] for c in (*item.probe.commands, item.probe.each))
    longest = max([PATIENCE, *(c.seconds for c in asked if isinstance(c, Shell))])
    return min(longest, context.host_seconds / 5)


def _take(run: _Run, stream: int, data: bytes, context: Context) -> bool:
    """Feed a chunk (stream 0: the end); True where a cap was passed."""
    if run.total > context.host_bytes:
        return True
    if stream == 1:
        return _unpack(run.packed[1], run.out, data, context.reply_bytes)
    return _unpack(run.packed[2], run.err, data, STDERR_BYTES, end=stream == 0)


def _unpack(unpacker: Unpacker, frames: Frames, data: bytes, most: int, end: bool = False) -> bool:
    while True:
        frames.feed(unpacker.feed(data, STEP, end))
        if frames.open_size > most or len(unpacker.greeting) > STDERR_BYTES:
            return True
        if not unpacker.waiting:
            return False
        data = b""


def _no_shell(run: _Run) -> TransportError:
    said = one_line(decode(b" ".join(bytes(u.greeting[:2000]) for u in run.packed.values())), 160)
    if run.ending in ("hung", "late"):
        return TransportError("timed_out", f"logged in, but the shell does not answer{': ' + said if said else ''}")
    if run.ending == "flooded":
        return TransportError("truncated", f"logged in, but the login floods instead of giving a shell: {said[:80]}")
    return TransportError("not_understood", f"no POSIX shell answered: {said or 'nothing was said'}")


def _brought(run: _Run, item: Item, target: Target, context: Context) -> Iterator[Brought]:
    """Everything this run knows of one probe; nothing = ask again in the next exec."""
    probe = item.probe
    if not _may(run, probe):
        yield Brought(_q(target, probe), str(probe.command), None, Unknown("needs root", cause="no_sudo"))
        return
    if probe.each is None:
        yield from _one(run, item, target, context, "")
        return
    listed = Key(item.number, "list", "*")
    if not run.closed(listed):
        yield from _culprit(run, item, listed, target, context)
        return
    reply = _reply(run, listed, 0, context)
    args, outcome = probe.listing(reply)
    outcome = _timed_out(run, reply, probe.each) or outcome
    answered = [b for arg in args for b in _one(run, item, target, context, arg)]
    open_ = [a for a in args if a not in {b.question.arg for b in answered}]
    if open_ and (run.cut or (not answered and run.ending != "whole" and run.culprit is None)):
        return
    yield from answered
    if open_ and not isinstance(outcome, Unknown):
        outcome = Unknown(f"{len(open_)} of {len(args)} were not asked, the first: {open_[0]}", cause="truncated")
    yield Brought(_q(target, probe, "*"), str(probe.each), reply, outcome if isinstance(outcome, Unknown) else None)


def _one(run: _Run, item: Item, target: Target, context: Context, arg: str) -> Iterator[Brought]:
    """The first way that answered; one that is missing answers only where the script went no further.

    The script goes on after every 127, this side alone can see whether something was said with it.
    """
    ways = item.probe.commands
    for way, command in enumerate(ways):
        key = Key(item.number, str(way), arg)
        if run.culprit == key:
            yield from _culprit(run, item, key, target, context)
        if not run.closed(key):
            return
        reply = _reply(run, key, way, context)
        if way + 1 < len(ways) and item.probe.lacks_command(reply):
            continue
        yield Brought(_q(target, item.probe, arg), str(command), reply, _timed_out(run, reply, command))
        return


def _timed_out(run: _Run, reply: Reply, command: Command) -> Unknown | None:
    """Ended by coreutils timeout: 124, after its KILL 137."""
    if reply.code not in (124, 137) or _who(run)[-1] != "timeout":
        return None
    return Unknown(f"timed out after {getattr(command, 'seconds', 0):g} s", cause="timed_out")


def _culprit(run: _Run, item: Item, key: Key, target: Target, context: Context) -> Iterator[Brought]:
    """The command that ended the run: what it said is kept as truncated."""
    if run.culprit != key:
        return
    probe = item.probe
    command = probe.each if key.way == "list" else probe.commands[int(key.way)]
    seconds = getattr(command, "seconds", 0.0)
    why = (
        Unknown(f"truncated: more than {context.reply_bytes >> 20} MB were answered", cause="truncated")
        if run.ending == "flooded"
        else Unknown(f"timed out: no end after {seconds:g} s", cause="timed_out")
    )
    body = run.out.open_body()[: context.reply_bytes] if run.out.opened == key else b""
    way = 0 if key.way == "list" else int(key.way)
    warned = run.err.open_body()[:STDERR_BYTES] if run.err.opened == key else b""
    reply = Reply(body, warned, None, now(), _account(run), key.arg, way, True, _as_root(run, "h"), context.key)
    yield Brought(_q(target, probe, key.arg), str(command), reply, why)


def _reply(run: _Run, key: Key, way: int, context: Context) -> Reply:
    piece = run.out.closed[key]
    warned = run.err.closed.get(key, Piece(b"", None, ""))
    root = _as_root(run, piece.mode[:1])
    # stderr without its closing frame: a warning may be missing, so the answer is not whole
    truncated = warned.code is None
    account = _account(run) if root else _who(run)[1]
    return Reply(piece.body, warned.body, piece.code, now(), account, key.arg, way, truncated, root, context.key)


def _who(run: _Run) -> tuple[str, str, str]:
    return run.who or ("no", "", "")


def _as_root(run: _Run, how: str) -> bool:
    return _who(run)[0] == "root" or (_who(run)[0] == "sudo" and how in "hr")


def _account(run: _Run) -> str:
    root, account, _ = _who(run)
    return f"root (sudo of {account})" if root == "sudo" else account


def _may(run: _Run, probe: Probe[Any]) -> bool:
    needs = probe.needs_root or (probe.each is not None and probe.each.root)
    return not needs or _who(run)[0] != "no"


def _q(target: Target, probe: Probe[Any], arg: str | None = None) -> Question:
    return Question(target.id, probe.name, arg if arg is not None else "*" if probe.each else "")
