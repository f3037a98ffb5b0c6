"""The page of a domain: what was seen, and never silence where something was not."""

from __future__ import annotations

import sqlite3
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from auditkit.assessment import Assessment
from auditkit.assets import Resolution
from auditkit.book import AssetRow, Book, GapRow
from auditkit.book.tables import make
from auditkit.model import Statement
from auditkit.reporting.document import Note, Picture, Section, Table
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import directory
from auditkit.reporting.words import words

ASSET = AssetRow("ad", ("ad",), "corp.example", (), ("directory",))
GAP = GapRow("trust", "ad/directory.trusts", "ad", "needs root")


def draft(*gaps: GapRow, assets: tuple[AssetRow, ...] = (ASSET,)) -> Draft:
    """A domain with one controller in Moscow, a site without one, and no row of a trust."""
    db = sqlite3.connect(":memory:")
    kinds = {
        "domain_controller": dict.fromkeys(("name", "site", "os", "read_only", "global_catalog", "enabled", "last_logon"), "text"),
        "ad_site": {"name": "text", "described": "text"},
        "trust": dict.fromkeys(("partner", "direction", "kind", "transitive", "sid_filtering"), "text"),
    }
    flags = ("read_only", "global_catalog", "enabled", "transitive", "sid_filtering")
    for table, columns in kinds.items():
        make(db, table, {c: "integer" if c in flags else t for c, t in columns.items()})
    db.execute("insert into domain_controller__all values ('dc:1','ad/p/','ad','','DC1','Moscow','Windows Server 2019',0,1,1,null)")
    db.executemany("insert into ad_site__all values (?,'ad/p/','ad','',?,'')", [("site:1", "Moscow"), ("site:2", "Perm")])
    found = Resolution({("target", "ad"): "ad"}, {"ad": ("ad",)}, (), (), ())
    asked = {("ad", "trust"): ("ad/directory.trusts/*",)}
    book = Book(db, dict.fromkeys(kinds, object), found, assets, gaps, {}, asked)
    return Draft(cast(Assessment, SimpleNamespace(book=book, as_of=date(2026, 11, 25))))


def page(*gaps: GapRow) -> Section:
    return next(iter(directory.build(draft(*gaps))))


def table(made: Section, name: str) -> Table:
    return next(b for b in made.blocks if isinstance(b, Table) and b.id == f"directory-0-{name}")


def said(cells: Any) -> list[str]:
    return [str(words(c, "en")) for c in cells]


def test_a_controller_is_shown_with_its_evidence_and_what_was_not_seen() -> None:
    (row,) = table(page(), "domain-controller").rows
    assert said(row) == ["DC1", "Moscow", "Windows Server 2019", "no", "yes", "yes", "not seen"]
    assert [c.rests_on for c in row if isinstance(c, Statement)] == [("dc:1",)] * 7


def test_no_trust_and_trusts_that_could_not_be_seen_are_two_sentences() -> None:
    none, unseen = table(page(), "trust").empty, table(page(GAP), "trust").empty
    assert none is not None
    assert none.message == "hosts.table_none"
    assert unseen is not None
    assert unseen.message == "hosts.table_gap"
    assert unseen.rests_on == ("gap:ad/directory.trusts",)


def test_what_could_not_be_assessed_is_named_and_what_nobody_asks_a_directory_is_not() -> None:
    other = GapRow("volume", "ad/-", "ad", "no probe asks this of such a target")
    assert [said(r) for r in table(page(GAP, other), "unseen").rows] == [["trust", "needs root"]]


def test_a_table_that_the_program_does_not_have_is_a_gap() -> None:
    empty = table(page(), "fsmo-role").empty
    assert empty is not None
    assert empty.message == "hosts.table_gap"


def test_the_picture_shows_sites_without_a_controller(dot: str) -> None:
    (picture,) = [b for b in page().blocks if isinstance(b, Picture)]
    assert picture.svg is not None
    assert b"Perm" in picture.svg
    assert b"DC1" in picture.svg


def test_without_graphviz_a_note_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.reporting.graph.shutil.which", lambda name: None)
    assert "notice.no_graphviz" in [b.text.message for b in page().blocks if isinstance(b, Note)]


def test_no_directory_no_section() -> None:
    assert list(directory.build(draft(assets=()))) == []
