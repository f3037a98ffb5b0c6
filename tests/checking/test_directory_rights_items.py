"""The checklist of rights in a domain: an access list as the directory gives it, and the verdict that follows."""

from __future__ import annotations

import base64
import struct
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from auditkit.book import build
from auditkit.checking import CheckVerdict, check, load_checklists
from auditkit.model import Found, Outcome, Question, Unknown, table_name
from auditkit.probing import Reply
from auditkit.registry import Registry, registry
from auditkit.store import Store, TargetInfo, Told

PROBES = {p.name: p for p in registry().probes_on("directory")}
DERIVED = {n: d for n, d in registry().derived.items() if n.startswith("directory.")}
# The tables of other platforms stay away: a book is made for every verdict here.
YIELDED = [t for p in PROBES.values() for t in p.yields] + [t for d in DERIVED.values() for t in d.yields]
REGISTRY = Registry(PROBES, DERIVED, {table_name(t): t for t in YIELDED})
NOW = datetime(2026, 11, 25, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist == "directory_rights" for i in one.items}
FULL, WRITE_DACL, WRITE_OWNER, WRITE, CONTROL = 0xF01FF, 0x40000, 0x80000, 0x20, 0x100
GET_CHANGES, GET_ALL = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"
RESET, MEMBER, GPLINK = (
    "00299570-246d-11d0-a768-00aa006e0529",
    "bf9679c0-0de6-11d0-a285-00aa003049e2",
    "f30e3bbe-9ff0-11d1-b603-0000f80367c1",
)
KEYS, LAPS = "5b47d60f-6090-40b2-9f37-2a4de88f3063", "00001a95-0000-0000-0000-000000000000"
ADMINS, CONTROLLERS, KEY_ADMINS, BOSS, WORKER, PC, OPERATORS, EMPTY, GONE = 512, 516, 526, 1001, 1105, 1300, 1110, 1111, 1999
EVERYBODY = bytes.fromhex("010100000000000100000000")  # S-1-1-0
DOMAIN = struct.pack("<BB6s4I", 1, 4, b"\0\0\0\0\0\5", 21, 1, 2, 3)
BELOW = 0x2


def raw(rid: int, *domain: int) -> bytes:
    return struct.pack("<BB6s5I", 1, 5, b"\0\0\0\0\0\5", 21, *(domain or (1, 2, 3)), rid)


def b64(blob: bytes) -> str:
    return base64.b64encode(blob).decode()


def ace(who: int | bytes, mask: int, what: str = "", flags: int = 0) -> bytes:
    body = raw(who) if isinstance(who, int) else who
    if what:
        body = struct.pack("<I", 1) + uuid.UUID(what).bytes_le + body
    return struct.pack("<BBHI", 5 if what else 0, flags, 8 + len(body), mask) + body


def listing(*aces: bytes, owner: int = ADMINS) -> str:
    acl = struct.pack("<BBHHH", 4, 0, 8 + sum(map(len, aces)), len(aces), 0) + b"".join(aces)
    return b64(struct.pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, 20 + 28) + raw(owner) + acl)


def guarded(dn: str, *aces: bytes, owner: int = ADMINS, rid: int = 0, seen: bool = True) -> str:
    """An object whose list holds these entries beside the one that lets Domain Admins do everything."""
    own = f"objectSid:: {b64(DOMAIN if dn == 'DC=x' else raw(rid))}\n" if rid or dn == "DC=x" else ""
    shown = f"nTSecurityDescriptor:: {listing(ace(ADMINS, FULL), *aces, owner=owner)}\n" if seen else ""
    return f"dn: {dn}\n{own}{shown}\n"


def ago(days: float) -> int:
    return (NOW - timedelta(days) - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10


def user(name: str, rid: int, extra: str = "", flags: int | None = 512) -> str:
    seen = "" if flags is None else f"userAccountControl: {flags}\ninstanceType: 4\n"
    return f"dn: CN={name},DC=x\nsAMAccountName: {name}\nobjectSid:: {b64(raw(rid))}\nprimaryGroupID: 513\n{seen}{extra}\n"


def machine(name: str, rid: int, extra: str = "", flags: int | None = 4096) -> str:
    seen = "" if flags is None else f"userAccountControl: {flags}\ninstanceType: 4\n"
    os = "operatingSystem: Windows 11 Pro\nprimaryGroupID: 515\n" if flags is not None else ""
    return f"dn: CN={name},DC=x\nsAMAccountName: {name}$\nobjectSid:: {b64(raw(rid))}\n{os}{seen}{extra}\n"


def group(name: str, rid: int, *members: str, read: bool = True) -> str:
    kind = "groupType: -2147483646\n" if read else ""
    inside = "".join(f"member: CN={m},DC=x\n" for m in members)
    return f"dn: CN={name},DC=x\nsAMAccountName: {name}\nobjectSid:: {b64(raw(rid))}\n{kind}{inside}\n"


GROUPS = group("DA", ADMINS, "boss") + group("Ops", OPERATORS, "worker") + group("Empty", EMPTY)
USERS = user("boss", BOSS) + user("worker", WORKER)
FRESH = f"lastLogonTimestamp: {ago(1)}\n"
DC = machine("DC1", 1200, flags=0x82000)
SITE = "CN=DC1,CN=Servers,CN=S,CN=Sites,CN=Configuration,DC=x"
ORDER = {
    "domain": f"dn: DC=x\ninstanceType: 5\nobjectSid:: {b64(DOMAIN)}\n\n",
    "groups": GROUPS,
    "users": USERS,
    "computers": DC + machine("PC", PC, FRESH),
    "servers": f"dn: {SITE}\nobjectClass: server\nserverReference: CN=DC1,DC=x\n\n"
    f"dn: CN=NTDS Settings,{SITE}\nobjectClass: nTDSDSA\ninstanceType: 4\nmsDS-HasDomainNCs: DC=x\n\n",
    "controller_accounts": DC,
    "service": "dn: CN=Directory Service,DC=x\ninstanceType: 4\n\n",
    "sight": f"dn:\ntokenGroups:: {b64(raw(ADMINS))}\n\n",
    "rights_domain": guarded("DC=x"),
    "rights_adminsdholder": guarded("CN=AdminSDHolder,CN=System,DC=x"),
    "rights_units": guarded("OU=U,DC=x"),
    "rights_policies": guarded("CN={6AC1786C-016F-11D2-945F-00C04FB984F9},CN=Policies,CN=System,DC=x"),
    "rights_controllers": guarded("CN=DC1,DC=x", rid=1200),
    "rights_privileged": guarded("CN=DA,DC=x", rid=ADMINS) + guarded("CN=boss,DC=x", rid=BOSS).replace("\n\n", "\nadminCount: 1\n\n"),
}
Pages = Mapping[str, str | Outcome]


def verdict(item: str, **pages: str | Outcome) -> CheckVerdict:
    """The verdict on a domain in order, in which these answers are others."""
    told = []
    for p in REGISTRY.probes_on("directory"):
        page = {**ORDER, **pages}.get(p.name.removeprefix("directory."), "")
        listed = Found(()) if isinstance(page, str) else page
        told.append(Told(Question("d", p.name, "*"), str(p.command), listed, None, NOW, False))
        if isinstance(page, str) and page:
            outcome = p.outcome(Reply(page.encode(), arg="1", at=NOW))
            assert isinstance(outcome, Found), (p.name, outcome)
            told.append(Told(Question("d", p.name, "1"), str(p.command), outcome, None, NOW, False))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("d", "directory", "ldap", "d")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    (found,) = check(build(store, store.snapshot(snap), REGISTRY, date(2026, 11, 25)), [ITEMS[item]])
    return found


def state(item: str, **pages: str | Outcome) -> str:
    return verdict(item, **pages).state


def words(v: CheckVerdict) -> list[str]:
    return [p.says.en.format(**o.row) if (p := v.item.parts[o.part]).says else "" for o in v.objects]


PLACES = {
    "AD-59": ("rights_domain", "DC=x", 0),
    "AD-60": ("rights_adminsdholder", "CN=AdminSDHolder,CN=System,DC=x", 0),
    "AD-61": ("rights_controllers", "CN=DC1,DC=x", 1200),
    "AD-62": ("rights_privileged", "CN=DA,DC=x", ADMINS),
    "AD-63": ("rights_policies", "CN={6AC1786C-016F-11D2-945F-00C04FB984F9},CN=Policies,CN=System,DC=x", 0),
    "AD-64": ("rights_units", "OU=U,DC=x", 0),
}
BOSS_TOO = guarded("CN=boss,DC=x", rid=BOSS)


def at(item: str, *aces: bytes, owner: int = ADMINS, seen: bool = True) -> dict[str, str]:
    probe, dn, rid = PLACES[item]
    return {probe: guarded(dn, *aces, owner=owner, rid=rid, seen=seen) + (BOSS_TOO if item == "AD-62" else "")}


@pytest.mark.parametrize("item", sorted(PLACES))
def test_power_over_an_object_is_for_administrators(item: str) -> None:
    assert state(item) == "ok"
    for mask in (FULL, WRITE_DACL, WRITE_OWNER, WRITE):
        assert state(item, **at(item, ace(WORKER, mask))) == "alarm", mask
    assert state(item, **at(item, owner=WORKER)) == "alarm"
    assert state(item, **at(item, ace(WORKER, 0x94))) == "ok"  # may read and list


@pytest.mark.parametrize("item", sorted(PLACES))
def test_an_access_list_that_may_not_be_read_is_no_clean_one(item: str) -> None:
    assert state(item, **at(item, seen=False)) == "unknown"
    assert state(item, **{PLACES[item][0]: Unknown("no right to read this")}) == "unknown"


@pytest.mark.parametrize("item", ["AD-58", *sorted(PLACES)])
def test_the_lists_of_the_root_and_of_adminsdholder_are_always_there(item: str) -> None:
    assert state(item, rights_domain="") == "unknown"
    assert state(item, rights_adminsdholder="") == "unknown"
    assert state(item, domain="") == "unknown"  # whose SIDs are administrators cannot be told


def test_administrators_are_known_by_number_and_by_membership() -> None:
    entry = ace(OPERATORS, FULL)
    assert state("AD-59", **at("AD-59", entry)) == "alarm"
    assert state("AD-59", **at("AD-59", entry), groups=group("DA", ADMINS, "boss", "Ops") + group("Ops", OPERATORS, "worker")) == "ok"
    named = group("Администраторы домена", ADMINS, "boss") + group("Domain Admins", OPERATORS, "worker")
    assert state("AD-59", **at("AD-59", entry), groups=named) == "alarm"  # its name helps nobody
    assert state("AD-59", **at("AD-59", ace(BOSS, FULL))) == "ok"
    assert state("AD-59", **at("AD-59", ace(raw(ADMINS, 7, 7, 7), FULL))) == "alarm"  # administrators of another domain
    assert state("AD-59", **at("AD-59", ace(raw(519, 7, 7, 7), FULL))) == "unknown"  # of the forest's root, or of any other forest
    assert state("AD-59", **at("AD-59", ace(GONE, FULL))) == "unknown"  # nobody that can be seen


def test_a_group_with_nobody_in_it_endangers_nothing_and_one_of_administrators_alone_neither() -> None:
    assert state("AD-59", **at("AD-59", ace(EMPTY, FULL))) == "ok"
    assert state("AD-59", **at("AD-59", ace(OPERATORS, FULL)), groups=group("DA", ADMINS, "boss") + group("Ops", OPERATORS, "boss")) == "ok"


def test_members_that_may_not_be_read_leave_it_open_who_is_an_administrator() -> None:
    hidden = group("DA", ADMINS, read=False) + group("Ops", OPERATORS, "worker")
    assert state("AD-59", **at("AD-59", ace(OPERATORS, FULL)), groups=hidden) == "unknown"
    unread = group("DA", ADMINS, "boss") + group("Ops", OPERATORS, read=False)
    assert state("AD-59", **at("AD-59", ace(OPERATORS, FULL)), groups=unread) == "unknown"


def test_replication_of_passwords_takes_two_rights() -> None:
    def rights(*aces: bytes) -> str:
        return state("AD-58", rights_domain=guarded("DC=x", *aces))

    assert rights(ace(WORKER, CONTROL, GET_CHANGES), ace(WORKER, CONTROL, GET_ALL)) == "alarm"
    assert rights(ace(WORKER, CONTROL, GET_CHANGES)) == "ok"
    assert rights(ace(WORKER, CONTROL, GET_ALL)) == "ok"
    assert rights(ace(OPERATORS, CONTROL, GET_CHANGES), ace(WORKER, CONTROL, GET_ALL)) == "alarm"  # one each by two ways
    assert rights(ace(WORKER, CONTROL)) == "alarm"  # every extended right
    assert rights(ace(CONTROLLERS, CONTROL, GET_ALL), ace(498, CONTROL, GET_CHANGES)) == "ok"  # controllers replicate by design
    assert state("AD-58", rights_domain=guarded("DC=x", seen=False)) == "unknown"
    found = verdict("AD-58", rights_domain=guarded("DC=x", ace(WORKER, CONTROL, GET_CHANGES), ace(WORKER, CONTROL, GET_ALL)))
    assert words(found) == ["worker: DCSync"]


def test_passwords_members_and_keys_of_administrators() -> None:
    for what, mask in ((RESET, CONTROL), (MEMBER, WRITE), (MEMBER, 0x8), (KEYS, WRITE)):
        assert state("AD-62", **at("AD-62", ace(WORKER, mask, what))) == "alarm", what
    assert state("AD-62", **at("AD-62", ace(KEY_ADMINS, WRITE, KEYS))) == "ok"


def test_a_group_that_is_nested_and_not_marked_yet_was_not_looked_at() -> None:
    nested = group("DA", ADMINS, "boss", "Ops") + group("Ops", OPERATORS)
    assert state("AD-62", groups=nested) == "unknown"
    assert state("AD-62", groups=nested, rights_privileged=ORDER["rights_privileged"] + guarded("CN=Ops,DC=x", rid=OPERATORS)) == "ok"


def test_an_account_that_was_marked_once_rules_nothing_now() -> None:
    once = guarded("CN=worker,DC=x", ace(OPERATORS, FULL), rid=WORKER).replace("\n\n", "\nadminCount: 1\n\n")
    assert state("AD-62", rights_privileged=ORDER["rights_privileged"] + once) == "ok"


def test_a_unit_that_is_ruled_from_below_or_by_links() -> None:
    assert state("AD-64", **at("AD-64", ace(WORKER, WRITE, GPLINK))) == "alarm"
    assert state("AD-64", **at("AD-64", ace(WORKER, FULL, flags=BELOW | 0x8))) == "alarm"
    assert state("AD-64", **at("AD-64", ace(WORKER, FULL, flags=0x10))) == "ok"  # from above: told there
    assert state("AD-64", **at("AD-64", ace(WORKER, CONTROL, RESET, BELOW))) == "ok"  # a delegation as it is meant to be


def test_a_unit_that_hides_itself_is_known_by_what_lies_in_it() -> None:
    inside = user("x", 1400).replace("dn: CN=x,DC=x", "dn: CN=x,OU=Inner,OU=U,DC=x")
    assert state("AD-64", users=USERS + inside) == "unknown"
    assert state("AD-64", users=USERS + inside, rights_units=ORDER["rights_units"] + guarded("OU=Inner,OU=U,DC=x")) == "ok"


def test_everybody_may_nothing() -> None:
    assert state("AD-77") == "ok"
    assert state("AD-77", **at("AD-64", ace(EVERYBODY, WRITE))) == "alarm"
    assert state("AD-77", **at("AD-64", ace(513, CONTROL, RESET, BELOW))) == "alarm"  # Domain Users
    assert state("AD-77", **at("AD-64", seen=False)) == "unknown"


def acting(*who: int) -> str:
    return f"msDS-AllowedToActOnBehalfOfOtherIdentity:: {listing(*(ace(w, FULL) for w in who))}\n"


def test_who_acts_in_anybodys_name_on_a_computer() -> None:
    assert state("AD-65") == "not_applicable"
    assert state("AD-65", computers=DC + machine("PC", PC, acting(1200))) == "ok"  # a computer, on a computer
    assert state("AD-65", computers=DC + machine("PC", PC, acting(WORKER))) == "alarm"
    assert state("AD-65", computers=machine("DC1", 1200, acting(PC), 0x82000) + machine("PC", PC)) == "alarm"
    assert state("AD-65", computers=DC + machine("PC", PC, flags=None)) == "unknown"


def test_constrained_delegation() -> None:
    proxy = "msDS-AllowedToDelegateTo: {}\n"
    assert state("AD-66") == "not_applicable"
    assert state("AD-66", users=USERS + user("svc", 1400, proxy.format("cifs/dc1"))) == "alarm"
    assert state("AD-66", users=USERS + user("svc", 1400, proxy.format("http/pc.x:80"))) == "ok"
    assert state("AD-66", users=USERS + user("svc", 1400, flags=None)) == "unknown"
    assert state("AD-66", computers=DC + machine("PC", PC, proxy.format("LDAP/DC1/x"))) == "alarm"
    assert state("AD-67", users=USERS + user("svc", 1400, proxy.format("http/pc.x"), 512 | 0x1000000)) == "alarm"
    assert state("AD-67", users=USERS + user("svc", 1400, proxy.format("http/pc.x"))) == "ok"
    assert state("AD-67", users=USERS + user("svc", 1400, proxy.format("http/pc.x"), None)) == "unknown"


def managed(extra: str, seen: bool = True) -> str:
    shown = "instanceType: 4\nuserAccountControl: 4096\n" if seen else ""
    return (
        f"dn: CN=g,DC=x\nobjectClass: computer\nobjectClass: msDS-GroupManagedServiceAccount\nsAMAccountName: g$\n"
        f"objectSid:: {b64(raw(1500))}\n{shown}{extra}\n"
    )


def test_who_reads_the_password_of_a_managed_account() -> None:
    def readers(*who: int) -> str:
        return f"msDS-GroupMSAMembership:: {listing(*(ace(w, FULL) for w in who))}\n"

    assert state("AD-68", managed_accounts=managed(readers(515))) == "alarm"  # Domain Computers
    assert state("AD-68", managed_accounts=managed(readers(PC))) == "ok"
    assert state("AD-68", managed_accounts=managed("")) == "ok"  # nobody does
    assert state("AD-68", managed_accounts=managed("", seen=False)) == "unknown"


SCHEMA = (
    f"dn: CN=ms-Mcs-AdmPwd,DC=x\ninstanceType: 4\nlDAPDisplayName: ms-Mcs-AdmPwd\nschemaIDGUID:: {b64(uuid.UUID(LAPS).bytes_le)}\n"
    "searchFlags: 904\n\n"
)


def test_who_reads_passwords_of_local_administrators() -> None:
    def unit(*aces: bytes) -> str:
        return state("AD-69", schema_extensions=SCHEMA, rights_units=guarded("OU=U,DC=x", *aces))

    assert unit(ace(OPERATORS, 0x110, LAPS, BELOW)) == "ok"  # meant to
    assert unit(ace(513, 0x110, LAPS, BELOW)) == "alarm"
    assert unit(ace(OPERATORS, FULL, flags=BELOW)) == "alarm"  # has it, and was not meant to
    assert unit(ace(OPERATORS, CONTROL, flags=BELOW)) == "alarm"
    assert unit(ace(513, 0x110, KEYS, BELOW)) == "not_applicable"  # another attribute
    assert state("AD-69", rights_units=guarded("OU=U,DC=x", ace(513, FULL, flags=BELOW))) == "not_applicable"  # no LAPS here
    assert state("AD-69", schema_extensions=SCHEMA, rights_units=guarded("OU=U,DC=x", seen=False)) == "unknown"


def test_the_attribute_of_laps_passwords_is_confidential() -> None:
    assert state("AD-78", schema_extensions=SCHEMA) == "ok"
    assert state("AD-78", schema_extensions=SCHEMA.replace("904", "776")) == "alarm"
    assert state("AD-78", schema_extensions=SCHEMA.replace("searchFlags: 904\n", "")) == "alarm"  # not set: nothing is confidential
    assert state("AD-78", schema_extensions=SCHEMA.replace("instanceType: 4\n", "").replace("searchFlags: 904\n", "")) == "unknown"


def test_a_primary_group_that_may_not_be_read_hides_a_membership() -> None:
    hidden = USERS + user("x", 1400).replace("primaryGroupID: 513\n", "")
    assert state("AD-76") == "ok"
    assert state("AD-72", users=user("boss", BOSS, flags=512 | 0x100000) + hidden.removeprefix(user("boss", BOSS))) == "unknown"
    assert state("AD-59", users=hidden, **at("AD-59", ace(EMPTY, FULL))) == "unknown"  # is it empty?
    assert state("AD-59", users=hidden, **at("AD-59", ace(1400, FULL))) == "unknown"  # an administrator, or none
    assert state("AD-59", users=hidden, **at("AD-59", ace(OPERATORS, FULL))) == "alarm"
    assert state("AD-59", computers=DC + machine("PC", PC, flags=None), **at("AD-59", ace(EMPTY, FULL))) == "unknown"
    assert state("AD-62", users=hidden) == "unknown"


def test_delegation_of_a_managed_account() -> None:
    assert state("AD-66", managed_accounts=managed("msDS-AllowedToDelegateTo: cifs/dc1\n")) == "alarm"
    assert state("AD-66", managed_accounts=managed("", seen=False)) == "unknown"
    assert state("AD-65", managed_accounts=managed(acting(WORKER))) == "alarm"
    assert state("AD-65", managed_accounts=managed("", seen=False)) == "unknown"


def test_what_everybody_is_a_member_of_was_not_looked_at() -> None:
    domain_users = guarded("CN=All,DC=x", rid=513)
    nested = group("DA", ADMINS, "boss", "All") + group("All", 513)
    assert state("AD-62", groups=nested, rights_privileged=ORDER["rights_privileged"] + domain_users) == "unknown"


def test_a_site_that_anybody_links_policies_to() -> None:
    site = "CN=S,CN=Sites,CN=Configuration,DC=x"
    assert state("AD-64", rights_sites=guarded(site)) == "ok"
    assert state("AD-64", rights_sites=guarded(site, ace(WORKER, WRITE, GPLINK))) == "alarm"
    assert state("AD-64", rights_sites=guarded(site, seen=False)) == "unknown"


def test_computers_with_laps() -> None:
    def laps(days: int | None, flags: int | None = 4096) -> str:
        extra = FRESH + (f"ms-Mcs-AdmPwdExpirationTime: {ago(days)}\n" if days is not None else "")
        return state("AD-70", schema_extensions=SCHEMA, computers=DC + machine("PC", PC, extra, flags))

    assert laps(-20) == "ok"
    assert laps(31) == "alarm"  # it stopped
    assert laps(None) == "alarm"
    assert laps(None, None) == "unknown"
    assert state("AD-70") == "not_applicable"  # AD-48 says that there is none
    assert state("AD-70", schema_extensions=Unknown("no right to read this")) == "unknown"


def test_computers_with_a_recovery_key() -> None:
    key = "dn: CN=2026,CN=PC,DC=x\nwhenCreated: 20260101000000.0Z\n\n"
    plain = f"dn:\ntokenGroups:: {b64(raw(WORKER))}\n\n"
    assert state("AD-71", bitlocker_keys=key) == "ok"
    assert state("AD-71") == "alarm"
    assert state("AD-71", sight=plain) == "unknown"  # an ordinary account sees none whatever there is
    assert state("AD-71", bitlocker_keys=key, sight=plain) == "ok"
    assert state("AD-71", sight="") == "unknown"


def test_administrators_whose_tickets_are_never_delegated() -> None:
    assert state("AD-72") == "alarm"
    assert state("AD-72", users=user("boss", BOSS, flags=512 | 0x100000)) == "ok"
    assert state("AD-72", groups=GROUPS + group("Protected", 525, "boss")) == "ok"
    assert state("AD-72", groups=GROUPS + group("Protected", 525, read=False)) == "unknown"
    assert state("AD-72", users=user("boss", BOSS, flags=None)) == "unknown"


def test_operators_that_are_not_protected() -> None:
    def heuristics(words: str, seen: bool = True) -> str:
        return state("AD-73", service=f"dn: CN=Directory Service,DC=x\n{words}{'instanceType: 4' if seen else ''}\n\n")

    assert heuristics("dSHeuristics: 000000000100000f\n") == "alarm"
    assert heuristics("dSHeuristics: 0000002\n") == "ok"
    assert heuristics("") == "ok"
    assert heuristics("", seen=False) == "unknown"


def test_accounts_that_were_locked_out_today() -> None:
    assert state("AD-74", users=USERS + user("x", 1400, f"lockoutTime: {ago(0.1)}\n")) == "alarm"
    assert state("AD-74", users=USERS + user("x", 1400, f"lockoutTime: {ago(40)}\n")) == "ok"
    assert state("AD-74", users=USERS + user("x", 1400, "lockoutTime: 0\n")) == "ok"
    assert state("AD-74", users=USERS + user("x", 1400).replace("instanceType: 4\n", "")) == "unknown"


def test_whom_a_password_policy_reaches() -> None:
    def policy(target: str, seen: bool = True) -> str:
        top = "dn: CN=Password Settings Container,CN=System,DC=x\ninstanceType: 4\n\n"
        own = f"instanceType: 4\nmsDS-PSOAppliesTo: CN={target},DC=x\n" if seen else ""
        return top + f"dn: CN=P,CN=Password Settings Container,CN=System,DC=x\n{own}\n"

    assert state("AD-75", password_settings=policy("Ops")) == "ok"
    assert state("AD-75", password_settings=policy("Empty")) == "alarm"
    assert state("AD-75", password_settings=policy("Ops", seen=False)) == "unknown"
    assert state("AD-75", password_settings=policy("Ops"), groups=group("Ops", OPERATORS, read=False)) == "unknown"


def test_administrators_that_are_no_people() -> None:
    assert state("AD-76") == "ok"
    assert state("AD-76", groups=group("DA", ADMINS, "boss", "PC")) == "alarm"
    assert state("AD-76", groups=group("DA", ADMINS, "boss", read=False)) == "unknown"


def test_ten_thousand_hits_are_all_counted_and_the_first_are_listed() -> None:
    people = "".join(user(f"u{n:05}", 2000 + n, f"lockoutTime: {ago(0.1)}\n") for n in range(10_000))
    found = verdict("AD-74", users=people)
    assert (found.state, found.total, len(found.objects)) == ("alarm", 10_000, 200)
    assert words(found)[0].startswith("u")


@pytest.mark.parametrize("item", sorted(ITEMS))
def test_where_nothing_was_answered_nothing_is_fine(item: str) -> None:
    assert state(item, **{p.name.removeprefix("directory."): Unknown("refused") for p in REGISTRY.probes_on("directory")}) == "unknown"
