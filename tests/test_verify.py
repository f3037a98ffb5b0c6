"""A document and a store as a dishonest hand would leave them: whatever is changed, `verify` names it; what is lawful holds."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from auditkit.api import Client
from auditkit.collecting.sealing import seal
from auditkit.errors import EvidenceError, UsageError
from auditkit.model import Decision
from auditkit.reporting.reading import said_in
from auditkit.verify import Failed, Verification
from auditkit.verifying_docx import around_in_docx
from auditkit.verifying_places import MISSING, MOVED, OFTEN
from auditkit.workspace.journal import Journal

AS_OF = date(2026, 11, 24)
# linux.pct is absent on whatever is no Proxmox VE.
PROBES = ("linux.os_release", "linux.kernel", "linux.pct", "linux.accounts", "linux.mounts")
KINDS = ("docx", "html", "xlsx")
# A rule of the client that raises an alarm on any machine, so that there is a finding whose wording a person may change.
RULE = """
checklist: tests
version: 1
title: {ru: "Проверка", en: "A test"}
items:
  - id: TST-01
    version: 1
    title: {ru: "Система названа", en: "The system has a name"}
    why: {ru: "Для проверки.", en: "For the test."}
    severity: 4
    kind: sec
    sources: ["a test"]
    for: os_release
    expect: "distro = 'no such system'"
    remedy: {ru: "Ничего.", en: "Nothing."}
"""
SPAN = re.compile(r'<span data-s="(ak_\w+)">([^<]*)</span>')


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which this machine was asked a little, with its three documents; HOME, with the identity, is the folder above."""
    place = tmp_path_factory.mktemp("world") / "here"
    place.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(place.parent))
        patch.chdir(place)
        Client.open(None, PROBES).collect()
        rules = place / "audit" / "checklists" / "yearly"
        rules.mkdir(parents=True)
        (rules / "tests.yaml").write_text(RULE, "utf-8")
        report(Client.open(None))
    return place


def report(client: Client) -> None:
    with client.assessed(as_of=AS_OF) as a:
        client.report(a, "en")


@pytest.fixture
def here(collected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may spoil, as the current folder."""
    shutil.copytree(collected, tmp_path / "here")
    monkeypatch.setenv("HOME", str(collected.parent))
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here" / "audit"


def document(here: Path, kind: str) -> Path:
    (found,) = (here / "deliverables").glob(f"{AS_OF}-audit/audit.en.{kind}")
    return found


def verified(here: Path, kind: str = "html") -> Verification:
    return Client.open(None).verify(document(here, kind))


def page(here: Path) -> str:
    return document(here, "html").read_text("utf-8")


def verified_as(here: Path, text: str) -> Verification:
    assert text != page(here), "the test changed nothing"
    document(here, "html").write_text(text, "utf-8")
    return verified(here)


def whys(found: Verification) -> set[tuple[str, str]]:
    assert not found.good
    return {(f.cause, f.why) for f in found.failed}


# -- documents -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_touched_holds(here: Path, kind: str) -> None:
    found = verified(here, kind)
    assert (found.failed, found.not_checkable, found.unchecked_text, found.seal) == ((), (), 0, "holds")
    assert found.statements == found.holds > 50


def test_a_section_taken_out_is_missing(here: Path) -> None:
    section = re.search(r'<section id="[\w-]*findings[\w-]*".*?</section>', page(here), re.S)
    assert section is not None
    gone = [m[1] for m in SPAN.finditer(section[0])]
    found = verified_as(here, page(here).replace(section[0], ""))
    assert sorted(f.id for f in found.failed if f.why == MISSING) == sorted(gone)
    assert len(gone) > 3


def test_a_sentence_that_is_no_statement_is_named_with_its_place(here: Path) -> None:
    free = "All servers are secure; no serious findings."
    found = verified_as(here, page(here).replace("<main>", f"<main><p>{free}</p>"))
    (failed,) = found.failed
    assert (failed.id, failed.cause, failed.text, failed.derived) == ("", "edited", free, "")
    assert failed.location.startswith("line ")
    assert found.unchecked_text == len(free)


def test_true_statements_that_changed_places_do_not_hold(here: Path) -> None:
    spans = {m[1]: m[0] for m in SPAN.finditer(page(here)) if page(here).count(m[1]) == 1}
    (one, first), *_, (other, last) = spans.items()
    text = page(here).replace(first, "\0").replace(last, first).replace("\0", last)
    assert {(f.id, f.cause, f.why) for f in verified_as(here, text).failed} == {(one, "edited", MOVED), (other, "edited", MOVED)}


def test_a_true_statement_in_the_place_of_another_does_not_hold(here: Path) -> None:
    """As "unknown: 6" would become "unknown: 0" where some other zero is true."""
    once = [m for m in SPAN.finditer(page(here)) if page(here).count(m[1]) == 1]
    found = verified_as(here, page(here).replace(once[0][0], once[-1][0]))
    assert {(f.id, f.why) for f in found.failed} == {(once[0][1], MISSING), (once[-1][1], OFTEN)}


def test_without_any_id_nothing_holds(here: Path) -> None:
    before = verified(here).statements
    found = verified_as(here, re.sub(r' data-s="ak_[0-9a-f]{16}"', "", page(here)))
    assert (found.statements, found.holds, found.good) == (0, 0, False)
    assert sum(f.why == MISSING for f in found.failed) == before


def test_a_statement_without_its_id_may_not_say_something_else(here: Path) -> None:
    one = next(m for m in SPAN.finditer(page(here)) if page(here).count(m[1]) == 1)
    found = verified_as(here, page(here).replace(one[0], "<span>0</span>"))
    assert {f.id for f in found.failed if f.why == MISSING} == {one[1]}


def test_a_style_that_hides_a_statement_is_seen(here: Path) -> None:
    ident = next(SPAN.finditer(page(here)))[1]
    found = verified_as(here, page(here).replace("</style>", f'[data-s="{ident}"] {{ display: none }}</style>', 1))
    assert [f.cause for f in found.failed] == ["edited"]
    assert "style" in found.failed[0].why


def in_word(here: Path, change: tuple[str, str]) -> None:
    file = document(here, "docx")
    spoiled = file.with_suffix(".new")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(spoiled, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                assert body.decode().count(change[0]) >= 1
                body = body.decode().replace(change[0], change[1], 1).encode()
            new.writestr(name, body)
    spoiled.replace(file)


def test_a_paragraph_written_into_a_word_file_is_named(here: Path) -> None:
    in_word(here, ("<w:sectPr", "<w:p><w:r><w:t>Nothing to worry about.</w:t></w:r></w:p><w:sectPr"))
    (failed,) = verified(here, "docx").failed
    assert (failed.id, failed.cause, failed.text) == ("", "edited", "Nothing to worry about.")


def test_numbers_of_pages_are_no_text_of_a_word_file(here: Path) -> None:
    """They were put there by LibreOffice; verify does not lay the document out."""
    entry = next(p.text for p in around_in_docx(document(here, "docx")).ordered if p.text.startswith("1 "))
    assert not re.search(r"\d$", entry)


def test_a_statement_of_a_word_file_said_in_another_place_is_named(here: Path) -> None:
    said = [s.id for s in said_in(document(here, "docx"))]
    one, other = [i for i in said if said.count(i) == 1][5:7]
    with zipfile.ZipFile(document(here, "docx")) as z:
        body = z.read("word/document.xml").decode()
    names = [re.search(rf'w:name="({i}_\d+)"', body) for i in (one, other)]
    assert names[0] is not None
    assert names[1] is not None
    in_word(here, (names[0][1], "\0"))
    in_word(here, (names[1][1], names[0][1]))
    in_word(here, ("\0", names[1][1]))
    assert {f.id for f in verified(here, "docx").failed} == {one, other}


def sheet_of(here: Path) -> tuple[openpyxl.Workbook, object]:
    book = openpyxl.load_workbook(document(here, "xlsx"))
    return book, next(ws for ws in book.worksheets[1:] if ws.max_row > 5)


def test_rows_of_a_sheet_may_be_sorted(here: Path) -> None:
    book, sheet = sheet_of(here)
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=3)]  # type: ignore[attr-defined]
    for n, row in enumerate(reversed(rows), 3):
        for k, value in enumerate(row, 1):
            sheet.cell(n, k).value = value  # type: ignore[attr-defined]
    book.save(document(here, "xlsx"))
    assert verified(here, "xlsx").failed == ()


def test_a_cell_of_one_row_may_not_stand_in_another(here: Path) -> None:
    book, sheet = sheet_of(here)
    row = {n: dict(re.findall(r"(\w+):(ak_\w+)", sheet.cell(n, 1).value)) for n in (3, 4)}  # type: ignore[attr-defined]
    key = next(k for k in row[3] if row[3][k] != row[4].get(k, row[3][k]))
    for n, other in ((3, 4), (4, 3)):
        ids = {**row[n], key: row[other][key]}
        sheet.cell(n, 1).value = " ".join(f"{k}:{i}" for k, i in ids.items())  # type: ignore[attr-defined]
    a, b = sheet.cell(3, int(key) + 1), sheet.cell(4, int(key) + 1)  # type: ignore[attr-defined]
    a.value, b.value = b.value, a.value
    book.save(document(here, "xlsx"))
    found = verified(here, "xlsx")
    assert {(f.cause, f.why) for f in found.failed} == {("edited", MOVED)}
    assert {row[3][key], row[4][key]} == {f.id for f in found.failed}


def test_a_row_taken_out_and_a_heading_changed_are_named(here: Path) -> None:
    book, sheet = sheet_of(here)
    gone = re.findall(r"ak_\w+", sheet.cell(5, 1).value)  # type: ignore[attr-defined]
    sheet.delete_rows(5)  # type: ignore[attr-defined]
    sheet.cell(2, 2).value = "Harmless"  # type: ignore[attr-defined]
    book.save(document(here, "xlsx"))
    failed = verified(here, "xlsx").failed
    assert sorted(f.id for f in failed if f.why == MISSING) == sorted(gone)
    assert [f.text for f in failed if not f.id and f.text] == ["Harmless"]


def test_other_checklists_are_no_ground_to_judge_by(here: Path) -> None:
    text = page(here)
    line = re.search(r'<meta name="auditkit" content="([^"]*)"', text)
    assert line is not None
    forged = re.sub(r"checklists=[0-9a-f]+", "checklists=000000000000", line[1])
    with pytest.raises(UsageError, match=r"other checklists \(000000000000\).*auditkit report --snapshot 1 --as-of 2026-11-24"):
        verified_as(here, text.replace(line[1], forged))


# -- people's decisions ----------------------------------------------------------------------------------------------------


def decided(kind: str, at: datetime, text: str = "") -> None:
    Client.open(None).decide(Decision(kind, "TST-01", "Director", "because", at, None, text))


def test_a_person_s_own_wording_is_declared_and_the_rest_holds(here: Path) -> None:
    decided("edited", datetime(2026, 11, 23, 12, tzinfo=UTC), "We word it so.")
    shutil.rmtree(here / "deliverables")
    report(Client.open(None))
    for kind in KINDS:
        found = verified(here, kind)
        assert (found.failed, found.declared) == ((), 1), kind
        assert found.holds == found.statements - 1


def test_a_decision_of_a_later_day_does_not_touch_a_report(here: Path) -> None:
    decided("edited", datetime(2026, 11, 25, 12, tzinfo=UTC), "We word it so.")
    assert verified(here).good


def test_a_decision_of_the_same_day_is_told_of_as_a_possible_reason(here: Path) -> None:
    decided("edited", datetime(2026, 11, 24, 12, tzinfo=UTC), "We word it so.")
    assert all("a decision of that day is younger than the file" in f.why for f in verified(here).failed)
    assert verified(here).failed


# -- the store -------------------------------------------------------------------------------------------------------------


def sql(here: Path, statement: str, *values: object) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(here / "state" / "auditkit.sqlite")) as db, db:
        return list(db.execute(statement, values))


def of_store(found: Verification) -> list[Failed]:
    assert not found.good
    return [f for f in found.failed if f.cause != "edited"]


FORGED = {
    "other facts": ("update answer set facts = (select facts from answer where probe = 'linux.kernel') where probe = 'linux.os_release'",
                    "differs"),
    "other facts under a cut": ("update answer set facts = (select facts from answer where probe = 'linux.kernel'), cause = 'truncated' "
                                "where probe = 'linux.os_release'", "differs"),
    "other facts of a cut answer": ("update answer set facts = (select facts from answer where probe = 'linux.kernel'), "
                                    "state = 'unknown', cause = 'timed_out' where probe = 'linux.os_release'", "differs"),
    "no bytes": ("update answer set evidence = null where probe = 'linux.os_release'", "evidence_missing"),
    "nothing there, and no bytes": ("update answer set state = 'absent', facts = null, evidence = null, why = 'no release file here' "
                                    "where probe = 'linux.os_release'", "evidence_missing"),
    "nothing there": ("update answer set state = 'absent', facts = null, why = 'none here' where probe = 'linux.os_release'", "differs"),
    "another reason": ("update answer set why = 'switched off' where state = 'absent'", "differs"),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
def test_an_answer_that_does_not_follow_from_bytes_is_named(here: Path, how: str) -> None:
    """Also where the documents are written from the forged store."""
    statement, cause = FORGED[how]
    sql(here, statement)
    shutil.rmtree(here / "deliverables")
    report(Client.open(None))
    found = verified(here)
    assert cause in {f.cause for f in of_store(found)}
    assert any("/linux." in f.why for f in of_store(found))
    assert found.seal == "broken"


@pytest.mark.parametrize(
    "statement",
    [
        "delete from answer where probe = 'linux.pct'; delete from question where probe = 'linux.pct'",
        "update answer set account = 'nobody'",
        "update snapshot set operator = 'somebody else'",
        "update answer set state = 'unknown', facts = null, cause = 'unreachable', why = 'gone', evidence = null "
        "where probe = 'linux.accounts'",
    ],
)
def test_what_bytes_cannot_tell_the_seal_does(here: Path, statement: str) -> None:
    for one in statement.split(";"):
        sql(here, one)
    shutil.rmtree(here / "deliverables")
    report(Client.open(None))
    (failed,) = of_store(verified(here))
    assert (failed.cause, failed.location) == ("evidence_changed", "snapshot 1")


def test_a_journal_whose_chain_is_broken_is_named(here: Path) -> None:
    journal = here / "state" / "journal.jsonl"
    first, rest = journal.read_text("utf-8").split("\n", 1)
    journal.write_text(first.replace("sh -s", "sh -x") + " \n" + rest, "utf-8")
    (failed,) = of_store(verified(here))
    assert (failed.cause, failed.location) == ("evidence_changed", "journal")
    assert "does not follow the line before" in failed.why


def test_a_snapshot_without_a_seal_holds_and_says_so(here: Path) -> None:
    (here / "state" / "journal.jsonl").unlink()
    found = verified(here)
    assert (found.good, found.seal) == (True, "missing")


def test_reading_anew_seals_anew_but_covers_up_nothing(here: Path) -> None:
    sql(here, "update answer set why = 'as an older reader said it' where state = 'absent'")
    client = Client.open(None)
    with pytest.raises(EvidenceError, match="changed after the collection"):
        client.reparse()
    with client.store() as store, Journal(here / "state" / "journal.jsonl") as journal:
        seal(store, 1, journal, "collector of that day")
    read, changed = client.reparse()
    assert read >= changed > 0
    lines = [json.loads(line) for line in (here / "state" / "journal.jsonl").read_text("utf-8").splitlines()]
    assert sum("snapshot 1 closed: sha256 " in line["what"] for line in lines) == 3
    assert verified(here).seal == "holds"


def test_days_are_those_of_the_decision(here: Path) -> None:
    """A decision made late in the evening far in the west is one of that day there."""
    decided("edited", datetime.combine(AS_OF, datetime.min.time(), UTC) + timedelta(hours=23), "We word it so.")
    assert not verified(here).good
