"""Who rules a domain, whom to ask the predecessor about, how many and how old: numbers only where the whole was seen."""

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
from auditkit.reporting.document import KeyFigures, Note, Picture, Table
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import directory_people
from auditkit.reporting.sections.directory_ages import pictures
from auditkit.reporting.sections.directory_hour import figures, stale, systems
from auditkit.reporting.words import words

Row = dict[str, Any]
AS_OF = date(2026, 11, 25)
UNDECLARED = GapRow("predecessor_login", "client.yaml/-", None, "client.yaml says nothing of predecessor_login")
USER = {
    "sid": "text", "rid": "integer", "login": "text", "dn": "text", "upn": "text", "enabled": "integer", "created": "text",
    "last_logon": "text", "never_logged_on": "integer", "password_set": "text", "must_change": "integer",
    "password_never_expires": "integer", "admin_count": "integer", "spns": "text",
}  # fmt: skip
COMPUTER = dict.fromkeys(("sid", "os", "role", "created", "last_logon", "password_set"), "text") | {
    "enabled": "integer", "never_logged_on": "integer",
}  # fmt: skip
RULER = dict.fromkeys(("group_name", "dn", "name", "login", "path", "last_logon", "password_set"), "text") | {
    "group_rid": "integer", "enabled": "integer", "never_logged_on": "integer",
}  # fmt: skip
RECENT, LONG_AGO = "2026-11-20T00:00:00+00:00", "2025-01-01T00:00:00+00:00"
IVANOV = {
    "sid": "S-1-1", "rid": 1101, "login": "ivanov", "dn": "CN=ivanov", "upn": "", "enabled": 1, "created": LONG_AGO, "last_logon": RECENT,
    "never_logged_on": 0, "password_set": RECENT, "must_change": 0, "password_never_expires": 0, "admin_count": 0, "spns": "[]",
}  # fmt: skip
ADMIN = {
    "group_rid": 512, "group_name": "Администраторы домена", "dn": "CN=ivanov", "name": "Ivanov", "login": "ivanov",
    "path": "Администраторы домена ← ИТ ← Ivanov", "enabled": 1, "last_logon": RECENT, "never_logged_on": 0, "password_set": RECENT,
}  # fmt: skip
SERVER = {"sid": "S-1-9", "os": "Windows Server 2019", "role": "server", "enabled": 1, "created": LONG_AGO, "last_logon": RECENT,
          "password_set": RECENT, "never_logged_on": 0}  # fmt: skip


def draft(users: list[Row], computers: list[Row], rulers: list[Row], *gaps: GapRow, logins: list[str] | None = None) -> Draft:
    db = sqlite3.connect(":memory:")
    kinds = {"directory_user": USER, "computer_account": COMPUTER, "privileged_account": RULER, "ad_site": {"name": "text"}}
    for table, columns in kinds.items():
        make(db, table, columns)
    for table, rows in (("directory_user", users), ("computer_account", computers), ("privileged_account", rulers)):
        for n, row in enumerate(rows):
            given = {"id": f"{table}:{n}", "question": "ad/p/", "asset": "ad", "why": "", **row}
            db.execute(f"insert into {table}__all ({','.join(given)}) values ({','.join('?' * len(given))})", list(given.values()))
    known = [] if logins is not None else [UNDECLARED]
    if logins is not None:
        make(db, "predecessor_login", {"login": "text"})
        db.executemany("insert into predecessor_login__all values ('p','client.yaml','ad','',?)", [(x,) for x in logins])
    found = Resolution({("target", "ad"): "ad"}, {"ad": ("ad",)}, (), (), ())
    asset = AssetRow("ad", ("ad",), "corp.example", (), ("directory",))
    book = Book(db, dict.fromkeys(kinds, object), found, (asset,), (*known, *gaps), {}, {})
    return Draft(cast(Assessment, SimpleNamespace(book=book, as_of=AS_OF)))


def gap(table: str) -> GapRow:
    return GapRow(table, f"ad/directory.{table}", "ad", "needs root")


def said(cells: Any) -> list[str]:
    return [str(words(c, "en")) for c in cells]


def numbers(made: KeyFigures) -> list[str]:
    return said(f.number for f in made.figures)


def test_numbers_of_the_first_hour() -> None:
    workplaces = [SERVER | {"sid": f"S-1-{n}", "role": "workstation"} for n in (20, 21)]
    off = SERVER | {"sid": "S-1-30", "enabled": 0}
    away = IVANOV | {"sid": "S-1-2", "login": "petrov", "last_logon": LONG_AGO}
    made = figures(draft([IVANOV, away], [SERVER, off, *workplaces], [ADMIN, ADMIN | {"group_rid": 544}]), "ad")
    assert numbers(made) == ["1", "2", "1", "1", "0"]


def test_what_was_not_seen_is_no_zero_and_what_was_seen_in_part_is_a_lower_bound() -> None:
    tables = ("computer_account", "directory_user", "privileged_account", "ad_site")
    assert numbers(figures(draft([], [], [], *map(gap, tables)), "ad")) == ["not seen"] * 5
    part = figures(draft([IVANOV | {"last_logon": LONG_AGO}], [SERVER], [ADMIN], *map(gap, tables)), "ad")
    assert numbers(part) == ["at least 1", "not seen", "at least 1", "at least 1", "not seen"]


def test_a_machine_whose_kind_is_not_told_makes_both_counts_lower_bounds() -> None:
    assert numbers(figures(draft([], [SERVER, SERVER | {"sid": "S-1-40", "role": None}], []), "ad"))[:2] == ["at least 1", "at least 0"]


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, False),
        ({"last_logon": LONG_AGO}, True),
        ({"last_logon": LONG_AGO, "enabled": 0}, False),
        ({"last_logon": None, "never_logged_on": 1}, True),
        ({"last_logon": None, "never_logged_on": 1, "created": RECENT}, False),
        ({"last_logon": None, "never_logged_on": None}, None),
        ({"last_logon": LONG_AGO, "enabled": None}, None),
    ],
)
def test_stale(changes: Row, answer: bool | None) -> None:
    assert stale(IVANOV | changes, AS_OF) is answer


def test_operating_systems_with_how_many_are_alive() -> None:
    away, never = SERVER | {"sid": "2", "last_logon": LONG_AGO}, SERVER | {"sid": "3", "last_logon": None, "never_logged_on": 1}
    made = systems(draft([], [SERVER, away, never], []), "ad", 0)
    assert [said(r) for r in made.rows] == [["server", "Windows Server 2019", "3", "1"]]
    doubt = systems(draft([], [SERVER | {"last_logon": None, "never_logged_on": None}], []), "ad", 0)
    assert said(doubt.rows[0])[3] == "at least 0"


def table(made: Draft, section: int) -> Table:
    sections = list(directory_people.build(made, "ad", 0))
    return next(b for b in sections[section].blocks if isinstance(b, Table))


def test_each_ruler_has_the_path_that_makes_it_one() -> None:
    (row,) = table(draft([IVANOV], [], [ADMIN]), 0).rows
    assert said(row)[:4] == ["ivanov", "Администраторы домена", "Администраторы домена ← ИТ ← Ivanov", "yes"]


def test_no_ruler_seen_is_never_no_ruler() -> None:
    hidden = table(draft([], [], [], gap("privileged_account")), 0).empty
    assert hidden is not None
    assert hidden.message == "hosts.table_gap"


@pytest.mark.parametrize(
    ("user", "ruler", "logins", "why"),
    [
        ({}, ADMIN, ["ivanov"], "a.named"),
        ({"enabled": 0}, None, ["ivanov"], "a.named"),
        ({"last_logon": LONG_AGO}, ADMIN, [], "b.ruler_away"),
        ({"admin_count": 1}, None, [], "c.was_ruler"),
        ({"spns": '["MSSQLSvc/x"]'}, ADMIN, [], "d.service_ruler"),
        ({"password_never_expires": 1, "password_set": "2021-01-01T00:00:00+00:00"}, ADMIN, [], "e.old_password"),
        ({}, ADMIN, [], None),
        ({"admin_count": 1, "rid": 502}, None, [], None),
    ],
)
def test_whom_to_ask_about(user: Row, ruler: Row | None, logins: list[str], why: str | None) -> None:
    made = table(draft([IVANOV | user], [], [ruler] if ruler else [], logins=logins), 1)
    assert [getattr(r[1], "message", "").removeprefix("directory.leftover.") for r in made.rows] == ([why] if why else [])


def test_nobody_was_a_ruler_is_not_said_while_the_rulers_are_not_seen() -> None:
    made = list(directory_people.build(draft([IVANOV | {"admin_count": 1}], [], [], gap("privileged_account"), logins=[]), "ad", 0))[1]
    assert [b.text.message for b in made.blocks if isinstance(b, Note)] == ["directory.leftovers.partial"]
    (shown,) = [b for b in made.blocks if isinstance(b, Table)]
    assert shown.empty is not None
    assert shown.empty.message == "hosts.table_gap"


def test_undeclared_logins_of_the_predecessor_are_said_to_be_unknown() -> None:
    made = list(directory_people.build(draft([IVANOV], [], []), "ad", 0))[1]
    assert [b.text.message for b in made.blocks if isinstance(b, Note)] == ["directory.leftovers.undeclared"]


def test_pyramids_count_what_is_enabled_and_say_where_only_a_part_is_seen() -> None:
    old = IVANOV | {"sid": "2", "last_logon": LONG_AGO, "password_set": "2019-01-01T00:00:00+00:00"}
    logon, password = pictures(draft([IVANOV, old], [SERVER], []), "ad")
    assert isinstance(logon, Picture)
    assert isinstance(password, Picture)
    assert logon.caption is not None
    assert dict(logon.caption.values) == {"users": 2, "computers": 1, "old_users": 1, "old_computers": 0}
    assert password.caption is not None
    assert dict(password.caption.values)["old_users"] == 1
    (partly, _) = pictures(draft([IVANOV], [], [], gap("directory_user")), "ad")
    assert isinstance(partly, Picture)
    assert partly.caption is not None
    assert partly.caption.message == "directory.ages.logon.partial"


def test_without_an_account_there_is_a_sentence_in_place_of_the_pyramids() -> None:
    (sentence,) = pictures(draft([], [], [], gap("directory_user")), "ad")
    assert not isinstance(sentence, Picture)
    assert sentence.message == "directory.no_ages"
