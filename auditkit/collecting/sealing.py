"""The seal of a collected snapshot: a digest over its questions and answers in the chain of the journal.

The journal is a chain (`workspace.chain`), so whoever changes an answer must write the journal anew from that line on: the hash of its
last line, kept elsewhere, shows it. The seal is no signature: it does not hold against one who may write the whole workspace.
"""

from __future__ import annotations

import hashlib
import re
import struct
from pathlib import Path

import msgspec

from auditkit.errors import EvidenceError
from auditkit.registry import Registry
from auditkit.store import Answer, Store
from auditkit.transports.base import Sent, now
from auditkit.workspace.files import locked
from auditkit.workspace.journal import Journal, read
from auditkit.workspace.layout import Workspace

_LINE = re.compile(r"snapshot (\d+) closed: sha256 ([0-9a-f]{64})")
_encode = msgspec.msgpack.Encoder().encode
CURE = "take state/ from a copy"


def digest_of(store: Store, snapshot: int) -> str:
    """SHA-256 (64 hex digits) over what a snapshot is: when, by whom and of what it was taken, every question, every answer.

    Over one MessagePack array of the three, target by target: of a thousand hosts not all answers are in memory at once.
    """
    info = store.snapshot(snapshot)
    whole = hashlib.sha256(_array(3) + _encode((info.opened.isoformat(), info.tool, info.operator, info.targets)))
    # By code point, not by the database: PostgreSQL sorts by its own collation.
    asked = store.asked(snapshot)
    whole.update(_array(store.planned(snapshot)))
    for target in asked:
        for question in sorted((q.target, q.probe, q.arg) for q in store.questions(snapshot, target)):
            whole.update(_encode(question))
    whole.update(_array(store.count(snapshot)))
    for target in asked:
        for answer in sorted(map(_row, store.answers(snapshot, target))):
            whole.update(_encode(answer))
    return whole.hexdigest()


def _row(a: Answer) -> tuple[str | bool, ...]:
    q = a.question
    said = (a.state, a.why, a.cause, a.at.isoformat(), a.account, a.command)
    return (q.target, q.probe, q.arg, *said, a.evidence or "", a.facts or "", a.secret)


def _array(length: int) -> bytes:
    """Head of an array of MessagePack (its specification, "array format family")."""
    if length < 16:
        return bytes([0x90 | length])
    return b"\xdc" + struct.pack(">H", length) if length < 1 << 16 else b"\xdd" + struct.pack(">I", length)


def seal(store: Store, snapshot: int, journal: Journal, operator: str) -> None:
    """Write the seal into the journal: once when a collection has reached its end, again when answers were lawfully read anew."""
    journal(Sent(now(), "", "", operator, f"snapshot {snapshot} closed: sha256 {digest_of(store, snapshot)}"))


def sealed(place: Path, snapshot: int) -> str | None:
    """The digest of the last seal of a snapshot in a journal; None = it was never sealed. Raises EvidenceError as `journal.read`."""
    found = [m[2] for sent in read(place) if not sent.target and (m := _LINE.fullmatch(sent.what)) and int(m[1]) == snapshot]
    return found[-1] if found else None


def reparse(workspace: Workspace, store: Store, registry: Registry, snapshot: int, operator: str) -> tuple[int, int]:
    """Read all stored bytes of a snapshot again, and seal it anew if it was sealed; -> (answers read, answers that changed).

    Raises EvidenceError where its seal does not fit before that: a new one would cover up what was changed.
    """
    with locked(workspace.state / "collect.lock", seconds=1.0):
        before = sealed(workspace.journal, snapshot)
        if before is not None and before != digest_of(store, snapshot):
            raise EvidenceError(f"snapshot {snapshot}: its answers were changed after the collection, so they are not read anew: {CURE}")
        read_, changed = store.reparse(snapshot, registry.probes)
        if before is not None and changed:
            with Journal(workspace.journal) as journal:
                seal(store, snapshot, journal, operator)
    return read_, changed
