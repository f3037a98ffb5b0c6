"""A directory and the machines of the estate meet: by SID, by name, by what a sweep saw; and who cannot be told stays so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from auditkit.book import Book, build
from auditkit.checking import check, load_checklists
from auditkit.model import Outcome, Question, Unknown
from auditkit.model.shared.directory import DirectoryComputer, Domain
from auditkit.model.shared.host import HostName
from auditkit.model.shared.windows import WindowsComputer
from auditkit.probing import Probe, Reply, probe
from auditkit.registry import Registry, registry
from auditkit.store import Store, TargetInfo, Told

NOW = datetime(2026, 11, 25, tzinfo=UTC)
SeenDevice: Any = registry().types["seen_device"]
KINDS: dict[str, Any] = {"domain": Domain, "directory_computer": DirectoryComputer, "windows_computer": WindowsComputer,
                         "host_name": HostName, "seen_device": SeenDevice}  # fmt: skip
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "meeting" for i in one.items}
DOMAIN = {"dn": "DC=corp,DC=example", "dns_name": "corp.example", "sid": "S-1-5-21-1-2-3", "level": 7, "machine_quota": 0, "created": None}
SRV1 = {
    "sid": "S-1-5-21-1-2-3-1001", "fqdn": "srv1.corp.example", "name": "SRV1", "dn": "CN=SRV1", "os": "Windows Server 2019",
    "os_version": "", "role": "server", "enabled": True,
    "created": "2020-01-01T00:00:00Z", "last_logon": "2026-11-20T00:00:00Z", "never_logged_on": False,
    "password_set": None, "unconstrained": False,
}  # fmt: skip
AWAY = {"last_logon": "2026-01-01T00:00:00Z"}
JOINED = {
    "name": "SRV1", "domain": "corp.example", "joined": True, "role": "member server", "memory_bytes": None, "account_sid": SRV1["sid"],
}  # fmt: skip
DEVICE = dict.fromkeys(("own_mac", "name", "name_from", "fqdn", "domain", "os_guess", "kind"), "") | {
    "address": "10.0.0.9", "mac": None, "roles": [], "ports": [445], "refused": 0, "silent": 0, "barred": 0, "ptr": None,
    "description": None,
}  # fmt: skip


def fact_line(table: str, fields: dict[str, Any]) -> str:
    return f"{table} {json.dumps(fields)}\n"


@probe("directory.computers", "tell", on=("directory",))
def computers(reply: Reply) -> Iterator[DirectoryComputer | Domain]:
    """A line a fact."""
    yield from _facts(reply)


@probe("windows.computer", "tell", on=("windows",))
def machine(reply: Reply) -> Iterator[WindowsComputer | HostName]:
    """A line a fact."""
    yield from _facts(reply)


@probe("discovery.seen", "tell", on=("range",))
def sweep(reply: Reply) -> Iterator[SeenDevice]:
    """A line a fact."""
    yield from _facts(reply)


def _facts(reply: Reply) -> Iterator[Any]:
    for line in reply.lines():
        table, _, body = line.partition(" ")
        yield msgspec.convert(json.loads(body), KINDS[table])


PROBES: dict[str, Probe[Any]] = {p.name: p for p in (computers, machine, sweep)}
REGISTRY = Registry(PROBES, {}, KINDS)
BY: dict[str, tuple[str, Probe[Any]]] = {"ad": ("directory", computers), "srv1": ("windows", machine), "range-1": ("range", sweep)}


def book(**answers: str | Outcome) -> Book:
    """target -> what it told, or what stood in the way."""
    told = []
    for target, said in answers.items():
        one = BY[target][1]
        question = Question(target, one.name, "")
        if isinstance(said, str):
            reply = Reply(said.encode(), b"", 0, at=NOW)
            told.append(Told(question, "tell", one.outcome(reply), reply, NOW, False))
        else:
            told.append(Told(question, "tell", said, None, NOW, False))
    store = Store.open(None, b"k")
    targets = [TargetInfo(t, BY[t][0], "replay", f"{t}-address") for t in answers]
    snap = store.begin(targets, [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    return build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 25))


def directory(**changes: Any) -> str:
    return fact_line("domain", DOMAIN) + fact_line("directory_computer", SRV1 | changes)


def met(made: Book) -> list[tuple[Any, Any]]:
    return [(r["asked"], r["met"]) for r in made.rows("select asked, met from main.machine_account")]


def state(made: Book, item: str) -> dict[str, str]:
    return {v.asset: str(v.state) for v in check(made, [ITEMS[item]])}


def test_a_machine_that_was_asked_is_one_asset_with_its_account() -> None:
    made = book(ad=directory(), srv1=fact_line("windows_computer", JOINED))
    assert met(made) == [(1, 1)]
    assert [a.id for a in made.assets] == ["ad", "srv1"]
    assert state(made, "MEET-01") == {"ad": "ok"}
    assert state(made, "MEET-03") == {"srv1": "ok"}


def test_names_join_where_the_sid_is_not_told() -> None:
    named = fact_line("windows_computer", JOINED | {"account_sid": None}) + fact_line("host_name", {"name": "srv1", "fqdn": SRV1["fqdn"]})
    assert met(book(ad=directory(), srv1=named)) == [(1, 1)]


def test_a_living_server_that_nobody_asked_is_named() -> None:
    made = book(ad=directory())
    assert met(made) == [(0, None)]
    assert state(made, "MEET-01") == {"ad": "alarm"}


def test_a_target_that_told_no_name_may_be_the_machine() -> None:
    made = book(ad=directory(), srv1=Unknown("timed out after 5 s"))
    assert met(made) == [(None, None)]
    assert state(made, "MEET-01") == {"ad": "unknown"}


def test_without_a_sweep_nobody_knows_whether_a_machine_stands_behind_an_old_account() -> None:
    assert state(book(ad=directory(**AWAY)), "MEET-02") == {"ad": "unknown"}


def test_after_a_sweep_an_old_account_without_a_machine_is_named_and_one_whose_machine_answers_is_fine() -> None:
    other = fact_line("seen_device", DEVICE | {"fqdn": "printer.corp.example"})
    itself = fact_line("seen_device", DEVICE | {"fqdn": SRV1["fqdn"]})
    assert state(book(**{"ad": directory(**AWAY), "range-1": other}), "MEET-02") == {"ad": "alarm"}
    assert state(book(**{"ad": directory(**AWAY), "range-1": itself}), "MEET-02") == {"ad": "ok"}
    cut: dict[str, str | Outcome] = {"ad": directory(**AWAY), "range-1": Unknown("cut")}
    assert state(book(**cut), "MEET-02") == {"ad": "unknown"}


def test_an_account_that_logs_on_has_a_machine() -> None:
    assert state(book(ad=directory()), "MEET-02") == {"ad": "ok"}


def test_a_machine_without_an_account_is_named_and_one_of_another_domain_is_not() -> None:
    alone = fact_line("windows_computer", JOINED | {"account_sid": "S-1-5-21-1-2-3-4711"})
    other = fact_line("windows_computer", JOINED | {"domain": "elsewhere.example", "account_sid": "S-1-5-21-9-9-9-1"})
    workgroup = fact_line("windows_computer", JOINED | {"joined": False, "domain": "workgroup", "account_sid": ""})
    assert state(book(ad=directory(), srv1=alone), "MEET-03") == {"srv1": "alarm"}
    assert state(book(ad=directory(), srv1=other), "MEET-03") == {"srv1": "unknown"}
    assert state(book(ad=directory(), srv1=workgroup), "MEET-03") == {"srv1": "not_applicable"}


@pytest.mark.parametrize("item", ["MEET-01", "MEET-02", "MEET-03"])
def test_a_directory_that_told_nothing_makes_nothing_fine(item: str) -> None:
    made = book(ad=Unknown("refused"), srv1=fact_line("windows_computer", JOINED))
    assert set(state(made, item).values()) == {"unknown"}


def test_a_row_leads_to_the_bytes_that_the_directory_answered() -> None:
    made = book(ad=directory())
    (row,) = made.rows("select id from main.machine_account")
    assert [e.target for e in made.origins(row["id"])] == ["ad"]
