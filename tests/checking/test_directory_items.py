"""The checklist of directories on recorded domains: a seeded one, one in order, and the seeded one as a plain account sees it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from auditkit.book import build
from auditkit.checking import check, load_checklists
from auditkit.model import Absent, Found, Outcome, Question, Unknown
from auditkit.probing import Reply, Search
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told
from tests.lab import cases

REGISTRY = registry()
TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "directory" for i in one.items}
REFUSED = Unknown("no right to read this")
Instead = Mapping[str, Outcome | bytes]
Rows = list[str]


def domain(case: str, instead: Instead | None = None, today: date = TODAY) -> dict[str, tuple[str, Rows]]:
    """Item -> (state, alarmed rows in words). A probe that has no such case was answered with no page; `instead` replaces answers."""
    given = dict(instead or {})
    told = []
    for probe in REGISTRY.probes_on("directory"):
        folder = cases.REPLIES / probe.name / case
        unasked = Found(()) if isinstance(probe.command, Search) else Unknown("SYSVOL is not asked: smb_port is 0")
        said = given.get(probe.name, (folder / "stdout").read_bytes() if folder.exists() else unasked)
        listed = Found(()) if isinstance(said, bytes) else said
        told.append(Told(Question("ad", probe.name, "*"), str(probe.command), listed, None, NOW, False))
        if isinstance(said, bytes):
            reply = Reply(said, b"", 0, arg="1", at=NOW)
            told.append(Told(Question("ad", probe.name, "1"), str(probe.command), probe.outcome(reply), reply, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("ad", "directory", "ldap", "dc1")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    book = build(store, store.snapshot(snap), REGISTRY, today)
    found = {}
    for v in check(book, ITEMS.values()):
        words = [p.says.en.format(**o.row) if (p := v.item.parts[o.part]).says else "" for o in v.objects]
        found[v.item.id] = (str(v.state), sorted(words))
    return found


@pytest.fixture(scope="module")
def seeded() -> dict[str, tuple[str, Rows]]:
    return domain("samba-4.17-seeded")


@pytest.fixture(scope="module")
def clean() -> dict[str, tuple[str, Rows]]:
    return domain("samba-4.17-clean")


@pytest.fixture(scope="module")
def plain() -> dict[str, tuple[str, Rows]]:
    return domain("samba-4.17-auditor")


def state(answers: Instead, item: str, case: str = "samba-4.17-clean", today: date = TODAY) -> str:
    """The verdict of one item where some answers of a domain are others."""
    return domain(case, answers, today)[item][0]


def recorded(probe: str, case: str = "samba-4.17-clean") -> bytes:
    return (cases.REPLIES / probe / case / "stdout").read_bytes()


def changed(probe: str, old: str, new: str, case: str = "samba-4.17-clean") -> dict[str, bytes]:
    """A recorded answer in which one thing stands otherwise."""
    before = recorded(probe, case)
    assert old.encode() in before
    return {probe: before.replace(old.encode(), new.encode())}


UNSEEN_BY_LDAP = {"AD-05", "AD-10", "AD-25", "AD-29", "AD-43"}  # Samba's SYSVOL; an account without a system; registry and SYSVOL
HOLES = {
    "AD-02", "AD-04", "AD-06", "AD-07", "AD-08", "AD-09", "AD-24", "AD-26", "AD-27", "AD-28", "AD-30", "AD-31", "AD-32", "AD-35", "AD-38",
    "AD-39", "AD-40", "AD-41", "AD-42", "AD-44", "AD-45", "AD-46", "AD-48",
}  # fmt: skip


def test_every_planted_hole_is_found(seeded: dict[str, tuple[str, Rows]]) -> None:
    assert {i for i, (s, _) in seeded.items() if s == "alarm"} == HOLES
    assert {i for i, (s, _) in seeded.items() if s == "unknown"} == UNSEEN_BY_LDAP
    assert seeded["AD-28"][1] == ["template AnyPurpose", "template WebUser"]  # approved, unpublished and hidden ones are not among them
    assert (seeded["AD-45"][1], seeded["AD-46"][1]) == (["template Agent"], ["template Editable"])
    assert seeded["AD-35"][1] == ["trust with forest2.example", "trust with old.example"]
    assert seeded["AD-40"][1] == ["srv-old.corp.example A 10.99.0.15: refreshed 2024-06-08T11:00:00+00:00"]
    assert seeded["AD-41"][1] == ["site Ekaterinburg", "site Moscow"]
    assert seeded["AD-04"][1] == ["DC=corp,DC=example from DC2: failures in a row 1, Windows error 1225"]
    assert len(seeded["AD-30"][1]) == 5


def test_a_domain_in_order_raises_only_what_its_product_lacks(clean: dict[str, tuple[str, Rows]]) -> None:
    assert {i for i, (s, _) in clean.items() if s == "alarm"} == {"AD-48"}  # Samba has no LAPS in its schema
    assert {i for i, (s, _) in clean.items() if s == "unknown"} == UNSEEN_BY_LDAP


def test_what_a_plain_account_may_not_read_is_not_fine(plain: dict[str, tuple[str, Rows]]) -> None:
    assert {i for i, (s, _) in plain.items() if s == "unknown"} == UNSEEN_BY_LDAP | {"AD-07"}
    policies = recorded("directory.password_settings", "samba-4.17-auditor")
    assert state({"directory.password_settings": policies}, "AD-24") == "unknown"


@pytest.mark.parametrize("item", sorted(ITEMS))
def test_where_nothing_was_answered_nothing_is_fine(item: str) -> None:
    refused = {p.name: REFUSED for p in REGISTRY.probes_on("directory")}
    assert state(refused, item) == "unknown"


LATER = date(2027, 11, 26)
ACCOUNTS = "directory.controller_accounts"


@pytest.mark.parametrize("item", ["AD-01", "AD-06", "AD-33"])
def test_time_goes_by(item: str) -> None:
    assert state({}, item, today=LATER) == "alarm"


def test_what_seeded_trusts_and_authorities_become() -> None:
    assert state({}, "AD-37", "samba-4.17-seeded", LATER) == "alarm"
    assert state({}, "AD-47", "samba-4.17-seeded", date(2036, 9, 1)) == "alarm"
    delegated = changed("directory.trusts", "trustAttributes: 8\n", "trustAttributes: 2056\n", "samba-4.17-seeded")
    assert state(delegated, "AD-36", "samba-4.17-seeded") == "alarm"


def test_a_role_whose_holder_is_no_server_is_held_by_nobody() -> None:
    assert state(changed("directory.pdc", "CN=NTDS Settings,CN=DC1,", "CN=NTDS Settings,CN=DC9,"), "AD-03") == "alarm"


def test_a_controller_without_its_account_is_a_remain() -> None:
    assert state(changed(ACCOUNTS, "dn: CN=DC2,", "dn: CN=DC7,"), "AD-34") == "alarm"


def test_laps_in_the_schema_is_enough() -> None:
    assert state({"directory.schema_extensions": recorded("directory.schema_extensions", "windows-server-laps")}, "AD-48") == "ok"


def test_a_forest_without_certificates_is_no_forest_with_good_ones() -> None:
    none = Absent("no container")
    assert state({"directory.certificate_templates": none, "directory.certificate_authorities": none}, "AD-28") == "not_applicable"


def test_numbers_for_accounts_run_out() -> None:
    before = next(line for line in recorded("directory.rid").decode().splitlines() if line.startswith("rIDAvailablePool"))
    assert state(changed("directory.rid", before, f"rIDAvailablePool: {(1073741823 << 32) + 900000000}"), "AD-49") == "alarm"


def hides(probe: str, name: str, case: str = "samba-4.17-clean") -> dict[str, bytes]:
    """A recorded answer in which of one object, whose DN begins so, only name and class are given."""
    kept = []
    for piece in recorded(probe, case).decode().split("\n\n"):
        lines = piece.replace("\n ", "").split("\n")
        named = any(n.startswith(f"dn: {name}") for n in lines)
        kept.append("\n".join(n for n in lines if not named or not n or n.startswith(("dn:", "objectClass:", "version:"))))
    return {probe: "\n\n".join(kept).encode()}


def test_a_partition_that_hides_from_whom_it_is_replicated_has_not_been_seen_to_be_replicated() -> None:
    assert state({}, "AD-33") == "ok"
    assert state(hides("directory.replication_domain", "DC=corp,"), "AD-33") == "unknown"
    assert state(hides("directory.replication_domain", "DC=corp,"), "AD-04") == "unknown"


def test_a_directory_service_that_hides_its_domain_may_be_one_of_this_domain() -> None:
    hidden = hides("directory.servers", "CN=NTDS Settings,CN=DC2,")
    assert state(hidden, "AD-01") == "unknown"


@pytest.mark.parametrize(("kind", "verdict"), [("2", "alarm"), ("1", "alarm"), ("3", "ok")])
def test_a_realm_that_gives_no_sids_needs_no_filter_of_sids(kind: str, verdict: str) -> None:
    one = recorded("directory.trusts", "samba-4.17-seeded").decode().split("\n\n")[0]
    assert "trustPartner: old.example" in one
    two = recorded("directory.trusts", "samba-4.17-seeded").decode().split("\n\n")[3]
    only = one.replace("trustType: 2", f"trustType: {kind}") + "\n\n" + two
    assert state({"directory.trusts": only.encode()}, "AD-35") == verdict
