"""Looking at a range of addresses without login: what is seen, what is not, and what hostile servers may cost."""

from __future__ import annotations

import base64
import os
import socket
import threading
import time
from collections.abc import Generator, Iterator

import pytest

from auditkit.errors import UsageError
from auditkit.probing import Sweep
from auditkit.transports.sweep_pace import Pace
from tests.transports.sweepkit import Swept, free_ports, hostile, replies, sweep

NET = f"127.{66 + os.getpid() % 64}.{os.getpid() // 64 % 256}"  # loopback addresses of this run alone
A, B = f"{NET}.1", f"{NET}.2"


@pytest.fixture
def port() -> int:
    return free_ports(A, 1)[0]


@pytest.fixture
def listener(port: int) -> Iterator[socket.socket]:
    with socket.create_server((A, port)) as s:
        s.settimeout(0.2)
        yield s


@pytest.mark.parametrize("permitted", ["", "127.0.0.0/30", "10.0.0.0/8"])
def test_no_packet_leaves_without_a_permission_that_holds_the_whole_range(listener: socket.socket, port: int, permitted: str) -> None:
    with pytest.raises(UsageError, match=r"permission"):
        sweep(A, Sweep((port,)), permitted=permitted)
    with pytest.raises(TimeoutError):
        listener.accept()


def test_an_open_port_with_what_it_says_and_a_closed_one(port: int) -> None:
    (other,) = free_ports(A, 1)
    with hostile(A, **{r"text=SSH-2.0-Test_1\r\n": port}):
        seen = sweep(f"{NET}.0/30", Sweep((port, other)))
    assert base64.b64decode(seen.port(A, port)["said"]) == b"SSH-2.0-Test_1\r\n"
    assert seen.port(A, other) == {"port": other, "state": "refused"}
    assert seen.port(B, port)["state"] == "refused"  # every loopback address is this machine: it answers, with a refusal
    assert seen.words == {A: "answered", B: "answered"}
    assert seen.whole.trouble is None


def test_the_journal_says_what_is_sent_before_it_is(port: int) -> None:
    (line,) = sweep(A, Sweep((port,))).journal
    assert (line.target, line.address, line.account) == ("r", A, "")
    assert line.what.startswith(f"test.sweep: tcp connect to {port}, read greeting")


def test_the_same_network_gives_the_same_bytes(port: int) -> None:
    with hostile(A, **{r"text=220 ready\r\n": port}):
        first, second = (sweep(A, Sweep((port,))).of(A) for _ in range(2))
    assert first == second


def test_hostile_servers_cost_only_themselves() -> None:
    modes = ("silent", "endless", "slow", "hangup", "garbage", "reset")
    ports = dict(zip(modes, free_ports(A, len(modes)), strict=True))
    begun = time.monotonic()
    with hostile(A, **ports):
        seen = sweep(A, Sweep(tuple(ports.values())))
    assert time.monotonic() - begun < 10
    assert {seen.port(A, port)["state"] for port in ports.values()} == {"open"}
    said = {mode: base64.b64decode(seen.port(A, port).get("said", "")) for mode, port in ports.items()}  # "reset" may come first
    assert said["silent"] == said["hangup"] == said["reset"] == b""
    assert said["endless"] == b"A" * 2048  # the bound
    assert said["slow"] == b"x"
    assert len(said["garbage"]) == 2048
    assert seen.whole.trouble is None


@pytest.mark.parametrize("mode", ["silent", "endless", "slow", "hangup", "garbage", "reset", "frame"])
def test_what_is_no_tls_and_no_smb_is_told_as_that(mode: str) -> None:
    tls, smb, web = free_ports(A, 3)
    with hostile(A, **{mode: tls}), hostile(A, **{mode: smb}), hostile(A, **{mode: web}):
        seen = sweep(A, Sweep((tls, smb, web), tls=frozenset({tls}), smb=frozenset({smb}), http=frozenset({tls, web})))
    told = {port: seen.port(A, port) for port in (tls, smb, web)}
    assert {t["state"] for t in told.values()} == {"open"}
    if mode != "reset":  # which may be there before the first word
        assert not any("error" in t for t in told.values())
    assert told[tls].get("error") or told[tls]["tls"]["failed"]
    assert told[smb].get("error") or (told[smb]["smb"]["failed"] and told[smb]["smb"]["smb1"] in ("", None))
    assert len(base64.b64decode(told[web].get("http", ""))) <= 8192


def test_a_host_that_takes_too_long_is_kept_as_cut_off(port: int) -> None:
    with hostile(A, silent=port):
        seen = sweep(A, Sweep((port, *free_ports(A, 1))), host_seconds=0.5, greeting_seconds=5.0)
    (one, whole) = seen.brought
    assert one.reply is not None
    assert one.reply.truncated
    assert one.trouble is not None
    assert one.trouble.cause == "timed_out"
    assert whole.trouble is None  # the address answered: that much is known


def test_a_range_whose_time_is_over_is_unknown_and_says_how_many_are_left(port: int) -> None:
    seen = sweep(f"{NET}.0/24", Sweep((port,)), rate=100.0, range_seconds=0.5)
    trouble = seen.whole.trouble
    assert trouble is not None
    assert trouble.cause == "timed_out"
    assert "of 254 addresses could not be looked at: the time of the range was over" in trouble.why
    assert len(seen.words) == 254
    there = {a for a, word in seen.words.items() if word == "answered cut off"}
    assert 20 < len(there) < 60  # half a second of a hundred a second: known to be there, not asked to the end
    cut = [b for b in seen.brought if b.question.arg in there]
    assert len(cut) == len(there)
    assert {b.trouble.cause for b in cut if b.trouble} == {"timed_out"}


def test_connections_keep_to_the_rate(port: int) -> None:
    begun = time.monotonic()
    sweep(f"{NET}.0/28", Sweep(tuple(free_ports(A, 3))), rate=100.0)
    assert time.monotonic() - begun >= 14 * 3 / 100 - 0.02  # every port once: what a first knock told is not asked again


def test_the_pace_is_shared_by_threads() -> None:
    pace = Pace(1000.0)
    waits: list[float] = []

    def work() -> None:
        waits.extend(pace.reserve() for _ in range(50))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    # 200 places at 1,000 a second: the last one is 0.2 s after the first, less the time that the threads themselves took.
    assert sorted(round(w, 9) for w in waits) == sorted({round(w, 9) for w in waits}), "no two threads got the same place"
    assert 0.05 < max(waits) <= 0.2


def test_leaving_early_closes_everything(port: int) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with hostile(A, silent=port):
        coming = replies(Swept(), f"{NET}.0/24", Sweep((port,)), None, None)
        assert isinstance(coming, Generator)
        next(coming)
        coming.close()
    assert len(os.listdir("/proc/self/fd")) <= before


def test_ipv6_is_looked_at_the_same_way() -> None:
    with socket.socket(socket.AF_INET6) as s:
        s.bind(("::1", 0))
        port = s.getsockname()[1]
    with hostile("::1", **{"text=hello\\n": port}):
        assert base64.b64decode(sweep("::1", Sweep((port,))).port("::1", port)["said"]) == b"hello\n"
