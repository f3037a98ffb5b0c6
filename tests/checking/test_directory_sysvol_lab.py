"""SYSVOL of real domains (Samba) as verdicts: what lies there is found, a clean domain raises none of it, unreached is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditkit.checking import CheckVerdict
from auditkit.registry import registry
from auditkit.transports.ldap import LdapOptions
from tests.checking import dirlab
from tests.lab.ad import ADMIN_PASSWORD, USER_PASSWORD, Dc
from tests.lab.fixtures import MakeDc

pytestmark = pytest.mark.lab
PROBES = [f"directory.{name}" for name in (
    "computers", "controller_accounts", "domain", "links_in_domain", "links_of_sites", "policies", "policy_appliers", "policy_files",
    "servers",
)]  # fmt: skip
ITEMS = ("AD-25", "AD-29", "AD-43", "AD-90", "AD-91", "AD-92")
CONTROLLERS, PASSWORDS, LOCAL_ADMIN = (
    "{6AC1786C-016F-11D2-945F-00C04FB984F9}", "{000A0D17-0000-0000-0000-000000000001}", "{000A0D17-0000-0000-0000-000000000005}",
)  # fmt: skip
TEMPLATE = (
    "[Unicode]\r\nUnicode=yes\r\n[Registry Values]\r\n"
    "MACHINE\\System\\CurrentControlSet\\Services\\NTDS\\Parameters\\LDAPServerIntegrity=4,2\r\n"
    "MACHINE\\System\\CurrentControlSet\\Services\\NTDS\\Parameters\\LdapEnforceChannelBinding=4,0\r\n"
    "MACHINE\\System\\CurrentControlSet\\Control\\Lsa\\LmCompatibilityLevel=4,1\r\n"
)


@pytest.fixture(scope="module")
def damaged_dc(lab_dc: MakeDc) -> Dc:
    """The seeded domain with more of what a predecessor leaves on SYSVOL."""
    dc = lab_dc(users=10, computers=2)
    place = dc.folder / "state/sysvol/corp.example/Policies"
    (place / PASSWORDS / "GPT.INI").write_bytes(b"[General]\r\nVersion=65538\r\n")
    scripts = place / PASSWORDS / "MACHINE/Scripts/Startup"
    scripts.mkdir(parents=True)
    (scripts / "диск.bat").write_bytes("net use z: \\\\srv\\общая /user:CORP\\svc /password:Zima2020!\r\n".encode("cp1251"))
    logon = place.parent / "scripts/отдел"
    logon.mkdir(parents=True)
    (logon / "logon.vbs").write_text('pwd = "Zima2020!"\r\nWScript.Echo "ok"\r\n')
    edited = place / CONTROLLERS / "MACHINE/Microsoft/Windows NT/SecEdit"
    edited.mkdir(parents=True, exist_ok=True)
    (edited / "GptTmpl.inf").write_bytes(b"\xff\xfe" + TEMPLATE.encode("utf-16-le"))
    (place / LOCAL_ADMIN).rename(place.parent / "away")
    return dc


@pytest.fixture(autouse=True)
def few_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what these items stand on is asked."""
    few = registry().only(PROBES)
    monkeypatch.setattr(dirlab, "registry", lambda: few)


def found(dc: Dc, folder: Path, login: str = "auditor", password: str = USER_PASSWORD) -> dict[str, CheckVerdict]:
    all_ = dirlab.verdicts(dirlab.asked(dc.address, str(dc.ca_file), f"{login}@corp.example", password, folder))
    return {item: all_[item] for item in ITEMS}


# Samba's own policies say nothing of LDAP, which proves nothing; there are no scripts and no such settings.
CLEAN = {
    "AD-25": "ok", "AD-29": "unknown", "AD-43": "ok", "AD-90": "ok", "AD-91": "not_applicable", "AD-92": "not_applicable",
}  # fmt: skip


def states(verdicts: dict[str, CheckVerdict]) -> dict[str, str]:
    return {item: str(v.state) for item, v in verdicts.items()}


def test_a_password_in_preferences_is_found_by_an_ordinary_account(samba_dc: Dc, tmp_path: Path) -> None:
    seen = found(samba_dc, tmp_path)
    assert states(seen) == CLEAN | {"AD-25": "alarm"}
    (one,) = dirlab.told(seen["AD-25"])
    assert one.startswith(f"policy {LOCAL_ADMIN}: ")
    assert "MACHINE/Preferences/Groups/Groups.xml" in one


def test_what_was_left_there_is_found_with_its_objects(damaged_dc: Dc, tmp_path: Path) -> None:
    seen = found(damaged_dc, tmp_path)
    assert {item: dirlab.told(v) for item, v in seen.items() if str(v.state) == "alarm"} == {
        "AD-29": ["DC1"],
        "AD-43": [f"policy {PASSWORDS}: version 65538 on SYSVOL"],
        "AD-90": [f"Локальный администратор {LOCAL_ADMIN}"],
        "AD-91": ["NETLOGON: отдел/logon.vbs", f"{PASSWORDS}: MACHINE/Scripts/Startup/диск.bat"],
        "AD-92": [f"policy {CONTROLLERS}: 4,1"],
    }


def test_a_clean_domain_raises_none_of_it(clean_dc: Dc, tmp_path: Path) -> None:
    assert states(found(clean_dc, tmp_path, "administrator", ADMIN_PASSWORD)) == CLEAN


def test_where_sysvol_is_not_reached_nothing_of_it_is_fine(samba_dc: Dc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dirlab, "LdapOptions", lambda **told: LdapOptions(**told, smb_port=4))
    assert set(states(found(samba_dc, tmp_path)).values()) == {"unknown"}
