"""A rule is for some platforms: the others get no verdict of it, neither "ok" nor a page of "not applicable"."""

from __future__ import annotations

import sqlite3

from auditkit.assets import Resolution
from auditkit.book import AssetRow, Book
from auditkit.book.tables import make
from auditkit.checking.items import Item
from auditkit.checking.run import check

TEXT = {"ru": "а", "en": "a"}


def book() -> Book:
    """A Linux host with no row of `thing`, a Windows host with one that is bad, and a gap that is everybody's."""
    db = sqlite3.connect(":memory:")
    make(db, "thing", {"n": "integer"})
    make(db, "other", {"n": "integer"})
    db.execute("insert into thing__all values ('thing:1', 'win/p/', 'win', '', 1)")
    db.execute("insert into other__all(question, asset, why) values ('-/p', null, 'gap')")
    assets = (AssetRow("lin", ("lin",), "lin", (), ("linux",)), AssetRow("win", ("win",), "win", (), ("windows",)))
    found = Resolution({("target", a): a for a in ("lin", "win")}, {a: (a,) for a in ("lin", "win")}, (), (), ())
    return Book(db, {"thing": object, "other": object}, found, assets, (), {}, {})


def item(table: str, *on: str) -> Item:
    made = {"id": "WIN-01", "version": 1, "title": TEXT, "why": TEXT, "severity": 1, "kind": "sec", "sources": ["x"], "remedy": TEXT}
    return Item.model_validate({**made, "on": on, "for": table, "expect": "n = 0"})


def states(made: Item) -> dict[str, str]:
    return {v.asset: v.state for v in check(book(), [made])}


def test_a_rule_of_a_platform_speaks_of_its_hosts_alone() -> None:
    assert states(item("thing", "windows")) == {"win": "alarm"}
    assert states(item("thing", "linux")) == {"lin": "not_applicable"}
    assert states(item("thing")) == {"win": "alarm", "lin": "not_applicable"}


def test_a_gap_for_everybody_is_one_for_the_hosts_of_the_rule() -> None:
    assert states(item("other", "windows")) == {"win": "unknown"}


def test_without_a_host_of_its_platforms_a_rule_says_nothing() -> None:
    assert states(item("thing", "directory")) == {}
