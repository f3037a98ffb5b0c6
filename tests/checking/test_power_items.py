"""The checklist of power supplies: what an old battery, one that asks to be replaced, and a silent supply are told."""

from __future__ import annotations

from dataclasses import replace
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
ITEMS = [i for one in load_checklists() if one.checklist == "power" for i in one.items]


def verdicts(platform: str, told: dict[str, Outcome]) -> dict[str, str]:
    """Item -> state of one target. told: argument -> outcome."""
    (probe,) = REGISTRY.probes_on(platform)
    said = [Told(Question("u", probe.name, arg), str(probe.command), outcome, None, NOW, False) for arg, outcome in told.items()]
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("u", platform, platform, "u")], [t.question for t in said], NOW, "test", "test")
    store.record(snap, said)
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 22))
    return {v.item.id: v.state for v in check(book, ITEMS)}


def case(probe: str, name: str) -> Outcome:
    return REGISTRY.probes[probe].outcome(cases.load(cases.REPLIES / probe / name).reply)


@pytest.mark.parametrize(("platform", "arg", "outcome", "expected"), [
    ("nut", "rack1", case("power.nut", "nut-2.8-dummy"), {"UPS-01": "ok", "UPS-02": "ok", "UPS-03": "alarm", "UPS-04": "ok"}),
    ("nut", "apc", case("power.nut", "usbhid-on-battery"), {"UPS-01": "alarm", "UPS-02": "alarm", "UPS-03": "alarm", "UPS-04": "alarm"}),
    # a supply on dumb signalling tells neither its run time nor anything of its battery but that it is low
    ("apcupsd", "", case("power.apcupsd", "apcupsd-3.14-dumb"),
     {"UPS-01": "unknown", "UPS-02": "alarm", "UPS-03": "unknown", "UPS-04": "unknown"}),
    ("apcupsd", "", case("power.apcupsd", "back-ups-replace"), {"UPS-01": "alarm", "UPS-02": "ok", "UPS-03": "alarm", "UPS-04": "alarm"}),
    ("apcupsd", "", Unknown("refused"), dict.fromkeys(("UPS-01", "UPS-02", "UPS-03", "UPS-04"), "unknown")),
])  # fmt: skip
def test_what_a_supply_says_decides(platform: str, arg: str, outcome: Outcome, expected: dict[str, str]) -> None:
    told = {arg: outcome} | ({"*": Found(())} if platform == "nut" else {})
    assert verdicts(platform, told) == expected


def test_a_server_whose_list_was_refused_makes_nothing_ok() -> None:
    assert set(verdicts("nut", {"*": Unknown("exit code 1: ERR ACCESS-DENIED")}).values()) == {"unknown"}


@pytest.mark.parametrize(("probe", "name", "old", "new"), [
    ("power.nut", "nut-2.8-dummy", b'ups.status "OL"', b'ups.status "WAIT"'),  # the driver has not read the supply yet
    ("power.apcupsd", "back-ups-replace", b"ONLINE REPLACEBATT", b"COMMLOST"),  # apcupsd has lost it
])  # fmt: skip
def test_a_supply_that_its_own_server_does_not_see_is_unknown(probe: str, name: str, old: bytes, new: bytes) -> None:
    recorded = cases.load(cases.REPLIES / probe / name).reply
    assert old in recorded.stdout
    assert isinstance(REGISTRY.probes[probe].outcome(replace(recorded, stdout=recorded.stdout.replace(old, new))), Unknown)
