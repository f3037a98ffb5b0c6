"""Clocks: only a source outside this host counts, and silence of a daemon is proof for root alone."""

from __future__ import annotations

from typing import Any

import pytest

from auditkit.model import Absent, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry

PEERS = "     remote           refid      st t when poll reach   delay   offset  jitter\n==========\n"


def outcome(probe: str, out: str, err: str = "", code: int = 0, root: bool = True) -> Any:
    return registry().probes[probe].outcome(Reply(out.encode(), err.encode(), code, root=root))


@pytest.mark.parametrize(
    ("line", "synchronised"),
    [
        ("*10.0.0.1 89.109.251.21 2 u 33 64 377 0.412 -1.250 0.080", True),
        ("o10.0.0.1 .PPS. 1 u 33 64 377 0.412 -1.250 0.080", True),
        ("+10.0.0.1 89.109.251.21 2 u 33 64 377 0.412 -1.250 0.080", False),
        (" 10.0.0.1 .INIT. 16 u - 64 0 0.000 0.000 0.000", False),
        ("*LOCAL(0) .LOCL. 10 l 1 64 377 0.000 0.000 0.000", False),
    ],
)
def test_ntpd_follows_the_starred_peer_unless_it_is_its_own_clock(line: str, synchronised: bool) -> None:
    assert [t.synchronised for t in outcome("linux.ntpd", f"{PEERS}{line}\n").facts] == [synchronised]


@pytest.mark.parametrize("err", ["***Socket error; probably ntpd is not running", "ntpq: read: Connection refused"])
def test_ntpd_that_does_not_run_says_nothing_about_the_clock(err: str) -> None:
    assert isinstance(outcome("linux.ntpd", "", err), Absent)


def test_ntpd_that_does_not_answer_is_unknown() -> None:
    assert isinstance(outcome("linux.ntpd", "", "***Request timed out"), Unknown)


@pytest.mark.parametrize(("root", "expected"), [(True, Absent), (False, Unknown)])
def test_chrony_that_does_not_answer(root: bool, expected: type) -> None:
    assert isinstance(outcome("linux.chrony", "506 Cannot talk to daemon\n", code=1, root=root), expected)


@pytest.mark.parametrize(
    ("reference", "leap", "synchronised"),
    [("C0A80001,ntp1", "Normal", True), ("7F7F0101,", "Normal", False), ("00000000,", "Not synchronised", False)],
)
def test_chrony_on_its_own_clock_is_not_synchronised(reference: str, leap: str, synchronised: bool) -> None:
    line = f"{reference},3,1.0,0.000001,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,{leap}\n"
    assert [t.synchronised for t in outcome("linux.chrony", line).facts] == [synchronised]


@pytest.mark.parametrize(
    ("status", "synchronised"),
    [
        ("Contacted time server 1.2.3.4:123 (ntp.a).", True),
        ("Initial clock synchronization to Wed 2026-11-25 08:00:00 UTC.", True),
        ("Synchronized to time server for the first time 1.2.3.4:123 (ntp.a).", True),
        ("Connecting to time server 1.2.3.4:123 (ntp.a).", False),
        ("Idle.", False),
        ("", False),
    ],
)
def test_timesyncd_is_synchronised_once_a_server_has_answered(status: str, synchronised: bool) -> None:
    said = outcome("linux.timesyncd", f"LoadState=loaded\nActiveState=active\nStatusText={status}\n")
    assert [t.synchronised for t in said.facts] == [synchronised]
