"""A sweep in a network of its own: hosts on one wire, firewalls of several tempers, a router and what lies behind it."""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditkit.model import Unknown
from auditkit.probing import Sweep
from auditkit.transports import sweep_dns
from tests.transports.sweepkit import HOSTILE, Swept, sweep
from tests.transports.sweepnet import Net, made, need, run, samba, within

pytestmark = pytest.mark.lab
COMMAND = Sweep((22, 23, 80, 443, 445, 3389), tls=frozenset({443}), http=frozenset({80, 443}), smb=frozenset({445}))
WORD = "s3cret-community"


@dataclass(frozen=True, slots=True)
class Lab:
    """me: where the sweep runs. The names of the hosts say what they are."""

    net: Net
    me: str
    files: str
    deaf: str
    shut: str
    shared: str

    def sweep(self, wanted: str, **options: Any) -> Swept:
        """From `me`."""
        return within(self.me, lambda: sweep(wanted, COMMAND, **options))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    need("ip", "nft", "smbd", "snmpd", "dnsmasq", "sysctl")
    tmp = tmp_path_factory.mktemp("lab")
    for net in made():
        yield _built(net, tmp)


def _built(net: Net, tmp: Path) -> Lab:
    log = tmp / "log"
    me = net.host("me", "10.77.0.2/24")
    files = net.host("files", "10.77.0.10/24", on=me)
    net.serve(files, *samba(tmp / "smb", 445, wires="lo eth0"), log=log)
    deaf = net.host("deaf", "10.77.0.40/24", on=me)
    net.inside(deaf, "nft", "add table ip f; add chain ip f i { type filter hook input priority 0; policy drop; }")
    shut = net.host("shut", "10.77.0.50/24", on=me)
    net.inside(shut, "nft", "add table ip f; add chain ip f i { type filter hook input priority 0; }; "
               "add rule ip f i meta l4proto tcp reject with icmp type host-prohibited")  # fmt: skip
    shared = net.host("shared", "10.77.0.71/24", "10.77.0.72/24", on=me)
    agent = net.host("agent", "10.77.0.60/24", on=me)
    (tmp / "snmpd.conf").write_text(f"rocommunity {WORD}\nsysName sw1.romashka.local\nsysDescr test agent\nagentAddress udp:161\n")
    net.serve(agent, "snmpd", "-f", "-Lo", "-C", "-c", str(tmp / "snmpd.conf"), "-p", str(tmp / "pid"), "-I", "-smux", log=log)
    names = ["--listen-address=10.77.0.60", "--local=/10.in-addr.arpa/", "--host-record=srv-file.romashka.local,10.77.0.10"]
    net.serve(agent, "dnsmasq", "-k", "-C", "/dev/null", "--no-resolv", "--no-hosts", "-u", "root", "--pid-file=", *names, log=log)
    _router(net, me, log)
    time.sleep(3.0)  # servers of four kinds; what is not up fails its test with a clear sentence
    return Lab(net, me, files, deaf, shut, shared)


def _router(net: Net, me: str, log: Path) -> None:
    """Behind it 10.77.9.0/24: a host; .16/29 forbidden aloud, .24/29 forbidden in silence."""
    router = net.host("router", "10.77.0.1/24", on=me)
    net.inside(router, "ip", "link", "add", "br0", "type", "bridge", "forward_delay", "0")
    net.inside(router, "ip", "link", "set", "br0", "up")
    net.inside(router, "ip", "addr", "add", "10.77.9.1/24", "dev", "br0")
    net.inside(router, "sysctl", "-qw", "net.ipv4.ip_forward=1")
    aloud = "add rule ip f o ip daddr 10.77.9.16/29 reject with icmp type admin-prohibited"
    silent = "add rule ip f o ip daddr 10.77.9.24/29 drop"
    net.inside(router, "nft", f"add table ip f; add chain ip f o {{ type filter hook forward priority 0; }}; {aloud}; {silent}")
    behind = net.host("behind", "10.77.9.5/24", on=router, gateway="10.77.9.1")
    net.serve(behind, sys.executable, str(HOSTILE), "10.77.9.5", r"text=SSH-2.0-ROSSSH\r\n:22", log=log)
    run("ip", "-n", me, "route", "add", "10.77.9.0/24", "via", "10.77.0.1")


def test_a_wire_is_seen_whole(lab: Lab) -> None:
    seen = lab.sweep("10.77.0.0/24")
    answered = {a for a, word in seen.words.items() if word == "answered"}
    assert answered == {f"10.77.0.{n}" for n in (1, 2, 10, 40, 50, 60, 71, 72)}
    assert {word for a, word in seen.words.items() if a not in answered} == {"nobody no answer to ARP"}
    assert seen.whole.trouble is None


def test_a_host_that_answers_no_port_is_still_there_by_its_hardware_address(lab: Lab) -> None:
    seen = lab.sweep("10.77.0.40")
    assert seen.of("10.77.0.40")["arp"] == {"mac": lab.net.mac(lab.deaf), "addresses": 1}
    assert {p["state"] for p in seen.of("10.77.0.40")["ports"]} == {"silent"}


def test_a_refusal_by_icmp_is_told_with_who_sent_it(lab: Lab) -> None:
    port = next(p for p in lab.sweep("10.77.0.50").of("10.77.0.50")["ports"] if p["state"] == "unreachable")
    assert port["icmp"] == {"type": 3, "code": 10, "sender": "10.77.0.50"}


def test_a_hardware_address_that_answers_for_two_is_counted(lab: Lab) -> None:
    seen = lab.sweep("10.77.0.70-10.77.0.75")
    for address in ("10.77.0.71", "10.77.0.72"):
        assert seen.of(address)["arp"] == {"mac": lab.net.mac(lab.shared), "addresses": 2}


def test_samba_is_asked_over_the_wire(lab: Lab) -> None:
    told = lab.sweep("10.77.0.10").port("10.77.0.10", 445)["smb"]
    assert "SRV-FILE".encode("utf-16-le") in base64.b64decode(told["challenge"])


def test_behind_a_router_nobody_and_not_allowed_are_two_answers(lab: Lab) -> None:
    seen = lab.sweep("10.77.9.2-10.77.9.20", port_seconds=4.0)  # the router needs three seconds to know that nobody is there
    assert seen.words["10.77.9.5"] == "answered"
    assert seen.of("10.77.9.5")["arp"] is None
    assert seen.words["10.77.9.9"] == "nobody"
    assert seen.words["10.77.9.17"] == "not_looked ICMP 3/13 from 10.77.0.1"
    assert seen.whole.trouble is not None
    assert seen.whole.trouble.why == "5 of 19 addresses could not be looked at: ICMP 3/13 from 10.77.0.1: 5 (10.77.9.16…)"
    assert seen.whole.trouble.cause == "truncated"


def test_no_route_is_not_an_empty_network(lab: Lab) -> None:
    whole = lab.sweep("10.99.9.0/29").whole
    assert whole.reply is None  # not one byte says anything of that network
    assert whole.trouble == Unknown("6 of 6 addresses could not be looked at: ENETUNREACH: 6 (10.99.9.1…)", cause="unreachable")


def test_names_of_a_dns_server(lab: Lab) -> None:
    ptr = lab.sweep("10.77.0.10", ptr=True, dns="10.77.0.60").of("10.77.0.10")["ptr"]
    assert ptr["server"] == "10.77.0.60"
    assert b"\x08srv-file\x08romashka\x05local\0" in base64.b64decode(ptr["reply"])


def test_a_dns_server_that_is_not_there(lab: Lab) -> None:
    seen = lab.sweep("10.77.0.10", ptr=True, dns="10.77.0.99", greeting_seconds=0.3).of("10.77.0.10")
    assert "10.77.0.99" in seen["ptr"]["failed"]


def test_snmp_where_a_community_is_given_and_the_community_is_kept_nowhere(lab: Lab) -> None:
    seen = lab.sweep("10.77.0.60", community=WORD)
    reply = base64.b64decode(seen.of("10.77.0.60")["snmp"]["reply"])
    assert b"sw1.romashka.local" in reply
    kept = b"".join(b.reply.stdout + b.reply.stderr + b.command.encode() for b in seen.brought if b.reply)
    assert WORD.encode() not in reply + kept
    assert base64.b64encode(WORD.encode())[:-4] not in kept


def test_an_agent_that_knows_another_community_gives_nothing(lab: Lab) -> None:
    seen = lab.sweep("10.77.0.60", community="other", greeting_seconds=0.5)
    assert seen.of("10.77.0.60")["snmp"] == {"failed": "no answer: no agent, or another community"}


def test_a_reply_to_another_question_is_none() -> None:
    question = sweep_dns.query("10.0.0.5", 7)
    reply = question[:2] + b"\x81\x80" + question[4:]
    assert sweep_dns.answers(reply, question)
    assert not sweep_dns.answers(question, question)  # an echo
    assert not sweep_dns.answers(reply, sweep_dns.query("10.0.0.6", 7))
    assert not sweep_dns.answers(reply, sweep_dns.query("10.0.0.5", 8))
