"""The transport against a real Active Directory domain (Samba): logins of every kind, refusals, large answers."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from auditkit.errors import TransportError
from auditkit.ldif import Entry, entries
from auditkit.probing import Search
from tests.lab.ad import BASE, USER_PASSWORD, Dc
from tests.lab.fixtures import MakeDc
from tests.transports.ldapask import Asking, searching

pytestmark = pytest.mark.lab
USERS = searching(Search("{domain}", "(&(objectCategory=person)(objectClass=user))", ("sAMAccountName",)), "directory.users")
STAFF = searching(Search("{domain}", "(cn=Все сотрудники)", ("member",)), "directory.staff")


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return Asking(tmp_path)


@pytest.fixture(scope="module")
def large_dc(lab_dc: MakeDc) -> Dc:
    return lab_dc(users=2200)


@pytest.mark.parametrize("login", ["auditor", "auditor@corp.example", "CORP\\auditor"])
@pytest.mark.parametrize("how", [{}, {"security": "starttls"}, {"auth": "ntlm"}, {"auth": "ntlm", "security": "starttls"}], ids=str)
def test_a_plain_user_reads_the_domain(asking: Asking, samba_dc: Dc, login: str, how: dict[str, Any]) -> None:
    asking.ask(samba_dc.address, login, USER_PASSWORD, USERS, ca_file=str(samba_dc.ca_file), **how)
    names = {e.text("sAMAccountName") for e in asking.found()}
    assert {"auditor", "sysadmin", "krbtgt"} <= names


@pytest.mark.parametrize(
    ("login", "said"),
    [("expired", "the account has expired"), ("locked", "the account is locked"), ("disabled", "the account is disabled"),
     ("mustchange", "must be changed"), ("oldpassword", "the password has expired")],
)  # fmt: skip
def test_why_an_account_may_not_log_in_is_said(asking: Asking, samba_dc: Dc, login: str, said: str) -> None:
    e = asking.refused(samba_dc.address, login, USER_PASSWORD, USERS, ca_file=str(samba_dc.ca_file))
    assert e.cause == "bad_credential"
    assert said in str(e)


def test_a_certificate_that_is_not_verified_keeps_the_login_from_the_server(asking: Asking, samba_dc: Dc) -> None:
    login = "never-sent@corp.example"
    for wrong in ({}, {"ca_file": str(samba_dc.ca_file), "server_name": "other.example"}):
        e = asking.refused(samba_dc.address, login, USER_PASSWORD, USERS, **wrong)
        assert isinstance(e, TransportError)
        assert e.cause == "refused"
    asking.refused(samba_dc.address, "is-sent@corp.example", USER_PASSWORD, USERS, ca_file=str(samba_dc.ca_file))
    assert "[is-sent@corp.example]" in samba_dc.log
    assert login not in samba_dc.log


def test_every_object_is_read_as_ldapsearch_reads_it(asking: Asking, samba_dc: Dc) -> None:
    everything = searching(Search("{domain}"), "directory.everything")
    asking.ask(samba_dc.address, "auditor", USER_PASSWORD, everything, ca_file=str(samba_dc.ca_file))
    said = subprocess.run(
        ["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt", "-H", f"ldaps://{samba_dc.address}",
         "-D", "auditor@corp.example", "-w", USER_PASSWORD, "-b", BASE],
        env={"PATH": "/usr/bin:/bin", "LDAPTLS_CACERT": str(samba_dc.ca_file)}, check=True, capture_output=True, timeout=60,
    ).stdout  # fmt: skip
    changing = {"lastlogon", "logoncount", "badpwdcount", "lastlogontimestamp", "badpasswordtime"}  # by this very login
    ours = {e.dn: _values(e, changing) for e in asking.found()}
    theirs = {e.dn: _values(e, changing) for e in entries(said)}
    assert len(ours) > 300
    assert ours == theirs


def _values(e: Entry, without: set[str]) -> dict[str, list[bytes]]:
    return {name: sorted(values) for name, values in e.values.items() if name not in without}


def test_a_large_domain_comes_in_pages_and_a_large_group_whole(asking: Asking, large_dc: Dc) -> None:
    asking.ask(large_dc.address, "auditor", USER_PASSWORD, USERS, STAFF, ca_file=str(large_dc.ca_file))
    users = [e for b in asking.brought if b.question.probe == "directory.users" for e in [b] if b.question.arg != "*"]
    assert [b.question.arg for b in users] == ["1", "2", "3"]
    (staff,) = [e for e in asking.found() if "member" in e]
    assert len(staff.all("member")) == 1500
