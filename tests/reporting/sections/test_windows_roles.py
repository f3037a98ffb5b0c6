"""The section on roles of Windows servers: what was found in tables, what was not seen in one of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import cast

from auditkit.assessment import Assessment
from auditkit.book import build as build_book
from auditkit.model import Found, Outcome, Question, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry
from auditkit.reporting.document import Section, Table
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import windows_roles
from auditkit.reporting.words import words
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def section(platform: str = "windows", **given: str | Outcome) -> Section | None:
    """One host whose probes found nothing, but those given: a case of windows.<name>, or an outcome."""
    told = []
    for probe in REGISTRY.probes_on(platform):
        said = given.get(probe.name.partition(".")[2], Found(()))
        made = probe.outcome(cases.load(cases.REPLIES / probe.name / said).reply) if isinstance(said, str) else said
        told.append(Told(Question("h", probe.name, "*" if probe.many else ""), str(probe.command), made, Reply(b""), NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("h", platform, "replay", "h")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    book = build_book(store, store.snapshot(snap), REGISTRY, date(2026, 11, 22))
    return next(iter(windows_roles.build(Draft(cast(Assessment, SimpleNamespace(book=book, as_of=date(2026, 11, 22)))))), None)


def tables(made: Section | None, lang: str = "ru") -> dict[str, list[list[str]]]:
    assert made is not None
    found = [b for b in made.blocks if isinstance(b, Table)]
    return {t.id: [[str(words(c, lang)) for c in row] for row in t.rows] for t in found}  # type: ignore[arg-type]


def test_databases_with_their_copies_without_those_of_the_server_itself() -> None:
    rows = tables(section(sql_databases="srv2019"))["windows-roles-sql-database"]
    assert [(r[1], r[5], r[6]) for r in rows] == [
        ("buh", "21.11.2026", "01.11.2026"), ("site", "никогда", "никогда"), ("torg", "никогда", "никогда"),
        ("zup", "01.10.2026", "никогда"),
    ]  # fmt: skip


def test_the_last_run_of_every_job() -> None:
    rows = tables(section(backups="srv2019"))["windows-roles-backup-run"]
    assert [(r[1], r[2], r[4]) for r in rows] == [
        ("Veeam Backup & Replication", "1C", "ошибка"), ("Veeam Backup & Replication", "Серверы", "успешно"),
        ("Windows Server Backup", "—", "ошибка"),
    ]  # fmt: skip


def test_machines_in_the_words_of_both_languages() -> None:
    made = section(hyperv="srv2019")
    assert [r[3] for r in tables(made)["windows-roles-hyperv-machine"]] == ["всегда", "нет", "если работала", "нет"]
    assert [r[5] for r in tables(made, "en")["windows-roles-hyperv-machine"]] == ["critical", "none", "none", "none"]


def test_what_was_refused_stands_in_a_table_of_its_own_with_its_reason() -> None:
    found = tables(section(sql_databases="one-instance-refused", hyperv="no-administrator"))
    unseen = {r[1]: r[2] for r in found["windows-roles-unseen"]}
    assert "Login failed" in unseen["Базы SQL Server и их копии"]
    assert set(unseen) >= {"Базы SQL Server и их копии", "Контрольные точки Hyper-V"}
    assert [r[1] for r in found["windows-roles-sql-database"]] == ["buh"]


def test_nothing_found_and_all_looked_at_is_no_section() -> None:
    assert section() is None


def test_nothing_found_and_nothing_seen_is_a_section() -> None:
    assert set(tables(section(dhcp=Unknown("refused")))) == {"windows-roles-unseen"}


def test_without_windows_there_is_no_section() -> None:
    assert section("linux") is None
