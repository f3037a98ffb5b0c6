"""The checklist of Windows: what a neglected 2019 server is told, what a better answer changes, and what nobody could see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from auditkit.book import build
from auditkit.checking import check, load_checklists
from auditkit.model import Outcome, Question, Unknown
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "windows" for i in one.items}
MINE = """os computer volumes disks bitlocker network services hotfixes accounts software shares printers security time reboot firewall
    antivirus licences logs swap updates laps"""
PROBES = sorted(f"windows.{name}" for name in MINE.split())


def verdicts(
    instead: Mapping[str, str] | None = None, refused: bool = False, changed: Mapping[str, tuple[str, str]] | None = None
) -> dict[str, str]:
    """Item -> state, from case srv2019 of every probe; `instead` names another case of a probe, `changed` what its answer says instead."""
    told = []
    for name in PROBES:
        probe = REGISTRY.probes[name]
        reply = cases.load(cases.REPLIES / name / (instead or {}).get(name, "srv2019")).reply
        if changed and name in changed:
            before, after = (text.encode() for text in changed[name])
            assert before in reply.stdout
            reply = replace(reply, stdout=reply.stdout.replace(before, after, 1))
        outcome: Outcome = Unknown("refused") if refused else probe.outcome(reply)
        told.append(Told(Question("w", name, ""), str(probe.command), outcome, reply, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("w", "windows", "replay", "w")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 22))
    return {v.item.id: v.state for v in check(book, ITEMS.values())}


def test_a_neglected_server_is_told_what_is_wrong() -> None:
    found = verdicts()
    assert {i for i, state in found.items() if state == "ok"} >= {"WIN-01", "WIN-02", "WIN-05", "WIN-14", "WIN-20", "WIN-25", "WIN-27"}
    assert {i for i, state in found.items() if state == "alarm"} >= {
        "WIN-03", "WIN-04", "WIN-06", "WIN-07", "WIN-08", "WIN-10", "WIN-11", "WIN-12", "WIN-13", "WIN-15", "WIN-16", "WIN-17", "WIN-18",
        "WIN-19", "WIN-21", "WIN-22", "WIN-23", "WIN-24", "WIN-26", "WIN-28",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("case", "item", "state"),
    [
        ("windows.security/srv2019-hardened", "WIN-06", "ok"),
        ("windows.security/srv2019-hardened", "WIN-08", "ok"),  # the policy's NLA counts before the local 0
        ("windows.security/srv2019-hardened", "WIN-11", "ok"),
        ("windows.security/srv2019-hardened", "WIN-12", "ok"),
        ("windows.security/srv2019-hardened", "WIN-13", "ok"),
        ("windows.security/srv2019-hardened", "WIN-24", "ok"),
        ("windows.security/srv2008r2-defaults", "WIN-05", "alarm"),  # SMB1 not set is the default of that version: on
        ("windows.os/srv2008r2", "WIN-01", "alarm"),
        ("windows.hotfixes/srv2008-filetime", "WIN-02", "alarm"),
        ("windows.reboot/only-swept-files", "WIN-03", "ok"),
        ("windows.firewall/policy-overrides", "WIN-07", "alarm"),
    ],
)
def test_another_answer_is_another_verdict(case: str, item: str, state: str) -> None:
    probe, name = case.split("/")
    assert verdicts({probe: name})[item] == state


def test_what_was_not_seen_is_unknown_everywhere() -> None:
    assert set(verdicts(refused=True).values()) == {"unknown"}


SERVICE = '{"_": "Win32_Service", "Name": "Spooler"'
FIREWALL = (
    '{"_": "Win32_Service", "Name": "MpsSvc", "DisplayName": "", "State": "STATE", "StartMode": "Auto", "StartName": "LocalSystem",'
    ' "PathName": "", "ExitCode": 0}\n' + SERVICE
)


@pytest.mark.parametrize(("runs", "state"), [("Running", "ok"), ("Stopped", "alarm")])
def test_profiles_that_are_on_are_worth_nothing_while_the_firewalls_service_rests(runs: str, state: str) -> None:
    on = {"windows.firewall": ('"EnableFirewall": 0', '"EnableFirewall": 1')}
    assert verdicts(changed=on)["WIN-07"] == "ok"
    assert verdicts(changed={**on, "windows.services": (SERVICE, FIREWALL.replace("STATE", runs))})["WIN-07"] == state


def test_a_member_whose_time_service_rests_takes_its_time_from_nowhere() -> None:
    rests = {"windows.time": ('"State": "Running"', '"State": "Stopped"')}
    assert verdicts(changed=rests)["WIN-20"] == "alarm"
    assert verdicts({"windows.computer": "win10-workgroup-placeholder"}, changed=rests)["WIN-20"] == "ok"
