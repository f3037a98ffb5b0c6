"""The checklist of server hardware on recorded answers of controllers: right, wrong, and not told."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from auditkit.book import build
from auditkit.checking import check, load_checklists
from auditkit.model import Outcome, Question, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
NOW = datetime(2026, 11, 26, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "iron" for i in one.items}
UNTOLD = Unknown("this controller does not tell it")
Answers = dict[str, str | bytes | Outcome]
# A small server in which everything is right.
CLEAN: Answers = {
    "redfish.systems": b'{"at":"/s/1","body":{"Name":"one","Manufacturer":"HPE","SerialNumber":"CZ1","Status":{"Health":"OK"}}}',
    "redfish.managers": "idrac9",
    "redfish.drives": b'{"at":"/d/0","body":{"Name":"d0","MediaType":"SSD","FailurePredicted":false,"PredictedMediaLifeLeftPercent":80,'
                      b'"Status":{"Health":"OK"}}}',
    "redfish.volumes": b'{"at":"/v/0","body":{"Name":"v0","RAIDType":"RAID1","Status":{"Health":"OK"}}}',
    "redfish.power": b'{"at":"/p","body":{"PowerSupplies":[{"Name":"1","Status":{"Health":"OK"}},{"Name":"2","Status":{"Health":"OK"}}]}}',
    "redfish.thermal": b'{"at":"/t","body":{"Fans":[{"Name":"f","Reading":5000,"Status":{"Health":"OK"}}]}}',
    "redfish.system_log": "nothing-but-information",
    "redfish.manager_log": b"",
}  # fmt: skip


def states(**instead: str | bytes | Outcome) -> dict[str, str]:
    """Item -> state. instead: `systems=` a case, bytes, or what stood in the way."""
    told = []
    for probe in REGISTRY.probes_on("redfish"):
        said = instead.get(probe.name.removeprefix("redfish."), CLEAN[probe.name])
        body = (cases.REPLIES / probe.name / said / "stdout").read_bytes() if isinstance(said, str) else said
        question = Question("bmc", probe.name, "")
        if isinstance(body, bytes):
            reply = Reply(body, b"", 0, at=NOW)
            told.append(Told(question, str(probe.command), probe.outcome(reply), reply, NOW, False))
        else:
            told.append(Told(question, str(probe.command), body, None, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("bmc", "redfish", "redfish", "10.0.0.5")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 26))
    return {v.item.id: str(v.state) for v in check(book, ITEMS.values())}


def one(**fields: Any) -> bytes:
    return json.dumps({"at": "/x/1", "body": {"Name": "x", **fields}}).encode()


def test_a_server_in_order_raises_nothing() -> None:
    assert states() == dict.fromkeys(ITEMS, "ok")


@pytest.mark.parametrize(
    ("item", "instead"),
    [
        ("BMC-01", {"systems": "dell-degraded"}),
        ("BMC-02", {"drives": "dell-one-failing"}),
        ("BMC-02", {"drives": one(MediaType="HDD", FailurePredicted=True, Status={"Health": "OK"})}),
        ("BMC-03", {"volumes": "dell-degraded-mirror"}),
        ("BMC-04", {"power": "one-supply-lost"}),
        ("BMC-05", {"power": b'{"at":"/p","body":{"PowerSupplies":[{"Name":"1","Status":{"Health":"OK"}}]}}'}),
        ("BMC-06", {"thermal": "hot-and-a-fan-lost"}),
        ("BMC-07", {"system_log": "memory-errors"}),
        ("BMC-08", {"drives": one(MediaType="SSD", PredictedMediaLifeLeftPercent=4, Status={"Health": "OK"})}),
    ],
)
def test_what_is_wrong_is_found(item: str, instead: dict[str, Any]) -> None:
    assert states(**instead)[item] == "alarm"


@pytest.mark.parametrize(
    ("item", "instead"),
    [
        ("BMC-01", {"systems": "hpe-no-rollup"}),
        ("BMC-02", {"drives": one(MediaType="HDD", FailurePredicted=None, Status={"Health": None})}),
        ("BMC-03", {"volumes": one(RAIDType="RAID1", Status={"State": "Enabled"})}),
        ("BMC-04", {"power": "no-supply-told"}),
        ("BMC-05", {"power": UNTOLD}),
        ("BMC-06", {"thermal": b'{"at":"/t","body":{"Fans":[{"Name":"f","Reading":5000}]}}'}),
        ("BMC-07", {"system_log": UNTOLD}),
        ("BMC-08", {"drives": one(MediaType="SSD", Status={"Health": "OK"})}),
    ],
)
def test_what_the_controller_does_not_tell_is_never_fine(item: str, instead: dict[str, Any]) -> None:
    assert states(**instead)[item] == "unknown"


def test_with_every_question_refused_nothing_is_fine() -> None:
    refused = {name.removeprefix("redfish."): UNTOLD for name in CLEAN}
    assert set(states(**refused).values()) == {"unknown"}
