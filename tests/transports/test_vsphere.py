"""`transport: vsphere` against govmomi's simulator: the real protocol, invented machines."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditkit.errors import TransportError
from auditkit.model import Found
from auditkit.probing import Objects, Probe, Reply
from auditkit.registry import registry
from auditkit.transports import load, tls
from auditkit.transports.base import Brought, Context, Credential, Masked, Sent, Target
from auditkit.transports.vsphere import VsphereOptions
from tests.lab import vcsim
from tests.lab.ground import LabError
from tests.lab.need import need
from tests.lab.vcsim import Simulator

pytestmark = pytest.mark.lab
CANARY = "-".join(("canary", "77"))  # so that this file's own lines in a traceback do not hold it
PROBES = registry().probes_on("vsphere")


@pytest.fixture(scope="module")
def vcenter() -> Iterator[Simulator]:
    try:
        vcsim.program()
    except LabError as e:
        need(False, str(e))
    with vcsim.running() as simulator:
        yield simulator


@pytest.fixture
def pins(tmp_path: Path, vcenter: Simulator) -> Path:
    """A known_hosts beside which the simulator's certificate is pinned."""
    known = tmp_path / "known_hosts"
    shown = tls.fingerprint(tls.look("127.0.0.1", vcenter.port, 5))
    tls.pin(tls.store_of(known), "127.0.0.1", vcenter.port, shown)
    return known


def ask(simulator: Simulator, pins: Path, password: str | None = None, said: list[Sent] | None = None, **caps: Any) -> list[Brought]:
    told: list[Sent] = [] if said is None else said
    context = Context(b"k", pins, told.append, lambda ref: Credential(""), **caps)
    target = Target("vc", "vsphere", "vsphere", "127.0.0.1", VsphereOptions(port=simulator.port))
    credential = Credential(simulator.login, Masked(password or simulator.password))
    return list(load("vsphere").collect(target, PROBES, credential, context))


def reply_to(brought: list[Brought], probe: str) -> tuple[Probe[object], Reply]:
    (one,) = [b for b in brought if b.question.probe == probe]
    assert one.reply is not None
    return registry().probes[probe], one.reply


def test_a_vcenter_is_read_whole_and_every_question_is_journalled(vcenter: Simulator, pins: Path) -> None:
    said: list[Sent] = []
    brought = ask(vcenter, pins, said=said)
    assert [b.question.probe for b in brought] == [p.name for p in PROBES]
    assert [s.what for s in said] == [str(p.command) for p in PROBES]
    probe, reply = reply_to(brought, "vmware.hosts")
    found = probe.outcome(reply)
    assert isinstance(found, Found)
    # the simulator's model VPX: one host alone and a cluster of three; two machines in each
    assert sorted(h.name for h in found.facts) == ["DC0_C0_H0", "DC0_C0_H1", "DC0_C0_H2", "DC0_H0"]  # type: ignore[attr-defined]
    probe, reply = reply_to(brought, "vmware.machines")
    machines = probe.outcome(reply)
    assert isinstance(machines, Found)
    assert sorted(m.name for m in machines.facts) == [  # type: ignore[attr-defined]
        "DC0_C0_RP0_VM0", "DC0_C0_RP0_VM1", "DC0_H0_VM0", "DC0_H0_VM1",
    ]  # fmt: skip


def test_a_wrong_password_is_named_and_stands_nowhere(vcenter: Simulator, pins: Path) -> None:
    with pytest.raises(TransportError, match="login 'audit' or its password is wrong") as e:
        ask(vcenter, pins, password=CANARY)
    assert e.value.cause == "bad_credential"
    assert CANARY not in "".join(traceback.format_exception(e.value))


def test_a_certificate_that_nobody_vouches_for_gets_no_password(vcenter: Simulator, tmp_path: Path) -> None:
    with pytest.raises(TransportError, match=r"no login was tried") as e:
        ask(vcenter, tmp_path / "known_hosts")
    assert e.value.cause == "refused"


def test_another_certificate_than_the_pinned_one_is_refused(vcenter: Simulator, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    tls.pin(tls.store_of(known), "127.0.0.1", vcenter.port, "SHA256:" + "A" * 43)
    with pytest.raises(TransportError) as e:
        ask(vcenter, known)
    assert e.value.cause == "host_key_changed"


def test_more_than_may_be_answered_is_cut_and_said(vcenter: Simulator, pins: Path) -> None:
    brought = {b.question.probe: b for b in ask(vcenter, pins, reply_bytes=2000)}
    cut = brought["vmware.machines"]
    assert cut.trouble is not None
    assert cut.trouble.cause == "truncated"
    assert brought["vmware.product"].trouble is None


def test_nobody_there_and_something_else_there_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(TransportError) as e:
        ask(Simulator(1, "audit", "x"), tmp_path / "known_hosts")
    assert e.value.cause == "refused"


def test_a_kind_that_does_not_exist_is_an_error_of_its_author() -> None:
    assert all(isinstance(p.command, Objects) for p in PROBES)
