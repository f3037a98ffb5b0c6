"""Which addresses identify a host, and which thousands of hosts share."""

from __future__ import annotations

import pytest

from tests.collectors.linux.asking import facts


@pytest.mark.parametrize(
    ("line", "own"),
    [
        (
            "2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global dynamic eth0\\       valid_lft 86397sec preferred_lft 86397sec",
            "10.0.0.5",
        ),
        ("2: eth0    inet6 2001:db8::5/64 scope global \\       valid_lft forever preferred_lft forever", "2001:db8::5"),
        ("2: eth0    inet6 2001:db8::77/64 scope global temporary dynamic \\       valid_lft 9sec preferred_lft 9sec", ""),
        ("2: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever", ""),
        ("1: lo    inet 203.0.113.7/32 scope global lo\\       valid_lft forever preferred_lft forever", ""),
        ("4: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\\       valid_lft forever", ""),
        ("9: br-0123456789ab    inet 172.18.0.1/16 scope global br-0123456789ab\\       valid_lft forever", ""),
        ("9: br-lan    inet 192.168.1.1/24 scope global br-lan\\       valid_lft forever", "192.168.1.1"),
        ("5: virbr0    inet 192.168.122.1/24 scope global virbr0\\       valid_lft forever", ""),
        ("7: eth0.20@eth0    inet 10.0.20.5/24 scope global eth0.20\\       valid_lft forever", "10.0.20.5"),
    ],
)
def test_an_address_identifies_this_host_or_nothing(line: str, own: str) -> None:
    (address,) = facts("addresses", line + "\n")
    assert address.host_address == own


def test_a_point_to_point_address_takes_its_prefix_from_the_peer() -> None:
    (address,) = facts("addresses", "5: ppp0    inet 10.8.0.1 peer 10.8.0.2/32 scope global ppp0\\       valid_lft forever\n")
    assert (address.interface, address.address, address.prefix) == ("ppp0", "10.8.0.1", 32)


def test_ifconfig_does_not_tell_whether_an_address_is_leased() -> None:
    (address,) = facts(
        "addresses", "eth0: flags=4163<UP>  mtu 1500\n        inet 10.0.0.5  netmask 255.255.254.0  broadcast 10.0.1.255\n", way=1
    )
    assert (address.prefix, address.dynamic) == (23, None)
