"""Which MAC is burnt in, and which is somebody else's."""

from __future__ import annotations

from typing import Any

from tests.collectors.linux.asking import facts

PCI, VIRTUAL = "../../devices/pci0000:00/0000:00:03.0/net", "../../devices/virtual/net"


def interface(name: str, device: str, **files: str) -> Any:
    told = {"type": "1", "address": "52:54:00:00:00:01", "addr_assign_type": "0", "operstate": "up", "flags": "0x1003"} | files
    lines = [f"lrwxrwxrwx 1 root root 0 Jan 1 00:00 /sys/class/net/{name} -> {device}/{name}"]
    lines += [f"/sys/class/net/{name}/{file}:{value}" for file, value in told.items()]
    (found,) = facts("interfaces", "\n".join(lines) + "\n", code=2, err="grep: /sys/class/net/x/speed: Invalid argument\n")
    return found


def test_the_mac_of_hardware_identifies_the_host() -> None:
    eth = interface("eno1", PCI, address="00:1B:21:AA:BB:CC")
    assert (eth.kind, eth.hardware_mac) == ("ethernet", "00:1b:21:aa:bb:cc")


def test_a_member_of_a_bond_keeps_its_own_although_it_goes_by_that_of_the_bond() -> None:
    slave = interface("eno1", PCI, address="00:1b:21:aa:bb:01", addr_assign_type="2", **{"bonding_slave/perm_hwaddr": "00:1b:21:aa:bb:02"})
    assert (slave.mac, slave.hardware_mac) == ("00:1b:21:aa:bb:01", "00:1b:21:aa:bb:02")


def test_what_has_no_hardware_identifies_nothing() -> None:
    bridge = interface("br0", VIRTUAL, **{"bridge/bridge_id": "8000.525400000001", "uevent": "DEVTYPE=bridge"})
    veth = interface("veth12", VIRTUAL, ifindex="5", iflink="6")
    random = interface("wlan0", PCI, addr_assign_type="1", uevent="DEVTYPE=wlan")
    assert [(i.kind, i.hardware_mac) for i in (bridge, veth, random)] == [("bridge", ""), ("veth", ""), ("wlan", "")]


def test_a_card_without_a_link_has_an_unknown_speed_and_a_virtual_one_has_none() -> None:
    assert interface("eno2", PCI, operstate="down", speed="-1", duplex="unknown").speed_mbps is None
    assert interface("eno2", PCI, operstate="down").speed_mbps is None
    assert interface("lo", VIRTUAL, type="772").speed_mbps == 0
    assert interface("eno1", PCI, speed="1000", duplex="half").duplex == "half"


def test_loopback_is_up_although_its_state_is_unknown() -> None:
    assert interface("lo", VIRTUAL, type="772", operstate="unknown", flags="0x9").up is True
    assert interface("tun0", VIRTUAL, type="65534", operstate="unknown", flags="0x1090").up is False
