"""Kerberos against a real domain (Samba): by password and by the ticket of whoever runs the program; SYSVOL with a ticket too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditkit.probing import PolicyFiles, Search
from auditkit.transports import kerberos
from auditkit.transports.base import Context, Target
from auditkit.transports.ldap import Ldap, LdapOptions
from tests.lab.ad import USER_PASSWORD, Dc
from tests.lab.need import need_extra
from tests.transports.ldapask import Asking, _none, searching

pytestmark = pytest.mark.lab
USERS = searching(Search("{domain}", "(&(objectCategory=person)(objectClass=user))", ("sAMAccountName",)), "directory.users")
SYSVOL = searching(PolicyFiles(("gpt.ini",)), "directory.sysvol_files")  # type: ignore[arg-type]


@pytest.fixture
def realm(samba_dc: Dc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dc:
    """The domain, known to the system's Kerberos; nobody holds a ticket yet."""
    need_extra(not kerberos.missing(), "kerberos", f"{kerberos.missing()} (built with: apt-get install libkrb5-dev gcc)")
    monkeypatch.setenv("KRB5_CONFIG", str(samba_dc.folder / "krb5.conf"))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/tickets")
    return samba_dc


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return Asking(tmp_path)


def take_ticket(place: Path, principal: str) -> None:
    """What kinit does."""
    import krb5

    context = krb5.init_context()
    name = krb5.parse_name_flags(context, principal.encode())
    credential = krb5.get_init_creds_password(context, name, krb5.get_init_creds_opt_alloc(context), USER_PASSWORD.encode())
    cache = krb5.cc_resolve(context, f"FILE:{place}/tickets".encode())
    krb5.cc_initialize(context, cache, name)
    krb5.cc_store_cred(context, cache, credential)


def by_ticket(asking: Asking, dc: Dc, *probes: Any, **options: Any) -> None:
    """Ask without any credential."""
    target = Target("ad", "directory", "ldap", dc.address, LdapOptions(ca_file=str(dc.ca_file), auth="kerberos", **options))
    context = Context(b"k" * 32, asking.known_hosts, asking.journal.append, _none)
    asking.brought = list(Ldap().collect(target, probes, None, context))


@pytest.mark.parametrize("login", ["auditor", "auditor@corp.example", "CORP\\auditor"])
@pytest.mark.parametrize("security", ["ldaps", "starttls"])
def test_a_password_gets_its_ticket_by_itself(asking: Asking, realm: Dc, login: str, security: str) -> None:
    asking.ask(realm.address, login, USER_PASSWORD, USERS, ca_file=str(realm.ca_file), auth="kerberos", security=security)
    assert {"auditor", "sysadmin", "krbtgt"} <= {e.text("sAMAccountName") for e in asking.found()}
    assert "ldap bind as auditor@CORP.EXAMPLE (kerberos, inside TLS)" in [s.what for s in asking.journal]


def test_a_ticket_that_is_held_already_is_enough(asking: Asking, realm: Dc, tmp_path: Path) -> None:
    take_ticket(tmp_path, "auditor@CORP.EXAMPLE")
    by_ticket(asking, realm, USERS, SYSVOL)
    assert asking.brought[0].reply is not None
    assert "sAMAccountName: auditor" in asking.brought[0].reply.text
    listed = asking.end
    assert listed.trouble is None
    assert listed.reply is not None
    assert listed.reply.text.count("{") == len(list((realm.folder / "state/sysvol/corp.example/Policies").iterdir()))
    said = [s.what for s in asking.journal]
    assert f"smb connect {realm.address} port 445 as the holder of the ticket (kerberos, signed)" in said


def test_no_other_way_to_log_in_was_used(asking: Asking, realm: Dc) -> None:
    """The server's log: it gave a ticket, and no NTLM and no simple bind came to it."""

    def logins() -> tuple[int, int]:
        lines = [line for line in realm.log.splitlines() if line.startswith("  Auth: [") and "auditor" in line]
        tickets = sum("[Kerberos KDC," in line for line in lines)
        return tickets, len(lines) - tickets

    before = logins()
    asking.ask(realm.address, "auditor", USER_PASSWORD, USERS, SYSVOL, ca_file=str(realm.ca_file), auth="kerberos")
    assert [b.trouble for b in asking.brought] == [None] * len(asking.brought)
    after = logins()
    assert (after[0] > before[0], after[1]) == (True, before[1])
    asking.ask(realm.address, "auditor", USER_PASSWORD, USERS, SYSVOL, ca_file=str(realm.ca_file), auth="ntlm")
    assert logins()[1] > after[1]


def test_without_a_ticket_nothing_is_sent(asking: Asking, realm: Dc) -> None:
    with pytest.raises(Exception, match="by kerberos") as caught:
        by_ticket(asking, realm, USERS)
    assert getattr(caught.value, "cause", "") == "bad_credential"


def test_a_wrong_password_is_said_and_never_shown(asking: Asking, realm: Dc) -> None:
    e = asking.refused(realm.address, "auditor", "Wr0ng-secret", USERS, ca_file=str(realm.ca_file), auth="kerberos")
    assert (e.cause, "Wr0ng" in str(e)) == ("bad_credential", False)
    assert e.__cause__ is None


def test_a_certificate_that_is_not_verified_keeps_the_ticket_from_the_server(asking: Asking, realm: Dc, tmp_path: Path) -> None:
    take_ticket(tmp_path, "auditor@CORP.EXAMPLE")
    e = asking.refused(realm.address, "auditor", USER_PASSWORD, USERS, auth="kerberos")
    assert (e.cause, "no login was tried" in str(e)) == ("refused", True)
