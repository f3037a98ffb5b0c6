"""state/journal.jsonl: what was sent to whom, when and as whom, for the client's eyes. Each line carries the hash of the one before."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from auditkit.errors import EvidenceError
from auditkit.tidy import tidy
from auditkit.transports.base import Sent, now
from auditkit.workspace.chain import LONGEST, START, Line, hash_of, lines, seal
from auditkit.workspace.files import trouble

TORN = "the line before this one was cut off: the program was ended while writing it"


@dataclass(frozen=True, slots=True)
class Chain:
    """A journal whose chain holds. torn: numbers of lines that were cut off and are followed by a note that says so."""

    lines: int
    torn: tuple[int, ...]
    last_hash: str


class Journal:
    """Call it with what is about to be sent: the line is with the kernel before the call returns, so a kill -9 loses nothing sent.

    Threads and several processes may write into one file. Raises as `files.trouble` where it cannot be written: what cannot be
    journalled is not sent.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._guard = threading.Lock()
        self._size = -1
        self._last = START
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._file = os.open(place, flags, 0o600)
        except OSError as e:
            raise trouble(place, e) from e

    def __call__(self, sent: Sent) -> None:
        """Write it down."""
        who = {k: tidy(v) for k, v in (("target", sent.target), ("address", sent.address), ("account", sent.account))}
        self._write({"at": sent.at.isoformat(), **who, "what": _clean(sent.what)})

    def close(self) -> None:
        """No more lines."""
        with self._guard:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _write(self, fields: dict[str, Any]) -> None:
        with self._guard:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX)
                try:
                    self._catch_up()
                    self._put(fields)
                finally:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
            except OSError as e:
                raise trouble(self._place, e) from e

    def _catch_up(self) -> None:
        """The hash of the last line, read again where another process wrote; a line without end is ended and noted."""
        size = os.fstat(self._file).st_size
        if size == self._size:
            return
        last = _last_line(self._file, size)
        self._size = size
        self._last = hash_of(last) if last else START
        if last and not last.endswith(b"\n"):
            self._append(b"\n")
            self._put({"at": now().isoformat(), "note": TORN})

    def _put(self, fields: dict[str, Any]) -> None:
        line = seal(self._last, fields)
        self._append(line)
        self._last = hash_of(line)

    def _append(self, data: bytes) -> None:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            os.ftruncate(self._file, self._size)  # a full disk leaves no half line
            raise
        self._size += len(data)


@lru_cache(maxsize=16)
def _clean(what: str) -> str:
    """Every host is sent the same long script."""
    return tidy(what)


def _last_line(file: int, size: int) -> bytes:
    start = max(0, size - LONGEST)
    tail = os.pread(file, size - start, start)
    return tail[tail.rfind(b"\n", 0, max(0, len(tail) - 1)) + 1 :]


def read(place: Path) -> Iterator[Sent]:
    """What was sent, the oldest first; what is no such line is left to `verify_chain`. Raises EvidenceError as that does."""
    for line in _checked(place):
        if line.data is not None and "note" not in line.data:
            yield _sent(place, line)


def verify_chain(place: Path) -> Chain:
    """Raises EvidenceError naming the first line that was changed, or that follows one that was changed, added or removed."""
    torn: list[int] = []
    count, last = 0, START
    for line in _checked(place):
        count, last = line.number, line.hash
        if line.data is None:
            torn.append(line.number)
        elif "note" not in line.data:
            _sent(place, line)
    return Chain(count, tuple(torn), last)


def _checked(place: Path) -> Iterator[Line]:
    """The lines, each proven to follow the one before; a line cut off must be the last, or be followed by the note about it."""
    cut: Line | None = None
    for line in lines(place):
        if cut is not None and not (line.data is not None and line.data.get("note") == TORN):
            raise EvidenceError(f"{place}:{cut.number}: is no JSON, and no note says that it was cut off: it was changed by hand")
        if line.data is not None and line.broken:
            raise EvidenceError(f"{place}:{line.number}: does not follow the line before it: something was changed, added or removed here")
        cut = line if line.data is None else None
        yield line
    if cut is not None and cut.ended:
        raise EvidenceError(f"{place}:{cut.number}: is no JSON: it was changed by hand")


def _sent(place: Path, line: Line) -> Sent:
    data = line.data or {}
    try:
        at = datetime.fromisoformat(str(data["at"]))
        return Sent(at, *(str(data[k]) for k in ("target", "address", "account", "what")))
    except (KeyError, ValueError) as e:
        raise EvidenceError(f"{place}:{line.number}: is no line of a journal: {e}") from None
