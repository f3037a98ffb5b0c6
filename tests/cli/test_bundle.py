"""auditkit bundle as a person types it: make, read, status; codes of exit, and what stands on the screen."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from auditkit.cli import main
from auditkit.collecting import bundle_make
from auditkit.registry import registry
from auditkit.transports.answercrypt import new_key
from auditkit.transports.powershell import sections_of
from tests.lab.answers import Writer
from tests.lab.winrmanswer import framed, raw, recorded

PEM = new_key()
INSIDE = framed(raw(sections_of(registry().probes_on("windows")), recorded("srv2019"), "SRV1"))


@dataclass(frozen=True, slots=True)
class Done:
    """What a command said."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Place:
    """A client's folder with a home of its own, and auditkit run in it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    @property
    def share(self) -> Path:
        return self.folder / "share"

    def run(self, *words: str, lang: str = "C.UTF-8") -> Done:
        self.monkeypatch.setenv("LC_ALL", lang)
        self.capsys.readouterr()
        code = main(words)
        return Done(code, *self.capsys.readouterr())

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        done = self.run(*words, "--json")
        assert done.returncode == code, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    @property
    def writer(self) -> Writer:
        """By the scripts as they were given away: the key out of the one, the list of questions out of the other."""
        shell = (self.folder / "out" / "auditkit-acme-linux.sh").read_text()
        script = (self.folder / "out" / "auditkit-acme-windows.ps1").read_text()
        pem = re.search(r"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", shell, re.S)
        items = re.search(r"'items' = '(.*)'", script)
        assert pem is not None
        assert items is not None
        key = load_pem_public_key(pem[0].encode())
        assert isinstance(key, RSAPublicKey)
        return Writer("acme", key, items[1])


@pytest.fixture
def place(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    for folder in ("home", "share"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(bundle_make, "new_key", lambda: PEM)  # making one takes a second
    for name in ("XDG_CONFIG_HOME", "AUDITKIT_IDENTITY", "AUDITKIT_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    made = Place(tmp_path, capsys, monkeypatch)
    assert made.run("init", "acme", "--name", "ООО Ромашка").returncode == 0
    assert made.run("bundle", "make", "acme", "--windows", "--linux", "--out", "out").returncode == 0
    return made


def test_make_writes_scripts_sums_and_recipes_in_both_languages(place: Place) -> None:
    assert sorted(p.name for p in (place.folder / "out").iterdir()) == [
        "README-linux.en.txt", "README-linux.ru.txt", "README-windows.en.txt", "README-windows.ru.txt",
        "auditkit-acme-linux.sh", "auditkit-acme-linux.sha256",
        "auditkit-acme-windows.cmd", "auditkit-acme-windows.ps1", "auditkit-acme-windows.sha256",
    ]  # fmt: skip
    sums = ["sha256sum", "-c", "auditkit-acme-linux.sha256", "auditkit-acme-windows.sha256"]
    assert subprocess.run(sums, cwd=place.folder / "out", capture_output=True, check=False).returncode == 0
    russian = (place.folder / "out" / "README-windows.ru.txt").read_text("utf-8-sig")
    for way in ("С флешки", "Kaspersky Security Center", "SCCM", "немедленная задача", "\\\\СЕРВЕР\\Answers$", "auditkit-acme-windows.cmd"):
        assert way in russian


def test_make_prints_the_recipe_in_the_language_of_the_terminal(place: Place) -> None:
    assert "Как запустить автономный скрипт" in place.run("bundle", "make", "acme", "--linux", lang="ru_RU.UTF-8").stdout
    assert "How to run the offline script" in place.run("bundle", "make", "acme", "--linux", "--out", "more").stdout


def test_make_wants_to_know_for_whom(place: Place) -> None:
    done = place.run("bundle", "make", "acme")
    assert (done.returncode, "--windows, --linux" in done.stderr) == (2, True)


def test_read_takes_what_is_good_and_says_what_is_not(place: Place) -> None:
    (place.share / "a.answer").write_bytes(place.writer.write(INSIDE, host="SRV1"))
    (place.share / "b.answer").write_bytes(place.writer.write(INSIDE, host="SRV2")[:-9])
    said = place.json("bundle", "read", "acme", "share", code=3)
    assert said["schema"] == "auditkit.bundle/1"
    assert [(r["file"], r["target"], r["host"]) for r in said["read"]] == [("a.answer", "srv1", "SRV1")]
    assert [(r["file"], r["why"]) for r in said["refused"]] == [("b.answer", "cut")]
    assert said["exit"] == 3
    text = place.run("bundle", "read", "acme", "share", lang="ru_RU.UTF-8")
    assert "b.answer: не принят: обрезан" in text.stderr
    assert "Ответов принято: 1, не принято: 1." in text.stderr
    assert place.json("query", "select targets from asset", "acme")["rows"] == [["srv1"]]


def test_an_answer_of_another_time_is_taken_and_said(place: Place) -> None:
    (place.share / "a.answer").write_bytes(place.writer.write(INSIDE, host="SRV1", at="2020-01-02T03:04:05Z"))
    (place.share / "b.answer").write_bytes(place.writer.write(INSIDE, host="SRV2", at="2099-01-02T03:04:05Z"))
    said = place.run("bundle", "read", "acme", "share").stderr
    assert "older than two weeks were taken, and tell of their own day: 1, such as srv1 (2020-01-02)" in said
    assert "from the future: 1, such as srv2 (2099-01-02)" in said


def test_nothing_good_changes_nothing(place: Place) -> None:
    (place.share / "b.answer").write_bytes(b"x")
    said = place.json("bundle", "read", "acme", "share", code=3)
    assert said["snapshot"] is None
    assert "no snapshot yet" in place.run("query", "select 1", "acme").stderr


def test_status_before_and_after(place: Place) -> None:
    (place.folder / "acme" / "targets.yaml").write_text(
        "version: 1\ntargets:\n"
        "  - {id: srv1, address: srv1.corp.example, platform: windows, credential: 'env:A'}\n"
        "  - {id: srv9, address: srv9.corp.example, platform: windows, credential: 'env:A'}\n"
    )
    (place.share / "a.answer").write_bytes(place.writer.write(INSIDE, host="SRV1"))
    assert place.json("bundle", "status", "acme", "share")["counts"] == {"answered": 0, "waiting": 1, "collected": 0, "silent": 1}
    place.json("bundle", "read", "acme", "share")
    after = place.json("bundle", "status", "acme")
    assert {h["name"]: (h["state"], h["known"]) for h in after["hosts"]} == {
        "srv1": ("answered", ["targets", "answer"]), "srv9": ("silent", ["targets"]),
    }  # fmt: skip
    assert "srv9" in place.run("bundle", "status", "acme").stdout
    assert "No domain was asked" in place.run("bundle", "status", "acme").stderr


def test_answers_that_came_in_files_go_along_into_the_next_collection(place: Place) -> None:
    (place.share / "a.answer").write_bytes(place.writer.write(INSIDE, host="SRV1"))
    place.json("bundle", "read", "acme", "share")
    here = "version: 1\ntargets:\n  - {id: here, address: localhost, platform: linux, transport: local}\n"
    (place.folder / "acme" / "targets.yaml").write_text(here)
    assert place.json("collect", "acme", "--probe", "linux.kernel")["snapshot"] == 2
    assert place.json("query", "select targets from asset order by 1", "acme")["rows"] == [["here"], ["srv1"]]
    assert place.json("query", "select count(*) from windows_service", "acme")["rows"][0][0] > 0
