"""Checklists as files: bad input gets file, line and cure; the built-in ones are whole in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditkit.checking import load_checklists
from auditkit.checking.items import read
from auditkit.checking.lint import lint_columns
from auditkit.errors import ChecklistError
from auditkit.registry import registry

GOOD = """checklist: mine
version: 1
title: {ru: "Моё", en: "Mine"}
items:
  - id: MY-01
    version: 1
    title: {ru: "т", en: "t"}
    why: {ru: "п", en: "w"}
    remedy: {ru: "д", en: "r"}
    severity: 2
    kind: sec
    sources: [test]
    for: account
    expect: "uid <> 0"
    says: {ru: "{name}", en: "{name}"}
"""


def _read(tmp_path: Path, text: str) -> str:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        one = read("mine.yaml", file)
    except ChecklistError as e:
        return str(e)
    return "\n".join(lint_columns(one, registry()))


def test_a_good_one_has_nothing_to_say(tmp_path: Path) -> None:
    assert _read(tmp_path, GOOD) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("uid <> 0", "uid is null", "mine.yaml:14:13: items[0].expect: is at 4 can turn an unknown into a yes or a no"),
        ("severity: 2", "severity: 7", "mine.yaml:10:15: items[0].severity"),
        ("    kind: sec\n", "    kind: sec\n    colour: red\n", "mine.yaml:12:5: items[0].colour: unknown key"),
        ("for: account", "for: acount", "mine.yaml:5: MY-01: there is no table acount; did you mean account"),
        ("uid <> 0", "udi <> 0", "mine.yaml:5: MY-01: expect: no such column: udi; did you mean uid"),
        ('ru: "{name}"', 'ru: "{nam}"', "mine.yaml:5: MY-01: says.ru: account has no column nam"),
        ("version: 1\n    title", "version: 0\n    title", "items[0].version"),
        ('why: {ru: "п", en: "w"}', 'why: {ru: "п"}', "items[0].why.en"),
    ],
)
def test_bad_input_names_file_line_and_cure(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert said in _read(tmp_path, GOOD.replace(old, new, 1))


def test_the_clients_file_goes_before_the_built_in_one(tmp_path: Path) -> None:
    folder = tmp_path / "checklists" / "yearly"
    folder.mkdir(parents=True)
    (folder / "linux.yaml").write_text(GOOD, encoding="utf-8")
    ids = {i.id for c in load_checklists() for i in c.items}
    linux = {i for i in ids if i.startswith("LIN-")}
    assert {i.id for c in load_checklists(tmp_path) for i in c.items} == (ids - linux) | {"MY-01"}


def test_one_id_in_two_lists_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "checklists" / "yearly"
    folder.mkdir(parents=True)
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(ChecklistError, match="MY-01 stands in mine and again in mine"):
        load_checklists(tmp_path)


def test_the_built_in_checklists_ask_of_tables_and_columns_that_exist() -> None:
    assert [p for c in load_checklists() for p in lint_columns(c, registry())] == []


def test_all_25_rules_of_linux_are_there_with_effort_and_deadline_in_both_languages() -> None:
    items = {i.id: i for c in load_checklists() for i in c.items}
    assert {f"LIN-{n:02}" for n in range(1, 26)} <= set(items)
    for item in items.values():
        for text in (item.title, item.why, item.remedy, *(p.says for p in item.parts if p.says)):
            assert any("а" <= c <= "я" for c in text.ru.lower()) or "{" in text.ru, item.id
            assert not any("а" <= c <= "я" for c in text.en.lower()), item.id


def test_an_alias_like_the_rules_own_table_is_refused(tmp_path: Path) -> None:
    bad = GOOD.replace("uid <> 0", "(select some(account.uid = 0) from account)")
    assert "give it an alias other than account" in _read(tmp_path, bad)
