"""Two printouts of a report can be told apart: each names its issue and the program that wrote it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.commands import Run


def issue(page: Path) -> tuple[str, str, str]:
    """Issue, state and program as the page's head says them."""
    text = re.sub(r"<[^>]+>", "|", page.read_text(encoding="utf-8"))
    found = re.search(r"Issue\|+(.+?)\|.*?State\|+(.+?)\|.*?Program\|+(.+?)\|", text, re.S)
    assert found
    return found[1], found[2], found[3]


def test_every_report_of_a_snapshot_and_language_gets_the_next_number_and_still_verifies(run: Run) -> None:
    run("collect", "acme", "--probe", "linux.hostname", code=0)
    for words in ((), (), ("--lang", "ru")):
        run("report", "acme", "--out", "docs", *(words or ("--lang", "en")), code=0)
    (page,) = Path("docs").glob("*/audit.en.html")
    (earlier,) = Path("docs").glob("*/earlier/audit.en.*.html")
    number, state, program = issue(page)
    assert (number, state) == ("2", "draft")
    assert re.fullmatch(r"auditkit \d+\.\d+\.\d+.*", program)
    assert issue(earlier)[0] == "1"
    (russian,) = Path("docs").glob("*/audit.ru.html")
    assert re.search(r"Выпуск</dt><dd>1<", russian.read_text(encoding="utf-8"))
    for file in (page, earlier, page.with_suffix(".docx"), page.with_suffix(".xlsx")):
        run("verify", str(file), "acme", code=0)


def test_an_approved_report_says_so_and_a_forged_number_of_issue_does_not_verify(run: Run) -> None:
    run("collect", "acme", "--probe", "linux.hostname", code=0)
    run("decide", "approve", "snapshot:1", "acme", "--why", "read", "--who", "Petrov", code=0)
    run("report", "acme", "--out", "docs", "--lang", "en", code=0)
    (page,) = Path("docs").glob("*/audit.en.html")
    assert issue(page)[:2] == ("1", "approved")
    page.write_text(page.read_text(encoding="utf-8").replace("<dt>Issue</dt><dd>1<", "<dt>Issue</dt><dd>7<"), encoding="utf-8")
    run("verify", str(page), "acme", code=1)


def test_a_register_of_issues_that_was_changed_is_refused(run: Run) -> None:
    run("collect", "acme", "--probe", "linux.hostname", code=0)
    for _ in range(2):
        run("report", "acme", "--lang", "en", code=0)
    register = Path("acme/state/issues.jsonl")
    register.write_bytes(register.read_bytes().replace(b'"issue":1', b'"issue":9'))
    assert "acme/state/issues.jsonl:2: was changed after it was written" in run("report", "acme", "--lang", "en")
