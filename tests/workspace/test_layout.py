"""The folder of a client: opened, made for this machine, refused."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from auditkit.errors import ConfigError, NewerStore, StoreError, UsageError
from auditkit.model import Decision
from auditkit.transports import options_of
from auditkit.transports.base import Target
from auditkit.workspace.decisions import UNDATED, DecisionLog
from auditkit.workspace.files import write_whole
from auditkit.workspace.layout import VERSION, Workspace


def test_places(workspace: Workspace) -> None:
    root = workspace.path
    assert workspace.database == root / "state/auditkit.sqlite"
    assert workspace.evidence == root / "state/evidence"
    assert workspace.journal == root / "state/journal.jsonl"
    assert workspace.known_hosts == root / "state/known_hosts"
    assert workspace.decisions_file == root / "decisions.jsonl"
    assert (workspace.handover, workspace.deliverables, workspace.kb) == (root / "handover", root / "deliverables", root / "kb")


def test_open_writes_nothing(workspace: Workspace) -> None:
    before = sorted(str(p) for p in workspace.path.rglob("*"))
    opened = Workspace.open(str(workspace.path))
    assert opened == workspace
    assert opened.client().client.name == "ООО «Ромашка»"
    assert opened.targets() == ()
    assert sorted(str(p) for p in workspace.path.rglob("*")) == before


def test_open_refuses_what_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere: there is no such folder; `auditkit init .*nowhere` makes one"):
        Workspace.open(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"is no workspace \(no client\.yaml in it\); `auditkit init` makes one"):
        Workspace.open(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="file: it is a file: name the folder of a client"):
        Workspace.open(tmp_path / "file")
    with pytest.raises(UsageError, match="there is no such folder"):
        Workspace.open(tmp_path / "file" / "below")


def test_a_newer_auditkit_made_it(workspace: Workspace) -> None:
    (workspace.state / "version").write_text(f"{VERSION + 1}\n")
    with pytest.raises(NewerStore, match=r"acme: was written by a newer auditkit \(layout 2, this one knows 1\): upgrade auditkit"):
        Workspace.open(workspace.path)


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "1 2", "9" * 100])
def test_a_broken_version_file(workspace: Workspace, text: str) -> None:
    (workspace.state / "version").write_text(text)
    with pytest.raises(ConfigError, match=r"state/version: is not a version number; this auditkit would write 1 there"):
        Workspace.open(workspace.path)


def test_a_folder_without_state_is_a_workspace_too(workspace: Workspace) -> None:
    """As git gives it to a colleague: state/ is not in there."""
    for place in (workspace.state / "version", workspace.evidence):
        place.unlink() if place.is_file() else place.rmdir()
    workspace.state.rmdir()
    opened = Workspace.open(workspace.path)
    opened.prepare()
    assert stat.S_IMODE(opened.state.stat().st_mode) == 0o700
    assert (opened.state / "version").read_text() == "1\n"


def test_prepare_takes_back_modes_that_a_copy_has_lost(workspace: Workspace) -> None:
    workspace.state.chmod(0o755)
    workspace.prepare()
    assert stat.S_IMODE(workspace.state.stat().st_mode) == 0o700


def test_both_files_are_checked_against_each_other(workspace: Workspace) -> None:
    (workspace.path / "client.yaml").write_text(
        "client: {name: x, id: romashka}\nsites: [office]\nservices: [{id: 1c}]\ndependencies: [{from: 1c, to: srv1, kind: use}]\n"
        "accepted: [{check: LIN-09, asset: srv1, by: Ann, why: spring, until: 2027-04-01}]\n"
    )
    targets = workspace.path / "targets.yaml"
    targets.write_text("targets: [{id: srv1, address: a, platform: linux, credential: agent, site: office}]\n")
    assert workspace.client().dependencies[0].to == "srv1"
    assert workspace.targets()[0].site == "office"
    assert workspace.client_id == "romashka"
    targets.write_text("targets: [{id: srv2, address: a, platform: linux, credential: agent, site: ofice}]\n")
    with pytest.raises(ConfigError, match="no service, element, group or target has the id srv1"):
        workspace.client()
    with pytest.raises(ConfigError, match=r"client\.yaml has no site ofice"):
        workspace.targets()


def test_decisions_of_both_sources(workspace: Workspace) -> None:
    (workspace.path / "client.yaml").write_text(
        "client: x\naccepted: [{check: LIN-09, asset: srv1, by: Ann, why: spring, until: 2027-04-01}]\n"
    )
    later = Decision("apart", "asset:a", "Bob", "two", UNDATED.replace(year=2026))
    DecisionLog(workspace.decisions_file).append(later)
    assert workspace.decisions() == [Decision("accepted", "LIN-09/srv1", "Ann", "spring", UNDATED, date(2027, 4, 1)), later]


def test_the_id_of_the_client_is_the_folder_where_none_is_given(workspace: Workspace) -> None:
    (workspace.path / "client.yaml").write_text("client: x\n")
    assert workspace.client_id == "acme"


def test_without_targets_yaml(workspace: Workspace) -> None:
    (workspace.path / "targets.yaml").unlink()
    assert workspace.client().client.name == "ООО «Ромашка»"
    with pytest.raises(ConfigError, match=r"targets\.yaml: there is no such file"):
        workspace.targets()


# this very machine


def test_local_is_made_once_and_needs_no_files(tmp_path: Path) -> None:
    made = Workspace.local(tmp_path / "audit")
    assert made.is_local
    assert made.targets() == (Target("localhost", "linux", "local", "localhost", options_of("local")()),)
    assert made.client().client.name == socket.gethostname()
    assert made.decisions() == []
    assert stat.S_IMODE(made.state.stat().st_mode) == 0o700
    assert Workspace.local(tmp_path / "audit") == made
    assert Workspace.open(tmp_path / "audit") == made


def test_local_is_the_folder_audit_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Workspace.local().path == tmp_path / "audit"


def test_local_does_not_take_the_folder_of_a_client_or_of_others(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is the workspace of a client; name it \(`auditkit audit .*acme`\)"):
        Workspace.local(workspace.path)
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds other things and is no workspace: run auditkit in another folder"):
        Workspace.local(tmp_path / "audit")
    assert os.listdir(tmp_path / "audit") == ["notes.txt"]
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="a part of this path is a file: name a folder"):
        Workspace.local(tmp_path / "file")


def test_a_full_disk(small_disk: Path) -> None:
    with contextlib.suppress(StoreError):
        for n in range(100):
            write_whole(small_disk / f"fill{n}", b"x" * 4096)
    with pytest.raises(StoreError, match="the disk is full; free some space"):
        Workspace.local(small_disk / "audit")


def test_a_folder_that_cannot_be_written(tmp_path: Path, as_nobody: Callable[..., str]) -> None:
    assert as_nobody("Workspace.local(sys.argv[1])", "/usr/audit") == (
        "UsageError /usr/audit: cannot be made: no permission: run as the owner of the folder, or give this user the right to it"
    )
