"""Every computer account of a domain is a candidate for a target; those that are gone are told apart, never dropped."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from auditkit.collecting.discover_accounts import Account, accounts
from auditkit.collecting.discover_mentions import Mention
from auditkit.collecting.discover_propose import propose
from auditkit.transports import options_of
from auditkit.transports.base import Target
from auditkit.workspace.targets import read_targets
from auditkit.workspace.yamlfile import parse

TODAY = date(2026, 11, 25)
ROW = {
    "asset": "seen-srv1", "question": "ad/directory.computers/1", "fqdn": "SRV1.corp.example", "name": "SRV1", "os": "Windows Server 2019",
    "role": "server", "enabled": 1, "created": "2020-01-01T00:00:00+00:00", "last_logon": "2026-11-20T00:00:00+00:00", "never_logged_on": 0,
}  # fmt: skip
SRV1 = Account("srv1.corp.example", "SRV1", "Windows Server 2019", "windows", "server", date(2026, 11, 20), True, ("ad",))


def found(*rows: dict[str, Any], own: tuple[str, ...] = ()) -> list[Account]:
    resolution = SimpleNamespace(own=dict.fromkeys(own, ()), asset_of={})
    book: Any = SimpleNamespace(types={"directory_computer": object}, resolution=resolution, gaps=(), table=lambda name: list(rows))
    return accounts(book, TODAY)


def test_an_account_is_a_candidate_under_its_dns_name() -> None:
    assert found(ROW) == [SRV1]


def test_servers_come_before_workplaces_and_controllers_before_both() -> None:
    rows = [ROW | {"fqdn": f"{n}.corp.example", "role": r} for n, r in (("a", "workstation"), ("b", "server"), ("c", "controller"))]
    assert [a.address[0] for a in found(*rows)] == ["c", "b", "a"]


def test_what_was_asked_and_what_is_switched_off_is_none() -> None:
    assert found(ROW, own=("seen-srv1",)) == []
    assert found(ROW | {"enabled": 0}) == []


def test_an_account_of_which_little_is_seen_is_still_one() -> None:
    (hidden,) = found(ROW | {"fqdn": None, "os": None, "role": None, "enabled": None, "last_logon": None, "never_logged_on": None})
    assert hidden == Account("srv1", "SRV1", "", "", "", None, None, ("ad",))


@pytest.mark.parametrize(
    ("changes", "alive"),
    [
        ({"last_logon": "2026-08-01T00:00:00+00:00"}, False),
        ({"last_logon": None, "never_logged_on": 1}, False),
        ({"last_logon": None, "never_logged_on": 1, "created": "2026-11-24T00:00:00+00:00"}, None),
        ({"last_logon": None, "never_logged_on": None}, None),
    ],
)
def test_alive(changes: dict[str, Any], alive: bool | None) -> None:
    assert [a.alive for a in found(ROW | changes)] == [alive]


def test_without_a_directory_in_the_book_there_is_none() -> None:
    book: Any = SimpleNamespace(types={})
    assert accounts(book, TODAY) == []


LINUX = Account("app.corp.example", "APP", "Astra Linux", "linux", "server", TODAY, True, ("ad",))
GONE = Account("old.corp.example", "OLD", "Debian", "linux", "server", date(2024, 1, 1), False, ("ad",))


def proposed(*candidates: Account, mentions: tuple[Mention, ...] = (), existing: tuple[Target, ...] = ()) -> str:
    return propose((), mentions, existing, {"linux": ("ssh",)}, "en", accounts=candidates)


def test_the_proposal_is_a_targets_file_with_an_entry_for_what_can_be_asked() -> None:
    text = proposed(LINUX, GONE, SRV1)
    (target,) = read_targets(parse("targets.proposed.yaml", text.replace("# credential: vault:NAME", "credential: agent").encode()))
    assert (target.address, target.platform, target.transport) == ("app.corp.example", "linux", "ssh")
    others = [line for line in text.splitlines() if line.startswith("#   ")]
    assert len(others) == 2
    assert "old.corp.example" in others[0]
    assert "perhaps gone" in others[0]
    assert "srv1.corp.example" in others[1]


def test_a_target_that_stands_in_targets_yaml_is_not_proposed_again() -> None:
    held = Target("app", "linux", "ssh", "APP.corp.example", options_of("ssh")())
    assert "app.corp.example" not in proposed(LINUX, existing=(held,)).lower().replace("#", "")


def test_an_account_is_not_told_a_second_time_as_a_mention() -> None:
    only, more = (("directory_computer", "ad"),), (("directory_computer", "ad"), ("neighbour", "srv2"))
    assert proposed(LINUX, mentions=(Mention("", "", "app.corp.example", only),)).count("app.corp.example") == 1
    assert proposed(mentions=(Mention("", "", "app.corp.example", more),)).count("app.corp.example") == 1
