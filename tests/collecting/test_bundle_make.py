"""The offline script: readable, whole, the same questions as online; the private key stays in the vault."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

from auditkit.collecting import bundle_make
from auditkit.collecting.bundle_make import make, opener, text
from auditkit.collecting.bundle_state import load
from auditkit.errors import ConfigError, RegistryError, UsageError
from auditkit.probing import PowerShell
from auditkit.registry import registry
from auditkit.transports.answercrypt import loaded, new_key, public
from auditkit.transports.powershell import sections_of, text_of
from auditkit.workspace.layout import Workspace
from tests.collectors.windows.psreadonly import refusals
from tests.lab.winrmanswer import SECTION

PEM = new_key()
KEY = public(loaded(PEM))
WINDOWS = text("acme", registry(), "windows", KEY).files
LINUX = text("acme", registry(), "linux", KEY).files


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("AUDITKIT_IDENTITY", raising=False)
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "client.yaml").write_text("version: 1\nclient: {name: Acme, id: acme}\n")
    (tmp_path / "acme" / "targets.yaml").write_text("version: 1\ntargets: []\n")
    made = Workspace.open(tmp_path / "acme")
    made.prepare()
    monkeypatch.setattr(bundle_make, "new_key", lambda: PEM)
    return made


def test_every_workspace_makes_a_key_of_its_own_at_its_first_script_and_keeps_it(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_make, "new_key", new_key)
    make(workspace, registry(), "linux", tmp_path / "out")
    first = opener(workspace)
    assert first.key is not None
    assert first.key.key_size == 3072
    assert first.fingerprint != KEY.fingerprint
    make(workspace, registry(), "windows", tmp_path / "out")
    assert opener(workspace).fingerprint == first.fingerprint


def test_windows_gets_a_script_and_what_starts_it() -> None:
    assert list(WINDOWS) == ["auditkit-acme-windows.ps1", "auditkit-acme-windows.cmd"]
    for body in WINDOWS.values():
        assert body.isascii()
        assert body.count(b"\n") == body.count(b"\r\n")


def test_the_script_holds_runtime_and_sections_as_they_are_written() -> None:
    whole = WINDOWS["auditkit-acme-windows.ps1"].decode().replace("\r\n", "\n")
    sections = sections_of(registry().probes_on("windows"))
    assert sections
    assert SECTION.findall(whole) == list(sections)
    places = [whole.index(text_of(name)) for name in ("_offline_begin", "_head", *sections, "_offline")]
    assert places == sorted(places)
    assert KEY.xml in whole
    assert KEY.fingerprint in whole


def test_what_is_filled_in_is_a_table_of_texts_and_a_key() -> None:
    whole = WINDOWS["auditkit-acme-windows.ps1"].decode().replace("\r\n", "\n")
    filled = whole[: whole.index(text_of("_offline_begin"))]
    lines = [line for line in filled.splitlines() if line and not line.startswith("#")]
    assert lines[0] == "$akBundle = @{"
    assert all(re.fullmatch(r"    '[a-z]+' = '[\w .,=()+-]*'", line) for line in lines[1:-2])
    assert (lines[-2], lines[-1][:14]) == ("}", "$akPublic = '<")


def test_the_whole_script_is_powershell_that_only_reads_but_for_its_one_file() -> None:
    """The parts are proven one by one; together they must parse, and hold no more than the parts do."""
    whole = WINDOWS["auditkit-acme-windows.ps1"].replace(b"\r\n", b"\n")
    assert not [r for r in refusals(whole) if "not understood" in r[1]]


def test_the_starter_finds_the_64_bit_powershell_from_a_32_bit_agent() -> None:
    said = WINDOWS["auditkit-acme-windows.cmd"].decode()
    assert 'if exist "%SystemRoot%\\Sysnative\\' in said
    assert "-NoProfile" in said
    assert '-File "%~dp0auditkit-acme-windows.ps1" "%AK_TO%"' in said


def test_the_starter_takes_the_root_of_a_stick_and_waits_only_for_a_person_who_sees_a_failure() -> None:
    said = WINDOWS["auditkit-acme-windows.cmd"].decode().splitlines()
    assert 'if "%AK_TO:~-1%"=="\\" set "AK_TO=%AK_TO%."' in said
    assert [line for line in said if "pause" in line] == ['if not "%AK_CODE%"=="0" if "%~1"=="" pause']
    assert said[-1] == "exit /b %AK_CODE%"


def test_linux_gets_one_script_that_a_posix_shell_takes() -> None:
    assert list(LINUX) == ["auditkit-acme-linux.sh"]
    for shell in (["dash", "-n"], ["bash", "--posix", "-n"]):
        done = subprocess.run(shell, input=LINUX["auditkit-acme-linux.sh"], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")


def test_it_asks_what_is_asked_online() -> None:
    whole = LINUX["auditkit-acme-linux.sh"].decode()
    asked = [p for p in registry().probes_on("linux") if not isinstance(p.command, PowerShell)]
    assert asked
    for probe in asked:
        assert f"{probe.name}=" in whole


@pytest.mark.parametrize("system", ["windows", "linux"])
def test_nothing_to_ask_is_said(system: str) -> None:
    with pytest.raises(RegistryError, match=f"no probe asks {system}"):
        text("acme", registry().only(["directory.domain"]), "windows" if system == "windows" else "linux", KEY)


def test_the_private_key_lies_in_the_vault_and_nowhere_else(workspace: Workspace, tmp_path: Path) -> None:
    make(workspace, registry(), "windows", tmp_path / "out")
    make(workspace, registry(), "linux", tmp_path / "out")
    key = opener(workspace).key
    assert key is not None
    secret = f"{key.private_numbers().d:x}".encode()
    pieces = (b"PRIVATE KEY", secret, secret.upper(), key.private_numbers().d.to_bytes(384, "big"))
    files = [f for f in tmp_path.rglob("*") if f.is_file() and "home" not in f.parts]
    assert len(files) > 6
    for file in files:
        assert not [p for p in pieces if p in file.read_bytes()], file
    assert opener(workspace).fingerprint in (tmp_path / "out" / "auditkit-acme-linux.sh").read_text()


def test_sums_and_journal_tell_what_was_given_away(workspace: Workspace, tmp_path: Path) -> None:
    made = make(workspace, registry(), "linux", tmp_path / "out")
    script = tmp_path / "out" / "auditkit-acme-linux.sh"
    assert made.sha256 == hashlib.sha256(script.read_bytes()).hexdigest()
    assert (tmp_path / "out" / "auditkit-acme-linux.sha256").read_text() == f"{made.sha256}  auditkit-acme-linux.sh\n"
    assert f"bundle {made.id}, sha256 {made.sha256}, key {opener(workspace).fingerprint}" in workspace.journal.read_text()
    assert load(workspace).made == (made,)


def test_a_script_that_was_given_away_is_not_replaced(workspace: Workspace, tmp_path: Path) -> None:
    make(workspace, registry(), "linux", tmp_path / "out")
    before = (tmp_path / "out" / "auditkit-acme-linux.sh").read_bytes()
    with pytest.raises(UsageError, match="is not replaced: name another folder"):
        make(workspace, registry(), "linux", tmp_path / "out")
    assert (tmp_path / "out" / "auditkit-acme-linux.sh").read_bytes() == before


def test_a_script_without_encryption_says_so_and_needs_no_vault(workspace: Workspace, tmp_path: Path) -> None:
    made = make(workspace, registry(), "linux", tmp_path / "out", plain=True)
    assert "NOT ENCRYPTED" in (tmp_path / "out" / "auditkit-acme-linux.sh").read_text()
    assert not (workspace.path / "vault.age").exists()
    assert opener(workspace).plain == {made.id}


def test_a_damaged_state_is_said(workspace: Workspace) -> None:
    (workspace.state / "bundles.json").write_text("{")
    with pytest.raises(ConfigError, match=r"bundles\.json: is damaged"):
        load(workspace)
