"""Who has power over a domain: those who are no administrators, what could not be read, and the sentence where there is nobody."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import Any, cast

from auditkit.assessment import Assessment
from auditkit.assets import Resolution
from auditkit.book import AssetRow, Book, GapRow
from auditkit.book.tables import make
from auditkit.reporting.document import Table
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import directory_power
from auditkit.reporting.words import words

FIELDS = dict.fromkeys(("dn", "place", "name", "trustee", "may"), "text") | {"below": "integer", "exposed": "integer"}
RIGHT = {"dn": "DC=x", "place": "domain", "name": "x", "trustee": "worker", "may": "DCSync", "below": 0, "exposed": 1}


def table(*rows: dict[str, Any], gaps: tuple[GapRow, ...] = ()) -> Table:
    db = sqlite3.connect(":memory:")
    make(db, "dangerous_right", FIELDS)
    for n, row in enumerate(rows):
        given = {"id": f"dangerous_right:{n}", "question": "ad/p/", "asset": "ad", "why": "", **row}
        db.execute(f"insert into dangerous_right__all ({','.join(given)}) values ({','.join('?' * len(given))})", list(given.values()))
    found = Resolution({("target", "ad"): "ad"}, {"ad": ("ad",)}, (), (), ())
    book = Book(db, {"dangerous_right": object}, found, (AssetRow("ad", ("ad",), "x", (), ("directory",)),), gaps, {}, {})
    (section,) = directory_power.build(Draft(cast(Assessment, SimpleNamespace(book=book))), "ad", 0)
    (made,) = (b for b in section.blocks if isinstance(b, Table))
    return made


def shown(made: Table) -> list[list[str]]:
    return [[str(words(c, "en")) for c in row] for row in made.rows]


def test_what_gives_the_whole_domain_away_comes_first_and_what_was_not_read_last() -> None:
    unit = RIGHT | {"dn": "OU=U,DC=x", "place": "unit", "name": "U", "may": "GenericAll", "below": 1}
    unread = RIGHT | {"dn": "CN=DC1,DC=x", "place": "controller", "name": "DC1", "trustee": None, "may": None, "exposed": None}
    made = shown(table(unit, unread, RIGHT, RIGHT | {"may": "GetChanges"}, RIGHT | {"may": "GetChangesAll"}))
    assert len(made) == 3
    assert made[:2] == [
        ["root of the domain", "DC=x", "worker", "DCSync", "the object"],
        ["organisational unit", "OU=U,DC=x", "worker", "GenericAll", "all below"],
    ]
    assert made[2] == ["controller", "DC1", "not seen", "not seen", "not seen"]


def nobody(made: Table) -> str:
    assert made.empty is not None
    return str(words(made.empty, "en"))


def test_administrators_are_no_rows_and_a_sentence_says_that_there_is_nobody_else() -> None:
    made = table(RIGHT | {"trustee": "Domain Admins", "exposed": 0})
    assert made.rows == ()
    assert nobody(made) == "The access lists were read: nobody but administrators has such rights."


def test_what_could_not_be_read_is_not_nobody() -> None:
    refused = GapRow("dangerous_right", "ad/directory.rights_domain", "ad", "no right to read this")
    assert "nobody but" not in nobody(table(gaps=(refused,)))
    assert "nobody but" not in nobody(table())  # not one list was looked at
