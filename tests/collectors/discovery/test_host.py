"""What is read out of a device's own words, and how little hostile words can do."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.model import Found, Outcome, Unknown, marks, table_name
from auditkit.probing import Reply
from auditkit.registry import registry
from tests.lab.cases import REPLIES, load

PROBE = registry().probes["discovery.host"]
ADDRESS = "10.0.0.5"
WINDOWS = load(REPLIES / "discovery.host" / "windows-server-2019-dc")
SAMBA = load(REPLIES / "discovery.host" / "debian12-samba-openssh")
TLS = load(REPLIES / "discovery.host" / "openssl3-server")
SNMP = load(REPLIES / "discovery.host" / "debian12-snmpd")


QUESTION = b"\x015\x010\x010\x0210\x07in-addr\x04arpa\0\0\x0c\0\x01"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def port_of(case: Any, number: int) -> dict[str, Any]:
    (one,) = [p for p in json.loads(case.stdout)["ports"] if p["port"] == number]
    return dict(one)


@dataclass(frozen=True)
class Seen:
    """The facts of one device."""

    device: Any
    services: dict[int, Any]
    smb: Any


def outcome(*ports: dict[str, Any], **more: Any) -> Outcome:
    body = {"address": ADDRESS, "arp": None, "ports": list(ports), "ptr": None, "snmp": None} | more
    return PROBE.outcome(Reply(json.dumps(body).encode(), arg=ADDRESS))


def seen(*ports: dict[str, Any], **more: Any) -> Seen:
    made = outcome(*ports, **more)
    assert isinstance(made, Found), made
    tables: dict[str, list[Any]] = {}
    for fact in made.facts:
        tables.setdefault(table_name(type(fact)), []).append(fact)
    (device,) = tables["seen_device"]
    smb = tables.get("seen_smb", [None])[0]
    return Seen(device, {s.port: s for s in tables.get("seen_service", [])}, smb)


def opened(number: int, **said: Any) -> dict[str, Any]:
    return {"port": number, "state": "open"} | said


def said(number: int, text: bytes) -> dict[str, Any]:
    return opened(number, said=b64(text))


def test_a_domain_member_says_its_name_domain_and_build() -> None:
    found = seen(port_of(WINDOWS, 445))
    assert (found.smb.dns_name, found.smb.dns_domain, found.smb.build) == ("dc1.corp.example", "corp.example", "10.0.17763")
    assert (found.device.fqdn, found.device.domain, found.device.kind) == ("dc1.corp.example", "corp.example", "windows")
    assert found.device.os_guess == "Windows Server 2019 or 10 1809"
    assert (found.smb.signing, found.smb.dialect, found.smb.smb1) == ("required", "3.1.1", False)


def test_a_name_without_a_domain_is_no_identity() -> None:
    """Two machines from one image say the same bare name: they must stay two."""
    found = seen(port_of(SAMBA, 445))
    assert (found.device.name, found.device.fqdn, found.device.domain) == ("SRV-FILE", "", "")
    assert marks(found.device) == [("address", ADDRESS)]


def test_a_hardware_address_is_an_identity_only_where_it_answers_for_one() -> None:
    mac = "4c:5e:0c:00:00:01"
    alone, proxy = (seen(arp={"mac": mac, "addresses": n}).device for n in (1, 5))
    assert (alone.mac, alone.own_mac) == (mac, mac)
    assert (proxy.mac, proxy.own_mac) == (mac, "")  # a router that answers for its VPN clients


def test_ports_are_counted_by_what_came_of_them() -> None:
    device = seen(
        said(22, b""), {"port": 23, "state": "refused"}, {"port": 25, "state": "silent"},
        {"port": 80, "state": "unreachable", "icmp": {"type": 3, "code": 13, "sender": "10.0.0.1"}},
    ).device  # fmt: skip
    assert (device.ports, device.refused, device.silent, device.barred) == ((22,), 1, 1, 1)


def test_an_smb_server_that_nobody_understood_has_a_row_of_unknowns() -> None:
    """Without the row, "every SMB server demands signing" would be green by not looking."""
    garbage = b64(b"\xfeSMB" + bytes(10))
    for told in ({"failed": "no SMB frame: 38b4e652", "smb1": None}, {"negotiate": garbage, "challenge": garbage, "smb1": None}):
        found = seen(opened(445, smb=told))
        assert (found.smb.signing, found.smb.dialect, found.smb.smb1, found.smb.build) == (None, None, None, None)
        assert found.services[445].unread.startswith("SMB: ")


def test_what_refused_the_challenge_still_tells_its_signing() -> None:
    told = port_of(WINDOWS, 445)["smb"] | {"challenge": b64(b"\xfeSMB")}
    found = seen(opened(445, smb=told))
    assert (found.smb.signing, found.smb.computer) == ("required", None)


def test_names_and_dates_of_a_certificate() -> None:
    service = seen(port_of(TLS, 443)).services[443]
    assert service.tls_names == ("www.romashka.local", "10.77.0.20", "web.romashka.local")
    assert service.self_signed is True
    assert service.tls is True


def test_a_certificate_that_cannot_be_read_costs_its_names_alone() -> None:
    tls = {"version": "TLSv1.2", "certificate": b64(b"0\x82junk")}
    service = seen(opened(443, tls=tls, http=b64(b"HTTP/1.1 200\r\nServer: nginx/1.24\r\n\r\n"))).services[443]
    assert (service.tls, service.tls_names, service.not_after) == (True, None, None)
    assert service.unread.startswith("TLS: ")
    assert (service.product, service.version) == ("nginx", "1.24")


@pytest.mark.parametrize(
    ("ptr", "names"),
    [
        (None, None),  # not asked
        ({"failed": "10.0.0.1 did not answer"}, None),
        ({"reply": b64(bytes.fromhex("000081830001000000000000") + QUESTION)}, ()),  # NXDOMAIN
        ({"reply": b64(bytes.fromhex("000081820000000000000000"))}, None),  # SERVFAIL
        ({"reply": b64(b"no dns")}, None),
    ],
)
def test_no_name_and_no_answer_are_two_things(ptr: dict[str, str] | None, names: tuple[str, ...] | None) -> None:
    assert seen(ptr=ptr).device.ptr == names


def test_a_name_that_points_to_itself_ends() -> None:
    loop = bytes.fromhex("000081800000000100000000") + b"\xc0\x0c\0\x0c\0\x01\0\0\0\0\0\x02\xc0\x0c"
    assert seen(ptr={"reply": b64(loop)}).device.ptr is None


def test_what_changes_with_every_connection_is_no_part_of_a_fact() -> None:
    def banner(text: bytes) -> str:
        return str(seen(said(25, text)).services[25].banner)

    assert banner(b"220 mx ESMTP Sendmail 8.15.2; Wed, 25 Nov 2026 10:00:00 +0300\r\n") == "220 mx ESMTP Sendmail 8.15.2"
    exchange = b"220 mx Microsoft ESMTP MAIL Service ready at Wed, 25 Nov 2026 10:00:00 +0300\r\n"
    assert banner(exchange) == "220 mx Microsoft ESMTP MAIL Service"
    assert banner(b"+OK <1896.697170952@mx>\r\n") == "+OK"
    nonces = (bytes([90, 0, 0, 0, 10]) + b"8.0.36\0" + nonce * 30 for nonce in (b"\x01", b"\x7f"))
    assert [banner(n) for n in nonces] == ["8.0.36", "8.0.36"]
    assert banner(bytes(range(128, 200))) == ""  # binary: may be a nonce


def test_a_reply_that_speaks_of_another_address_is_refused() -> None:
    assert outcome(address="10.0.0.6") == Unknown("not understood: the reply of 10.0.0.5 speaks of 10.0.0.6", cause="not_understood")


def _damaged(text: str) -> st.SearchStrategy[str]:
    """Bytes of a real reply with a part replaced, cut or doubled; or any bytes."""
    raw = base64.b64decode(text)
    cuts = st.tuples(st.integers(0, len(raw)), st.integers(0, len(raw)), st.binary(max_size=20))
    return st.one_of(cuts.map(lambda c: b64(raw[: min(c[:2])] + c[2] + raw[max(c[:2]) :])), st.binary(max_size=300).map(b64))


SMB = port_of(WINDOWS, 445)["smb"]


@given(
    greeting=st.binary(max_size=400).map(b64),
    http=st.one_of(st.binary(max_size=400), st.text(max_size=100).map(lambda s: b"HTTP/1.1 200\r\nServer: " + s.encode())).map(b64),
    certificate=_damaged(port_of(TLS, 443)["tls"]["certificate"]),
    negotiate=_damaged(SMB["negotiate"]),
    challenge=_damaged(SMB["challenge"]),
    smb1=st.binary(max_size=80).map(b64),
    ptr=_damaged(json.loads(SAMBA.stdout)["ptr"]["reply"]),
    snmp=_damaged(json.loads(SNMP.stdout)["snmp"]["reply"]),
)
def test_hostile_bytes_never_hide_the_device(
    greeting: str, http: str, certificate: str, negotiate: str, challenge: str, smb1: str, ptr: str, snmp: str
) -> None:
    found = seen(
        opened(22, said=greeting), opened(80, http=http), opened(443, tls={"version": "TLSv1.3", "certificate": certificate}),
        opened(445, smb={"negotiate": negotiate, "challenge": challenge, "smb1": smb1}), ptr={"reply": ptr}, snmp={"reply": snmp},
    )  # fmt: skip
    assert found.device.address == ADDRESS
    assert found.device.ports == (22, 80, 443, 445)
    assert set(found.services) == {22, 80, 443, 445}
    assert found.smb is not None
    for text in (found.device.name, found.device.domain, found.services[22].banner, found.services[80].banner):
        assert "\n" not in text
        assert "\x1b" not in text
