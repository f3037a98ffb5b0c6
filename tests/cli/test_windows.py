"""A client with Windows hosts from the command line: trust, audit, verdicts, and what the documents say of it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditkit.cli import main
from auditkit.workspace.layout import Workspace
from tests.lab.adtls import Authority
from tests.lab.winrm import PASSWORD, Server, Windows, running

HOSTS = {"127.4.0.1": Windows(), "127.4.0.2": Windows(users={"audit": "another"}), "127.4.0.3": Windows(status=503)}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("winrm")
    Authority(folder / "ca").issue(folder / "srv", "srv1.corp.example", "127.4.0.1")
    with running(HOSTS, folder / "srv") as server:
        yield server


@pytest.fixture(scope="module")
def audited(lab: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, dict[str, Any]]]:
    """Pinned one by one, then audited; what `audit --json` said."""
    folder = tmp_path_factory.mktemp("client")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.delenv("XDG_CONFIG_HOME", raising=False)
        patch.setenv("WIN", f"audit:{PASSWORD}")
        ws = Workspace.init(folder / "acme", "Acme", "en")
        lines = [f"  - {{id: srv{n}, address: {address}, port: {lab.port}}}" for n, address in enumerate(HOSTS, 1)]
        text = "\n".join(['version: 1\ndefaults: {platform: windows, credential: "env:WIN"}\ntargets:', *lines, ""])
        (ws.path / "targets.yaml").write_text(text)
        for n in range(1, len(HOSTS) + 1):
            assert main(["trust", str(ws.path), "--only", f"srv{n}", "--yes"]) == 0
        out = folder / "out.json"
        yield ws, _audit(ws, out)


def _audit(ws: Workspace, out: Path) -> dict[str, Any]:
    with out.open("w") as f, contextlib.redirect_stdout(f):
        assert main(["audit", str(ws.path), "--lang", "en", "--json"]) == 3
    told: dict[str, Any] = json.loads(out.read_text())
    return told


def test_each_host_is_told_with_its_cause(audited: tuple[Workspace, dict[str, Any]]) -> None:
    told = {t["id"]: (t["state"], t["cause"]) for t in audited[1]["targets"]}
    assert told == {"srv1": ("complete", None), "srv2": ("failed", "bad_credential"), "srv3": ("failed", "refused")}
    assert all(not host.shells for host in HOSTS.values())


def test_rules_of_windows_have_verdicts_and_nobody_unasked_is_fine(
    audited: tuple[Workspace, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(audited[0].path), "--json"]) in (0, 1)
    verdicts = json.loads(capsys.readouterr().out)["verdicts"]
    windows = [v for v in verdicts if v["check"].startswith("WIN-")]
    assert {v["verdict"] for v in windows if v["asset"] == "srv1"} >= {"ok", "alarm"}
    for asset in ("srv2", "srv3"):
        assert {v["verdict"] for v in windows if v["asset"] == asset} == {"unknown"}


def test_the_report_says_that_no_real_windows_was_met(audited: tuple[Workspace, dict[str, Any]]) -> None:
    (page,) = [f["path"] for f in audited[1]["files"] if f["kind"] == "html"]
    assert "has not yet met a real Windows" in Path(page).read_text("utf-8")


def test_the_password_stands_nowhere(audited: tuple[Workspace, dict[str, Any]]) -> None:
    for file in audited[0].path.rglob("*"):
        if file.is_file():
            assert PASSWORD.encode() not in file.read_bytes(), file
