"""The checklist of MikroTik routers on exports: one with every hole, one in order, and what cannot be seen."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from auditkit.book import Declared, build
from auditkit.checking import check, load_checklists
from auditkit.model import Outcome, Question, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
NOW = datetime(2026, 11, 26, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "routeros" for i in one.items}
END = 'auditkit: end of export\n'
HOLED = {"export": "ros6-holed", "resource": "ros6-busy", "board": "rb951", "identity": "factory-name", "users": "ros6-holed"}
CLEAN = {"export": "ros7-office", "resource": "ros7-office", "board": "rb5009", "identity": "office", "users": "ros7-office"}
WAY = {"ros7-office": 1}
Answers = dict[str, str | bytes | Outcome]


def states(base: dict[str, str], logins: list[str] | None = None, **instead: str | bytes | Outcome) -> dict[str, str]:
    """Item -> state. instead: `export=` a case, bytes, or what stood in the way. logins: the predecessor's, None = nobody said."""
    told = []
    for probe in REGISTRY.probes_on("routeros"):
        name = probe.name.removeprefix("routeros.")
        said = instead.get(name, base.get(name, Unknown("not recorded")))
        body = (cases.REPLIES / probe.name / said / "stdout").read_bytes() if isinstance(said, str) else said
        question = Question("gw", probe.name, "")
        if isinstance(body, bytes):
            way = WAY.get(str(said), 0) if name == "export" else 0
            reply = Reply(body, b"", 0, way=way, at=NOW, key=b"k")
            told.append(Told(question, str(probe.commands[way]), probe.outcome(reply), reply, NOW, False))
        else:
            told.append(Told(question, str(probe.command), body, None, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("gw", "routeros", "netcli", "10.0.0.1")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    declared = Declared("predecessor_login", {"login": "text"}, None if logins is None else [(login,) for login in logins])
    book = build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 26), [declared])
    return {v.item.id: str(v.state) for v in check(book, ITEMS.values())}


def exported(text: str) -> bytes:
    return f"# 2026-11-25 10:11:12 by RouterOS 7.15.3\n{text}\n{END}".encode()


@pytest.fixture(scope="module")
def holed() -> dict[str, str]:
    return states(HOLED, ["oldadmin"])


@pytest.fixture(scope="module")
def clean() -> dict[str, str]:
    return states(CLEAN, [])


# What a router of that export does not have, or does well.
NOT_HOLED = {"ROS-17", "ROS-18"}


def test_every_hole_of_the_old_router_is_found(holed: dict[str, str]) -> None:
    alarms = {i for i, s in holed.items() if s == "alarm"}
    assert alarms == set(ITEMS) - NOT_HOLED


def test_a_router_in_order_raises_nothing(clean: dict[str, str]) -> None:
    assert {i for i, s in clean.items() if s not in ("ok", "not_applicable")} == set()
    assert {i for i, s in clean.items() if s == "not_applicable"} <= {"ROS-08", "ROS-09", "ROS-23", "ROS-32"}


@pytest.mark.parametrize("item", sorted(ITEMS))
def test_with_every_question_refused_nothing_is_fine(item: str) -> None:
    refused: Answers = {name: Unknown("no right to read this") for name in HOLED}
    assert states(HOLED, [], **refused)[item] == "unknown"


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("ROS-17", "/tool romon set enabled=yes"),
        ("ROS-18", "/ip smb set enabled=yes"),
        ("ROS-28", "/ip ipsec peer add name=x\n/ip ipsec proposal set [ find default=yes ] enc-algorithms=3des"),
        ("ROS-25", '/system script add name=a source="/tool fetch url=http://x/y.rsc; /import y.rsc"'),
        ("ROS-08", "/ip firewall nat add action=dst-nat chain=dstnat dst-port=5000 protocol=tcp to-addresses=10.0.0.2 to-ports=445"),
    ],
)
def test_what_the_recorded_router_does_not_have_is_found_too(item: str, text: str) -> None:
    assert states(CLEAN, [], export=exported(text))[item] == "alarm"


def test_a_forwarding_whose_interface_is_not_known_to_be_the_internet_is_unknown() -> None:
    rule = "/ip firewall nat add action=dst-nat chain=dstnat dst-port=3389 in-interface=ether5 protocol=tcp to-addresses=10.0.0.2"
    assert states(CLEAN, [], export=exported(rule))["ROS-08"] == "unknown"


def test_logins_of_the_predecessor_that_nobody_named_make_no_account_fine() -> None:
    assert states(HOLED)["ROS-32"] == "unknown"
