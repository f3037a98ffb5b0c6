"""Reads the framed streams that `script` makes: pure, incremental, bounded."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import NamedTuple

from auditkit.text import decode

_BEGIN = re.compile(rb"begin ([0-9]{1,6}) (list|[0-9]{1,2}) ([phr](?:no|root|sudo)) (.*)", re.S)
_END = re.compile(rb"end ([0-9]{1,3})")
_WHO = re.compile(r"who (?P<root>no|root|sudo) (?P<account>.*) (?P<timeout>timeout|)", re.S)


class Key(NamedTuple):
    """Which command a frame belongs to: number of the item, way ("0", "1", … or "list"), argument."""

    number: int
    way: str
    arg: str


@dataclass(slots=True)
class Piece:
    """What one command said on one stream. code None: its closing frame never came. mode: p/h/r + no/root/sudo."""

    body: bytes
    code: int | None
    mode: str


@dataclass(slots=True)
class Frames:
    """One stream, fed in chunks. `opened` = the command that is running, `closed` = those that ended.

    The target writes the frames: one that is not as `script` makes it is passed over, so what it would have told stays unanswered.
    """

    nonce: bytes
    closed: dict[Key, Piece] = field(default_factory=dict)
    opened: Key | None = None
    who: tuple[str, str, str] | None = None  # (no | root | sudo, account, "timeout" or ""); an account may hold blanks
    over: bool = False
    _mode: str = ""
    _buffer: bytearray = field(default_factory=bytearray)
    _searched: int = 0

    @property
    def open_size(self) -> int:
        """Bytes that belong to the running command so far (or to no command, before the first frame)."""
        return len(self._buffer)

    def open_body(self) -> bytes:
        """What the running command said so far."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take more bytes."""
        self._buffer += data
        mark = b"\n" + self.nonce + b" "
        while True:
            at = self._buffer.find(mark, max(0, self._searched - len(mark)))
            if at < 0:
                self._searched = len(self._buffer)
                return
            end = self._buffer.find(b"\n", at + 1)
            if end < 0:
                self._searched = at
                return
            line = bytes(self._buffer[at + len(mark) : end])
            body = bytes(self._buffer[:at])
            del self._buffer[: end + 1]
            self._searched = 0
            self._frame(line, body)

    def _frame(self, line: bytes, body: bytes) -> None:
        if m := _END.fullmatch(line):
            if self.opened is not None:
                self.closed[self.opened] = Piece(body, int(m[1]), self._mode)
                self.opened = None
        elif m := _BEGIN.fullmatch(line):
            self.opened, self._mode = Key(int(m[1]), m[2].decode(), decode(m[4])), m[3].decode()
        elif line.startswith(b"who ") and (who := _WHO.fullmatch(decode(line))):
            self.who = (who["root"], who["account"], who["timeout"])
        elif line == b"over":
            self.over = True


@dataclass(slots=True)
class Marks:
    """Takes the plain marks of `script` out of a stream that is packed between them.

    place: what the last one said ("0", "12", "over"); count: how many there were.
    """

    nonce: bytes
    place: str = ""
    count: int = 0
    _held: bytes = b""  # perhaps the first half of a mark

    def feed(self, data: bytes, end: bool = False) -> bytes:
        """The bytes without marks. end: nothing follows, so what looks like half a mark is none."""
        sign = b"\n" + self.nonce + b" at "
        data, parts = self._held + data, []
        while (at := data.find(sign)) >= 0:
            stop = data.find(b"\n", at + len(sign), at + len(sign) + 16)
            if stop < 0:
                break
            self.place, self.count = decode(data[at + len(sign) : stop]), self.count + 1
            parts.append(data[:at])
            data = data[stop + 1 :]
        cut = len(data) if end else at if at >= 0 and len(data) - at <= len(sign) + 16 else _half(data, sign)
        self._held = data[cut:]
        return b"".join([*parts, data[:cut]])


def _half(data: bytes, sign: bytes) -> int:
    """Where a sign that is not whole yet begins at the end of the bytes; their length where none does."""
    at = data.find(b"\n", max(0, len(data) - len(sign) + 1))
    while at >= 0 and not sign.startswith(data[at:]):
        at = data.find(b"\n", at + 1)
    return at if at >= 0 else len(data)


@dataclass(slots=True)
class Unpacker:
    """A stream up to and through gzip: what a login script prints before the first frame is put aside as `greeting`.

    marks: taken out of the packed bytes.
    """

    nonce: bytes
    marks: Marks | None = None
    greeting: bytearray = field(default_factory=bytearray)
    _how: str = ""
    _zip: zlib._Decompress | None = None
    whole: bool = False

    def feed(self, data: bytes, most: int, end: bool = False) -> bytes:
        """Compressed bytes -> at most about `most` bytes of frames; the rest waits in the decompressor for the next call.

        end: the stream has ended. Raises zlib.error where the gzip stream is broken (RFC 1952).
        """
        if not self._how:
            self.greeting += data
            for how in ("gzip", "plain"):
                mark = b"\n" + self.nonce + b" " + how.encode() + b"\n"
                at = self.greeting.find(mark)
                if at >= 0:
                    data = bytes(self.greeting[at + len(mark) :])
                    del self.greeting[at:]
                    self._how = how
                    self._zip = zlib.decompressobj(wbits=31) if how == "gzip" else None
                    break
            else:
                return b""
        if self._zip is None:
            return data
        if self.marks is not None:
            data = self.marks.feed(data, end)
        out = self._zip.decompress(self._zip.unconsumed_tail + data, most)
        self.whole = self._zip.eof
        return out

    @property
    def zipped(self) -> bool:
        """True once the stream has said that it goes through gzip."""
        return self._how == "gzip"

    @property
    def waiting(self) -> bool:
        """True while decompressed bytes remain that the last call had no room for."""
        return self._zip is not None and bool(self._zip.unconsumed_tail) and not self._zip.eof
