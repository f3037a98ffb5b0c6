"""what is allowed, and what is said about what is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auditkit.errors import ConfigError
from auditkit.workspace.client import Client, Dependency, Service, read_client
from auditkit.workspace.yamlfile import Document, parse

WHOLE = """
version: 1
client: {id: acme, name: ООО «Ромашка», contract: 17}
sites:
  - office
  - {id: dc, name: ЦОД, access: пропуск}
contacts:
  - {name: Иванова, role: директор, phone: +79000000000, site: office}
predecessor:
  persons: [Петров]
  logins: [petrov, 1001]
  key_fingerprints: ["SHA256:abc"]
  networks: [203.0.113.0/24, 203.0.113.7]
permission: {who: Иванова, ranges: [192.168.1.0/24, 10.0.0.1-10.0.0.9], from: 2026-11-02, until: 2026-12-31}
services:
  - {id: 1c, name: 1С, users: 25, rto_h: 4, rpo_h: 0.5, mtd_h: 24, hours: пн-пт 9-18}
  - {id: mail}
elements:
  - {id: ups-1, kind: ups, site: office}
  - {id: isp-a, kind: isp}
  - {id: isp-b, kind: isp}
groups:
  - {id: internet, k: 1, members: [isp-a, isp-b]}
dependencies:
  - {from: 1c, to: srv1, kind: supply}
  - {from: mail, to: internet, kind: use, grace_min: 15}
  - {from: mail, to: "asset:NAS 1", kind: stored}
accepted:
  - {check: LIN-09, asset: srv1, by: Иванова, why: меняем весной, until: 2027-04-01}
  - {check: LIN-02, asset: srv1, by: Иванова, why: так надо}
"""


def client(text: str, targets: tuple[str, ...] = ()) -> Client:
    return read_client(parse("client.yaml", text.encode()), targets)


def errors(text: str, targets: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        client(text, targets)
    return [line.removeprefix("client.yaml:") for line in str(caught.value).split("\n")]


def test_the_whole_contract() -> None:
    made = client(WHOLE, ("srv1",))
    assert (made.client.id, made.client.name, made.client.contract) == ("acme", "ООО «Ромашка»", "17")
    assert [s.id for s in made.sites] == ["office", "dc"]
    assert made.contacts[0].phone == "+79000000000"
    assert made.predecessor.logins == ("petrov", "1001")
    assert made.predecessor.networks == ("203.0.113.0/24", "203.0.113.7/32")
    assert made.permission is not None
    assert (made.permission.from_, made.permission.until) == (date(2026, 11, 2), date(2026, 12, 31))
    assert made.services[0] == Service(id="1c", name="1С", users=25, rto_h=4, rpo_h=0.5, mtd_h=24, hours="пн-пт 9-18")
    assert made.groups[0].members == ("isp-a", "isp-b")
    assert made.dependencies[1] == Dependency.model_validate({"from": "mail", "to": "internet", "kind": "use", "grace_min": 15})
    assert [(a.check, a.until) for a in made.accepted] == [("LIN-09", date(2027, 4, 1)), ("LIN-02", None)]


def test_what_was_not_asked_is_none_and_what_nobody_declared_is_empty() -> None:
    made = client("client: Ромашка\nsites:\nservices: [{id: mail, users: }]\n")
    assert (made.client.name, made.client.id) == ("Ромашка", None)
    assert made.sites == ()
    assert made.permission is None
    assert (made.services[0].users, made.services[0].rto_h) == (None, None)


def test_nothing_of_it_can_be_changed() -> None:
    made = client("client: x")
    with pytest.raises(ValidationError, match="frozen"):
        made.client = made.client


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("sites: []\n", "1:1: client: is missing"),
        (
            "client: x\nsevices: []\n",
            "2:1: sevices: unknown key; allowed: version, client, sites, contacts, predecessor, permission, "
            "services, elements, groups, dependencies, accepted (did you mean services?)",
        ),
        ("client: x\nversion: 2\n", "2:10: version: is 2, and this auditkit reads version 1: upgrade auditkit"),
        ("- a\n", "1:1: must be a mapping (lines of the form key: value)"),
        ("client: [x]\n", "1:9: client: must be a mapping (lines of the form key: value)"),
        ("client: {name: x, id: ../x}\n", "1:23: client.id: must be 1-63 latin letters, digits and . _ - inside (it names files)"),
        ("client: x\nservices: {id: 1c}\n", "2:11: services: must be a list (lines that begin with - )"),
        ("client: x\nservices: [{id: 1c, users: many}]\n", "2:28: services[0].users: must be a whole number, not many"),
        ("client: x\nservices: [{id: 1c, users: -1}]\n", "2:28: services[0].users: must be at least 0, not -1"),
        ("client: x\nservices: [{id: 1c, rto_h: .inf}]\n", "2:28: services[0].rto_h: must be a number, not .inf"),
        ("client: x\nservices: [{id: 1c, rto_h: 8, mtd_h: 4}]\n", "2:12: services[0]: mtd_h (4) must be at least rto_h (8)"),
        ("client: x\nservices: [{name: 1c}]\n", "2:12: services[0].id: is missing"),
        ("client: x\nservices: [{id: asset:1c}]\n", "2:17: services[0].id: must not begin with asset: (that refers to what probes find)"),
        ("client: x\npermission: {who: y, until: 31.12.2026}\n", "2:29: permission.until: must be a date as YYYY-MM-DD, not 31.12.2026"),
        ("client: x\npermission: {who: y, until: 86400}\n", "2:29: permission.until: must be a date as YYYY-MM-DD, not 86400"),
        ("client: x\npermission: {who: y, until: 2026-02-30}\n", "2:29: permission.until: must be a date as YYYY-MM-DD, not 2026-02-30"),
        (
            "client: x\npermission: {who: y, from: 2026-02-03, until: 2026-02-02}\n",
            "2:13: permission: ends (until) before it begins (from)",
        ),
        (
            "client: x\npermission: {who: y, ranges: [10.0.0.1/24]}\n",
            "2:31: permission.ranges[0]: has bits to the right of its mask: write 10.0.0.0/24",
        ),
        (
            "client: x\nsites: [{id: a, adress: y}]\n",
            "2:17: sites[0].adress: unknown key; allowed: id, name, address, access (did you mean address?)",
        ),
        ("client: x\nsites: [a, b, a]\n", "2:15: sites[2].id: the id a is taken by sites[0]; ids of sites must differ"),
        ("client: x\nsites: [a]\nelements: [{id: e, kind: ups, site: b}]\n", "3:37: elements[0].site: no site has the id b; there are a"),
        (
            "client: x\nservices: [{id: a}]\nelements: [{id: a, kind: ups}]\n",
            "3:17: elements[0].id: the id a is taken by services[0]; ids of services, elements and groups must differ",
        ),
        (
            "client: x\nelements: [{id: a, kind: ups}]\ngroups: [{id: g, k: 2, members: [a]}]\n",
            "3:21: groups[0].k: must be at most 1, the number of members, not 2",
        ),
        (
            "client: x\nelements: [{id: a, kind: ups}]\ngroups: [{id: g, k: 0, members: [a]}]\n",
            "3:21: groups[0].k: must be at least 1, not 0",
        ),
        (
            "client: x\nelements: [{id: a, kind: ups}]\ngroups: [{id: g, k: 1, members: [a, a]}]\n",
            "3:37: groups[0].members[1]: a stands in the list twice",
        ),
        (
            "client: x\nelements: [{id: a, kind: ups}]\ngroups: [{id: g, k: 1, members: [a, g]}]\n",
            "3:37: groups[0].members[1]: a group is no member of itself",
        ),
        (
            "client: x\nservices: [{id: a}]\ndependencies: [{from: a, to: a, kind: use}]\n",
            "3:30: dependencies[0].to: nothing depends on itself",
        ),
        ("client: x\nservices: [{id: a}, {id: b}]\ndependencies: [{from: a, to: b}]\n", "3:16: dependencies[0].kind: is missing"),
        (
            "client: x\nservices: [{id: a}, {id: b}]\ndependencies: [{from: a, to: b, kind: suply}]\n",
            "3:39: dependencies[0].kind: must be use, supply or stored, not suply",
        ),
        (
            "client: x\nservices: [{id: a}, {id: b}]\ndependencies: [{from: a, to: b, kind: use}, {from: a, to: b, kind: use}]\n",
            "3:45: dependencies[1]: is the same as dependencies[0]: keep one",
        ),
        ("client: x\naccepted: [{check: LIN-09, asset: a, by: y}]\n", "2:12: accepted[0].why: is missing"),
    ],
)
def test_one_mistake_is_one_line_with_place_and_cure(text: str, error: str) -> None:
    assert errors(text) == [error]


def test_a_name_that_leads_nowhere_and_the_cyrillic_letter_in_it() -> None:
    text = "client: x\nservices: [{id: 1c}]\nelements: [{id: ups, kind: ups}]\ndependencies: [{from: 1с, to: ups, kind: supply}]\n"
    assert errors(text) == [
        "4:23: dependencies[0].from: no service, element, group or target has the id 1с (did you mean 1c? One of the two holds a "
        "Cyrillic letter that looks like a Latin one); a thing that only probes find is written asset:NAME"
    ]


def test_targets_are_known_names_only_where_they_are_given() -> None:
    assert len(client(WHOLE, ("srv1",)).dependencies) == 3
    assert [e.split(": ")[1] for e in errors(WHOLE)] == ["dependencies[0].to"]


def test_all_mistakes_of_a_file_at_once_in_its_order() -> None:
    found = errors(
        "client: x\nsites: [a]\nservices: [{id: s, users: x}]\nelements: [{id: e, site: b}]\n"
        "dependencies: [{from: q, to: s, kind: use}]\nfoo: 1\n"
    )
    assert [e.split(": ")[1] for e in found] == [
        "services[0].users",
        "elements[0].kind",
        "elements[0].site",
        "dependencies[0].from",
        "foo",
    ]


@pytest.mark.parametrize("key", ["password", "пароль", "admin_pass", "private_key", "api_token", "secret"])
def test_a_secret_is_refused_with_the_cure_and_not_repeated(key: str) -> None:
    found = errors(f"client: x\nsites: [{{id: a, {key}: Hunter2}}]\n")
    assert len(found) == 1
    assert "put it in the vault (`auditkit vault add NAME`)" in found[0]
    assert "Hunter2" not in found[0]


def test_a_private_key_anywhere_is_refused_and_not_repeated() -> None:
    found = errors("client: x\ncontacts:\n  - name: y\n    note: |\n      -----BEGIN OPENSSH PRIVATE KEY-----\n      b3BlbnNzaC1rZXkt\n")
    assert found[0].startswith("4:11: contacts[0].note: holds a private key")
    assert "b3Blbn" not in found[0]


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda d: st.lists(d, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "from", "to", "kind", "k", "members", "x"]), d),
    max_leaves=10,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from([*Client.model_fields, "y"]), _ANY))
def test_any_data_is_a_client_or_a_config_error(data: dict[str, Any]) -> None:
    try:
        read_client(Document("client.yaml", data, {}, {}))
    except ConfigError as e:
        lines = str(e).split("\n")
    else:
        return
    assert [line for line in lines if not line.startswith("client.yaml:1:1: ")] == []
