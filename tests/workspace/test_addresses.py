"""Addresses as people write them."""

from __future__ import annotations

import re

import pytest

from auditkit.workspace.addresses import address, network, span


@pytest.mark.parametrize(
    "good", ["10.0.0.1", "srv1", "srv1.corp.local", "SRV_1", "fe80::1%eth0", "2001:db8::1", "xn--80aaa.xn--p1ai", "1c", "a."]
)
def test_host_names_and_addresses(good: str) -> None:
    assert address(f" {good} ") == good


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("", "is empty"),
        ("192.168.1.300", "four numbers from 0 to 255"),
        ("10.0.0", "four numbers"),
        ("srv1:22", "a port goes to `port:`"),
        ("[2001:db8::1]", "without brackets"),
        ("root@srv1", "the login belongs to the credential"),
        ("ssh://srv1", "without scheme"),
        ("10.0.0.0/24", "mask"),
        ("сrv1", "holds 'с', which is no latin letter"),  # the first letter is Cyrillic
        ("srv 1", "is no host name"),
        ("-oProxyCommand=id", "is no host name"),
        ("a..b", "is no host name"),
        ("a" * 64, "is no host name"),
        ("$(id)", "is no host name"),
    ],
)
def test_what_is_no_address(bad: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        address(bad)


def test_networks() -> None:
    assert network("10.0.0.0/255.255.255.0") == "10.0.0.0/24"
    assert network("10.0.0.7") == "10.0.0.7/32"
    with pytest.raises(ValueError, match=r"to the right of its mask: write 10\.0\.0\.0/24"):
        network("10.0.0.1/24")
    with pytest.raises(ValueError, match="is no network"):
        network("10.0.0.0/33")


def test_ranges() -> None:
    assert span("10.0.0.10 - 10.0.0.90") == "10.0.0.10-10.0.0.90"
    assert span("2001:db8::/64") == "2001:db8::/64"
    for bad, says in (
        ("10.0.0.10-90", "in full"),
        ("10.0.0.9-10.0.0.1", "behind the last"),
        ("10.0.0.1-::1", "behind the last"),
        ("x", "is no network"),
    ):
        with pytest.raises(ValueError, match=says):
            span(bad)
