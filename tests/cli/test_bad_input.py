"""Bad input: one line that names the place and the cure, exit code 2, no traceback, nothing half-written, nobody asked."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from pathlib import Path

import pytest

from tests.cli.commands import HERE, Run


def own(name: str, text: str) -> None:
    place = Path("acme") / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def nobody_was_asked() -> None:
    assert not Path("acme/state/journal.jsonl").exists()
    assert not Path("acme/state/auditkit.sqlite").exists()
    assert list(Path("acme/deliverables").iterdir()) == []


def test_malformed_yaml_is_named_as_the_user_typed_it(run: Run) -> None:
    own("targets.yaml", "targets:\n  - id: x\n   platform: [\n")
    assert run("audit", "acme").startswith("auditkit: acme/targets.yaml:3:4: is no YAML: ")
    nobody_was_asked()


def test_a_value_of_the_wrong_kind_is_said_in_our_words(run: Run) -> None:
    own("targets.yaml", "targets:\n  - {id: s1, platform: linux, address: h, credential: prompt, port: many}\n")
    assert run("audit", "acme") == "auditkit: acme/targets.yaml:2:69: targets[0].port: must be a whole number, not many\n"


def test_an_unknown_probe(run: Run) -> None:
    assert run("collect", "acme", "--probe", "linux.hostnam").startswith("auditkit: unknown probe 'linux.hostnam'; ")
    nobody_was_asked()


def test_a_missing_credential(run: Run) -> None:
    own("targets.yaml", "targets: [{id: s1, platform: linux, address: 127.0.0.1, credential: 'vault:nope'}]\n")
    said = run("audit", "acme")
    assert "credential vault:nope (target s1)" in said
    assert "`auditkit vault add nope` adds one" in said
    assert not Path("acme/state/journal.jsonl").exists()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("audit.docx", "no docx", "it is no Word document"),
        ("audit.html", "{% for x in %}", "line 1: a tag is written wrongly"),
        ("audit.html", "<p>{{ labels.page }}</p>", "it asks for a name that does not exist: 'labels' is undefined"),
    ],
)
def test_a_broken_template_is_seen_before_anybody_is_asked(run: Run, name: str, text: str, says: str) -> None:
    own(f"report_templates/{name}", text)
    said = run("audit", "acme")
    assert f"acme/report_templates/{name}: " in said
    assert says in said
    nobody_was_asked()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("checklist: own\nversion: 1\n", "acme/checklists/yearly/own.yaml:1:1: items: is missing"),
        (
            "checklist: own\nversion: 1\ntitle: {ru: т, en: t}\nitems:\n  - {id: OWN-1, version: 1, title: {ru: т, en: t}, "
            "why: {ru: т, en: t}, severity: 1, kind: rel, sources: [x], for: filesystemz, expect: 'true', remedy: {ru: т, en: t}}\n",
            "acme/checklists/yearly/own.yaml:5: OWN-1: there is no table filesystemz",
        ),
    ],
)
def test_a_broken_checklist_is_seen_before_anybody_is_asked(run: Run, text: str, says: str) -> None:
    own("checklists/yearly/own.yaml", text)
    assert says in run("audit", "acme")
    nobody_was_asked()


def test_a_folder_for_documents_that_is_a_file(run: Run) -> None:
    own("note", "")
    assert "acme/note is a file): give another folder, --out" in run("audit", "acme", "--out", "acme/note")
    nobody_was_asked()


def test_a_workspace_of_a_newer_version(run: Run) -> None:
    own("state/version", "99\n")
    assert "was written by a newer auditkit (layout 99, this one knows 1): upgrade auditkit" in run("audit", "acme")


def test_a_disk_without_room_for_the_tables(run: Run, disk: Callable[[str], None]) -> None:
    disk("size=64k")
    run("init", "disk/acme", code=0)
    Path("disk/acme/targets.yaml").write_text(HERE)
    said = run("audit", "disk/acme")
    assert "disk/acme/state/auditkit.sqlite: database or disk is full; " in said
    assert said.count("\n") == 1


def test_a_disk_that_has_run_full_leaves_no_half_document(run: Run, disk: Callable[[str], None]) -> None:
    disk("size=2m")
    run("init", "disk/acme", code=0)
    Path("disk/acme/targets.yaml").write_text(HERE)
    run("collect", "disk/acme", "--probe", "linux.hostname", code=0)
    with Path("disk/rest").open("wb", buffering=0) as rest, pytest.raises(OSError, match="No space left"):
        rest.writelines(repeat(bytes(4096)))
    for words in (("report",), ("kb",), ("collect", "--new")):
        said = run(words[0], "disk/acme", *words[1:])
        assert "full" in said
        assert said.count("\n") == 1
    assert [f for f in Path("disk/acme/deliverables").rglob("*") if f.is_file()] == []
    assert list(Path("disk/acme/kb").iterdir()) == []


def test_a_workspace_on_read_only_media_is_read_and_what_must_write_says_where(run: Run, disk: Callable[[str], None]) -> None:
    disk("size=20m")
    run("init", "disk/acme", code=0)
    Path("disk/acme/targets.yaml").write_text(HERE)
    run("collect", "disk/acme", "--probe", "linux.hostname", code=0)
    run("report", "disk/acme", "--lang", "en", code=0)
    disk("remount,ro")
    (docx,) = Path("disk/acme/deliverables").rglob("audit.en.docx")
    run("check", "disk/acme", code=0)
    run("query", "select id from asset", "disk/acme", code=0)
    run("verify", str(docx), "disk/acme", code=0)
    run("report", "disk/acme", "--out", "docs", "--lang", "en", code=0)
    assert len(list(Path("docs").rglob("audit.en.*"))) == 3
    run("kb", "disk/acme", "--out", "pages", code=0)
    assert Path("pages/index.html").is_file()
    for words in (("report",), ("kb",)):
        assert "--out" in run(*words, "disk/acme")
    writing: tuple[tuple[str, ...], ...] = (("collect",), ("audit", "--out", "docs"), ("reparse",))
    for line in writing:
        said = run(line[0], "disk/acme", *line[1:])
        assert "disk/acme/state: is read-only: work on a copy of the client's folder" in said
