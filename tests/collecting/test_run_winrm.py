"""Two hundred Windows hosts in one collection, ten of them broken: all named, none lost, nothing left behind on any of them."""

from __future__ import annotations

import socket
import time
from collections import defaultdict
from pathlib import Path

import pytest

from auditkit.collecting.plan import plan
from auditkit.collecting.run import collect
from auditkit.registry import registry
from auditkit.store import Answer, Store, TargetInfo
from auditkit.transports import winrmshell
from auditkit.transports.base import Context, Credential, Masked, now
from tests.lab.winrm import PASSWORD, running
from tests.lab.winrmfarm import farm

COUNT, LATENCY, WORKERS = 200, 0.05, 16


def test_two_hundred_hosts_ten_of_them_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winrmshell, "WAITS", (0.05, 0.05))
    park = farm(COUNT, LATENCY)
    with socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
    store = Store.open(None)
    with running(park.hosts) as lab:
        targets = park.targets(lab.port, closed)
        infos = [TargetInfo(t.id, t.platform, t.transport, t.address, "", "") for t in targets]
        snapshot = store.begin(infos, plan(targets, registry()), now(), "test", "test", None)
        context = Context(b"k", tmp_path / "known_hosts", lambda sent: None, lambda ref: Credential(""))
        started = time.monotonic()
        collect(store, snapshot, targets, registry(), context, {"env:A": Credential("audit", Masked(PASSWORD))}, WORKERS)
        took = time.monotonic() - started
    told: dict[str, list[Answer]] = defaultdict(list)
    for answer in store.answers(snapshot):
        told[answer.question.target].append(answer)

    assert len(park.broken) == 10
    assert set(told) == {t.id for t in targets}  # none lost
    questions = len(registry().probes_on("windows"))
    for name, answers in told.items():
        assert len(answers) == questions, name
        wrong = park.broken.get(name)
        if wrong is None:
            assert sum(a.state == "found" for a in answers) > 20, name
        else:
            for answer in answers:
                assert (answer.state, answer.cause, wrong.word in answer.why) == ("unknown", wrong.cause, True), (name, answer)
    assert [name for name, host in park.hosts.items() if host.shells] == []
    assert lab.faults == []
    # seven requests a host, each with the latency: one after the other would take that long
    requests = sum(host.requests for host in park.hosts.values())
    assert lab.most_inside >= WORKERS // 2
    assert took < requests * LATENCY / 3
