"""Asking a host with a POSIX shell, the same for `local` and `ssh`: one exec for everything, a further one after each command that hangs.

A command that does not return, or floods, costs only itself: frames on stderr tell which it was, the exec is closed, what is
whole is kept, and the rest goes into the next exec. A gzip stream that ended by itself without its CRC gives nothing: all is asked
again without gzip.
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
from auditkit.transports.frames import Frames, Key, Piece, Unpacker
from auditkit.transports.script import Item, script

GRACE = 6.0  # seconds beyond a command's own: on the target `timeout -k 2` should have ended it by then
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
    unpacker: Unpacker
    items: dict[int, Probe[Any]]
    ending: Ending = "closed"
    culprit: Key | None = None
    started: dict[Key, float] = field(default_factory=dict)
    total: int = 0
    broken: str = ""

    @property
    def who(self) -> tuple[str, str, str]:
        """(no | root | sudo, account, "timeout" or ""): stdout may still sit in the target's gzip, stderr never does."""
        return self.out.who or self.err.who or ("no", "", "")

    @property
    def is_shell(self) -> bool:
        """Whether the script ran at all."""
        return (self.out.who or self.err.who) is not None

    @property
    def doubtful(self) -> bool:
        """The gzip stream ended by itself without its end: no CRC speaks for what came through it. Where this side cut it off, SSH does."""
        return self.unpacker.zipped and not self.unpacker.whole and self.ending in ("whole", "closed")

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
        run = _Run(Frames(nonce.encode()), Frames(nonce.encode()), Unpacker(nonce.encode()), {i.number: i.probe for i in waiting})
        ex = open_exec(script(waiting, nonce, sudo, zipped=attempt == 0))
        try:
            _watch(run, ex, deadline, context)
        finally:
            ex.close()
        if not run.is_shell:
            raise _no_shell(run)
        done: set[int] = set()
        for item in waiting if not run.doubtful else ():
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
            run.ending = "late"
            run.culprit = run.err.opened
            return
        limit = _limit(run, clock)
        if clock > limit:
            run.ending, run.culprit = ("held", None) if run.err.over else ("hung", run.err.opened)
            return
        got = ex.read(max(0.01, min(limit, deadline) - clock))
        if got is None:
            continue
        stream, data = got
        if stream == 0:
            run.ending = "whole" if run.out.over and (run.unpacker.whole or not run.unpacker.zipped) else "closed"
            return
        run.total += len(data)
        try:
            flooded = _take(run, stream, data, context)
        except zlib.error as e:
            run.broken = f"damaged gzip stream ({e})"
            run.ending = "closed"
            return
        if run.out.over and run.err.over and not run.unpacker.zipped:
            run.ending = "whole"
            return
        if flooded:
            run.ending, run.culprit = "flooded", run.err.opened if stream == 2 else run.out.opened or run.err.opened
            return


def _limit(run: _Run, clock: float) -> float:
    """When the running command counts as hanging; before the first frame: how long a login may chatter."""
    key = run.err.opened
    if run.err.over:
        return run.started.setdefault(Key(-2, "", ""), clock) + LINGER
    if key is None:
        return run.started.setdefault(Key(-1, "", str(len(run.err.closed))), clock) + 30.0
    command = run.command(key)
    seconds = command.seconds if isinstance(command, Shell) else 30.0
    return run.started.setdefault(key, clock) + seconds + GRACE


def _take(run: _Run, stream: int, data: bytes, context: Context) -> bool:
    """Feed a chunk; True where a cap was passed."""
    if run.total > context.host_bytes:
        return True
    if stream == 2:
        run.err.feed(data)
        return run.err.open_size > STDERR_BYTES
    more = data
    while True:
        run.out.feed(run.unpacker.feed(more, STEP))
        if run.out.open_size > context.reply_bytes or len(run.unpacker.greeting) > STDERR_BYTES:
            return True
        if not run.unpacker.waiting:
            return False
        more = b""


def _no_shell(run: _Run) -> TransportError:
    said = one_line(decode(bytes(run.unpacker.greeting[:2000]) + b" " + run.err.open_body()[:2000]), 160)
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
    if listed not in run.out.closed:
        yield from _culprit(run, item, listed, target, context)
        return
    reply = _reply(run, listed, 0, context)
    args, outcome = probe.listing(reply)
    outcome = _timed_out(run, reply, probe.each) or outcome
    answered = [b for arg in args for b in _one(run, item, target, context, arg)]
    open_ = [a for a in args if a not in {b.question.arg for b in answered}]
    if open_ and not answered and run.ending != "whole" and run.culprit is None:
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
        if key not in run.out.closed:
            return
        reply = _reply(run, key, way, context)
        if way + 1 < len(ways) and item.probe.lacks_command(reply):
            continue
        yield Brought(_q(target, item.probe, arg), str(command), reply, _timed_out(run, reply, command))
        return


def _timed_out(run: _Run, reply: Reply, command: Command) -> Unknown | None:
    """Ended by coreutils timeout: 124, after its KILL 137."""
    if reply.code not in (124, 137) or run.who[-1] != "timeout":
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
    reply = Reply(body, run.err.open_body()[:STDERR_BYTES], None, now(), _account(run), key.arg, way, True, _as_root(run, "h"), context.key)
    yield Brought(_q(target, probe, key.arg), str(command), reply, why)


def _reply(run: _Run, key: Key, way: int, context: Context) -> Reply:
    piece = run.out.closed[key]
    warned = run.err.closed.get(key, Piece(b"", None, ""))
    root = _as_root(run, piece.mode[:1])
    # stderr without its closing frame: a warning may be missing, so the answer is not whole
    truncated = warned.code is None
    account = _account(run) if root else run.who[1]
    return Reply(piece.body, warned.body, piece.code, now(), account, key.arg, way, truncated, root, context.key)


def _as_root(run: _Run, how: str) -> bool:
    return run.who[0] == "root" or (run.who[0] == "sudo" and how in "hr")


def _account(run: _Run) -> str:
    return f"root (sudo of {run.who[1]})" if run.who[0] == "sudo" else run.who[1]


def _may(run: _Run, probe: Probe[Any]) -> bool:
    needs = probe.needs_root or (probe.each is not None and probe.each.root)
    return not needs or run.who[0] != "no"


def _q(target: Target, probe: Probe[Any], arg: str | None = None) -> Question:
    return Question(target.id, probe.name, arg if arg is not None else "*" if probe.each else "")
