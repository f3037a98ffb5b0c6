"""The checklist of 1C: each rule shown good, bad and not seen, on both systems; and a whole neglected server of recorded cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

import pytest

from auditkit.book import build
from auditkit.checking import check, load_checklists
from auditkit.checking.grammar import sources
from auditkit.model import Found, Outcome, Question, Unknown, table_name
from auditkit.model.shared.databases import SqlDatabase
from auditkit.model.shared.host import Virtualisation
from auditkit.model.shared.network import Listener
from auditkit.model.shared.onec import (
    OneCBase,
    OneCCluster,
    OneCDump,
    OneCFileBase,
    OneCLicence,
    OneCPlatform,
    OneCProcess,
    OneCPublication,
    OneCService,
    OneCTechLog,
)
from auditkit.model.shared.windows import WindowsComputer, WindowsShare
from auditkit.registry import Registry, registry
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "onec" for i in one.items}
MB = 1024 * 1024
# What these rules look at; the rest of the registry is left out, for speed alone.
TABLES = {t for i in ITEMS.values() for p in i.parts for t in (p.for_, *(s.table for s in (*sources(p.when), *sources(p.expect))))}
TABLES |= {"windows_share"}
ASKED = {n: p for n, p in REGISTRY.probes.items() if TABLES & {table_name(t) for t in p.yields} or "onec" in n}
TYPES = {table_name(t): t for p in ASKED.values() for t in p.yields} | {t: REGISTRY.types[t] for t in TABLES}
SMALL = Registry(ASKED, {n: REGISTRY.derived[n] for n in ("onec.support", "windows.onec_shared")}, TYPES)


def verdicts(platform: str, told: dict[str, Outcome]) -> dict[str, str]:
    """Item -> state of one host. told: probe -> outcome; every other probe looked and found nothing."""
    said = []
    for probe in SMALL.probes_on(platform):
        outcome = told.get(probe.name, Found(()))
        said.append(Told(Question("h", probe.name, "/" if probe.many else ""), str(probe.command), outcome, None, NOW, False))
        if probe.many:  # the list of its arguments, and one of them
            said.append(Told(Question("h", probe.name, "*"), str(probe.command), Found(()), None, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("h", platform, "replay", "h")], [t.question for t in said], NOW, "test", "test")
    store.record(snap, said)
    book = build(store, store.snapshot(snap), SMALL, date(2026, 11, 22))
    return {v.item.id: v.state for v in check(book, ITEMS.values())}


def spread(platform: str, *facts: Any, unseen: frozenset[str] = frozenset()) -> dict[str, Outcome]:
    """Each fact to the first probe that tells of its type; probes that fill a table that is not seen are refused."""
    told: dict[str, Outcome] = {}
    taken: set[type] = set()
    for probe in SMALL.probes_on(platform):
        mine = [f for f in facts if type(f) in probe.yields and type(f) not in taken]
        taken |= {type(f) for f in mine}
        if any(table_name(t) in unseen for t in probe.yields):
            told[probe.name] = Unknown("refused")
        elif mine:
            told[probe.name] = Found(tuple(mine))
    assert taken == {type(f) for f in facts}, "a type that no probe of this platform fills"
    return told


def state(item: str, platform: str, *facts: Any, unseen: frozenset[str] = frozenset()) -> str:
    return verdicts(platform, spread(platform, *facts, unseen=unseen))[item]


AGENT = OneCProcess(process="ragent", version="8.3.23.1865", port=1540, ports="1560:1591", cluster_dir="/c", debug=False)
RAS = replace(AGENT, process="ras", port=1545)
CLUSTER = OneCCluster(file="/c/reg_1541/1CV8Clst.lst", name="c", host="h", port=1541, administrators=("admin1c",))
BASE = OneCBase(
    file=CLUSTER.file, name="buh", description="", dbms="MSSQLServer", db_server="sql", db_name="buh", db_user="buh_owner",
    has_password=True,
)  # fmt: skip
SERVICE = OneCService(
    name="s", program="ragent", version="8.3.23.1865", account="CORP\\usr1cv8", running=True, automatic=True, port=1540, debug=False
)
PUBLISHED = OneCPublication(
    file="/v.vrd", base="/buh", server="s", infobase="buh", logged_in=False, web_services=False, http_services=False
)
FILE = OneCFileBase(path="D:\\Bases\\torg\\1Cv8.1CD", size_bytes=800 * MB, changed_at=NOW)
DUMP = OneCDump(path="D:\\Copies\\torg.dt", size_bytes=90 * MB, changed_at=datetime(2026, 11, 1, tzinfo=UTC))
PLATFORM = OneCPlatform(version="8.3.23.1865", path="/opt/1cv8/x86_64/8.3.23.1865", parts=("ragent",))
LOG = OneCTechLog(file="/logcfg.xml", folders=("/l",), history_h=24, everything=False, dumps=True)
KEY = OneCLicence(path="/conf/nethasp.ini", kind="hasp")
METAL = Virtualisation(kind="none", container="none")
INSIDE = Listener(proto="tcp", address="127.0.0.1", port=1545, process="ras", public=False, interfaces=())
OUTSIDE = replace(INSIDE, address="0.0.0.0", public=True)
SHARE = WindowsShare(name="B", path="D:\\bases", comment="", kind="disk", admin=False, access=("S-1-1-0: change",), everyone_writes=True)

# item, what is good, what is bad
SHOWN: list[tuple[str, list[Any], list[Any]]] = [
    ("ONEC-01", [PLATFORM], [replace(PLATFORM, version="8.2.19.130")]),
    ("ONEC-01", [PLATFORM], [replace(PLATFORM, version="8.1")]),
    ("ONEC-03", [AGENT], [replace(AGENT, debug=True)]),
    ("ONEC-04", [CLUSTER], [replace(CLUSTER, administrators=())]),
    ("ONEC-05", [RAS, INSIDE], [RAS, OUTSIDE]),
    ("ONEC-05", [RAS, replace(OUTSIDE, port=80)], [replace(RAS, port=2545), replace(OUTSIDE, port=2545)]),
    ("ONEC-06", [AGENT], [replace(AGENT, process="dbgs", port=1550)]),
    ("ONEC-07", [BASE], [replace(BASE, db_user="SA")]),
    ("ONEC-08", [BASE], [replace(BASE, has_password=False)]),
    ("ONEC-09", [PUBLISHED], [replace(PUBLISHED, logged_in=True)]),
    ("ONEC-10", [PUBLISHED], [replace(PUBLISHED, http_services=True)]),
    ("ONEC-11", [FILE], [replace(FILE, size_bytes=5000 * MB)]),
    ("ONEC-12", [FILE, DUMP], [FILE, replace(DUMP, changed_at=datetime(2026, 10, 1, tzinfo=UTC))]),
    ("ONEC-12", [FILE, DUMP], [FILE]),
    ("ONEC-13", [SERVICE], [replace(SERVICE, account="LocalSystem")]),
    ("ONEC-13", [SERVICE], [replace(SERVICE, account="root")]),
    ("ONEC-14", [SERVICE], [replace(SERVICE, automatic=False)]),
    ("ONEC-15", [KEY, METAL], [KEY, replace(METAL, kind="vmware")]),
    ("ONEC-16", [LOG], [replace(LOG, everything=True)]),
    ("ONEC-17", [AGENT, CLUSTER], [AGENT]),
]


# A platform whose own probe of a table is not there yet has a gap in it: no rule may call that good.
def filled(item: str, platform: str) -> bool:
    asked = {s.table for p in ITEMS[item].parts for s in (*sources(p.when), *sources(p.expect))} | {p.for_ for p in ITEMS[item].parts}
    return asked <= {table_name(t) for p in SMALL.probes_on(platform) for t in p.yields}


@pytest.mark.parametrize("platform", ["linux", "windows"])
@pytest.mark.parametrize(("item", "good", "bad"), SHOWN)
def test_a_rule_is_shown_good_bad_and_not_seen(item: str, platform: str, good: list[Any], bad: list[Any]) -> None:
    assert filled(item, platform)
    assert state(item, platform, *good) == "ok"
    assert state(item, platform, *bad) == "alarm"
    (part,) = ITEMS[item].parts
    assert state(item, platform, unseen=frozenset({part.for_})) == "unknown"
    for source in (s for s in sources(part.expect) if s.table != part.for_):
        rows = [f for f in good if table_name(type(f)) != source.table]
        assert state(item, platform, *rows, unseen=frozenset({source.table})) == "unknown"


@pytest.mark.parametrize("platform", ["linux", "windows"])
@pytest.mark.parametrize(
    ("item", "facts"),
    [
        ("ONEC-01", [replace(PLATFORM, version=None)]),  # its path does not tell the version
        ("ONEC-02", [PLATFORM]),  # the table of support ends has no row of it
        ("ONEC-04", [replace(CLUSTER, administrators=None)]),
        ("ONEC-14", [replace(SERVICE, automatic=None)]),
    ],
)
def test_a_value_that_was_not_seen_makes_nothing_good(item: str, facts: list[Any], platform: str) -> None:
    assert state(item, platform, *facts) == "unknown"


@pytest.mark.parametrize("platform", ["linux", "windows"])
def test_one_fresh_dump_beside_several_bases_proves_nothing_of_either(platform: str) -> None:
    other = replace(FILE, path="D:\\Bases\\zup\\1Cv8.1CD")
    assert state("ONEC-12", platform, FILE, other, DUMP) == "unknown"
    assert state("ONEC-12", platform, FILE, other) == "alarm"


@pytest.mark.parametrize(("ends", "expected"), [("2027-03-01", "ok"), ("2026-03-01", "alarm")])
def test_ends_of_platform_versions_count_once_a_table_has_them(monkeypatch: pytest.MonkeyPatch, ends: str, expected: str) -> None:
    table = import_module("auditkit.collectors.linux._support_table")
    known = table.Product(3, "https://releases.1c.ru/", date(2026, 11, 1), {"8.3.23": (date.fromisoformat(ends), None, "x")})
    monkeypatch.setattr(table, "products", lambda: {"1c-enterprise": known})
    assert state("ONEC-02", "linux", PLATFORM) == expected
    assert state("ONEC-02", "windows", PLATFORM, replace(PLATFORM, version="8.3.24.1", path="/other")) in ("unknown", "alarm")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("D:\\базы", "alarm"), ("D:\\", "alarm"), ("D:\\БАЗЫ\\torg\\", "alarm"),
        ("D:\\Баз", "not_applicable"), ("D:\\Базы2", "not_applicable"), ("E:\\Базы", "not_applicable"),
    ],
)  # fmt: skip
def test_a_base_lies_in_a_shared_folder_or_beside_it(path: str, expected: str) -> None:
    base = replace(FILE, path="D:\\Базы\\torg\\1Cv8.1CD")
    assert state("ONEC-18", "windows", base, replace(SHARE, path=path)) == expected
    if expected == "alarm":
        assert state("ONEC-18", "windows", base, replace(SHARE, path=path, everyone_writes=False)) == "ok"
        assert state("ONEC-18", "windows", base, replace(SHARE, path=path, everyone_writes=None)) == "unknown"
    assert state("ONEC-18", "windows", base, replace(SHARE, path=path, admin=True)) == "not_applicable"
    assert state("ONEC-18", "windows", base, unseen=frozenset({"windows_share"})) == "unknown"
    assert state("ONEC-18", "windows", unseen=frozenset({"one_c_file_base"})) == "unknown"
    assert "ONEC-18" not in verdicts("linux", {})


HERE = WindowsComputer(name="SRV-1C", domain="corp", joined=True, role="member server", memory_bytes=1, account_sid="")
COPIED = SqlDatabase(
    instance="MSSQLSERVER", name="BUH", system=False, state="ONLINE", recovery="FULL", size_bytes=1, owner="sa", created_at=NOW,
    compatibility=150, auto_close=False, auto_shrink=False, page_verify="CHECKSUM", fulls=3, diffs=0, logs=0,
    last_full=datetime(2026, 11, 20, tzinfo=UTC), last_diff=None, last_log=None, checked=None, last_check=None,
)  # fmt: skip


@pytest.mark.parametrize("server", ["srv-1c", "SRV-1C\\MSSQL2", "srv-1c.corp.example", "SRV-1C,1433", "localhost", "(local)", ".\\X"])
def test_a_base_in_the_sql_server_of_its_own_host_has_the_copy_that_this_server_remembers(server: str) -> None:
    base = replace(BASE, db_server=server, db_name="buh")
    old = replace(COPIED, last_full=datetime(2026, 11, 1, tzinfo=UTC))
    assert state("ONEC-19", "windows", base, HERE, COPIED) == "ok"
    assert state("ONEC-19", "windows", base, HERE, old) == "alarm"
    assert state("ONEC-19", "windows", base, HERE) == "alarm"
    assert state("ONEC-19", "windows", base, HERE, unseen=frozenset({"sql_database"})) == "unknown"


@pytest.mark.parametrize("server", ["srv-1c2", "srv-sql", "10.0.0.5"])
def test_a_base_in_another_server_is_judged_there(server: str) -> None:
    assert state("ONEC-19", "windows", replace(BASE, db_server=server), HERE, COPIED) == "not_applicable"


def test_without_1c_no_rule_speaks_and_a_refused_host_has_no_good_one() -> None:
    for platform in ("linux", "windows"):
        assert set(verdicts(platform, {}).values()) == {"not_applicable"}
        everything = {p.name: Unknown("refused") for p in SMALL.probes_on(platform)}
        assert set(verdicts(platform, dict(everything)).values()) == {"unknown"}


def test_a_neglected_server_of_windows_is_told_what_is_wrong() -> None:
    told: dict[str, Outcome] = {}
    for name, case in (
        ("windows.onec", "srv2019-server"), ("windows.onec_files", "srv2019-server"), ("windows.onec_bases", "srv2019-file-base"),
    ):  # fmt: skip
        told[name] = REGISTRY.probes[name].outcome(cases.load(cases.REPLIES / name / case).reply)
    found = verdicts("windows", told)
    assert {i for i, s in found.items() if s == "alarm"} == {
        "ONEC-01", "ONEC-03", "ONEC-04", "ONEC-07", "ONEC-09", "ONEC-10", "ONEC-11", "ONEC-12", "ONEC-13", "ONEC-16",
    }  # fmt: skip
    assert found["ONEC-02"] == "unknown"
    assert found["ONEC-17"] == "ok"
