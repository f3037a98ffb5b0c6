"""Which facts are about one real thing."""

from __future__ import annotations

from typing import Annotated

from auditkit.assets import resolve
from auditkit.model import Ident, fact


@fact()
class Box:
    serial: Annotated[str, Ident("serial")] = ""
    machine: Annotated[str, Ident("machine-id")] = ""
    name: Annotated[str, Ident("fqdn")] = ""


@fact(key=("mac",))
class Nic:
    mac: Annotated[str, Ident("mac")] = ""
    address: Annotated[str, Ident("address")] = ""


@fact(key=("mac",), about="other")
class Seen:
    mac: Annotated[str, Ident("mac")] = ""
    address: Annotated[str, Ident("address")] = ""
    name: Annotated[str, Ident("fqdn")] = ""


def test_two_ways_to_one_server_are_one_asset_with_its_reason() -> None:
    r = resolve(["a", "b"], [("a", Box(machine="m1", serial="S1")), ("b", Box(machine="m1", serial="S1"))])
    assert r.own == {"a": ("a", "b")}
    assert [(j.asset, j.what, j.kind, j.value) for j in r.joined] == [("a", "b", "serial", "s1")]


def test_a_copied_image_is_refused_and_reported() -> None:
    facts = [("a", Box(machine="m1")), ("a", Nic(mac="02:00:00:00:00:01")), ("b", Box(machine="m1")), ("b", Nic(mac="02:00:00:00:00:02"))]
    r = resolve(["a", "b"], facts)
    assert r.own == {"a": ("a",), "b": ("b",)}
    assert [(x.kind, x.value, x.targets) for x in r.refused] == [("machine-id", "m1", ("a", "b"))]


def test_a_private_address_on_two_sites_merges_nothing() -> None:
    r = resolve(["a", "b"], [("a", Nic(address="192.168.1.1")), ("b", Nic(address="192.168.1.1"))])
    assert set(r.own) == {"a", "b"}
    assert ("address", "192.168.1.1") not in r.asset_of


def test_an_empty_mark_says_nothing() -> None:
    r = resolve(["a", "b"], [("a", Box(serial="")), ("b", Box(serial=""))])
    assert set(r.own) == {"a", "b"}


def test_a_neighbour_that_is_a_target_is_no_new_asset() -> None:
    facts = [("a", Nic(mac="02:00:00:00:00:01", address="10.0.0.1")), ("b", Seen(mac="02:00:00:00:00:01")), ("b", Seen(address="10.0.0.1"))]
    r = resolve(["a", "b"], facts)
    assert r.seen == ()
    assert r.of(Seen(mac="02:00:00:00:00:01")) == "a"


def test_a_neighbour_nobody_asked_is_an_asset_of_its_own_and_once() -> None:
    facts = [("a", Seen(mac="02:00:00:00:00:09", address="10.0.0.9")), ("b", Seen(address="10.0.0.9"))]
    r = resolve(["a", "b"], facts)
    assert r.seen == ("seen-02:00:00:00:00:09",)
    assert r.of(Seen(address="10.0.0.9")) == "seen-02:00:00:00:00:09"


def test_ids_given_before_are_kept_when_a_target_is_renamed() -> None:
    before = {("serial", "s1"): "srv1", ("target", "old-name"): "srv1"}
    r = resolve(["new-name"], [("new-name", Box(serial="S1"))], before)
    assert r.own == {"srv1": ("new-name",)}


def test_one_id_given_before_goes_to_one_asset_only() -> None:
    before = {("serial", "s1"): "srv", ("serial", "s2"): "srv"}
    r = resolve(["a", "b"], [("a", Box(serial="S1", machine="m1")), ("b", Box(serial="S2", machine="m2"))], before)
    assert sorted(r.own) == ["b", "srv"]


def test_a_value_that_half_the_fleet_has_is_no_identity() -> None:
    names = [f"t{n}" for n in range(60)]
    r = resolve(names, [(t, Box(serial="DEFAULT", machine=f"m{t}")) for t in names])
    assert len(r.own) == 60
    assert len(r.refused) == 1


def test_contradictions_are_seen_through_a_chain() -> None:
    facts = [
        ("a", Nic(mac="02:00:00:00:00:01")), ("a", Box(serial="S1")),
        ("b", Nic(mac="02:00:00:00:00:01")), ("b", Box(machine="m1")),
        ("c", Box(machine="m1", serial="S2")),
    ]  # fmt: skip
    r = resolve(["a", "b", "c"], facts)
    assert ("target", "c") in r.asset_of
    assert r.asset_of["target", "a"] != r.asset_of["target", "c"]
    assert r.refused


def test_a_name_alone_merges_nothing() -> None:
    r = resolve(["a", "b"], [("a", Box(name="web.local")), ("b", Box(name="web.local"))])
    assert set(r.own) == {"a", "b"}
    assert [x.kind for x in r.refused] == ["fqdn"]
