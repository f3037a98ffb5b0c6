"""A platform that no rule is for is said, never passed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditkit.api import Client
from auditkit.book import AssetRow
from auditkit.checking import load_checklists, without_rules
from auditkit.cli import main
from auditkit.reporting.document import Document, Note, Para, Table
from auditkit.reporting.kb import write_kb
from auditkit.reporting.report import audit_document
from auditkit.reporting.words import words

ITEMS = tuple(i for c in load_checklists() for i in c.items)


def asset(name: str, *platforms: str, targets: tuple[str, ...] = ("t",)) -> AssetRow:
    return AssetRow(name, targets, name, (), platforms)


def test_platforms_without_a_rule_name_their_assets() -> None:
    assets = [asset("srv", "linux"), asset("box1", "toaster"), asset("box2", "toaster", "linux"), asset("seen", "toaster", targets=())]
    assert without_rules(assets, ITEMS) == {"toaster": ("box1", "box2")}


def test_a_rule_for_all_platforms_reaches_everybody() -> None:
    everybody = ITEMS[0].model_copy(update={"on": ()})
    assert without_rules([asset("box1", "toaster")], [*ITEMS, everybody]) == {}


def test_check_and_report_of_a_host_without_rules_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checklists of the client that replace all built-in ones, and are for another platform than what was asked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert main(["collect", "--probe", "linux.hostname"]) == 0
    others = tuple(c for c in load_checklists() if not any("linux" in i.on for i in c.items))
    monkeypatch.setattr(Client, "checklists", lambda self: others)
    capsys.readouterr()
    assert main(["check"]) == 0
    assert "There are no rules for the platform linux: 1 host was asked and not checked (localhost)." in capsys.readouterr().err
    assert main(["check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["without_rules"] == {"linux": ["localhost"]}
    with Client.existing().assessed() as a:
        document = audit_document(a)
        kb = write_kb(a, "en", tmp_path / "kb")
    coverage = document.sections[0]
    notes = [words(b.text, "en") for b in coverage.blocks if isinstance(b, Note) and b.tone == "unknown"]
    said = "There are no rules for the platform linux: 1 host was asked (localhost), and nothing of it was checked."
    assert any(n.startswith(said) for n in notes)
    assert kb.read_text(encoding="utf-8").count("no rules") == 2  # instead of no alarm and nothing unknown
    assert "There are no rules for the platform linux" in (kb.parent / "findings.html").read_text(encoding="utf-8")
    (rules,) = _tables(document, "checks")
    assert rules.rows == ()


def test_rules_that_were_asked_of_nobody_are_counted_in_a_sentence_not_listed_as_zeros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert main(["collect", "--probe", "linux.hostname"]) == 0
    with Client.existing().assessed() as a:
        document, asked = audit_document(a), {v.item.id for v in a.verdicts}
    (rules,) = _tables(document, "checks")
    assert {str(words(row[0], "en")) for row in rules.rows} == asked
    (verdicts,) = (s for s in document.sections if s.id == "verdicts")
    said = [str(words(b.text, "en")) for b in verdicts.blocks if isinstance(b, Para)]
    assert said[-1].startswith(f"{len(ITEMS) - len(asked)} more rules were asked of nobody: they are for what is not among the things")


def _tables(document: Document, name: str) -> list[Table]:
    return [b for s in document.sections for b in s.blocks if isinstance(b, Table) and b.id == name]
