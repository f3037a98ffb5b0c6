"""Who has answered: targets and computer accounts of the domain on one side, answers taken and waiting on the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from auditkit.collecting import bundle_state
from auditkit.collecting.bundle_state import State, Taken
from auditkit.collecting.bundle_status import Status, status
from auditkit.model import Found, Outcome, Question, Unknown
from auditkit.model.shared.directory import DirectoryComputer
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told
from auditkit.transports.base import Target, now
from auditkit.transports.local import LocalOptions
from auditkit.workspace.layout import Workspace

PROBE = "directory.computers"


def computer(name: str, enabled: bool | None = True, fqdn: str | None = None) -> DirectoryComputer:
    return DirectoryComputer(
        sid=f"S-1-5-21-1-{name}", fqdn=fqdn, name=name, dn=f"CN={name}", os=None, os_version=None, role=None, enabled=enabled,
        created=None, last_logon=None, never_logged_on=None, password_set=None, unconstrained=None,
    )  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "client.yaml").write_text("version: 1\nclient: {name: Acme, id: acme}\n")
    made = Workspace.open(tmp_path)
    made.prepare()
    return made


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store.open(None)
    yield made
    made.close()


def asked(store: Store, pages: dict[str, Outcome]) -> None:
    """A domain whose list of computers came in these pages."""
    questions = [Question("dc", PROBE, arg) for arg in pages]
    snapshot = store.begin([TargetInfo("dc", "directory", "ldap", "dc")], questions, now(), "t", "t")
    store.record(snapshot, [Told(Question("dc", PROBE, arg), "", outcome, None, now(), False) for arg, outcome in pages.items()])


def looked(workspace: Workspace, store: Store, *targets: Target) -> Status:
    return status(workspace, store, registry(), targets)


def taken(workspace: Workspace, *hosts: tuple[str, str]) -> None:
    rows = tuple(Taken(("windows", host, domain, host), host, now(), "0" * 64) for host, domain in hosts)
    bundle_state.keep(workspace, msgspec.structs.replace(State(), taken=rows))


def states(found: Status) -> dict[str, str]:
    return {f"{h.name}.{h.domain}" if h.domain else h.name: h.state for h in found.hosts}


def test_computers_of_the_domain_are_silent_until_they_answer(workspace: Workspace, store: Store) -> None:
    one, two = computer("PC1", fqdn="pc1.corp.example"), computer("PC2", fqdn="pc2.corp.example")
    asked(store, {"*": Found(()), "1": Found((one,)), "2": Found((two, computer("OLD", enabled=False)))})
    taken(workspace, ("pc2", "corp.example"))
    found = looked(workspace, store)
    assert states(found) == {"pc1.corp.example": "silent", "pc2.corp.example": "answered"}
    assert found.whole is True


def test_an_account_that_may_not_be_read_counts_as_one_that_should_answer(workspace: Workspace, store: Store) -> None:
    asked(store, {"1": Found((computer("PC1", enabled=None),))})
    assert states(looked(workspace, store)) == {"pc1": "silent"}


def test_a_machine_of_the_same_name_in_another_domain_is_another_one(workspace: Workspace, store: Store) -> None:
    asked(store, {"1": Found((computer("PC1", fqdn="pc1.corp.example"),))})
    taken(workspace, ("pc1", "other.example"))
    assert states(looked(workspace, store)) == {"pc1.corp.example": "silent", "pc1.other.example": "answered"}


@pytest.mark.parametrize("cut", ["*", "2"])
def test_a_list_that_is_not_whole_is_said(workspace: Workspace, store: Store, cut: str) -> None:
    pages: dict[str, Outcome] = {"*": Found(()), "1": Found((computer("PC1"),)), "2": Found(())}
    asked(store, {**pages, cut: Unknown("sizeLimitExceeded", cause="truncated")})
    assert looked(workspace, store).whole is False


def test_a_domain_that_was_planned_and_never_answered_is_no_whole_list(workspace: Workspace, store: Store) -> None:
    store.begin([TargetInfo("dc", "directory", "ldap", "dc")], [Question("dc", PROBE, "*")], now(), "t", "t")
    assert looked(workspace, store).whole is False


def test_no_domain_and_no_snapshot_is_nothing_known(workspace: Workspace, store: Store) -> None:
    found = looked(workspace, store, Target("pc7", "windows", "winrm", "10.0.0.7", LocalOptions()))
    assert (states(found), found.whole) == ({"pc7": "silent"}, None)
