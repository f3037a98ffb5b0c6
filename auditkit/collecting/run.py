"""Asking: threads that bring answers, one writer that keeps them. A crash or Ctrl-C at any moment loses nothing that was kept."""

from __future__ import annotations

import gc
import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditkit.collecting.plan import open_probes
from auditkit.errors import Cause, TransportError
from auditkit.model import Question, Unknown
from auditkit.probing import Probe
from auditkit.registry import Registry
from auditkit.store import Store, Told
from auditkit.transports import let_go, load
from auditkit.transports.base import Brought, Context, Credential, Target, now

FLUSH_SECONDS = 2.0  # what one exec brought is read within that, and kept in one transaction


class Progress:
    """Told of what happens; the CLI draws it. The base does nothing."""

    def started(self, target: str, questions: int) -> None:
        """A target is being asked."""

    def answered(self, target: str, answers: int) -> None:
        """So many more answers of it were kept."""

    def done(self, target: str) -> None:
        """It is finished."""


@dataclass(frozen=True, slots=True)
class _Batch:
    target: str
    told: Sequence[Told]
    last: bool = False
    crash: BaseException | None = None


@dataclass(slots=True)
class _Crew:
    """Threads that take targets from one queue and put batches of answers into another."""

    registry: Registry
    context: Context
    credentials: Mapping[str, Credential]
    todo: queue.SimpleQueue[tuple[Target, list[Probe[Any]]] | None] = field(default_factory=queue.SimpleQueue)
    # Bounded: answers must not pile up in memory while the writer is busy.
    brought: queue.Queue[_Batch] = field(default_factory=lambda: queue.Queue(maxsize=16))
    stopped: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        while (job := self.todo.get()) is not None and not self.stopped.is_set():
            target, probes = job
            try:
                self._ask(target, probes)
            except BaseException as e:  # noqa: BLE001 a bug in one target's code must reach the writer, not die with its thread
                self._put(_Batch(target.id, (), last=True, crash=e))

    def _put(self, batch: _Batch) -> None:
        while not self.stopped.is_set():
            try:
                self.brought.put(batch, timeout=0.2)
                return
            except queue.Full:
                continue

    def _ask(self, target: Target, probes: list[Probe[Any]]) -> None:
        """Raises nothing of what the code of one target does wrong: that becomes its open questions' answer, and is told to the writer."""
        waiting: list[Told] = []
        asked: set[Question] = set()
        flushed = time.monotonic()
        trouble: Unknown | None = None
        crash: Exception | None = None
        try:
            credential = self.credentials.get(target.credential or "")
            for brought in load(target.transport).collect(target, probes, credential, self.context):
                if self.stopped.is_set():
                    return
                waiting.append(_told(brought, self.registry))
                asked.add(brought.question)
                if time.monotonic() - flushed > FLUSH_SECONDS:
                    self._put(_Batch(target.id, waiting))
                    waiting, flushed = [], time.monotonic()
        except TransportError as e:
            trouble = Unknown(str(e), cause=e.cause)
        except Exception as e:  # noqa: BLE001 a bug: the other targets are asked all the same, and it is raised when all is kept
            crash, trouble = e, Unknown(f"internal error: {_where(e)}", cause="not_understood")
        rest = [q for q in ((p, Question(target.id, p.name, "*" if p.many else "")) for p in probes) if q[1] not in asked]
        why = trouble or Unknown("not asked: the transport brought no answer", cause="truncated")
        waiting += [Told(question, str(p.command), why, None, now(), p.secret) for p, question in rest]
        if trouble is not None and not rest and waiting:
            waiting.append(self._cut(target, trouble))
        self._put(_Batch(target.id, waiting, last=True, crash=crash))

    @staticmethod
    def _cut(target: Target, trouble: Unknown) -> Told:
        """The connection broke although every probe had an answer: that is kept as an answer of its own."""
        return Told(Question(target.id, "auditkit.connection", ""), "", trouble, None, now(), False)


def _where(e: Exception) -> str:
    """Its type and the line that raised it; its words may hold what a target said."""
    frames = traceback.extract_tb(e.__traceback__)
    return f"{type(e).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else type(e).__name__


def _told(b: Brought, registry: Registry) -> Told:
    """The reply becomes an outcome here, by `Probe.outcome` or, for the list of an each=, `Probe.listing`."""
    probe = registry.probes[b.question.probe]
    if b.trouble is not None and b.reply is not None and b.question.arg != "*":
        read = probe.outcome(b.reply)
        outcome: Any = Unknown(b.trouble.why, seen=read.seen if isinstance(read, Unknown) else (), cause=b.trouble.cause)
    elif b.trouble is not None:
        outcome = b.trouble
    elif b.reply is None:
        cause: Cause = "truncated"
        outcome = Unknown("not asked", cause=cause)
    else:
        outcome = probe.listing(b.reply)[1] if b.question.arg == "*" else probe.outcome(b.reply)
    return Told(b.question, b.command, outcome, b.reply, now(), probe.secret)


def collect(
    store: Store,
    snapshot: int,
    targets: Sequence[Target],
    registry: Registry,
    context: Context,
    credentials: Mapping[str, Credential],
    workers: int = 16,
    progress: Progress | None = None,
    on_batch: Callable[[], None] | None = None,
) -> None:
    """Ask every target what it has not answered yet in this snapshot; returns when all have.

    credentials: opened references, by reference. KeyboardInterrupt is raised on after what was brought has been kept. What one
    target's code raised unexpectedly is an Unknown of its open questions; the first such error is raised when all targets are done.
    """
    shown = progress or Progress()
    jobs = list(_jobs(store, snapshot, targets, registry))
    crew = _Crew(registry, context, credentials)
    for job in jobs:
        crew.todo.put(job)
    threads = [threading.Thread(target=crew.work, daemon=True, name=f"ask-{n}") for n in range(min(workers, len(jobs)))]
    for _ in threads:
        crew.todo.put(None)
    for target, probes in jobs:
        shown.started(target.id, len(probes))
    for thread in threads:
        thread.start()
    gc.freeze()  # what is loaded by now stays: the collector need not walk through it again and again
    try:
        crash = _keep(store, snapshot, crew, len(jobs), shown, on_batch)
    except BaseException:
        crew.stopped.set()
        let_go()
        raise
    finally:
        gc.unfreeze()
        crew.stopped.set()
        _drain(store, snapshot, crew)
    store.finish(snapshot, now())
    if crash is not None:
        raise crash


def _jobs(store: Store, snapshot: int, targets: Sequence[Target], registry: Registry) -> Iterator[tuple[Target, list[Probe[Any]]]]:
    planned = store.questions(snapshot)
    answered = {a.question for a in store.answers(snapshot)}
    by_target: dict[str, list[Question]] = {}
    for q in planned:
        by_target.setdefault(q.target, []).append(q)
    for target in targets:
        probes = open_probes(target.id, by_target.get(target.id, []), answered, registry)
        if probes:
            yield target, probes


def _keep(
    store: Store, snapshot: int, crew: _Crew, open_: int, shown: Progress, on_batch: Callable[[], None] | None
) -> BaseException | None:
    """Write until every target is done; the first crash that was told."""
    crash: BaseException | None = None
    while open_:
        batch = crew.brought.get()
        store.record(snapshot, batch.told)
        shown.answered(batch.target, len(batch.told))
        if batch.last:
            open_ -= 1
            shown.done(batch.target)
        crash = crash or batch.crash
        if on_batch:
            on_batch()
    return crash


def _drain(store: Store, snapshot: int, crew: _Crew) -> None:
    """Keep what had been brought when the loop ended early."""
    while True:
        try:
            batch = crew.brought.get_nowait()
        except queue.Empty:
            return
        store.record(snapshot, batch.told)
