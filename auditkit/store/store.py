"""Snapshots, questions, answers. One writer; every committed answer survives a kill -9."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Insert, Row, Select, Table, delete, func, insert, literal, literal_column, select, update
from sqlalchemy.exc import DatabaseError, OperationalError

from auditkit.errors import Cause, EvidenceError, StoreError, UsageError
from auditkit.model import Absent, Evidence, Found, Outcome, Question, Unknown
from auditkit.probing import Probe, Reply
from auditkit.scrub import which_hold_secret
from auditkit.store.blobs import Blobs, Cipher, NoCipher
from auditkit.store.engine import open_engine, sqlite_url
from auditkit.store.facts import Stale, packed, unpacked
from auditkit.store.many import insert_many
from auditkit.store.reading import CURE, open_reading, unwritable
from auditkit.store.records import Answer, Carried, SnapshotInfo, TargetInfo, Told
from auditkit.store.schema import alias, answer, question, snapshot


class _Body(msgspec.Struct, frozen=True, array_like=True):
    """A reply as evidence: canonical MessagePack of exactly these."""

    stdout: bytes
    stderr: bytes
    code: int | None
    way: int
    root: bool
    truncated: bool


# Causes that lie in how the run ended, not in the bytes it brought.
CUT_SHORT: Final[tuple[Cause, ...]] = ("timed_out", "truncated", "no_sudo")
_KEY = ("snapshot", "target", "probe", "arg")
_SAID = ("state", "why", "cause", "at", "account", "command", "evidence", "secret", "facts")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Body).decode
_targets = msgspec.json.Decoder(tuple[TargetInfo, ...])


class Store:
    """See module. `Store.open(path)` for a workspace, `Store.open(None)` in memory."""

    def __init__(self, engine: Engine, blobs: Blobs, read_only: Path | None = None, copy: Any = None) -> None:
        """read_only: the folder that cannot be written, so that nothing is; copy: cleaned up in the end."""
        self._engine = engine
        self.blobs = blobs
        self.read_only = read_only
        self._copy = copy

    @classmethod
    def open(cls, where: Path | str | None, key: bytes = b"", cipher: Cipher | None = None, evidence: Path | None = None) -> Store:
        """where: a file, a URL (postgresql+psycopg://…), None = memory. A file that cannot be written is opened for reading alone.

        Raises UsageError, NewerStore, StoreError.
        """
        url = "sqlite://" if where is None else where if isinstance(where, str) else sqlite_url(where)
        closed = unwritable(url)
        engine, copy = open_reading(url) if closed else (open_engine(url), None)
        return cls(engine, Blobs(evidence, key, cipher or NoCipher()), closed, copy)

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    def __del__(self) -> None:
        # As `close`, for who forgot it: an engine's pool would leave its connection to the garbage collector.
        self.close()

    # -- writing -------------------------------------------------------------------------------------------------------

    def begin(
        self,
        targets: Sequence[TargetInfo],
        questions: Sequence[Question],
        at: datetime,
        tool: str,
        operator: str,
        carried: Carried | None = None,
    ) -> int:
        """The plan is written before the first question is asked: what is never answered is Unknown, also after a kill -9.

        carried: targets whose questions and answers are taken along from an earlier snapshot, with their evidence and their time.
        """
        with self._write() as c:
            row = {"opened": at.isoformat(), "tool": tool, "operator": operator, "targets": msgspec.json.encode(list(targets)).decode()}
            made = c.execute(insert(snapshot).values(row).returning(snapshot.c.id)).scalar_one()
            if questions:
                c.execute(insert(question), [{"snapshot": made, "target": q.target, "probe": q.probe, "arg": q.arg} for q in questions])
            if carried:
                _carry(c, carried, int(made))
        return int(made)

    def record(self, snap: int, answers: Sequence[Told]) -> None:
        """Keep the answers of one target in one transaction."""
        if not answers:
            return
        with self._write() as c:
            insert_many(c, question, [{"snapshot": snap, **_asked(t.question)} for t in answers])
            bodies: dict[str, tuple[bytes, bool]] = {}
            secret = _secret(answers)
            rows = [{"snapshot": snap, **self._row(t, n in secret, bodies)} for n, t in enumerate(answers)]
            self.blobs.put(c, bodies)
            insert_many(c, answer, rows, _unless_known)

    def _row(self, t: Told, secret: bool, bodies: dict[str, tuple[bytes, bool]]) -> dict[str, Any]:
        """A row of `answer`; what it points to is put into `bodies`."""
        evidence, r = None, t.reply
        if r is not None:
            evidence = self._hold(_encode(_Body(r.stdout, r.stderr, r.code, r.way, r.root, r.truncated)), secret, bodies)
        state, why, cause, facts = self._said(t.outcome, bodies)
        return {
            **_asked(t.question), "state": state, "why": _writable(why), "cause": cause, "at": (r.at if r else t.at).isoformat(),
            "account": _writable(r.account) if r else "", "command": _writable(t.command), "evidence": evidence, "secret": secret,
            "facts": facts,
        }  # fmt: skip

    def _said(self, outcome: Outcome, bodies: dict[str, tuple[bytes, bool]]) -> tuple[str, str, str, str | None]:
        match outcome:
            case Found(found):
                return "found", "", "", self._hold(packed(found), False, bodies)
            case Absent(why):
                return "absent", why, "", None
            case Unknown(why, seen, cause):
                return "unknown", why, cause or "", self._hold(packed(seen), False, bodies) if seen else None

    def _hold(self, body: bytes, secret: bool, bodies: dict[str, tuple[bytes, bool]]) -> str:
        address = self.blobs.address(body, secret)
        bodies[address] = (body, secret)
        return address

    def finish(self, snap: int, at: datetime) -> None:
        """The collection reached its end."""
        with self._write() as c:
            c.execute(update(snapshot).where(snapshot.c.id == snap).values(closed=at.isoformat()))

    def remember(self, given: Mapping[tuple[str, str], str]) -> None:
        """Keep asset ids: (kind, value) of a mark -> id."""
        with self._write() as c:
            c.execute(delete(alias))
            if given:
                c.execute(insert(alias), [{"kind": k, "value": v, "asset": a} for (k, v), a in sorted(given.items())])

    def _write(self) -> Any:
        self.writable()
        return _Guard(self._engine)

    def writable(self) -> None:
        """Raises UsageError where nothing can be written: before somebody is asked what could not be kept."""
        if self.read_only:
            raise UsageError(f"{self.read_only}: is read-only: {CURE}, and name the copy")

    # -- reading -------------------------------------------------------------------------------------------------------

    def snapshots(self) -> list[SnapshotInfo]:
        """All, oldest first."""
        with self._engine.connect() as c:
            return [_info(r) for r in c.execute(select(snapshot).order_by(snapshot.c.id))]

    def snapshot(self, snap: int | None = None) -> SnapshotInfo:
        """That one, or the newest. Raises UsageError where there is none."""
        found = [s for s in self.snapshots() if snap is None or s.id == snap]
        if not found:
            known = ", ".join(str(s.id) for s in self.snapshots())
            raise UsageError(f"no snapshot {snap}; known: {known}" if snap and known else "no snapshot yet: run auditkit collect first")
        return found[-1]

    def asked(self, snap: int) -> list[str]:
        """Targets that a question or an answer names, by code point."""
        with self._engine.connect() as c:
            named = (select(t.c.target).where(t.c.snapshot == snap).distinct() for t in (question, answer))
            return sorted({target for one in named for target in c.execute(one).scalars()})

    def questions(self, snap: int, target: str | None = None) -> list[Question]:
        """Everything planned, or what one target is asked, in order."""
        with self._engine.connect() as c:
            order = (question.c.target, question.c.probe, question.c.arg)
            rows = c.execute(_of(select(*order), question, snap, target).order_by(*order))
            return [Question(*r) for r in rows]

    def answers(self, snap: int, target: str | None = None) -> list[Answer]:
        """Everything answered, or what one target has, in order."""
        with self._engine.connect() as c:
            found = _of(_ANSWERS, answer, snap, target).order_by(answer.c.target, answer.c.probe, answer.c.arg)
            return [_answer(tuple(r)) for r in c.execute(found)]

    def given(self) -> dict[tuple[str, str], str]:
        """Asset ids given before."""
        with self._engine.connect() as c:
            return {(r.kind, r.value): r.asset for r in c.execute(select(alias))}

    def facts(self, a: Answer, probe: Probe[Any] | None, types: Mapping[str, type]) -> list[object]:
        """Facts of an answer. Where a fact type has changed since, the bytes are read again (Stale is raised if they cannot be)."""
        if a.facts is None:
            return []
        with self._engine.connect() as c:
            body = self.blobs.get(c, a.facts)
        try:
            return unpacked(body, types)
        except Stale:
            if probe is None:
                raise
            match self.again(a, probe):
                case Found(found) | Unknown(_, found):
                    return list(found)
                case Absent():
                    return []

    def again(self, a: Answer, probe: Probe[Any]) -> Outcome:
        """The stored bytes read once more, now. Raises EvidenceError where they are gone, changed, or no key opens them.

        How the run that brought them ended is not in the bytes: what it cut short stays unknown, however well they read.
        """
        reply = self.reply(a)
        outcome = probe.listing(reply)[1] if a.question.arg == "*" and probe.many else probe.outcome(reply)
        cause = next((c for c in CUT_SHORT if c == a.cause), None)
        if cause is None:
            return outcome
        return Unknown(a.why, seen=outcome.seen if isinstance(outcome, Unknown) else (), cause=cause)

    def reply(self, a: Answer) -> Reply:
        """The evidence of an answer as a reply."""
        if a.evidence is None:
            raise EvidenceError(f"{a.question.target}/{a.question.probe}: no byte came back, so there is nothing to read")
        with self._engine.connect() as c:
            b = _decode(self.blobs.get(c, a.evidence))
        return Reply(b.stdout, b.stderr, b.code, a.at, a.account, a.question.arg, b.way, b.truncated, b.root, self.blobs.key)

    def held_facts(self, a: Answer) -> bytes:
        """The stored facts as bytes. Raises EvidenceError."""
        if a.facts is None:
            return b""
        with self._engine.connect() as c:
            return self.blobs.get(c, a.facts)

    def evidence(self, a: Answer) -> Evidence:
        """Where an answer comes from."""
        return Evidence(a.question.target, a.question.probe, a.question.arg, a.command, a.account, a.at, a.evidence, a.secret)

    def reparse(self, snap: int, probes: Mapping[str, Probe[Any]]) -> tuple[int, int]:
        """Read all stored bytes of a snapshot again; -> (answers read again, answers that changed)."""
        read = changed = 0
        for a in self.answers(snap):
            probe = probes.get(a.question.probe)
            if a.evidence is None or probe is None or a.cause in CUT_SHORT:
                continue
            outcome = self.again(a, probe)
            read += 1
            changed += self._replace(snap, a, outcome)
        return read, changed

    def _replace(self, snap: int, a: Answer, outcome: Outcome) -> bool:
        bodies: dict[str, tuple[bytes, bool]] = {}
        new = dict(zip(("state", "why", "cause", "facts"), self._said(outcome, bodies), strict=True))
        if new == {"state": a.state, "why": a.why, "cause": a.cause, "facts": a.facts}:
            return False
        q, table = a.question, answer.c
        with self._write() as c:
            self.blobs.put(c, bodies)
            here = (table.snapshot == snap, table.target == q.target, table.probe == q.probe, table.arg == q.arg)
            c.execute(update(answer).where(*here).values(new))
        return True

    def count(self, snap: int) -> int:
        """Answers so far."""
        return self._count(snap, answer)

    def planned(self, snap: int) -> int:
        """Questions so far."""
        return self._count(snap, question)

    def _count(self, snap: int, table: Table) -> int:
        with self._engine.connect() as c:
            return int(c.execute(select(func.count()).select_from(table).where(table.c.snapshot == snap)).scalar_one())


class _Guard:
    """A writing transaction whose errors say where and what to do."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._begun: Any = None

    def __enter__(self) -> Connection:
        try:
            self._begun = self._engine.begin()
            made: Connection = self._begun.__enter__()
        except (OperationalError, DatabaseError) as e:
            raise self._error(e) from e
        return made

    def __exit__(self, kind: Any, e: BaseException | None, trace: Any) -> None:
        try:
            self._begun.__exit__(kind, e, trace)
        except (OperationalError, DatabaseError) as again:
            raise self._error(again) from again
        if isinstance(e, OperationalError | DatabaseError):
            raise self._error(e) from e
        if isinstance(e, OSError):
            raise StoreError(f"evidence cannot be written: {e.strerror}: {e.filename}; free some space or make the folder writable") from e

    def _error(self, e: OperationalError | DatabaseError) -> StoreError:
        said = str(e.orig or e).splitlines()[0]
        return StoreError(f"{self._engine.url.database or 'store'}: {said}; what was stored before is safe: cure it and run again")


def _writable(text: str) -> str:
    """PostgreSQL's text holds no NUL; a hostile argument or message may."""
    return text.replace("\0", "\ufffd") if "\0" in text else text


def _asked(q: Question) -> dict[str, str]:
    return {"target": q.target, "probe": q.probe, "arg": _writable(q.arg)}


def _secret(answers: Sequence[Told]) -> set[int]:
    """Numbers of those whose evidence is kept encrypted only: declared so, or one of their streams holds what looks like a secret."""
    declared = {n for n, t in enumerate(answers) if t.secret}
    open_ = [(n, stream) for n, t in enumerate(answers) if t.reply and n not in declared for stream in (t.reply.stdout, t.reply.stderr)]
    return declared | {open_[k][0] for k in which_hold_secret([stream for _, stream in open_])}


def _unless_known(fresh: Any) -> Insert:
    """The first whole answer stays; one that was unknown gives way to what a second try has learnt."""
    changed = {k: fresh.excluded[k] for k in _SAID}
    made: Insert = fresh.on_conflict_do_update(index_elements=_KEY, set_=changed, where=answer.c.state == literal_column("'unknown'"))
    return made


def _carry(c: Connection, carried: Carried, into: int) -> None:
    ids = [t.id for t in carried.targets]
    for table in (question, answer):
        names = [column.name for column in table.columns if column.name != "snapshot"]
        found = select(literal(into), *(table.c[n] for n in names)).where(table.c.snapshot == carried.snapshot, table.c.target.in_(ids))
        c.execute(insert(table).from_select(["snapshot", *names], found))


def _info(r: Row[Any]) -> SnapshotInfo:
    closed = datetime.fromisoformat(r.closed) if r.closed else None
    return SnapshotInfo(r.id, datetime.fromisoformat(r.opened), closed, r.tool, r.operator, _targets.decode(r.targets))


_ANSWERS = select(*(answer.c[k] for k in _KEY[1:]), *(answer.c[k] for k in _SAID))


def _of(made: Select[Any], table: Table, snap: int, target: str | None) -> Select[Any]:
    made = made.where(table.c.snapshot == snap)
    return made if target is None else made.where(table.c.target == target)


def _answer(row: tuple[Any, ...]) -> Answer:
    """From the columns of _ANSWERS, by place: by name is slow, and there are thousands."""
    target, probe, arg, state, why, cause, at, account, command, evidence, secret, facts = row
    return Answer(Question(target, probe, arg), state, why, cause, datetime.fromisoformat(at), account, command, evidence, secret, facts)
