"""What stops if an account is disabled: by account, and never "nothing" where not everything was seen."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import Any, cast

from auditkit.assessment import Assessment
from auditkit.assets import Resolution
from auditkit.book import AssetRow, Book, GapRow
from auditkit.book.tables import make
from auditkit.reporting.document import Note, Table
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import account_use
from auditkit.reporting.words import words

COLUMNS = {"account": "text", "kind": "text", "name": "text", "builtin": "integer", "enabled": "integer"}
USES = [
    ("CORP\\svc_1c", "service", "1C:Enterprise 8.3", 0, 1, "srv1"),
    ("corp\\SVC_1C", "service", "1C old", 0, 0, "srv2"),
    ("CORP\\svc_1c", "task", "dump", 0, 1, "srv1"),
    ("LocalSystem", "service", "Spooler", 1, 1, "srv1"),
]


def draft(uses: list[tuple[Any, ...]], *gaps: GapRow, asked: bool = True) -> Draft:
    db = sqlite3.connect(":memory:")
    make(db, "account_use", COLUMNS)
    for n, (account, kind, name, builtin, enabled, asset) in enumerate(uses):
        values = (f"account_use:{n}", f"{asset}/windows.services/", asset, "", account, kind, name, builtin, enabled)
        db.execute(f"insert into account_use__all values ({','.join('?' * len(values))})", values)
    found = Resolution({}, {"srv1": ("srv1",)}, (), (), ())
    asset = AssetRow("srv1", ("srv1",), "srv1", (), ("windows",))
    questions = {("srv1", "account_use"): ("srv1/windows.services/",)} if asked else {}
    return Draft(cast(Assessment, SimpleNamespace(book=Book(db, {"account_use": object}, found, (asset,), gaps, {}, questions))))


def build(made: Draft) -> tuple[list[str], Table]:
    (section,) = account_use.build(made)
    notes = [b.text.message for b in section.blocks if isinstance(b, Note)]
    return notes, next(b for b in section.blocks if isinstance(b, Table))


def test_uses_of_one_account_stand_together_whatever_its_case_and_what_is_off_stands_in_brackets() -> None:
    notes, made = build(draft(USES))
    assert notes == []
    assert [[str(words(c, "en")) for c in row] for row in made.rows] == [
        ["CORP\\svc_1c", "service", "srv1, srv2", "1C:Enterprise 8.3, [1C old]", "2"],
        ["CORP\\svc_1c", "scheduled task", "srv1", "dump", "1"],
    ]


def test_nothing_found_and_not_everything_seen_are_two_sentences() -> None:
    _, clean = build(draft(USES[3:]))
    notes, part = build(draft(USES[3:], GapRow("account_use", "srv1/windows.tasks", "srv1", "needs root")))
    assert clean.empty is not None
    assert part.empty is not None
    assert (clean.empty.message, part.empty.message) == ("account_use.none", "account_use.unknown")
    assert notes == ["account_use.partial"]


def test_where_nobody_was_asked_there_is_no_section() -> None:
    assert list(account_use.build(draft([], asked=False))) == []
