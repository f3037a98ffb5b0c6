"""Small readers of what the kernel and the network hand over: every byte may be anything."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.transports import sweep_dns, sweep_snmp
from auditkit.transports.sweep_arp import parse
from auditkit.transports.sweep_knock import Icmp, Knock


@pytest.mark.parametrize(
    ("knock", "meaning"),
    [
        (Knock(80, "open"), "host"),
        (Knock(80, "refused"), "host"),
        (Knock(80, "silent"), "nobody"),
        (Knock(80, "unreachable", Icmp(3, 1, "10.0.0.1")), "nobody"),  # a router's ARP had no answer
        (Knock(80, "unreachable", Icmp(3, 3, "10.0.9.5")), "host"),
        (Knock(80, "unreachable", Icmp(3, 10, "10.0.9.5")), "host"),  # firewalld refuses so, by itself
        (Knock(80, "unreachable", Icmp(3, 10, "10.0.0.1")), "barred"),
        (Knock(80, "unreachable", Icmp(3, 0, "10.0.0.1")), "barred"),  # no route there from that router: nobody looked
        (Knock(80, "unreachable", error="EHOSTUNREACH"), "barred"),  # an old kernel does not tell which
        (Knock(80, "not_sent", error="ENETUNREACH"), "barred"),
        (Knock(80, "not_sent", error="EMFILE"), "barred"),
    ],
)
def test_what_the_end_of_a_connection_means(knock: Knock, meaning: str) -> None:
    assert knock.meaning("10.0.9.5") == meaning


def test_the_same_for_ipv6() -> None:
    meanings = [Knock(80, "unreachable", Icmp(1, code, "fd00::1")).meaning("fd00::5") for code in (0, 1, 3, 4)]
    assert meanings == ["barred", "barred", "nobody", "host"]


def test_the_community_is_cut_out_of_a_reply() -> None:
    request = sweep_snmp.get("s3cret", 77)
    pdu = request[request.index(b"s3cret") + 6 :]
    response = sweep_snmp.tlv(0x30, sweep_snmp.integer(1) + sweep_snmp.tlv(4, b"s3cret") + b"\xa2" + pdu[1:])
    assert sweep_snmp.without_community(response, 77) == b"\xa2" + pdu[1:]
    assert sweep_snmp.answers(response, 77)
    assert not sweep_snmp.answers(response, 78)
    assert not sweep_snmp.answers(request, 77)  # an echo is no response


@pytest.mark.parametrize(("value", "hexed"), [(0, "020100"), (127, "02017f"), (128, "02020080"), (2**31 - 1, "02047fffffff")])
def test_numbers_as_ber_writes_them(value: int, hexed: str) -> None:
    assert sweep_snmp.integer(value).hex() == hexed


@given(data=st.binary(max_size=200))
def test_any_datagram_is_taken_or_refused(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        sweep_snmp.without_community(data, 1)
    assert sweep_snmp.answers(data, 1) in (True, False)
    assert sweep_dns.answers(data, sweep_dns.query("10.0.0.5", 1)) in (True, False)


def test_a_neighbour_on_two_wires_is_there_where_one_answered() -> None:
    rows = ["10.0.0.5 0x1 0x2 02:00:00:00:00:05 * eth0", "10.0.0.5 0x1 0x0 00:00:00:00:00:00 * eth1"]
    for order in (rows, rows[::-1]):
        assert parse("\n".join(["IP address ...", *order])) == {"10.0.0.5": "02:00:00:00:00:05"}
