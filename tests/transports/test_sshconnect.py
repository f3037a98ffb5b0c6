"""Connecting: what a host that is off, busy, hung, hostile or no SSH server costs, and what is said about it."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack

import pytest

from auditkit.errors import TransportError
from auditkit.transports.sshconnect import TRIES, Limits, Site, reach, shown_keys, slot
from tests.transports.sshhostile import Door, forever, says, serving, ssh_server
from tests.transports.sshkit import Sshd, free_port, public, sshd

QUICK = Limits(connect=1.5, greeting=1.0, login=1.5)


def failure(port: int, limits: Limits = QUICK, address: str = "127.0.0.1") -> TransportError:
    with pytest.raises(TransportError) as caught, ExitStack() as open_:
        reach(Site(address, port), limits, (), open_)
    return caught.value


def test_a_port_nobody_listens_on() -> None:
    port = free_port()
    e = failure(port)
    assert e.cause == "refused"
    assert str(e).startswith(f"127.0.0.1 port {port}: connection refused")


def test_a_name_that_does_not_resolve() -> None:
    e = failure(22, address="no-such-host.invalid")
    assert e.cause == "unreachable"
    assert "no-such-host.invalid: " in str(e)


def test_what_is_no_name_at_all() -> None:
    assert failure(22, address="a" * 64 + ".example").cause == "unreachable"


def test_a_host_that_answers_nothing_to_tcp() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as held:
        for _ in range(8):  # the queue of the listener is full: further SYNs are dropped, as by a firewall
            s = held.enter_context(socket.socket())
            s.setblocking(False)
            s.connect_ex(full.getsockname())
        e = failure(full.getsockname()[1], Limits(connect=0.5))
    assert (e.cause, "no answer within 0.5 s" in str(e)) == ("timed_out", True)


def test_a_server_that_accepts_and_says_nothing() -> None:
    with serving(says()) as hung:
        started = time.monotonic()
        e = failure(hung.port)
    assert (e.cause, "nothing was said within 1 s" in str(e)) == ("timed_out", True)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"220 mail.example ESMTP\r\n", "'220 mail.example ESMTP'"),
        (b"\xff\xfd\x18\xff\xfd\x20", "telnet?"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "'HTTP/1.1 400 Bad Request'"),
        (b"\x1b[31m\x9b\x00\xfe\xff SSH-\n", "is no SSH server"),
    ],
)
def test_what_is_no_ssh_server_is_quoted(said: bytes, words: str) -> None:
    with serving(says(said)) as other:
        e = failure(other.port)
    assert e.cause == "not_understood"
    assert words in str(e)
    assert str(e).isprintable()


def test_one_that_speaks_and_hangs_up_is_not_asked_again() -> None:
    with serving(lambda sock: sock.sendall(b"421 too busy, try later\r\n")) as other:
        assert "'421 too busy, try later'" in str(failure(other.port))
        assert other.connections == 1


@pytest.mark.parametrize(
    ("part", "words"), [(b"A" * 65536, ", without end"), (b"hello\r\n" * 5000, "says 'hello hello")], ids=["one line", "many lines"]
)
def test_one_that_never_stops_talking_is_cut_off(part: bytes, words: str) -> None:
    with serving(forever(part)) as endless:
        started = time.monotonic()
        e = failure(endless.port, Limits(greeting=10))
    assert (e.cause, words in str(e)) == ("not_understood", True)
    assert time.monotonic() - started < 5


def test_one_that_drips_a_byte_at_a_time_is_not_waited_for() -> None:
    with serving(forever(b"x", pause=0.1)) as slow:
        started = time.monotonic()
        e = failure(slow.port)
    assert e.cause == "not_understood"
    assert time.monotonic() - started < 3


def test_lines_before_the_greeting_are_allowed() -> None:
    with serving(says(b"Welcome\r\nto the site\r\nSSH-2.0-x\r\n")) as polite:
        e = failure(polite.port)
    assert (e.cause, "handshake did not end" in str(e)) == ("timed_out", True)


def test_ssh_1_is_named() -> None:
    with serving(says(b"SSH-1.5-Cisco-1.25\n")) as old:
        e = failure(old.port)
    assert (e.cause, "speaks SSH 1 only (SSH-1.5-Cisco-1.25)" in str(e)) == ("refused", True)


def test_garbage_after_the_greeting() -> None:
    with serving(says(b"SSH-2.0-x\r\n" + bytes(range(256)) * 40)) as broken:
        e = failure(broken.port)
    assert (e.cause, "handshake failed" in str(e)) == ("not_understood", True)


def test_a_giant_packet_is_not_waited_for() -> None:
    with serving(says(b"SSH-2.0-x\r\n\x7f\xff\xff\xf4" + b"x" * 100)) as liar:
        started = time.monotonic()
        e = failure(liar.port, Limits(connect=10, greeting=10))
    assert (e.cause, "is announced" in str(e)) == ("not_understood", True)
    assert time.monotonic() - started < 5


def test_one_that_hangs_up_in_the_handshake_is_not_asked_again() -> None:
    def speak(sock: socket.socket) -> None:
        sock.sendall(b"SSH-2.0-x\r\n")
        sock.recv(10)

    with serving(speak) as rude:
        e = failure(rude.port)
        assert (e.cause, "hung up during the SSH handshake" in str(e)) == ("refused", True)
        assert rude.connections == 1


def test_one_that_always_hangs_up_is_asked_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.transports.sshconnect.FIRST_PAUSE", 0.001)
    with serving(lambda sock: None) as shut:
        e = failure(shut.port)
        assert (e.cause, f"hung up {TRIES} times before its SSH greeting" in str(e)) == ("refused", True)
        assert shut.connections == TRIES


def test_what_a_busy_sshd_says_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.transports.sshconnect.FIRST_PAUSE", 0.001)
    with serving(lambda sock: sock.sendall(b"Not allowed at this time\r\n")) as shut:
        assert "'Not allowed at this time'" in str(failure(shut.port))


def test_algorithms_of_an_old_server_are_named() -> None:
    with sshd(more="KexAlgorithms diffie-hellman-group14-sha1,diffie-hellman-group1-sha1") as old:
        e = failure(old.port, Limits())
    assert e.cause == "refused"
    assert "offers only key exchange diffie-hellman-group14-sha1, diffie-hellman-group1-sha1" in str(e)
    assert "too old for a safe connection" in str(e)


def test_ciphers_are_named_and_a_strict_server_is_not_called_old() -> None:
    for ciphers, words in [("3des-cbc", "too old"), ("chacha20-poly1305@openssh.com", "allow an AES cipher")]:
        with sshd(more=f"Ciphers {ciphers}") as other:
            said = str(failure(other.port, Limits()))
        assert f"ciphers {ciphers}; " in said
        assert words in said


def test_a_host_key_of_an_old_server_is_named() -> None:
    with sshd(more="HostKeyAlgorithms ssh-rsa", kinds=("rsa",)) as old:
        assert "host keys ssh-rsa" in str(failure(old.port, Limits()))


def test_the_key_exchange_of_rfc_8731_has_two_names() -> None:
    with sshd(more="KexAlgorithms curve25519-sha256") as modern:
        assert shown_keys(Site("127.0.0.1", modern.port), Limits()) == [public(modern.keys[0])]


def test_a_busy_sshd_is_waited_for() -> None:
    """MaxStartups 1: while somebody else is about to log in, every other connection is dropped."""
    with sshd(more="MaxStartups 1:100:1\nLoginGraceTime 2") as busy:
        with socket.create_connection(("127.0.0.1", busy.port)) as other:
            other.recv(10)
            assert shown_keys(Site("127.0.0.1", busy.port), Limits()) == [public(busy.keys[0])]
        assert "drop connection" in busy.log


def test_all_kinds_of_keys_are_shown_without_a_login(server: Sshd) -> None:
    assert shown_keys(Site("localhost", server.port), Limits()) == sorted(public(k) for k in server.keys)
    assert not [line for line in server.login_requests if "localhost" in line]


def test_never_more_connections_at_once_to_a_host_than_allowed() -> None:
    door = Door()
    held: list[int] = []  # how many connections this side has at once, each time one is made
    inside: set[int] = set()

    def look(n: int) -> None:
        with ExitStack() as open_:
            reach(Site("127.0.0.1", several.port), Limits(connections=3), (), open_)
            inside.add(n)
            held.append(len(inside))
            time.sleep(0.1)
            inside.discard(n)

    with serving(ssh_server(door)) as several:
        threads = [threading.Thread(target=look, args=(n,)) for n in range(12)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert several.connections == 12
        assert max(held) <= 3
        assert several.most < 10  # the server sees the end of one some time after the begin of the next
    assert door.tried == []


def test_a_slot_is_free_again_after_a_failure() -> None:
    port = free_port()
    for _ in range(3):
        failure(port, Limits(connect=1, connections=1))
    with slot(("127.0.0.1", str(port)), 1):
        pass


def test_ipv6() -> None:
    with serving(ssh_server(Door()), "::1") as six, ExitStack() as open_:
        assert reach(Site("::1", six.port), Limits(), (), open_).is_active()
