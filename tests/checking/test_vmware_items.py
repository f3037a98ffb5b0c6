"""The checklist of VMware: what the small office of the recorded cases must be told, and what nobody could see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from auditkit.book import build
from auditkit.checking import check, load_checklists
from auditkit.model import Found, Outcome, Question, Unknown
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "vmware" for i in one.items}
REFUSED = Unknown("refused")


def verdicts(case: str, instead: Mapping[str, Outcome] | None = None) -> dict[str, tuple[str, int]]:
    """Item -> (state, alarmed rows), from the recorded case of every probe; `instead` replaces answers."""
    told = []
    for probe in REGISTRY.probes_on("vsphere"):
        recorded = cases.load(cases.REPLIES / probe.name / case)
        outcome = (instead or {}).get(probe.name) or probe.outcome(recorded.reply)
        told.append(Told(Question("vc", probe.name, ""), str(probe.command), outcome, recorded.reply, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("vc", "vsphere", "vsphere", "vc")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 22))
    return {v.item.id: (v.state, v.total) for v in check(book, ITEMS.values())}


def test_the_office_is_told_what_is_wrong_and_where_nobody_could_see() -> None:
    assert verdicts("vcenter-7.0-office") == {
        "VMW-01": ("alarm", 1),  # esx3 does not respond
        "VMW-02": ("alarm", 1),  # the second power supply of esx1; an unknown sensor is none that failed
        "VMW-03": ("alarm", 1),  # 1C-SRV since March 2024; of two machines nobody could see
        "VMW-04": ("alarm", 1),  # ds1: 7 %
        "VMW-05": ("alarm", 1),  # old-nfs, whose "100 % free" is not believed
        "VMW-06": ("alarm", 1),
        "VMW-07": ("alarm", 1),
        "VMW-08": ("alarm", 1),  # DC1; the template is off
        "VMW-09": ("alarm", 1),
        "VMW-10": ("ok", 0),  # two of three are connected
        "VMW-11": ("alarm", 1),  # the HASP key of 1C
        "VMW-12": ("alarm", 1),  # vCenter's ran out in 2025
        "VMW-13": ("alarm", 2),
        "VMW-14": ("alarm", 1),
    }


def test_a_fresh_host_of_the_simulator_raises_only_what_it_has() -> None:
    found = verdicts("vcsim-esxi")
    assert {i for i, (state, _) in found.items() if state == "alarm"} == {"VMW-07", "VMW-08", "VMW-10", "VMW-12", "VMW-14"}
    assert found["VMW-01"] == ("unknown", 0)  # the simulator's host is gray: its state is not known
    assert found["VMW-03"] == ("ok", 0)
    assert found["VMW-09"] == ("not_applicable", 0)


@pytest.mark.parametrize(("probe", "items"), [
    ("vmware.hosts", {"VMW-01", "VMW-02", "VMW-06", "VMW-07", "VMW-10", "VMW-13"}),
    ("vmware.machines", {"VMW-03", "VMW-08", "VMW-11", "VMW-14"}),
    ("vmware.datastores", {"VMW-04", "VMW-05"}),
    ("vmware.clusters", {"VMW-09"}),
    ("vmware.licences", {"VMW-12"}),
])  # fmt: skip
def test_what_was_not_seen_is_never_ok(probe: str, items: set[str]) -> None:
    found = verdicts("vcenter-7.0-office", {probe: REFUSED})
    assert {i for i, (state, _) in found.items() if state == "unknown"} == items


def test_an_account_that_sees_a_part_makes_nothing_ok() -> None:
    narrow = cases.load(cases.REPLIES / "vmware.machines" / "vcenter-7.0-narrow")
    found = verdicts("vcenter-7.0-office", {"vmware.machines": REGISTRY.probes["vmware.machines"].outcome(narrow.reply)})
    assert found["VMW-03"] == ("alarm", 1)
    assert found["VMW-08"] == ("unknown", 0)


def test_a_host_none_of_whose_sensors_tells_a_state_has_not_been_looked_at() -> None:
    recorded = cases.load(cases.REPLIES / "vmware.hosts" / "vcenter-7.0-office").reply
    found = REGISTRY.probes["vmware.hosts"].outcome(recorded)
    assert isinstance(found, Found)
    assert [h.sensors for h in found.facts] == [("Power Supply 2 Status: red",), None, None]  # type: ignore[attr-defined]
