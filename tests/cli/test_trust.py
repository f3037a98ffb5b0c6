"""Pinning from the command line, against real sshd: shown first, pinned with --yes, behind a jump host through it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditkit.cli import main
from auditkit.workspace.layout import Workspace
from tests.transports.sshkit import USER, Sshd, public, sshd


@pytest.fixture(scope="module")
def gate() -> Iterator[Sshd]:
    with sshd() as running:
        yield running


@pytest.fixture(scope="module")
def behind() -> Iterator[Sshd]:
    with sshd() as running:
        yield running


@pytest.fixture
def ws(tmp_path: Path, gate: Sshd, behind: Sshd, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A client with a host, and one behind it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, server in (("GATE", gate), ("BEHIND", behind)):
        monkeypatch.setenv(f"{name}_LOGIN", USER)
        monkeypatch.setenv(f"{name}_KEY_FILE", str(server.user_key))
    made = Workspace.init(tmp_path / "acme", "Acme", "en")
    (made.path / "targets.yaml").write_text(f"""version: 1
defaults: {{platform: linux, transport: ssh}}
targets:
  - {{id: gw, address: 127.0.0.1, port: {gate.port}, credential: "env:GATE"}}
  - id: inner
    address: 127.0.0.1
    port: {behind.port}
    credential: env:BEHIND
    jump: [{{address: 127.0.0.1, port: {gate.port}, credential: "env:GATE"}}]
""")
    return made


def trust(ws: Workspace, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    code = main(["trust", str(ws.path), "--json", *more])
    return code, {h["id"]: h for h in json.loads(capsys.readouterr().out)["hosts"]}


def prints(host: dict[str, Any]) -> set[str]:
    return {k["fingerprint"] for k in host["keys"]}


def test_nothing_is_pinned_before_somebody_has_looked(ws: Workspace, gate: Sshd, capsys: pytest.CaptureFixture[str]) -> None:
    code, hosts = trust(ws, capsys)
    assert (code, hosts["gw"]["state"]) == (3, "shown")
    assert prints(hosts["gw"]) == {public(k).fingerprint for k in gate.keys}
    assert (hosts["inner"]["state"], hosts["inner"]["keys"]) == ("failed", [])
    assert "jump host 127.0.0.1 is not trusted yet" in hosts["inner"]["message"]
    assert not ws.known_hosts.exists()


def test_a_host_behind_a_jump_host_is_pinned_through_it(ws: Workspace, behind: Sshd, capsys: pytest.CaptureFixture[str]) -> None:
    code, hosts = trust(ws, capsys, "--yes")
    assert (code, hosts["gw"]["state"], hosts["inner"]["state"]) == (0, "pinned", "pinned")
    assert prints(hosts["inner"]) == {public(k).fingerprint for k in behind.keys}
    assert len(hosts) == 2  # the jump host is gw itself: told of once
    code, hosts = trust(ws, capsys)
    assert (code, {h["state"] for h in hosts.values()}) == (0, {"same"})


def test_a_changed_key_is_replaced_only_where_both_words_are_said(ws: Workspace, gate: Sshd, capsys: pytest.CaptureFixture[str]) -> None:
    trust(ws, capsys, "--yes")
    other = public(gate.user_key)
    name = f"[127.0.0.1]:{gate.port}"
    kept = [line for line in ws.known_hosts.read_text().splitlines() if not line.startswith(f"{name} ")]
    ws.known_hosts.write_text(
        "\n".join([*kept, f"{name} {gate.user_key.with_name(gate.user_key.name + '.pub').read_text().rsplit(' ', 1)[0]}", ""])
    )
    code, hosts = trust(ws, capsys, "--only", "gw", "--yes")
    assert (code, hosts["gw"]["state"], hosts["gw"]["old"]) == (1, "changed", other.fingerprint)
    code, hosts = trust(ws, capsys, "--only", "gw", "--yes", "--replace")
    assert (code, hosts["gw"]["state"]) == (0, "pinned")


def test_one_fingerprint_alone_may_be_pinned(ws: Workspace, gate: Sshd, capsys: pytest.CaptureFixture[str]) -> None:
    code, hosts = trust(ws, capsys, "--only", "gw", "--fingerprint", "SHA256:" + "A" * 43)
    assert (code, hosts["gw"]["state"], ws.known_hosts.exists()) == (3, "failed", False)
    code, hosts = trust(ws, capsys, "--only", "gw", "--fingerprint", public(gate.keys[0]).fingerprint)
    assert (code, hosts["gw"]["state"]) == (0, "pinned")
