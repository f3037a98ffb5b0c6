"""Pinning: no key is trusted that nobody compared, none is replaced in silence."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from auditkit.errors import ConfigError, TransportError, UsageError
from auditkit.transports.hostkeys import HostKey, compare, fingerprint, name_of, pin, pinned, scan, wanted_types
from tests.transports.sshkit import Sshd, free_port, public


def key(kind: str = "ssh-ed25519", seed: int = 1) -> HostKey:
    return HostKey(kind, len(kind).to_bytes(4, "big") + kind.encode() + bytes([seed]) * 32)


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    return tmp_path / "known_hosts"


def test_what_was_pinned_is_found_for_that_host_and_port_alone(pins: Path) -> None:
    pin(pins, "srv.Example", 2222, [key()])
    assert pinned(pins, "SRV.example", 2222) == [key()]
    assert pinned(pins, "srv.example", 22) == []
    assert pinned(pins, "srv.exampl", 2222) == []


def test_the_same_address_behind_another_jump_host_is_another_host(pins: Path) -> None:
    pin(pins, "10.0.0.5", 22, [key(seed=1)], via=["gw-a"])
    pin(pins, "10.0.0.5", 22, [key(seed=2)], via=["gw-b"])
    assert pinned(pins, "10.0.0.5", 22, ["gw-a"]) == [key(seed=1)]
    assert pinned(pins, "10.0.0.5", 22) == []


def test_ipv6_is_written_as_ssh_writes_it() -> None:
    assert name_of("FE80::1", 22) == "fe80::1"
    assert name_of("::1", 2222) == "[::1]:2222"


def test_pinning_twice_adds_nothing(pins: Path) -> None:
    pin(pins, "srv", 22, [key(), key("ssh-rsa")])
    once = pins.read_bytes()
    pin(pins, "srv", 22, [key("ssh-rsa"), key()])
    assert pins.read_bytes() == once


def test_another_key_of_the_same_kind_is_not_added_in_silence(pins: Path) -> None:
    pin(pins, "srv", 22, [key(seed=1)])
    with pytest.raises(UsageError, match=r"another ssh-ed25519 key is pinned for srv.*--replace"):
        pin(pins, "srv", 22, [key(seed=2)])
    assert pinned(pins, "srv", 22) == [key(seed=1)]


def test_replacing_forgets_that_host_and_nobody_else(pins: Path) -> None:
    pin(pins, "srv", 22, [key(seed=1)])
    text = pins.read_text()
    pins.write_text("# by hand\n" + text.replace("srv ", "srv,other ") + text.replace("srv ", "third "))
    pin(pins, "srv", 22, [key(seed=2)], replace=True)
    assert pinned(pins, "srv", 22) == [key(seed=2)]
    assert pinned(pins, "other", 22) == pinned(pins, "third", 22) == [key(seed=1)]
    assert pins.read_text().startswith("# by hand\n")


def test_many_who_pin_at_once_lose_nothing(pins: Path) -> None:
    threads = [threading.Thread(target=pin, args=(pins, f"srv-{n}", 22, [key(seed=n)])) for n in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [pinned(pins, f"srv-{n}", 22) for n in range(20)] == [[key(seed=n)] for n in range(20)]


def test_a_damaged_file_trusts_nobody(pins: Path) -> None:
    pins.write_text("srv ssh-ed25519 AAAA\n")
    with pytest.raises(ConfigError):
        compare(pins, "srv", 22, key(), "t")
    with pytest.raises(ConfigError):
        pin(pins, "other", 22, [key()])


def test_an_unknown_host_is_refused_and_the_cure_is_named(pins: Path) -> None:
    with pytest.raises(TransportError, match="not trusted yet") as e:
        compare(pins, "srv", 22, key(), "srv-1")
    assert e.value.cause == "refused"
    assert fingerprint(key()) in str(e.value)
    assert "auditkit trust CLIENT --only srv-1 --yes" in str(e.value)


def test_a_changed_key_is_refused_with_both_fingerprints(pins: Path) -> None:
    pin(pins, "srv", 22, [key(seed=1)])
    with pytest.raises(TransportError, match="host key changed") as e:
        compare(pins, "srv", 22, key(seed=2), "srv-1")
    assert e.value.cause == "host_key_changed"
    assert fingerprint(key(seed=1)) in str(e.value)
    assert fingerprint(key(seed=2)) in str(e.value)


def test_kinds_that_are_pinned_are_asked_for_first() -> None:
    supported = ("ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256")
    assert wanted_types([key("ssh-rsa")], supported) == ("rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519", "ecdsa-sha2-nistp256")
    assert wanted_types([], supported) == supported


def test_scanning_a_host_needs_no_login(server: Sshd) -> None:
    assert scan("127.0.0.1", server.port) == sorted(public(k) for k in server.keys)
    assert [k.kind for k in scan("127.0.0.1", server.port)] == ["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"]


def test_scanning_nobody() -> None:
    with pytest.raises(TransportError, match="connection refused"):
        scan("127.0.0.1", free_port(), 1)
