"""The table of areas: what was asked as a platform of its own is counted there; what nobody named is not known."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from auditkit.assessment import Assessment
from auditkit.book import AssetRow
from auditkit.model import Evidence
from auditkit.reporting.document import label
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import coverage
from auditkit.reporting.words import words


def areas(*assets: AssetRow, states: dict[str, str], unruled: dict[str, tuple[str, ...]] | None = None) -> dict[str, list[str]]:
    """Area -> its other cells in English."""
    book = SimpleNamespace(assets=assets, types={}, gaps=(), resolution=SimpleNamespace(seen=()))
    targets = tuple(SimpleNamespace(id=t, state=s) for t, s in states.items())
    made: Any = coverage._areas(Draft(cast(Assessment, SimpleNamespace(book=book, targets=targets, unruled=unruled or {}))))
    rows = [[str(words(c, "en")) for c in row] for row in made.rows]
    return {row[0]: row[1:] for row in rows}


AD = AssetRow("ad", ("ad",), "ad", (), ("directory",))
SRV = AssetRow("srv", ("srv",), "srv", (), ("linux",))


def test_a_domain_that_was_asked_is_counted_as_a_domain_and_not_as_a_server() -> None:
    made = areas(AD, SRV, states={"ad": "partial", "srv": "complete"})
    assert made["Active Directory"][:3] == ["1", "0", "1"]
    (servers,) = (row for name, row in made.items() if name == str(words(label("area.servers"), "en")))
    assert servers[:3] == ["1", "1", "0"]


def test_without_a_target_nobody_knows_whether_there_is_one() -> None:
    row = areas(SRV, states={"srv": "complete"})["Windows servers and workplaces"]
    assert row[:2] == ["not seen", "0"]
    assert "not known" in row[3]


def test_a_vcenter_and_a_power_supply_are_no_servers() -> None:
    vc = AssetRow("vc", ("vc",), "vc", (), ("vsphere",))
    ups = AssetRow("ups", ("ups",), "ups", (), ("nut",))
    made = areas(SRV, vc, ups, states={"srv": "complete", "vc": "complete", "ups": "failed"})
    assert made[str(words(label("area.servers"), "en"))][:3] == ["1", "1", "0"]
    assert made["Virtualisation (VMware)"][:3] == ["1", "1", "0"]
    assert made["Uninterruptible power"][:3] == ["1", "0", "1"]


def test_without_a_server_among_the_targets_nobody_says_that_all_were_asked() -> None:
    row = areas(AD, states={"ad": "complete"})[str(words(label("area.servers"), "en"))]
    assert row[:2] == ["not seen", "0"]
    assert "not known" in row[3]


def test_what_no_rule_is_for_is_not_counted_as_checked() -> None:
    row = areas(AD, SRV, states={"ad": "complete", "srv": "complete"}, unruled={"directory": ("ad",)})["Active Directory"]
    assert row[:4] == ["1", "0", "1", "asked, but there are no rules for them: see below"]


def test_what_came_in_files_is_said_with_its_day() -> None:
    """A report of today must not pass off an answer of last month as the state of today."""

    def evidence(target: str, day: int, address: str | None = "0") -> Evidence:
        return Evidence(target, "windows.os", "", "", "", datetime(2026, 11, day, 9, tzinfo=UTC), address)

    held = {str(n): e for n, e in enumerate((evidence("pc1", 3), evidence("pc2", 20), evidence("srv", 1), evidence("pc3", 1, None)))}
    targets = tuple(SimpleNamespace(id=t, transport=how) for t, how in (("pc1", "bundle"), ("pc2", "bundle"), ("srv", "ssh")))
    a = SimpleNamespace(snapshot=SimpleNamespace(targets=targets), book=SimpleNamespace(evidence=held))
    (note,) = coverage._by_file(Draft(cast(Assessment, a)))
    said = str(words(note.text, "en"))
    assert "2 hosts answered in files" in said
    assert "the oldest 3 Nov 2026: pc1 2026-11-03, pc2 2026-11-20." in said


def test_without_such_an_answer_nothing_is_said_of_files() -> None:
    targets = (SimpleNamespace(id="srv", transport="ssh"),)
    a = SimpleNamespace(snapshot=SimpleNamespace(targets=targets), book=SimpleNamespace(evidence={}))
    assert list(coverage._by_file(Draft(cast(Assessment, a)))) == []
