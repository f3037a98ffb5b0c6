"""The checklist of workplaces: each rule shown good, bad and not seen at a workplace, and silent at a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from auditkit.book import build
from auditkit.checking import check, load_checklists
from auditkit.checking.grammar import sources
from auditkit.model import Found, Outcome, Question, Unknown, table_name
from auditkit.model.shared.services import RemoteControl
from auditkit.model.shared.windows import (
    Antivirus,
    EncryptedVolume,
    LocalAdministrator,
    LocalUser,
    WindowsComputer,
    WindowsEdition,
    WindowsProgram,
    WindowsShare,
)
from auditkit.model.shared.workplace import PortableComputer, UserFiles
from auditkit.registry import Registry, registry
from auditkit.store import Store, TargetInfo, Told

REGISTRY = registry()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "workplaces" for i in one.items}
DERIVED = {n: REGISTRY.derived[n] for n in ("windows.office", "windows.antivirus_state")}
TABLES = {t for i in ITEMS.values() for p in i.parts for t in (p.for_, *(s.table for s in (*sources(p.when), *sources(p.expect))))}
TABLES |= {"windows_program", "antivirus"}
ASKED = {n: p for n, p in REGISTRY.probes.items() if "windows" in p.on and TABLES & {table_name(t) for t in p.yields}}
TYPES = {table_name(t): t for p in ASKED.values() for t in p.yields} | {t: REGISTRY.types[t] for t in TABLES}
SMALL = Registry(ASKED, DERIVED, TYPES)


def verdicts(*facts: Any, unseen: frozenset[str] = frozenset()) -> dict[str, str]:
    """Item -> state of one computer: each fact from the first probe that tells of its type, probes of what is not seen refused."""
    said, taken = [], set[type]()
    for probe in SMALL.probes_on("windows"):
        mine = tuple(f for f in facts if type(f) in probe.yields and type(f) not in taken)
        taken |= {type(f) for f in mine}
        refused = any(table_name(t) in unseen for t in probe.yields)
        outcome: Outcome = Unknown("refused") if refused else Found(mine)
        said.append(Told(Question("pc", probe.name, ""), str(probe.command), outcome, None, NOW, False))
    assert taken == {type(f) for f in facts}
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("pc", "windows", "replay", "pc")], [t.question for t in said], NOW, "test", "test")
    store.record(snap, said)
    book = build(store, store.snapshot(snap), SMALL, date(2026, 11, 22))
    return {v.item.id: v.state for v in check(book, ITEMS.values())}


PC = WindowsEdition(
    kind="workstation", build=19045, ubr=1, installation="Client", edition="Professional", architecture="64-bit", service_pack=0,
    language=1049, installed_at=NOW,
)  # fmt: skip
SERVER = replace(PC, kind="server", build=17763, edition="ServerStandard")
OWN = "S-1-5-21-1-2-3-"
ADMIN = LocalAdministrator(path="WinNT://PC/Администратор", name="PC\\Администратор", sid=OWN + "500", kind="user", local=True)
USER = replace(ADMIN, path="WinNT://CORP/ivanova", name="CORP\\ivanova", sid=OWN + "1121", local=False)
NOTEBOOK = PortableComputer(portable=True, because=("chassis notebook",))
VOLUME = EncryptedVolume(volume="C:", protected=True, system=True)
FILES = UserFiles(sid=OWN + "1121", path="C:\\Users\\i", last_used=datetime(2026, 11, 20, tzinfo=UTC), here=(), elsewhere=("\\\\fs\\i",))
DESK = RemoteControl(product="AnyDesk", evidence=("program AnyDesk",), running=False)
OFFICE = WindowsProgram(
    registry_key="ProPlus2024Volume - ru-ru", name="Office", version="16.0", publisher="", installed_on=None, bits=64
)  # fmt: skip
COMPUTER = WindowsComputer(name="PC", domain="corp", joined=True, role="member workstation", memory_bytes=1, account_sid="")
SCANNER = Antivirus(product="Kaspersky", source="service", running=True, real_time=None, up_to_date=None, signatures_at=None)
LOCAL = LocalUser(
    sid=OWN + "1001", rid=1001, name="kassa", enabled=True, password_required=True, password_expires=False, locked=False
)  # fmt: skip
SHARE = WindowsShare(name="C$", path="C:\\", comment="", kind="disk", admin=True, access=None, everyone_writes=False)

SHOWN: list[tuple[str, list[Any], list[Any]]] = [
    ("WKS-01", [ADMIN, replace(USER, sid=OWN + "512")], [ADMIN, USER]),
    ("WKS-02", [NOTEBOOK, VOLUME], [NOTEBOOK, replace(VOLUME, protected=False)]),
    ("WKS-02", [NOTEBOOK, VOLUME], [NOTEBOOK]),  # BitLocker is not there at all
    ("WKS-03", [FILES], [replace(FILES, here=("C:\\Users\\i\\Desktop",))]),
    ("WKS-04", [DESK], [replace(DESK, running=True)]),
    ("WKS-05", [OFFICE], [replace(OFFICE, registry_key="ProPlus2019Retail - ru-ru")]),
    ("WKS-06", [COMPUTER], [replace(COMPUTER, joined=False)]),
    ("WKS-08", [SCANNER], [SCANNER, replace(SCANNER, product="Dr.Web")]),
    ("WKS-09", [LOCAL], [replace(LOCAL, password_required=False)]),
    ("WKS-10", [SHARE], [SHARE, replace(SHARE, name="Obmen", path="D:\\Obmen", admin=False)]),
]


@pytest.mark.parametrize(("item", "good", "bad"), SHOWN)
def test_a_rule_is_shown_good_bad_and_not_seen_and_leaves_servers_alone(item: str, good: list[Any], bad: list[Any]) -> None:
    assert verdicts(PC, *good)[item] == "ok"
    assert verdicts(PC, *bad)[item] == "alarm"
    assert verdicts(SERVER, *bad)[item] == "not_applicable"
    (part,) = ITEMS[item].parts
    below = {"office_suite": "windows_program", "antivirus_state": "antivirus"}.get(part.for_, part.for_)
    assert verdicts(PC, unseen=frozenset({below}))[item] == "unknown"
    assert verdicts(*bad, unseen=frozenset({"windows_edition"}))[item] == "unknown"  # is it a workplace at all?


def test_a_home_edition_is_told() -> None:
    assert verdicts(PC)["WKS-07"] == "ok"
    assert verdicts(replace(PC, edition="CoreSingleLanguage"))["WKS-07"] == "alarm"
    assert verdicts(replace(PC, edition=""))["WKS-07"] == "not_applicable"
    assert verdicts(unseen=frozenset({"windows_edition"}))["WKS-07"] == "unknown"


@pytest.mark.parametrize(
    ("item", "facts"),
    [
        ("WKS-02", [replace(NOTEBOOK, portable=None), VOLUME]),  # an enclosure that tells nothing
        ("WKS-02", [NOTEBOOK, replace(VOLUME, protected=None)]),  # a locked volume
        ("WKS-03", [replace(FILES, here=None, elsewhere=None)]),  # nobody of that name is logged on
        ("WKS-05", [replace(OFFICE, registry_key="{B2}", name="Р7-Офис. Редакторы 2024.3.2")]),  # no table has its end
        ("WKS-09", [replace(LOCAL, password_required=None)]),
    ],
)
def test_a_value_that_was_not_seen_makes_nothing_good(item: str, facts: list[Any]) -> None:
    assert verdicts(PC, *facts)[item] == "unknown"


def test_a_notebook_whose_volumes_could_not_be_asked_is_not_called_encrypted() -> None:
    assert verdicts(PC, NOTEBOOK, unseen=frozenset({"encrypted_volume"}))["WKS-02"] == "unknown"


def test_a_profile_that_nobody_has_used_for_months_is_no_finding() -> None:
    assert verdicts(PC, replace(FILES, here=("C:\\Users\\i\\Desktop",), last_used=datetime(2026, 3, 1, tzinfo=UTC)))["WKS-03"] == (
        "not_applicable"
    )


def test_a_computer_that_refused_everything_has_no_good_verdict() -> None:
    assert set(verdicts(unseen=frozenset(TYPES)).values()) == {"unknown"}
