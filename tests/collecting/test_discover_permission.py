"""Nobody knocks before the client said so: the record, its dates, its ranges."""

from __future__ import annotations

from datetime import date

import pytest

from auditkit.collecting.discover_permission import check_permission
from auditkit.errors import ConfigError
from auditkit.workspace.client import Permission

TODAY = date(2026, 11, 25)


def permission(*ranges: str, first: str | None = "2026-11-01", last: str | None = "2026-11-30") -> Permission:
    return Permission.model_validate({"who": "Иванов И. И.", "ranges": list(ranges), "from": first, "until": last})


def refused(p: Permission | None, *ranges: str, today: date = TODAY) -> str:
    with pytest.raises(ConfigError) as e:
        check_permission(p, ranges, today)
    return str(e.value)


def test_all_that_is_permitted_is_looked_at_where_nothing_is_named() -> None:
    allowed = check_permission(permission("10.0.0.0/24", "10.0.1.5"), (), TODAY)
    assert [r.text for r in allowed.wanted] == ["10.0.0.0/24", "10.0.1.5/32"]
    assert allowed.grant.who == "Иванов И. И."


def test_a_part_of_what_is_permitted_can_be_named_and_counts_once() -> None:
    allowed = check_permission(permission("10.0.0.0/24"), ("10.0.0.16/28", "10.0.0.16-10.0.0.31"), TODAY)
    assert len(allowed.wanted) == 1


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 11, 30)])
def test_both_days_are_included(day: date) -> None:
    assert check_permission(permission("10.0.0.0/24"), (), day).wanted


def test_no_record() -> None:
    said = refused(None)
    assert said.startswith("client.yaml: permission: is missing")
    assert "ranges: [10.0.0.0/24]" in said  # the cure can be copied


@pytest.mark.parametrize(
    ("p", "day", "said"),
    [
        (permission("10.0.0.0/24"), date(2026, 12, 1), "client.yaml: permission.until: was 2026-11-30, and today is 2026-12-01"),
        (permission("10.0.0.0/24"), date(2026, 10, 31), "client.yaml: permission.from: is 2026-11-01, and today is 2026-10-31"),
        (permission("10.0.0.0/24", last=None), TODAY, "client.yaml: permission.until: is missing"),
        (permission("10.0.0.0/24", first=None), TODAY, "client.yaml: permission.from: is missing"),
        (permission(), TODAY, "client.yaml: permission.ranges: is empty"),
    ],
)
def test_a_record_that_does_not_hold_today(p: Permission, day: date, said: str) -> None:
    assert refused(p, today=day).startswith(said)


@pytest.mark.parametrize("wanted", ["10.0.1.0/24", "10.0.0.0/23", "fd00::1"])
def test_a_range_nobody_permitted(wanted: str) -> None:
    said = refused(permission("10.0.0.0/24", "10.0.4.0/23"), wanted)
    assert f"client.yaml: permission.ranges: {wanted}" in said
    assert "is not inside what Иванов И. И. allowed (10.0.0.0/24, 10.0.4.0/23)" in said


def test_what_is_no_range_says_how_one_is_written() -> None:
    assert refused(permission("10.0.0.0/24"), "10.0.0.0/99").startswith("10.0.0.0/99: is no range")


def test_a_public_range_must_be_permitted_by_itself() -> None:
    assert "203.0.112.0/24 is public" in refused(permission("0.0.0.0/0"), "203.0.112.0/24")
    assert "public" in refused(permission("8.0.0.0/7"), "8.8.8.0/24")  # wider than a /16 names nobody
    assert check_permission(permission("203.0.112.0/24"), ("203.0.112.9",), TODAY).wanted


def test_a_range_from_private_over_public_to_private_is_public() -> None:
    assert "public" in refused(permission("10.0.0.0-192.168.255.255"), "10.255.255.250-192.168.0.1")


@pytest.mark.parametrize("wide", ["10.0.0.0/8", "fd00::/64"])
def test_a_range_without_end_is_refused(wide: str) -> None:
    assert "one range may have 65,536" in refused(permission(wide))


@pytest.mark.parametrize("odd", ["224.0.0.0/24", "ff02::/120"])
def test_addresses_that_no_host_has(odd: str) -> None:
    assert "no host can have" in refused(permission(odd))


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert len(refused(permission("10.0.0.0/24"), "10.0.1.0/24", "192.168.0.0/24").splitlines()) == 2
