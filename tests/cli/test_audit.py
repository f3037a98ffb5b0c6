"""The main job on this very machine, as a user runs it: documents, contracts of --json, verify, and what it says of tampering."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

ROOT = Path(__file__).parents[2]
CAUSES = {"unreachable", "refused", "bad_credential", "host_key_changed", "no_sudo", "timed_out", "truncated", "not_understood", None}


def run(cwd: Path, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    home = cwd.parent / "home"
    home.mkdir(exist_ok=True)
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **(env or {})}
    return subprocess.run([sys.executable, "-m", "auditkit", *words], cwd=cwd, env=clean, capture_output=True, text=True, check=False)


def out_of(done: subprocess.CompletedProcess[str], code: int = 0) -> dict[str, Any]:
    assert done.returncode == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    place = tmp_path_factory.mktemp("here")
    return place, out_of(run(place, "audit", "--lang", "both", "--json"))


@pytest.fixture
def copy(audited: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of the audited folder that a test may spoil; the home with its identity lies beside it."""
    shutil.copytree(audited[0], tmp_path / "here")
    shutil.copytree(audited[0].parent / "home", tmp_path / "home")
    return tmp_path / "here"


def document(place: Path, kind: str, lang: str = "ru") -> Path:
    (found,) = (place / "audit" / "deliverables").glob(f"*/audit.{lang}.{kind}")
    return found


def test_the_json_of_audit_keeps_its_contract(audited: tuple[Path, dict[str, Any]]) -> None:
    place, told = audited
    assert told["schema"] == "auditkit.audit/1"
    assert told["exit"] == 0
    assert [t["id"] for t in told["targets"]] == ["localhost"]
    for t in told["targets"]:
        assert set(t) == {"id", "state", "cause", "message"}
        assert t["state"] in {"complete", "partial"}
        assert t["cause"] in CAUSES
    assert set(told["coverage"]) == {"found", "absent", "unknown"}
    assert told["coverage"]["found"] > 25
    for f in told["findings"]:
        assert set(f) == {"check", "severity", "asset"}
    kinds = sorted((f["kind"], f["lang"]) for f in told["files"])
    assert kinds == [("docx", "en"), ("docx", "ru"), ("html", "en"), ("html", "ru"), ("kb", "ru"), ("xlsx", "en"), ("xlsx", "ru")]
    assert all(Path(f["path"]).is_file() for f in told["files"])
    assert (place / "audit" / "kb" / "index.html").is_file()


def test_check_gives_every_rule_a_verdict_with_evidence(audited: tuple[Path, dict[str, Any]]) -> None:
    told = out_of(run(audited[0], "check", "--json"))
    by_check = {v["check"]: v for v in told["verdicts"]}
    assert {f"LIN-{n:02}" for n in range(1, 26)} <= set(by_check)
    for v in told["verdicts"]:
        assert v["verdict"] in {"ok", "alarm", "not_applicable", "unknown", "accepted"}
        assert {"check", "version", "asset", "verdict", "why", "objects", "evidence"} <= set(v)
        assert set(v["objects"]) == {"total", "first"}
        assert v["why"] or v["verdict"] in {"ok", "alarm", "accepted"}
        assert v["evidence"], v["check"]
        if v["verdict"] == "alarm":
            assert v["objects"]["total"] >= 1


def test_findings_are_exactly_the_alarms(audited: tuple[Path, dict[str, Any]]) -> None:
    told = out_of(run(audited[0], "check", "--json"))
    alarms = {(v["check"], v["asset"]) for v in told["verdicts"] if v["verdict"] == "alarm"}
    assert {(f["check"], f["asset"]) for f in audited[1]["findings"]} == alarms


def test_query_reads_and_refuses_to_write(audited: tuple[Path, dict[str, Any]]) -> None:
    told = out_of(run(audited[0], "query", "select asset, name from account where uid = 0 and name = 'root'", "--json"))
    assert told["columns"] == ["asset", "name"]
    assert told["rows"] == [["localhost", "root"]]
    for sql in ("delete from account", "insert into asset values ('x','','','')", "select * from nothing"):
        done = run(audited[0], "query", sql, "--json")
        assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("kind", ["docx", "xlsx", "html"])
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_statement_of_every_document_holds(audited: tuple[Path, dict[str, Any]], kind: str, lang: str) -> None:
    told = out_of(run(audited[0], "verify", str(document(audited[0], kind, lang)), "--json"))
    assert told["failed"] == []
    assert told["not_checkable"] == []
    assert told["statements"] == told["holds"] > 100


def test_both_languages_make_the_same_statements(audited: tuple[Path, dict[str, Any]]) -> None:
    ids = [set(re.findall(r'data-s="(ak_\w+)"', document(audited[0], "html", lang).read_text("utf-8"))) for lang in ("ru", "en")]
    assert ids[0] == ids[1]
    assert len(ids[0]) > 100


def test_one_digit_changed_in_word_is_named(copy: Path) -> None:
    file = document(copy, "docx")
    spoiled = file.with_suffix(".new")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(spoiled, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                body, n = re.subn(r"(Опрошен[^<]*?)1( уз)".encode(), b"\\g<1>7\\2", body, count=1)
                assert n == 1
            new.writestr(name, body)
    spoiled.replace(file)
    told = out_of(run(copy, "verify", str(file), "--json"), 1)
    assert {f["cause"] for f in told["failed"]} == {"edited"}
    assert "7 уз" in told["failed"][0]["text"]


def test_one_cell_changed_in_excel_is_named(copy: Path) -> None:
    file = document(copy, "xlsx", "en")
    book = openpyxl.load_workbook(file)
    cell = next(
        c
        for ws in book.worksheets
        for row in ws.iter_rows()
        for c in row
        if str(c.value).startswith("Debian") or str(c.value) == "localhost"
    )
    cell.value = "srv-fine"
    book.save(file)
    told = out_of(run(copy, "verify", str(file), "--json"), 1)
    assert [(f["cause"], f["text"]) for f in told["failed"]] == [("edited", "srv-fine")]


def store_of(place: Path) -> sqlite3.Connection:
    return sqlite3.connect(place / "audit" / "state" / "auditkit.sqlite")


def test_one_blob_deleted_is_named(copy: Path) -> None:
    with store_of(copy) as db:
        (address,) = db.execute("select evidence from answer where probe = 'linux.os_release'").fetchone()
        db.execute("delete from blob where address = ?", (address,))
    db.close()
    told = out_of(run(copy, "verify", str(document(copy, "docx")), "--json"), 1)
    assert {f["cause"] for f in told["failed"]} == {"evidence_missing"}
    assert any("linux.os_release" in f["why"] for f in told["failed"])


def test_one_fact_changed_is_named(copy: Path) -> None:
    with store_of(copy) as db:
        other = db.execute("select facts from answer where probe = 'linux.kernel'").fetchone()[0]
        mine = db.execute("select facts from answer where probe = 'linux.os_release'").fetchone()[0]
        assert other != mine
        db.execute("update answer set facts = ? where probe = 'linux.os_release'", (other,))
    db.close()
    told = out_of(run(copy, "verify", str(document(copy, "html")), "--json"), 1)
    assert {f["cause"] for f in told["failed"]} == {"differs"}


def test_a_word_file_saved_by_libreoffice_still_holds(copy: Path, tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        assert not os.environ.get("CI"), "LibreOffice is missing"
        pytest.skip("LibreOffice is not installed")
    file = document(copy, "docx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "docx", "--outdir", str(tmp_path), str(file)], check=True, capture_output=True
    )
    told = out_of(run(copy, "verify", str(tmp_path / file.name), "--json"))
    assert told["holds"] == told["statements"] > 100


def test_without_the_key_secret_evidence_is_not_checkable_and_never_holds(copy: Path) -> None:
    shutil.rmtree(copy.parent / "home")
    told = out_of(run(copy, "verify", str(document(copy, "html")), "--json"), 1)
    assert told["not_checkable"]
    assert told["failed"] == []
    assert told["holds"] + len(told["not_checkable"]) == told["statements"]


def test_a_risk_accepted_by_a_person_is_no_finding_until_its_day(audited: tuple[Path, dict[str, Any]], copy: Path) -> None:
    check = audited[1]["findings"][0]["check"]
    out_of(run(copy, "decide", "accept", f"{check}/localhost", "--why", "later", "--who", "Director", "--until", "2099-01-01", "--json"))
    verdicts = {v["check"]: v["verdict"] for v in out_of(run(copy, "check", "--json"))["verdicts"]}
    assert verdicts[check] == "accepted"
    out_of(run(copy, "decide", "revoke", f"{check}/localhost", "--why", "changed my mind", "--json"))
    verdicts = {v["check"]: v["verdict"] for v in out_of(run(copy, "check", "--json"))["verdicts"]}
    assert verdicts[check] == "alarm"


def test_fail_on_is_an_exit_code(audited: tuple[Path, dict[str, Any]]) -> None:
    worst = max(f["severity"] for f in audited[1]["findings"])
    assert run(audited[0], "check", "--fail-on", str(worst)).returncode == 1
    assert run(audited[0], "check", "--fail-on", "none").returncode == 0


def test_no_secret_is_in_the_documents_the_pages_or_the_journal(audited: tuple[Path, dict[str, Any]]) -> None:
    """The hash of every account of this machine is a canary that the collection did see (as root)."""
    if os.geteuid() != 0:
        pytest.skip("only root sees password hashes")
    hashes = [line.split(":")[1] for line in Path("/etc/shadow").read_text().splitlines()]
    canaries = [h.encode() for h in hashes if h.startswith("$")] or [b"no account here has a password"]
    for file in (f for f in audited[0].rglob("*") if f.is_file()):
        body = file.read_bytes()
        if file.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(file) as z:
                body = b"".join(z.read(n) for n in z.namelist())
        assert not any(c in body for c in canaries), file
