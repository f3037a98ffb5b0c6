"""The section on workplaces: what was seen, what is not there and what could not be seen are three answers; the unasked are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from auditkit.assessment import Assessment
from auditkit.book import build as build_book
from auditkit.checking import check, load_checklists
from auditkit.model import Found, Outcome, Question, Statement, Unknown, table_name
from auditkit.model.shared.directory import DirectoryComputer
from auditkit.registry import Registry, registry
from auditkit.reporting.document import Para, Section, Table
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import workplaces
from auditkit.reporting.words import words
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ITEMS = [i for one in load_checklists() for i in one.items if i.id.startswith("WKS-") or i.id in workplaces.SHARED]
CASES = {
    "windows.os": "win10", "windows.workplace": "win11-notebook", "windows.user_files": "win11-desktop-here",
    "windows.remote_control": "win10-several", "windows.antivirus": "win10-kaspersky", "windows.bitlocker": "not-installed",
    "windows.disks": "win7-swapped-serial", "windows.computer": "win10-sub-notebook",
}  # fmt: skip
OWN = ("windows.os", "windows.computer")  # what makes the server another machine
MORE = ("windows.accounts", "windows.software", "windows.shares", "windows.hotfixes", "windows.security")
NAMES = (*CASES, *MORE)
PROBES = {n: REGISTRY.probes[n] for n in (*NAMES, "directory.computers")}
SMALL = Registry(PROBES, {n: d for n, d in REGISTRY.derived.items() if n.startswith("windows.")}, REGISTRY.types)
HOME = DirectoryComputer(
    sid="S-1-5-21-1-2-3-4001", fqdn="buh2.corp.example", name="BUH2", dn="CN=BUH2", os="Windows 10 Pro", os_version="10.0", enabled=True,
    role="workstation", created=NOW, last_logon=NOW, never_logged_on=False, password_set=NOW, unconstrained=False,
)  # fmt: skip


def told(target: str, server: bool = False, refused: bool = False) -> list[Told]:
    """What a computer answered: a workplace of recorded cases, a server, or one that refused everything."""
    said = []
    for name in NAMES:
        case = cases.load(cases.REPLIES / name / ("srv2019" if server and name in OWN else CASES.get(name, "srv2019")))
        outcome: Outcome = Unknown("refused") if refused else PROBES[name].outcome(case.reply)
        said.append(Told(Question(target, name, ""), str(PROBES[name].command), outcome, case.reply, NOW, False))
    return said


def domain(*computers: DirectoryComputer) -> list[Told]:
    probe = PROBES["directory.computers"]
    whole = Told(Question("ad", probe.name, "*"), str(probe.command), Found(()), None, NOW, False)
    return [whole, Told(Question("ad", probe.name, "1"), str(probe.command), Found(computers), None, NOW, False)]


def draft(*targets: tuple[str, str, list[Told]]) -> Draft:
    store = Store.open(None, b"k")
    everything = [t for _, _, said in targets for t in said]
    infos = [TargetInfo(name, platform, "replay", name) for name, platform, _ in targets]
    snap = store.begin(infos, [t.question for t in everything], NOW, "test", "test")
    store.record(snap, everything)
    book = build_book(store, store.snapshot(snap), SMALL, date(2026, 11, 22))
    verdicts = tuple(check(book, ITEMS))
    return Draft(cast(Assessment, SimpleNamespace(book=book, items=tuple(ITEMS), verdicts=verdicts, as_of=date(2026, 11, 22))))


def section(*targets: tuple[str, str, list[Told]]) -> Section | None:
    return next(iter(workplaces.build(draft(*targets))), None)


def table(made: Section | None, name: str) -> Table:
    assert made is not None
    return next(b for b in made.blocks if isinstance(b, Table) and b.id == name)


def said(cells: Any, lang: str = "en") -> list[str]:
    return [str(words(c, lang)) for c in cells]  # type: ignore[arg-type]


PC = ("pc", "windows", told("pc"))
SILENT = ("pc2", "windows", told("pc2", refused=True))
SERVER = ("srv", "windows", told("srv", server=True))
AD = ("ad", "directory", domain(HOME))


def test_only_workplaces_stand_in_the_table_and_each_cell_has_one_of_three_answers() -> None:
    (row,) = table(section(PC, SERVER, SILENT), "workplaces").rows
    shown = dict(zip(("asset", *workplaces.COLUMNS), said(row), strict=True))
    assert shown["asset"] == "pc"
    assert shown["os"] == "Windows 10 22H2"
    assert shown["portable"] == "yes"
    assert shown["encrypted"] == "—"  # BitLocker is not installed: looked, none there
    assert shown["disks"] == "not seen"  # the disk tells neither its health nor a prediction
    assert shown["files"] == "on the computer 1, on a server or in a cloud 0, not seen 1"
    assert shown["remote"] == "Ammyy Admin, AnyDesk, LiteManager, Radmin, TeamViewer"
    assert all(isinstance(c, Statement) and c.rests_on for c in row)


def test_what_was_refused_is_not_seen_and_never_nothing() -> None:
    partly = [t if t.question.probe == "windows.os" else replace(t, outcome=Unknown("refused")) for t in PC[2]]
    (row,) = table(section(("pc", "windows", partly)), "workplaces").rows
    assert said(row)[3:] == ["not seen"] * 8


@pytest.mark.parametrize(
    ("targets", "lead", "unasked"),
    [
        ((PC, SILENT, AD), "1 workplace was asked; of 1 more", "The domain knows 1 more enabled computer"),
        ((PC,), "1 workplace was asked; of 0 more", "is not known: no domain was asked"),
        ((AD,), "0 workplaces were asked", "The domain knows 1 more enabled computer"),
    ],
)
def test_asked_doubtful_and_unasked_are_counted_apart(targets: tuple[Any, ...], lead: str, unasked: str) -> None:
    made = section(*targets)
    assert made is not None
    first, second = (str(words(b.text, "en")) for b in made.blocks if isinstance(b, Para))
    assert first.startswith(lead)
    assert unasked in second


def test_an_account_that_may_not_read_what_a_computer_is_makes_the_number_a_lower_bound() -> None:
    made = section(PC, ("ad", "directory", domain(HOME, replace(HOME, sid=HOME.sid + "2", fqdn=None, name="X", role=None))))
    assert made is not None
    _, second = (str(words(b.text, "en")) for b in made.blocks if isinstance(b, Para))
    assert "at least 1 computer" in second


def test_a_rule_says_of_how_many_workplaces() -> None:
    rows = {said(r)[0]: said(r) for r in table(section(PC, SERVER, AD), "workplaces-rules").rows}
    assert rows["WKS-02"][1:] == ["Notebook not encrypted: 1 of 1 asked, not known 0", "1", "0", "0", "0", "1", "1"]
    assert rows["WKS-03"][2:] == ["1", "0", "0", "0", "1", "1"]
    assert rows["WIN-18"][2:] == ["0", "0", "1", "0", "1", "1"]  # a disk that tells nothing is no sound one
    without = {said(r)[0]: said(r) for r in table(section(PC), "workplaces-rules").rows}
    assert without["WKS-02"][-1] == "not seen"


def test_workplaces_are_counted_by_version() -> None:
    (row,) = table(section(PC, SERVER), "workplaces-versions").rows
    assert said(row) == ["Windows 10 22H2", "1", "14 Oct 2025"]


def test_where_nobody_was_asked_nothing_is_called_fine() -> None:
    made = section(SILENT)
    assert table(made, "workplaces").rows == ()
    assert table(made, "workplaces-rules").rows == ()
    assert str(words(table(made, "workplaces").empty, "en")) == "No workplace was asked."  # type: ignore[arg-type]


def test_without_windows_and_without_a_domain_there_is_no_section() -> None:
    assert section(SERVER) is None


def test_russian_has_its_words() -> None:
    (row,) = table(section(PC), "workplaces").rows
    assert "на компьютере 1, на сервере или в облаке 0, не видно 1" in said(row, "ru")


def test_every_table_that_the_section_reads_exists() -> None:
    assert {"windows_edition", "portable_computer", "user_files", "office_suite", "remote_control"} <= set(REGISTRY.types)
    assert table_name(DirectoryComputer) == "directory_computer"
