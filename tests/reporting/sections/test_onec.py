"""The section on 1C: a base with its DBMS and the copy that its own server remembers; what was not asked is no "none"."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from auditkit.assessment import Assessment
from auditkit.book import build as build_book
from auditkit.model import Found, Outcome, Question, Unknown
from auditkit.model.shared.databases import SqlDatabase
from auditkit.model.shared.host import HostName
from auditkit.model.shared.onec import OneCBase, OneCDump, OneCFileBase, OneCProcess, OneCPublication, OneCService
from auditkit.registry import registry
from auditkit.reporting.document import Note, Section, Table
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import onec
from auditkit.reporting.words import words
from auditkit.store import Store, TargetInfo, Told

REGISTRY = registry()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
BASE = OneCBase(
    file="/1CV8Clst.lst", name="buh", description="", dbms="MSSQLServer", db_server="SRV-SQL", db_name="BUH", db_user="buh",
    has_password=True,
)  # fmt: skip
DATABASE = SqlDatabase(
    instance="MSSQLSERVER", name="buh", system=False, state="ONLINE", recovery="FULL", size_bytes=1, owner="sa", created_at=NOW,
    compatibility=150, auto_close=False, auto_shrink=False, page_verify="CHECKSUM", fulls=3, diffs=0, logs=0,
    last_full=datetime(2026, 11, 21, 2, tzinfo=UTC), last_diff=None, last_log=None, checked=None, last_check=None,
)  # fmt: skip
SERVICE = OneCService(
    name="s", program="ragent", version="8.3.23.1865", account="CORP\\usr1cv8", running=True, automatic=True, port=0, debug=None
)  # fmt: skip
RAS = OneCProcess(process="ras", version="8.3.23.1865", port=1545, ports="", cluster_dir="", debug=False)
FILE = OneCFileBase(path="D:\\b\\1Cv8.1CD", size_bytes=2048, changed_at=NOW)
WEB = OneCPublication(file="/v.vrd", base="/buh", server="s", infobase="Buh", logged_in=True, web_services=False, http_services=False)
Host = tuple[str, str, tuple[Any, ...], frozenset[type]]


def host(name: str, platform: str, *facts: Any, unseen: tuple[type, ...] = ()) -> Host:
    return name, platform, facts, frozenset(unseen)


def draft(*hosts: Host) -> Draft:
    """Every probe of each host looked; facts are told by the first probe of their type, probes of what is not seen are refused."""
    told = []
    for name, platform, facts, unseen in hosts:
        taken: set[type] = set()
        for probe in REGISTRY.probes_on(platform):
            mine = tuple(f for f in facts if type(f) in probe.yields and type(f) not in taken)
            taken |= {type(f) for f in mine}
            outcome: Outcome = Unknown("refused") if unseen & set(probe.yields) else Found(mine)
            told.append(Told(Question(name, probe.name, "/" if probe.many else ""), str(probe.command), outcome, None, NOW, False))
            if probe.many:  # the list of its arguments, and one of them
                told.append(Told(Question(name, probe.name, "*"), str(probe.command), Found(()), None, NOW, False))
        assert taken == {type(f) for f in facts}
    store = Store.open(None, b"k")
    infos = [TargetInfo(name, platform, "replay", name) for name, platform, _, _ in hosts]
    snap = store.begin(infos, [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    book = build_book(store, store.snapshot(snap), REGISTRY, date(2026, 11, 22))
    return Draft(cast(Assessment, SimpleNamespace(book=book, as_of=date(2026, 11, 22))))


def section(*hosts: Host) -> Section | None:
    return next(iter(onec.build(draft(*hosts))), None)


def rows(made: Section | None, name: str) -> list[list[str]]:
    assert made is not None
    table = next(b for b in made.blocks if isinstance(b, Table) and b.id == name)
    return [[str(words(c, "en")) for c in row] for row in table.rows]


def copy(*hosts: Host) -> str:
    ((*_, last, _),) = rows(section(*hosts), "onec-bases")
    return last


SQL = host("sql", "windows", HostName(name="srv-sql", fqdn="srv-sql.corp.example"), DATABASE)


@pytest.mark.parametrize("server", ["SRV-SQL", "srv-sql.corp.example", "tcp:SRV-SQL,1433", "sql"])
def test_the_last_copy_is_that_of_the_databases_own_server(server: str) -> None:
    assert copy(host("app", "linux", replace(BASE, db_server=server)), SQL) == "21 Nov 2026"


def test_what_nobody_asked_or_saw_is_no_copy_and_no_absence() -> None:
    app = host("app", "linux", BASE)
    assert copy(app) == "database server not asked"
    assert copy(app, host("sql", "windows", HostName(name="srv-sql", fqdn=""), unseen=(SqlDatabase,))) == "not seen"
    assert copy(app, host("sql", "windows", HostName(name="srv-sql", fqdn=""), replace(DATABASE, name="zup"))) == "not seen"
    assert copy(host("app", "linux", replace(BASE, db_server="SRV-SQL\\OTHER")), SQL) == "not seen"
    assert copy(host("app", "linux", replace(BASE, dbms="PostgreSQL")), SQL) == "not seen"


def test_a_database_that_was_never_copied_is_said_so() -> None:
    never = host("sql", "windows", HostName(name="srv-sql", fqdn=""), replace(DATABASE, last_full=None, fulls=0))
    assert copy(host("app", "linux", BASE), never) == "never copied"


def test_a_base_on_the_same_host_is_found_by_localhost() -> None:
    assert copy(host("one", "windows", replace(BASE, db_server="localhost"), DATABASE)) == "21 Nov 2026"


def test_a_base_is_shown_with_its_publication_where_publications_were_seen() -> None:
    ((*_, web),) = rows(section(host("app", "linux", BASE, WEB)), "onec-bases")
    assert web == "app: /buh"
    ((*_, web),) = rows(section(host("app", "linux", BASE)), "onec-bases")
    assert web == "—"
    ((*_, web),) = rows(section(host("app", "linux", BASE, unseen=(OneCPublication,))), "onec-bases")
    assert web == "not seen"


def test_servers_are_services_and_processes_that_no_service_explains() -> None:
    made = section(host("app", "linux", SERVICE, RAS))
    assert rows(made, "onec-servers") == [
        ["app", "ragent", "8.3.23.1865", "by default", "CORP\\usr1cv8", "yes", "not seen"],
        ["app", "ras", "8.3.23.1865", "1545", "not seen", "yes", "no"],
    ]


def test_a_dump_beside_a_base_in_a_file_is_seen_missing_or_not_seen() -> None:
    dump = OneCDump(path="D:\\b.dt", size_bytes=1, changed_at=datetime(2026, 11, 2, tzinfo=UTC))
    assert rows(section(host("pc", "windows", FILE, dump)), "onec-files")[0][-1] == "2 Nov 2026"
    assert rows(section(host("pc", "windows", FILE)), "onec-files")[0][-1] == "—"


def test_a_host_where_not_everything_was_seen_is_named() -> None:
    made = section(host("app", "linux", SERVICE), host("pc", "windows", unseen=(OneCProcess,)))
    assert made is not None
    notes = [str(words(b.text, "en")) for b in made.blocks if isinstance(b, Note)]
    assert notes[0] == "On 1 host not everything could be looked at: pc. What is missing below may be there."


def test_without_a_trace_of_1c_there_is_no_section() -> None:
    assert section(host("app", "linux")) is None
    assert section(host("app", "linux", unseen=(OneCProcess,))) is None
