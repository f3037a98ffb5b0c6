"""Under paramiko: what a stranger may cost before and after the greeting."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import paramiko
import pytest

from auditkit.transports.sshtransport import KEY_TYPES, Transport
from auditkit.transports.sshwire import MOST_GREETING, Offer, Packets, Wire


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end and the server's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(0.1)
        yield ours, theirs


Pair = tuple[socket.socket, socket.socket]


def swallow(wire: Wire, before: Callable[[], None] = lambda: None) -> None:
    """Read on and on."""
    while True:
        before()
        wire.recv(4096)
        time.sleep(0.01)


def test_a_greeting_may_come_in_pieces(pair: Pair) -> None:
    ours, theirs = pair
    wire = Wire(ours, 5)
    for piece in (b"Welcome\r\nSS", b"H-2.0-OpenSSH_9", b".2\r\n"):
        assert not wire.greeted
        theirs.sendall(piece)
        assert wire.recv(128) == piece
    assert wire.greeted


@pytest.mark.parametrize("said", [b"not SSH-2.0-x\r\n", b"SSH-2.0-without an end", b"\rSSH-2.0-x\r\n"])
def test_what_is_no_greeting(pair: Pair, said: bytes) -> None:
    ours, theirs = pair
    wire = Wire(ours, 5)
    theirs.sendall(said)
    wire.recv(128)
    assert not wire.greeted


def test_more_than_a_greeting_may_be_long(pair: Pair) -> None:
    ours, theirs = pair
    wire = Wire(ours, 5)
    theirs.sendall(b"x" * (MOST_GREETING + 1))
    with pytest.raises(EOFError):
        swallow(wire)
    assert wire.ended == "flooded"


def test_the_time_for_the_greeting_is_one_for_all_its_bytes(pair: Pair) -> None:
    ours, theirs = pair
    wire = Wire(ours, 0.3)
    started = time.monotonic()
    with pytest.raises(EOFError):
        swallow(wire, lambda: theirs.sendall(b"x\n"))
    assert wire.ended == "late"
    assert time.monotonic() - started < 1


def test_a_peer_that_reads_nothing_is_not_written_to_forever(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.transports.sshwire.STALL", 0.3)
    packets = Packets(Wire(pair[0], 5))  # type: ignore[arg-type]
    started = time.monotonic()
    with pytest.raises(EOFError):
        packets.write_all(b"x" * 10_000_000)
    assert time.monotonic() - started < 3


def test_a_slow_reader_is_waited_for(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.transports.sshwire.STALL", 0.5)
    ours, theirs = pair
    wire = Wire(ours, 5)
    sent = 0
    for _ in range(12):
        try:
            sent += wire.send(b"x" * 1_000_000)
        except TimeoutError:
            assert len(theirs.recv(1 << 20)) > 0
    assert sent > 1_000_000


def test_an_offer_is_what_the_server_said() -> None:
    m = paramiko.Message()
    m.add_bytes(bytes(16))
    for names in (["kex-a", "kex-b"], ["host-key"], ["to"], ["from"], ["mac-to"], ["mac-from"]):
        m.add_list(names)
    assert Offer.read(m.asbytes()) == Offer(("kex-a", "kex-b"), ("host-key",), ("from",), ("mac-from",))


def test_what_we_offer(pair: Pair) -> None:
    options = Transport(Wire(pair[0], 5)).get_security_options()
    assert options.kex[0].startswith("curve25519-sha256")
    assert "curve25519-sha256" in options.kex
    assert options.ciphers[0] == "aes128-gcm@openssh.com"
    assert options.compression == ("none",)
    assert options.key_types == KEY_TYPES
    offered = " ".join((*options.kex, *options.ciphers, *options.digests))
    assert not [old for old in ("3des", "md5", "group1-") if old in offered]


def test_a_stranger_s_bytes_raise_one_of_three_kinds(pair: Pair) -> None:
    transport = Transport(Wire(pair[0], 5))
    for raised, kind in [(KeyError(200), paramiko.SSHException), (EOFError(), EOFError), (ConnectionResetError(104, "x"), OSError)]:
        transport.saved_exception = raised
        assert isinstance(transport.get_exception(), kind)
    assert transport.get_exception() is None
