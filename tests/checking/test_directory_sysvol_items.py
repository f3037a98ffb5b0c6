"""What lies on SYSVOL as verdicts: passwords, versions, lost folders, scripts, what controllers demand of LDAP. From files to items."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from auditkit.book import build
from auditkit.checking import check, load_checklists
from auditkit.model import Found, Outcome, Question, Unknown
from auditkit.probing import Reply
from auditkit.registry import registry
from auditkit.store import Store, TargetInfo, Told

REGISTRY = registry()
NOW = datetime(2026, 11, 25, tzinfo=UTC)
ITEMS = {i.id: i for one in load_checklists() if one.checklist in ("directory", "directory_sysvol") for i in one.items}
ONE, TWO = "{00000001-0000-0000-0000-000000000000}", "{00000002-0000-0000-0000-000000000000}"
DC, OU = "OU=Domain Controllers,DC=x", "DC=x"
PARAMETERS = r"MACHINE\System\CurrentControlSet\Services\NTDS\Parameters" + "\\"
GPP = '<?xml version="1.0" encoding="utf-8"?><Groups><User name="a"><Properties userName="локальный" cpassword="%s"/></User></Groups>'
APPLY = "edacfd8f-ffb3-11d1-b41d-00a0c968f939"
Files = Mapping[str, bytes]


def ini(version: int) -> bytes:
    return f"[General]\r\nVersion={version}\r\n".encode()


def template(*lines: str, section: str = "Registry Values") -> bytes:
    return b"\xff\xfe" + "\r\n".join(("[Unicode]", "Unicode=yes", f"[{section}]", *lines, "")).encode("utf-16-le")


def ldap(signing: int, binding: int) -> bytes:
    return template(f"{PARAMETERS}LDAPServerIntegrity=4,{signing}", f"{PARAMETERS}LdapEnforceChannelBinding=4,{binding}")


def folder(files: Files, large: tuple[str, ...] = ()) -> bytes:
    """The reply about one folder."""
    rows = []
    for path, body in sorted(files.items()):
        row = {"path": path, "size": len(body)}
        rows.append(row if path in large else row | {"body": base64.b64encode(body).decode()})
    return "".join(json.dumps(r) + "\n" for r in rows).encode()


def sid(*parts: int) -> bytes:
    return bytes((1, len(parts))) + b"\0\0\0\0\0\5" + b"".join(p.to_bytes(4, "little") for p in parts)


def descriptor(*aces: tuple[int, bytes]) -> str:
    """A descriptor whose entries are about "apply group policy" (MS-DTYP 2.4.4.3, 2.4.4.4, 2.4.4.8).

    (5 = allowed | 6 = denied | 11 = allowed on a condition, SID).
    """
    made = b""
    for kind, who in aces:
        body = (0x100).to_bytes(4, "little") + (1).to_bytes(4, "little") + uuid.UUID(APPLY).bytes_le + who
        made += bytes((kind, 0)) + (4 + len(body)).to_bytes(2, "little") + body
    acl = b"\4\0" + (8 + len(made)).to_bytes(2, "little") + len(aces).to_bytes(2, "little") + b"\0\0" + made
    return base64.b64encode(b"\1\0\4\x80" + b"\0" * 12 + (20).to_bytes(4, "little") + acl).decode()


EVERYBODY = descriptor((5, sid(11)))


def policy(guid: str, version: int = 65537, extra: str = "") -> str:
    return f"dn: CN={guid},CN=Policies,CN=System,DC=x\ninstanceType: 4\ndisplayName: policy\nversionNumber: {version}\n{extra}\n"


def links(target: str, *guids: str, options: int = 0, more: str = "") -> str:
    said = "".join(f"[LDAP://CN={g},CN=Policies,CN=System,DC=x;{options}]" for g in guids)
    return f"dn: {target}\ninstanceType: 4\ngPLink: {said}\n{more}\n"


def applied(guid: str, to: str = EVERYBODY) -> str:
    return f"dn: CN={guid},CN=Policies,CN=System,DC=x\nnTSecurityDescriptor:: {to}\n\n"


MACHINE = (
    "dn: CN=DC1,OU=Domain Controllers,DC=x\nsAMAccountName: DC1$\nobjectSid:: " + base64.b64encode(sid(21, 1, 2, 3, 1000)).decode()
    + "\nuserAccountControl: 532480\ndNSHostName: dc1.x\noperatingSystem: Windows Server 2022\n\n"
)  # fmt: skip


def domain(folders: Mapping[str, Files | bytes | Outcome], **pages: str) -> dict[str, str]:
    """Item -> state, of a domain with one controller. pages: answers of probes of the directory; a folder may be an outcome."""
    given = {
        "computers": MACHINE, "controller_accounts": MACHINE, "policies": policy(ONE), "policy_appliers": applied(ONE),
        "links_in_domain": links(OU) + links(DC, ONE),
        "servers": "dn: CN=DC1,CN=Servers,CN=S,CN=Sites,CN=Configuration,DC=x\nobjectClass: server\ninstanceType: 4\n\n"
        "dn: CN=NTDS Settings,CN=DC1,CN=Servers,CN=S,CN=Sites,CN=Configuration,DC=x\nobjectClass: nTDSDSA\ninstanceType: 4\n"
        "hasMasterNCs: DC=x\nmsDS-HasDomainNCs: DC=x\n\n",
        "domain": "dn: DC=x\ninstanceType: 5\n\n",
        "links_of_sites": links("CN=S,CN=Sites,CN=Configuration,DC=x"),
    } | pages  # fmt: skip
    told = []
    for probe in REGISTRY.probes_on("directory"):
        page = given.get(probe.name.removeprefix("directory."))
        told.append(Told(Question("d", probe.name, "*"), str(probe.command), Found(()), None, NOW, False))
        replies: dict[str, bytes | Outcome] = {"1": page.encode()} if page is not None else {}
        if probe.name == "directory.policy_files":
            replies = {g: folder(f) if isinstance(f, Mapping) else f for g, f in folders.items()}
        for arg, said in replies.items():
            reply = Reply(said, b"", 0, NOW, arg=arg, key=b"k") if isinstance(said, bytes) else None
            outcome = said if not isinstance(said, bytes) else probe.outcome(Reply(said, b"", 0, NOW, arg=arg, key=b"k"))
            told.append(Told(Question("d", probe.name, arg), str(probe.command), outcome, reply, NOW, probe.secret))
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("d", "directory", "ldap", "d")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    return {v.item.id: str(v.state) for v in check(build(store, store.snapshot(snap), REGISTRY, NOW.date()), ITEMS.values())}


REFUSED = Unknown("no right to read this", cause="refused")
FINE: Files = {"GPT.INI": ini(65537)}


@pytest.mark.parametrize(
    ("files", "state"),
    [
        (FINE, "ok"),
        ({**FINE, "MACHINE/Preferences/Groups/Groups.xml": GPP.encode() % b"abc"}, "alarm"),
        ({**FINE, "USER/Preferences/Drives/Drives.xml": ("\ufeff" + GPP % "abc").encode()}, "alarm"),
        ({**FINE, "USER/Preferences/Drives/Drives.xml": b"\xff\xfe" + (GPP % "abc").encode("utf-16-le")}, "alarm"),
        ({**FINE, "MACHINE/Preferences/Groups/Groups.xml": GPP.encode() % b""}, "ok"),
        ({**FINE, "MACHINE/Preferences/Groups/Groups.xml": b"<Groups><User"}, "unknown"),
        ({**FINE, "MACHINE/Preferences/Registry/Registry.xml":
            b'<R><Registry><Properties name="DefaultPassword" value="x"/></Registry></R>'}, "alarm"),
        ({**FINE, "MACHINE/Preferences/Registry/Registry.xml": b'<R><Registry><Properties name="Other" value="x"/></Registry></R>'}, "ok"),
        (REFUSED, "unknown"),
    ],
)  # fmt: skip
def test_passwords_in_preferences(files: Files | Outcome, state: str) -> None:
    assert domain({ONE: files})["AD-25"] == state


def test_one_folder_that_may_not_be_read_hides_no_password_of_another() -> None:
    files = {**FINE, "MACHINE/Preferences/Groups/Groups.xml": GPP.encode() % b"abc"}
    assert domain({ONE: REFUSED, TWO: files})["AD-25"] == "alarm"
    assert domain({ONE: REFUSED, TWO: FINE})["AD-25"] == "unknown"


def test_a_file_that_is_too_large_is_not_taken_for_a_clean_one() -> None:
    path = "MACHINE/Preferences/Groups/Groups.xml"
    assert domain({ONE: folder({**FINE, path: b"x"}, large=(path,))})["AD-25"] == "unknown"


@pytest.mark.parametrize(
    ("version", "files", "state"),
    [
        (65537, FINE, "ok"), (65537, {"gpt.ini": b"[General]\nversion = 65537\n"}, "ok"), (65538, FINE, "alarm"), (65537, {}, "alarm"),
        (65537, {"GPT.INI": b"[General]\r\n"}, "alarm"), (65537, REFUSED, "unknown"),
    ],
)  # fmt: skip
def test_versions(version: int, files: Files | Outcome, state: str) -> None:
    assert domain({ONE: files}, policies=policy(ONE, version))["AD-43"] == state


def test_a_folder_without_its_policy_and_a_policy_without_its_folder() -> None:
    assert domain({ONE: FINE, TWO: FINE})["AD-43"] == "alarm"
    assert domain({ONE: FINE})["AD-90"] == "ok"
    assert domain({ONE: FINE}, policies=policy(ONE) + policy(TWO))["AD-90"] == "alarm"
    assert domain({ONE: FINE, TWO: REFUSED}, policies=policy(ONE) + policy(TWO))["AD-90"] == "unknown"


@pytest.mark.parametrize(
    ("body", "state"),
    [(b"echo hello\r\n", "ok"), (b"net use z: \\\\srv\\x /user:corp\\a /password:Zima2020!\r\n", "alarm"), (None, "unknown")],
)
def test_passwords_in_scripts(body: bytes | None, state: str) -> None:
    path = "MACHINE/Scripts/Startup/a.bat"
    assert domain({ONE: folder({**FINE, path: body or b"x"}, large=() if body else (path,))})["AD-91"] == state
    logon = folder({"a.bat": body or b"x"}, large=() if body else ("a.bat",))
    seen = domain({ONE: FINE, "scripts": logon})
    assert (seen["AD-91"], seen["AD-43"]) == (state, "ok")
    assert domain({ONE: FINE, "scripts": REFUSED})["AD-91"] == "unknown"
    assert domain({ONE: FINE, "scripts": folder({"readme.txt": b"x"})})["AD-91"] == "not_applicable"


@pytest.mark.parametrize(("said", "state"), [("4,5", "ok"), ("4,3", "ok"), ("4,1", "alarm"), ("4,0", "alarm")])
def test_old_ntlm(said: str, state: str) -> None:
    files = {**FINE, SECEDIT: template(rf"MACHINE\System\CurrentControlSet\Control\Lsa\LmCompatibilityLevel={said}")}
    assert domain({ONE: files})["AD-92"] == state
    assert domain({ONE: files, TWO: REFUSED})["AD-92"] == ("alarm" if state == "alarm" else "unknown")


SECEDIT = "MACHINE/Microsoft/Windows NT/SecEdit/GptTmpl.inf"
STRICT, LAX = {**FINE, SECEDIT: ldap(2, 2)}, {**FINE, SECEDIT: ldap(1, 0)}


def demanded(one: Files = STRICT, **pages: str) -> str:
    return domain({ONE: one}, **pages)["AD-29"]


def test_a_policy_that_surely_applies_says_what_controllers_demand() -> None:
    assert demanded() == "ok"
    assert demanded(LAX) == "alarm"
    assert demanded({**FINE, SECEDIT: ldap(2, 1)}) == "alarm"
    assert demanded(links_in_domain=links(OU, ONE) + links(DC)) == "ok"
    assert demanded(links_of_sites=links("CN=S,CN=Sites,CN=Configuration,DC=x", ONE), links_in_domain=links(OU) + links(DC)) == "ok"


@pytest.mark.parametrize(
    "pages",
    [
        {"links_in_domain": links(OU) + links(DC)},
        {"links_in_domain": links(OU) + links(DC, ONE, options=1)},
        {"links_in_domain": links(OU, ONE) + links(DC, more="gPOptions: 1\n")},
        {"links_in_domain": links(OU) + links(DC) + links("OU=Other,DC=x", ONE)},
        {"policies": policy(ONE, extra="flags: 2\n")},
        {"policies": policy(ONE, extra="gPCWQLFilter: [x;{1};0]\n")},
        {"policies": ""},
        {"policy_appliers": applied(ONE, descriptor((5, sid(21, 1, 2, 3, 1105))))},
        {"policy_appliers": applied(ONE, descriptor((6, sid(21, 1, 2, 3, 516)), (5, sid(11))))},
        {"policy_appliers": applied(ONE, descriptor((11, sid(11))))},
        {"policy_appliers": f"dn: CN={ONE},CN=Policies,CN=System,DC=x\n\n"},
        {"computers": ""},
    ],
    ids=["not linked", "link off", "inheritance blocked", "linked elsewhere", "computers off", "filter", "gone", "for others", "denied",
         "on a condition",
         "rights not seen", "no account"],
)  # fmt: skip
def test_a_policy_that_may_not_apply_proves_nothing(pages: dict[str, str]) -> None:
    assert demanded(STRICT, **pages) == "unknown"


def test_nothing_said_and_nothing_read_prove_nothing() -> None:
    assert demanded(FINE) == "unknown"
    assert domain({ONE: REFUSED})["AD-29"] == "unknown"
    assert domain({})["AD-29"] == "unknown"


@pytest.mark.parametrize(
    ("domain_options", "state"), [(0, "alarm"), (2, "ok")], ids=["the nearest wins", "an enforced one further up wins"]
)
def test_of_two_policies_the_stronger_counts(domain_options: int, state: str) -> None:
    pages = {
        "policies": policy(ONE) + policy(TWO), "policy_appliers": applied(ONE) + applied(TWO),
        "links_in_domain": links(OU, TWO, options=domain_options) + links(DC, ONE),
    }  # fmt: skip
    assert domain({ONE: LAX, TWO: STRICT}, **pages)["AD-29"] == state


def test_where_nothing_was_answered_nothing_is_fine() -> None:
    told = [Told(Question("d", p.name, "*"), str(p.command), REFUSED, None, NOW, False) for p in REGISTRY.probes_on("directory")]
    store = Store.open(None, b"k")
    snap = store.begin([TargetInfo("d", "directory", "ldap", "d")], [t.question for t in told], NOW, "test", "test")
    store.record(snap, told)
    found = {v.item.id: str(v.state) for v in check(build(store, store.snapshot(snap), REGISTRY, NOW.date()), ITEMS.values())}
    assert {found[i] for i in ("AD-25", "AD-29", "AD-43", "AD-90", "AD-91", "AD-92")} == {"unknown"}
