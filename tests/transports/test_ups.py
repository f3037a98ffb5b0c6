"""`transport: nut` against a real upsd, and `transport: apcupsd` against a server that plays recorded blocks."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from auditkit.errors import TransportError
from auditkit.model import Found, Outcome, Unknown
from auditkit.registry import registry
from auditkit.transports import load, options_of
from auditkit.transports.base import Brought, Context, Credential, Sent, Target
from tests.lab import cases, nut
from tests.lab.need import need


def ask(transport: str, port: int, seconds: float = 5) -> list[Brought]:
    said: list[Sent] = []
    options = options_of(transport).model_validate({"port": port, "host_seconds": seconds})
    context = Context(b"k", None, said.append, lambda ref: Credential(""))
    target = Target("u", transport, transport, "127.0.0.1", options)
    brought = list(load(transport).collect(target, registry().probes_on(transport), None, context))
    assert said
    return brought


def outcome(b: Brought) -> Outcome:
    probe = registry().probes[b.question.probe]
    assert b.reply is not None
    return probe.listing(b.reply)[1] if b.question.arg == "*" else probe.outcome(b.reply)


def facts(said: Outcome) -> tuple[Any, ...]:
    assert isinstance(said, Found)
    return said.facts


@contextmanager
def speaker(answer: bytes) -> Iterator[int]:
    """A server that says this to whoever comes, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        sock, _ = listener.accept()
        with sock:
            sock.recv(100)
            sock.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


@pytest.mark.lab
def test_every_supply_of_a_real_server_is_read(tmp_path: Path) -> None:
    need(not nut.why_not(), nut.why_not())
    old = "ups.status: OB LB RB\nups.mfr: APC\nups.model: Smart-UPS 1500\nbattery.date: 2019/03/01\nbattery.runtime: 120\nups.load: 95\n"
    with nut.running(tmp_path, {"rack1": old, "desk": "ups.status: OL\n"}) as port:
        brought = ask("nut", port)
    assert [b.question.arg for b in brought] == ["rack1", "desk", "*"] or [b.question.arg for b in brought] == ["desk", "rack1", "*"]
    said = {b.question.arg: outcome(b) for b in brought}
    ups, battery = facts(said["rack1"])
    assert (ups.model, ups.runtime_s, ups.replace_battery) == ("Smart-UPS 1500", 120.0, True)
    assert (battery.on_battery, battery.low, battery.load_pct, str(battery.replaced_on)) == (True, True, 95.0, "2019-03-01")
    assert facts(said["desk"])[0].charge_pct is None


def test_what_is_no_nut_server_is_named() -> None:
    with speaker(b"SSH-2.0-OpenSSH_9.2\r\n") as port, pytest.raises(TransportError, match="is no NUT server") as e:
        ask("nut", port)
    assert e.value.cause == "not_understood"


def test_a_list_that_breaks_off_is_no_shorter_list() -> None:
    with speaker(b'BEGIN LIST UPS\nUPS a "x"\n') as port, pytest.raises(TransportError) as e:
        ask("nut", port)
    assert e.value.cause == "truncated"


def test_a_server_without_supplies_says_so() -> None:
    with speaker(b"BEGIN LIST UPS\nEND LIST UPS\n") as port:
        (listed,) = ask("nut", port)
    assert outcome(listed) == Found(())


def test_access_denied_is_unknown() -> None:
    with speaker(b"ERR ACCESS-DENIED\n") as port:
        (listed,) = ask("nut", port)
    found = outcome(listed)
    assert isinstance(found, Unknown)
    assert "ACCESS-DENIED" in found.why


def blocks(body: bytes) -> bytes:
    return b"".join(len(s).to_bytes(2, "big") + s for s in body.splitlines(keepends=True)) + b"\x00\x00"


def test_apcupsd_answers_in_blocks() -> None:
    recorded = cases.load(cases.REPLIES / "power.apcupsd" / "apcupsd-3.14-dumb")
    with speaker(blocks(recorded.stdout)) as port:
        (b,) = ask("apcupsd", port)
    assert b.reply is not None
    assert b.reply.stdout == recorded.stdout
    assert isinstance(outcome(b), Found)


def test_apcupsd_cut_short_is_truncated() -> None:
    with speaker(blocks(b"APC      : 001\n" * 3)[:-9]) as port, pytest.raises(TransportError) as e:
        ask("apcupsd", port)
    assert e.value.cause == "truncated"


def test_what_is_no_apcupsd_is_named() -> None:
    with speaker(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port, pytest.raises(TransportError, match="is no apcupsd"):
        ask("apcupsd", port)
