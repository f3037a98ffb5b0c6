"""SYSVOL of a real domain (Samba): what lies there is read as it is, and what could not be read is no empty folder."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditkit.model import fact
from auditkit.probing import PolicyFiles, Probe, Reply, probe
from tests.lab.ad import USER_PASSWORD, Dc
from tests.transports.ldapask import Asking

pytestmark = pytest.mark.lab
LOCAL_ADMIN = "{000A0D17-0000-0000-0000-000000000005}"
BODIES = ("gpt.ini", ".xml")


@fact(key=("path",))
class File:
    """A file."""

    path: str


def policies(most: int = 1 << 20, seconds: float = 60) -> Probe[File]:
    @probe("directory.test_policies", PolicyFiles(BODIES, most, seconds), on=("directory",))
    def read(reply: Reply) -> Iterator[File]:
        for row in reply.rows():
            yield File(path=row["path"])

    return read


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return Asking(tmp_path)


def ask(asking: Asking, dc: Dc, probe: Probe[Any] | None = None, login: str = "auditor", **options: Any) -> dict[str, Any]:
    """Argument -> what was brought."""
    asking.ask(dc.address, login, USER_PASSWORD, probe or policies(), ca_file=str(dc.ca_file), **options)
    return {b.question.arg: b for b in asking.brought}


def rows(brought: Any) -> dict[str, dict[str, Any]]:
    return {row["path"]: row for row in map(json.loads, brought.reply.stdout.splitlines())}


@pytest.mark.parametrize("login", ["auditor", "auditor@corp.example", "CORP\\auditor"])
def test_every_policy_is_read_with_an_ordinary_login(asking: Asking, samba_dc: Dc, login: str) -> None:
    found = ask(asking, samba_dc, login=login)
    lying = samba_dc.folder / "state/sysvol/corp.example/Policies"
    assert set(found) == {p.name for p in lying.iterdir()} | {"scripts", "*"}
    assert {line for line in found["*"].reply.text.split("\n") if line} == set(found) - {"*"}
    for name in set(found) - {"scripts", "*"}:
        files = [p for p in (lying / name).rglob("*") if p.is_file()]
        assert {path: row["size"] for path, row in rows(found[name]).items()} == {
            str(p.relative_to(lying / name)): p.stat().st_size for p in files
        }
        for p in files:
            body = rows(found[name])[str(p.relative_to(lying / name))].get("body")
            assert (body is not None) == p.name.lower().endswith(BODIES)
            assert body is None or base64.b64decode(body) == p.read_bytes()
    assert "MACHINE/Preferences/Groups/Groups.xml" in rows(found[LOCAL_ADMIN])


def test_what_is_asked_stands_in_the_journal(asking: Asking, samba_dc: Dc) -> None:
    ask(asking, samba_dc)
    assert [s.what for s in asking.journal][-2:] == [
        f"smb connect {samba_dc.address} port 445 as auditor@corp.example (ntlm, signed)", r"smb read SYSVOL\corp.example",
    ]  # fmt: skip


def test_a_file_larger_than_the_most_has_no_body(asking: Asking, samba_dc: Dc) -> None:
    row = rows(ask(asking, samba_dc, policies(most=100))[LOCAL_ADMIN])["MACHINE/Preferences/Groups/Groups.xml"]
    assert ("body" in row, row["size"] > 100) == (False, True)


def test_a_folder_that_may_not_be_read_is_unknown_and_the_others_are_read(asking: Asking, own_dc: Dc) -> None:
    place = own_dc.folder / "state/sysvol/corp.example/Policies" / LOCAL_ADMIN / "MACHINE/Preferences"
    place.chmod(0o700)  # smbd reads as the account that asks
    found = ask(asking, own_dc)
    cut = found[LOCAL_ADMIN]
    assert cut.trouble is not None
    assert (cut.trouble.cause, "no right to read this" in cut.trouble.why) == ("refused", True)
    assert [b.trouble for arg, b in found.items() if arg != LOCAL_ADMIN] == [None] * (len(found) - 1)


def test_a_port_where_nobody_is_costs_sysvol_alone(asking: Asking, samba_dc: Dc) -> None:
    found = ask(asking, samba_dc, smb_port=4)
    assert set(found) == {"*"}
    assert found["*"].reply is None
    assert (found["*"].trouble.cause, found["*"].trouble.why) == ("refused", f"SYSVOL: {samba_dc.address} port 4: Connection refused")
    assert ask(asking, samba_dc, smb_port=0)["*"].trouble.why == "SYSVOL is not asked: smb_port is 0"


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n" * 9, b"\x7f\xff\xff\xff", b"\x00\x00\x00\x04\xfeSMB" * 20])
def test_what_is_no_smb_is_unknown_within_its_time(asking: Asking, samba_dc: Dc, said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        peers: list[socket.socket] = []

        def talk() -> None:
            peer, _ = listening.accept()
            peers.append(peer)
            peer.sendall(said)

        threading.Thread(target=talk, daemon=True).start()
        found = _elsewhere(asking, samba_dc, port)
        for peer in peers:
            peer.close()
    assert found["*"].trouble is not None
    assert found["*"].trouble.cause in ("timed_out", "truncated")


def _elsewhere(asking: Asking, dc: Dc, port: int) -> dict[str, Any]:
    """The same place, asked where something else listens."""
    from auditkit.transports import ldapsysvol
    from auditkit.transports.base import Context, Credential, Masked, Target
    from auditkit.transports.ldap import LdapOptions
    from tests.transports.ldapask import _none

    target = Target("ad", "directory", "ldap", "127.0.0.1", LdapOptions())
    place = ldapsysvol.Place(port, "dc1.corp.example", "corp.example", "ntlm", "auditor@corp.example", 2)
    context = Context(b"k" * 32, asking.known_hosts, asking.journal.append, _none)
    credential = Credential("auditor", Masked(USER_PASSWORD))
    return {b.question.arg: b for b in ldapsysvol.ask(policies(seconds=2), place, target, credential, context)}


def test_a_wrong_password_is_said_and_never_shown(asking: Asking, samba_dc: Dc) -> None:
    from auditkit.transports import ldapsysvol
    from auditkit.transports.base import Context, Credential, Masked, Target
    from auditkit.transports.ldap import LdapOptions
    from tests.transports.ldapask import _none

    target = Target("ad", "directory", "ldap", samba_dc.address, LdapOptions())
    place = ldapsysvol.Place(445, "dc1.corp.example", "corp.example", "ntlm", "auditor@corp.example", 5)
    context = Context(b"k" * 32, asking.known_hosts, asking.journal.append, _none)
    (one,) = ldapsysvol.ask(policies(), place, target, Credential("auditor", Masked("Wr0ng-secret")), context)
    assert one.trouble is not None
    assert "Wr0ng" not in repr(one)
    assert one.trouble.cause == "bad_credential"
    assert f"{samba_dc.address} port 445: login auditor@corp.example by ntlm: the login was refused" in one.trouble.why


@pytest.fixture(scope="module")
def own_dc(lab_dc: Any) -> Dc:
    made: Dc = lab_dc(users=10, computers=2)
    return made
