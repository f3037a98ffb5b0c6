"""Marks between packed bytes, and frames, however the stream is cut into chunks."""

from __future__ import annotations

import gzip

import pytest

from auditkit.transports.frames import Frames, Key, Marks, Unpacker

NONCE = b"0123456789abcdef"
FRAMES = b"".join(
    b"\n" + NONCE + b" " + line + b"\n"
    for line in (b"who no audit timeout", b"begin 0 0 pno a b", b"end 0", b"begin 1 list pno *", b"end 3", b"over")
)


def _mark(place: bytes) -> bytes:
    return b"\n" + NONCE + b" at " + place + b"\n"


def _stream() -> bytes:
    """Packed frames with a mark before, in the middle of, and behind them."""
    packed = gzip.compress(FRAMES, mtime=0)
    return b"noise\n\n" + NONCE + b" gzip\n" + _mark(b"0") + packed[:20] + _mark(b"16") + packed[20:] + _mark(b"over")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 19, 20, 21, 1000])
def test_marks_are_taken_out_wherever_chunks_end(size: int) -> None:
    stream, marks, frames = _stream(), Marks(NONCE), Frames(NONCE)
    unpacker = Unpacker(NONCE, marks)
    for at in range(0, len(stream), size):
        frames.feed(unpacker.feed(stream[at : at + size], 1 << 20))
    frames.feed(unpacker.feed(b"", 1 << 20, end=True))
    assert (marks.place, marks.count) == ("over", 3)
    assert unpacker.whole
    assert bytes(unpacker.greeting) == b"noise\n"
    assert frames.over
    assert frames.who == ("no", "audit", "timeout")
    assert {key: piece.code for key, piece in frames.closed.items()} == {Key(0, "0", "a b"): 0, Key(1, "list", "*"): 3}


def test_half_a_mark_at_the_end_was_none() -> None:
    marks = Marks(NONCE)
    first = marks.feed(b"abc\n" + NONCE[:5])
    assert (first, marks.feed(b"", end=True)) == (b"abc", b"\n" + NONCE[:5])


def test_bytes_that_only_begin_like_a_mark_are_kept() -> None:
    marks = Marks(NONCE)
    given = [b"x\n" + NONCE, b" never", b"\n" + NONCE + b" at " + b"9" * 40 + b"\ny"]
    assert b"".join([*(marks.feed(g) for g in given), marks.feed(b"", end=True)]) == b"".join(given)
    assert marks.count == 0
