"""Ranges of addresses, and who holds whom."""

from __future__ import annotations

import pytest

from auditkit.transports.sweep_ranges import Grant, Range


@pytest.mark.parametrize(
    ("text", "first", "last", "count"),
    [
        ("10.0.0.0/24", "10.0.0.1", "10.0.0.254", 254),
        ("10.0.0.0/31", "10.0.0.0", "10.0.0.1", 2),  # RFC 3021
        ("10.0.0.7", "10.0.0.7", "10.0.0.7", 1),
        ("10.0.0.254-10.0.1.1", "10.0.0.254", "10.0.1.1", 4),
        ("fd00::10/126", "fd00::10", "fd00::13", 4),
    ],
)
def test_a_range_is_all_addresses_that_a_host_can_have(text: str, first: str, last: str, count: int) -> None:
    made = Range.parse(text)
    addresses = list(made.addresses())
    assert (addresses[0], addresses[-1], len(addresses), made.size) == (first, last, count, count)


@pytest.mark.parametrize("text", ["", "10.0.0.0/33", "10.0.0.9-10.0.0.1", "10.0.0.1-fd00::1", "srv1", "10.0.0.5/24"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the caller names the place; the kind of error is the contract
        Range.parse(text)


def test_a_grant_holds_a_range_only_as_a_whole() -> None:
    grant = Grant("director", (Range.parse("10.0.0.0/24"), Range.parse("10.0.1.0/24"), Range.parse("fd00::/64")))
    assert grant.holds(Range.parse("10.0.0.10-10.0.0.20"))
    assert grant.holds(Range.parse("fd00::5"))
    assert not grant.holds(Range.parse("10.0.0.0/23"))  # two ranges side by side are still two permissions
    assert not grant.holds(Range.parse("10.0.2.1"))
    assert not grant.holds(Range.parse("fd00:0:0:1::1"))


@pytest.mark.parametrize(("text", "name"), [("10.0.0.10-10.0.0.90", "range-10.0.0.10-10.0.0.90"), ("fd00::/120", "range-fd00---120")])
def test_its_name_is_safe_for_files(text: str, name: str) -> None:
    assert Range.parse(text).slug == name
