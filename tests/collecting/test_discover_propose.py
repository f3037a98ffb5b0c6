"""What facts mention, and the proposal that a person accepts line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest

from auditkit.book import Book, build
from auditkit.collecting.discover_mentions import Mention, Sighting, mentioned, not_looked, seen_in
from auditkit.collecting.discover_propose import propose, write_proposal
from auditkit.model import Ident, Question, fact
from auditkit.model.shared.network import Address, Connection, LldpNeighbour, Neighbour, Resolver, Route
from auditkit.probing import Reply, probe
from auditkit.registry import Registry, registry
from auditkit.store import Store, TargetInfo, Told
from auditkit.transports import options_of
from auditkit.transports.base import Target, now
from auditkit.transports.sweep_ranges import Grant, Range
from auditkit.workspace.targets import read_targets
from auditkit.workspace.yamlfile import parse

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PLATFORMS = {"linux": ("ssh", "local"), "windows": ("winrm",), "directory": ("ldap",)}
SEEN_TYPES = {t: k for t, k in registry().types.items() if t.startswith("seen_")}


@fact(key=("name",), about="other")
class Computer:
    """As a directory tells of one."""

    name: Annotated[str, Ident("fqdn")]


KINDS: dict[str, Any] = {"address": Address, "connection": Connection, "lldp_neighbour": LldpNeighbour, "neighbour": Neighbour,
                         "resolver": Resolver, "route": Route, "computer": Computer}  # fmt: skip


@probe("t.told", "tell", on=("linux",))
def told(reply: Reply) -> Iterator[Address | Connection | LldpNeighbour | Neighbour | Resolver | Route | Computer]:
    """A line a fact: its table and its fields as JSON."""
    for line in reply.lines():
        table, _, body = line.partition(" ")
        yield msgspec.convert(json.loads(body), KINDS[table])


def line(table: str, **fields: Any) -> str:
    return f"{table} {json.dumps(fields)}\n"


def neighbour(ip: str, mac: str = "52:54:00:00:00:07", name: str = "", state: str = "seen") -> str:
    address = ip if state != "failed" else ""
    return line("neighbour", mac=mac, address=address, ip=ip, name=name, interface="eth0", source="arp", state=state)


def connection(address: str, port: int = 5432) -> str:
    return line("connection", proto="tcp", remote_address=address, remote_port=port, process=None, service="postgresql")


def route(gateway: str) -> str:
    return line("route", destination="default", gateway=gateway, interface="eth0", metric=0, family="inet", kind="unicast", origin="")


OWN = line("address", interface="eth0", address="10.0.0.2", prefix=24, family="inet", scope="global", dynamic=False,
           host_address="10.0.0.2")  # fmt: skip


def swept(address: str, **more: Any) -> dict[str, Any]:
    """An observation of a sweep."""
    return {"address": address, "arp": None, "ports": [{"port": 22, "state": "open", "said": "U1NILTIuMC1PcGVuU1NIXzkuMg=="}],
            "ptr": None, "snmp": None} | more  # fmt: skip


BOOKS: list[Book] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while BOOKS:
        BOOKS.pop().db.close()


def book(*lines: str, sweeps: tuple[dict[str, Any], ...] = ()) -> Book:
    store = Store.open(None)
    sweeper = registry().probes["discovery.host"]
    known = Registry({told.name: told, sweeper.name: sweeper}, {}, {**KINDS, **SEEN_TYPES})
    infos = [TargetInfo("srv1", "linux", "ssh", "10.0.0.2"), TargetInfo("range-a", "range", "sweep", "10.0.0.0/24")]
    snap = store.begin(infos, [Question("srv1", told.name), Question("range-a", sweeper.name, "*")], now(), "t", "t")
    reply = Reply("".join([OWN, *lines]).encode(), at=NOW)
    answers = [Told(Question("srv1", told.name), "tell", told.outcome(reply), reply, NOW, False)]
    for body in sweeps:
        seen = Reply(json.dumps(body).encode(), at=NOW, arg=body["address"])
        answers.append(Told(Question("range-a", sweeper.name, body["address"]), "", sweeper.outcome(seen), seen, NOW, False))
    store.record(snap, answers)
    BOOKS.append(build(store, store.snapshot(snap), known, date(2026, 11, 25)))
    store.close()
    return BOOKS[-1]


def test_neighbours_connections_routers_and_accounts_are_mentioned() -> None:
    lldp = line("lldp_neighbour", system_name="sw1.corp.example", chassis="x", chassis_mac="", port="1", port_description="",
                local_interface="eth0", description="", management_address="10.0.0.250", vlan=None)  # fmt: skip
    computer = line("computer", name="pc5.corp.example")
    assert mentioned(book(neighbour("10.0.0.7"), connection("10.0.0.9"), route("10.0.0.1"), lldp, computer)) == [
        Mention("10.0.0.1", "", "", (("route", "srv1"),)),
        Mention("10.0.0.7", "52:54:00:00:00:07", "", (("neighbour", "srv1"),)),
        Mention("10.0.0.9", "", "", (("connection", "srv1"),)),
        Mention("10.0.0.250", "", "sw1.corp.example", (("lldp_neighbour", "srv1"),)),
        Mention("", "", "pc5.corp.example", (("computer", "srv1"),)),
    ]


def test_one_device_is_mentioned_once_with_all_who_speak_of_it() -> None:
    (one,) = mentioned(book(neighbour("10.0.0.7"), connection("10.0.0.7"), line("resolver", server="10.0.0.7", position=1, stub=False)))
    assert one.sources == (("connection", "srv1"), ("neighbour", "srv1"), ("resolver", "srv1"))


@pytest.mark.parametrize("address", ["10.0.0.2", "127.0.0.53", "fe80::1%eth0", "224.0.0.1", "0.0.0.0", "::"])
def test_itself_and_what_no_other_can_reach_is_no_mention(address: str) -> None:
    assert mentioned(book(connection(address))) == []


def test_who_did_not_answer_is_not_there() -> None:
    assert mentioned(book(neighbour("10.0.0.8", mac="", state="failed"))) == []


def test_what_a_sweep_saw_is_a_sighting_and_no_mention() -> None:
    made = book(neighbour("10.0.0.7"), sweeps=(swept("10.0.0.7"),))
    assert mentioned(made) == []
    (one,) = seen_in(made)
    assert (one.addresses, one.ports, one.by) == (("10.0.0.7",), (22,), ("range-a",))


def test_an_asked_host_is_no_sighting() -> None:
    assert seen_in(book(sweeps=(swept("10.0.0.2"),))) == []


def test_one_device_with_two_addresses_is_one_sighting() -> None:
    arp = {"mac": "52:54:00:00:00:07", "addresses": 1}
    (one,) = seen_in(book(sweeps=(swept("10.0.0.7", arp=arp), swept("10.0.0.20", arp=arp))))
    assert one.addresses == ("10.0.0.7", "10.0.0.20")


def test_tables_that_nobody_filled_are_named() -> None:
    """The range of this book was never answered as a whole: the list of devices may be short."""
    gaps = dict(not_looked(book()))
    assert gaps["seen_device"] == "not asked: the collection was cut short"
    assert "neighbour" not in gaps


def sighting(*addresses: str, name: str = "", kind: str = "linux", ports: tuple[int, ...] = (22,), roles: tuple[str, ...] = ()) -> Sighting:
    return Sighting("seen-x", addresses, name, "", "", kind, roles, ports, ("range-a",))


def proposed(*seen: Sighting, mentions: tuple[Mention, ...] = (), existing: tuple[Target, ...] = (), **more: Any) -> str:
    return propose(seen, mentions, existing, PLATFORMS, more.pop("lang", "en"), **more)


def targets(text: str) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = parse("targets.proposed.yaml", text.encode()).data["targets"]
    return data


def target(name: str, address: str) -> Target:
    return Target(name, "linux", "local", address, options_of("local")())


def test_a_candidate_has_what_a_target_needs_but_a_credential() -> None:
    text = proposed(sighting("10.0.0.7", name="srv-file.corp.example"))
    assert targets(text) == [{"id": "srv-file", "address": "10.0.0.7", "platform": "linux", "transport": "ssh"}]
    accepted = text.replace("# credential: vault:NAME", "credential: vault:admin")
    (made,) = read_targets(parse("targets.yaml", accepted.encode()))
    assert (made.id, made.address, made.credential) == ("srv-file", "10.0.0.7", "vault:admin")


def test_what_is_in_targets_yaml_is_not_proposed_again_whatever_its_case() -> None:
    both = (sighting("10.0.0.7", "10.0.0.8"), sighting("10.0.0.9", name="Srv9"))
    assert targets(proposed(*both, existing=(target("a", "10.0.0.8"), target("b", "srv9")))) == []


def test_ids_are_never_taken_twice() -> None:
    made = targets(proposed(sighting("10.0.0.7", name="SRV1"), sighting("10.0.0.8", name="srv1"), existing=(target("Srv1", "10.0.0.1"),)))
    assert [t["id"] for t in made] == ["srv1-2", "srv1-3"]


@pytest.mark.parametrize(("address", "name"), [("10.0.0.7", "host-10.0.0.7"), ("fd00::7", "host-fd00-7")])
def test_a_device_without_a_name_is_called_by_its_address(address: str, name: str) -> None:
    (made,) = targets(proposed(sighting(address)))
    assert (made["id"], made["address"]) == (name, address)


@pytest.mark.parametrize(
    ("ports", "scheme", "told"), [((445, 5985), "http", False), ((445, 5985, 5986), None, False), ((135, 445), None, True)]
)
def test_windows_is_asked_over_what_answers_there(ports: tuple[int, ...], scheme: str | None, told: bool) -> None:
    text = proposed(sighting("10.0.0.5", name="srv1", kind="windows", ports=ports))
    (entry,) = targets(text)
    assert (entry["transport"], entry.get("scheme")) == ("winrm", scheme)
    assert ("WinRM (5985, 5986) did not answer us" in text) == told


def test_a_domain_controller_is_asked_as_a_server_and_as_a_domain() -> None:
    made = targets(proposed(sighting("10.0.0.5", name="dc1", kind="windows", ports=(88, 389, 445), roles=("domain controller",))))
    assert [(t["id"], t["platform"], t["transport"]) for t in made] == [("dc1", "windows", "winrm"), ("dc1-2", "directory", "ldap")]


@pytest.mark.parametrize(
    ("kind", "ports"),
    [("printer", (9100,)), ("", (80,)), ("linux", (80,)), ("routeros", (22, 8291))],
    ids=["nothing asks printers", "not known", "no SSH to ask by", "not a platform of this version"],
)
def test_what_cannot_be_asked_is_told_and_counted_all_the_same(kind: str, ports: tuple[int, ...]) -> None:
    text = proposed(sighting("10.0.0.7", kind=kind, ports=ports))
    assert targets(text) == []
    assert "# Without an entry: 1." in text
    assert "10.0.0.7" in text


def test_mentions_outside_the_permission_say_so() -> None:
    mentions = (Mention("10.0.0.9", "", "", (("route", "srv1"),)), Mention("203.0.113.9", "", "", (("connection", "srv1"),)))
    lines = proposed(mentions=mentions, grant=Grant("", (Range.parse("10.0.0.0/24"),))).splitlines()
    outside = [line for line in lines if "outside the permitted ranges" in line]
    assert len(outside) == 1
    assert "203.0.113.9" in outside[0]
    assert "connection@srv1" in outside[0]


def test_names_of_devices_cannot_write_yaml() -> None:
    evil = "x\n  - id: evil\r  - id: evil\u2028  - id: evil\x85- id: evil\u202e\x1b[31m"
    mentions = (Mention("", "", evil, (("computer", evil),)),)
    text = proposed(sighting("10.0.0.7", name=evil), mentions=mentions, not_looked=[("seen_device", evil)])
    (made,) = targets(text)
    assert made["address"] == "10.0.0.7"
    assert all(line.startswith(("#", " ", "version", "targets")) or not line for line in text.splitlines())


def test_the_words_are_russian_where_wanted() -> None:
    assert proposed(lang="ru").startswith("# Предложено обследованием сети: 0.")
    assert "targets: []" in proposed(lang="ru")


def test_the_file_lies_beside_targets_yaml_and_does_not_touch_it(tmp_path: Path) -> None:
    (tmp_path / "targets.yaml").write_text("version: 1\n", encoding="utf-8")
    (tmp_path / "targets.proposed.yaml").write_text("old", encoding="utf-8")
    place = write_proposal(tmp_path, proposed(sighting("10.0.0.7")))
    assert place.name == "targets.proposed.yaml"
    assert len(targets(place.read_text(encoding="utf-8"))) == 1
    assert (tmp_path / "targets.yaml").read_text(encoding="utf-8") == "version: 1\n"
    assert {p.name for p in tmp_path.iterdir()} == {"targets.yaml", "targets.proposed.yaml"}
