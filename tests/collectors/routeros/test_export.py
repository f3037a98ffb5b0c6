"""Exports of RouterOS: taken apart as they are written, whole or not at all, without a secret."""

from __future__ import annotations

import importlib

import pytest

from auditkit.model import Found, Unknown
from auditkit.probing import NotUnderstood, Reply
from auditkit.registry import registry

registry()  # collectors are found first
export = importlib.import_module("auditkit.collectors.routeros._export")
wan = importlib.import_module("auditkit.collectors.routeros._wan")
END = "\nauditkit: end of export\n"
PROBE = registry().probes["routeros.export"]


def items(text: str) -> list[tuple[str, str, str, dict[str, str]]]:
    return [(i.menu, i.verb, i.find, i.values) for i in export.read(text + END).items]


def test_terse_and_plain_exports_are_the_same() -> None:
    plain = "/ip firewall filter\nadd action=accept chain=input comment=\"a b\" \\\n    protocol=icmp\nadd action=drop chain=input"
    terse = '/ip firewall filter add action=accept chain=input comment="a b" protocol=icmp\n/ip firewall filter add action=drop chain=input'
    assert items(plain) == items(terse)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r'"\D0\9F\D1\80"', "Пр"), (r'"\CF\F0"', "Пр"), (r'"say \"hi\""', 'say "hi"'), (r'"a\\b"', "a\\b"), (r'"\$x \? \_"', "$x ?  "),
        ("plain", "plain"), ('""', ""), (r'"one\r\n two"', "one\r\n two"), ("(a b)", "(a b)"),
    ],
)  # fmt: skip
def test_values_as_they_are_written(written: str, meant: str) -> None:
    assert items(f"/x add comment={written}") == [("/x", "add", "", {"comment": meant})]


def test_what_an_item_is_found_by() -> None:
    assert items("/interface ethernet set [ find default-name=ether1 ] name=wan") == [
        ("/interface ethernet", "set", "default-name=ether1", {"name": "wan"})
    ]
    assert items("/ip service set telnet disabled=yes") == [("/ip service", "set", "telnet", {"disabled": "yes"})]


@pytest.mark.parametrize("cut", range(0, 118, 7))
def test_an_export_that_was_cut_anywhere_is_not_understood(cut: int) -> None:
    whole = f"# x by RouterOS 7.1\n/ip service set telnet disabled=yes\n/ip dns set allow-remote-requests=yes{END}"
    with pytest.raises(NotUnderstood):
        export.read(whole[:cut])


@pytest.mark.parametrize("text", ["garbage here", "add x=1", '/x add a="open', "/x add [ find", "/x add a=1 \\"])
def test_lines_that_are_no_command_are_not_understood(text: str) -> None:
    with pytest.raises(NotUnderstood):
        export.read(text + END)


SECRETS = [
    '/ppp secret add name=u password="S3cret-one"', "/ip ipsec identity add peer=x secret=S3cret-one",
    "/interface wireless security-profiles add name=w wpa2-pre-shared-key=S3cret-one", "/snmp community add name=S3cret-one",
    "/interface pppoe-client add interface=ether1 name=p password=S3cret-one", "/radius add secret=S3cret-one service=ppp",
    '/system script add name=s source=":local p \\"S3cret-one\\""', "/interface wireguard add name=w private-key=\"S3cret-one\"",
    "/system scheduler add name=j on-event=\"/tool fetch url=https://u:S3cret-one@h/x\"", "/user add name=x password=S3cret-one group=full",
    '/ip firewall filter add chain=input comment="password=S3cret-one"', '/ppp secret add name=u comment="pass: S3cret-one"',
    "/tool e-mail set password=S3cret-one", "/interface wifi security add name=w passphrase=S3cret-one",
]  # fmt: skip


@pytest.mark.parametrize("line", SECRETS)
def test_no_secret_leaves_the_reader(line: str) -> None:
    reply = Reply(f"# x by RouterOS 7.1\n{line}{END}".encode(), b"", 0, key=b"k")
    outcome = PROBE.outcome(reply)
    assert isinstance(outcome, Found)
    assert "S3cret-one" not in str(outcome)


def test_the_same_secret_on_two_routers_has_the_same_print() -> None:
    def printed(name: str) -> str:
        reply = Reply(f"# x by RouterOS 7.1\n/ppp secret add name={name} password=shared{END}".encode(), b"", 0, key=b"k")
        outcome = PROBE.outcome(reply)
        assert isinstance(outcome, Found)
        return next(str(f.secret.print) for f in outcome.facts if type(f).__name__ == "RouterPppSecret")  # type: ignore[attr-defined]

    assert printed("a") == printed("b")


def test_a_damaged_export_says_nothing_of_what_stood_in_it() -> None:
    outcome = PROBE.outcome(Reply(b'# x by RouterOS 7.1\n/ppp secret add password="S3cret-one\n', b"", 0, key=b"k"))
    assert isinstance(outcome, Unknown)
    assert "S3cret" not in outcome.why


def drops(rules: str, chain: str = "input") -> object:
    e = export.read(f"/interface list member add interface=ether1 list=WAN\n{rules}{END}")
    return wan.drops(e, chain, set(wan.wans(e)))


F = "/ip firewall filter add chain=input"


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ("", False),
        (f"{F} action=drop", True),
        (f"{F} action=drop disabled=yes", False),
        (f"{F} action=drop in-interface=ether1", True),
        (f"{F} action=drop in-interface=bridge", False),
        (f"{F} action=drop in-interface=!ether1", False),
        (f"{F} action=drop in-interface-list=WAN", True),
        (f"{F} action=drop in-interface-list=!LAN", True),
        (f"{F} action=drop protocol=tcp", False),
        (f"{F} action=accept\n{F} action=drop", False),
        (f"{F} action=accept in-interface=bridge\n{F} action=drop", True),
        (f"{F} action=jump jump-target=deny\n/ip firewall filter add chain=deny action=drop", True),
        (f"{F} action=drop connection-state=invalid", False),
    ],
)
def test_whether_a_chain_keeps_the_internet_out(rules: str, answer: bool) -> None:
    assert drops(rules) is answer


def test_without_an_interface_known_to_be_the_internet_a_drop_by_interface_is_no_answer() -> None:
    e = export.read(f"{F} action=drop in-interface=ether1{END}")
    assert wan.drops(e, "input", set()) is None


def test_the_way_of_the_default_route_is_the_internet() -> None:
    e = export.read(f"/ip address add address=192.0.2.2/30 interface=ether5\n/ip route add gateway=192.0.2.1{END}")
    assert wan.wans(e) == {"ether5": "default route"}


def test_the_default_rule_of_forward_keeps_the_internet_out() -> None:
    rule = "/ip firewall filter add action=drop chain=forward connection-nat-state=!dstnat connection-state=new in-interface-list=WAN"
    assert drops(rule, "forward") is True
