"""WinRM by Kerberos, with MIT's KDC and libraries on both ends: sealed messages over http, bindings to the certificate over https.

Skipped where the KDC or the package gssapi (an extra of ours) is missing.
"""

from __future__ import annotations

import os
import subprocess
import traceback
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.lab import kdc
from tests.lab.need import need_extra
from tests.lab.winrm import Windows, running
from tests.transports.winrmkit import PROBES, Asker

HOST, PASSWORD = "srv1.lab.example", "Secret-1"


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    need_extra(find_spec("gssapi"), "kerberos", "the package gssapi is not installed")
    need_extra(not kdc.why_not(), "kerberos", kdc.why_not())
    with kdc.running(tmp_path_factory.mktemp("kdc"), f"HTTP/{HOST}", "audit", PASSWORD) as place:
        yield place


@pytest.fixture
def asker(tmp_path: Path, realm: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Asker:
    for name, value in realm.items():
        monkeypatch.setenv(name, value)
    return Asker(tmp_path, login=f"audit@{kdc.REALM}", password=PASSWORD)


@pytest.mark.parametrize(("scheme", "login"), [("http", "audit@lab.example"), ("https", r"LAB\audit")])
def test_a_host_is_asked_by_kerberos(asker: Asker, scheme: str, login: str) -> None:
    asker.login = login
    host = Windows(protocol="kerberos", service=HOST, bound=scheme == "https")
    with running(host, asker.certificate(HOST) if scheme == "https" else None) as lab:
        assert len(asker.ask(lab, auth="kerberos", server_name=HOST)) == len(PROBES)
    assert (host.logins, host.shells, lab.faults) == ([f"audit@{kdc.REALM}"], {}, [])
    assert host.requests == 6


def test_a_ticket_is_enough(asker: Asker) -> None:
    subprocess.run(["kinit", asker.login], input=PASSWORD, text=True, check=True, capture_output=True, env=dict(os.environ))
    asker.password = ""
    host = Windows(protocol="kerberos", service=HOST)
    with running(host) as lab:
        assert len(asker.ask(lab, auth="kerberos", server_name=HOST)) == len(PROBES)


@pytest.mark.parametrize(
    ("password", "name", "why"),
    [("wrong-" + "canary", HOST, "the password is wrong"), (PASSWORD, "other.lab.example", "by the name that its domain knows it by")],
)
def test_what_is_wrong_is_told_without_the_password(asker: Asker, password: str, name: str, why: str) -> None:
    asker.password = password
    with running(Windows(protocol="kerberos", service=HOST)) as lab:
        e = asker.refused(lab, auth="kerberos", server_name=name)
    assert (e.cause, why in str(e)) == ("bad_credential", True), e
    assert password not in "".join(traceback.format_exception(e)) + repr(asker.said)
