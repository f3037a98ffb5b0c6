"""A directory is asked over TLS alone, page by page; what was cut off is never taken for the whole. Against a small directory of ours."""

from __future__ import annotations

import base64
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from auditkit.model import Unknown
from auditkit.probing import Search
from auditkit.transports import tls
from auditkit.transports.ldapwire import Wire
from tests.transports.ldapask import Asking, searching
from tests.transports.ldapkit import BASE, Entry, Fake, directory

SECRET = "Tr0ub4dor&3-secret"
MakeFake = Callable[..., Fake]
PEOPLE: list[Entry] = [(f"CN=u{n},{BASE}", {"objectClass": [b"top", b"person"], "cn": [f"u{n}".encode()]}) for n in range(25)]
USERS = searching(Search("{domain}", "(objectClass=person)", ("cn",)), "directory.users")


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return Asking(tmp_path)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[MakeFake]:
    with ExitStack() as open_:
        yield lambda **told: open_.enter_context(directory(tmp_path, **told))


def ask(asking: Asking, fake: Fake, *probes: Any, **options: Any) -> Asking:
    told: dict[str, Any] = {"port": fake.port, "ca_file": str(fake.authority.file), "page": 10} | options
    asking.ask("127.0.0.1", "auditor@corp.example", SECRET, *(probes or (USERS,)), **told)
    return asking


def refused(asking: Asking, fake: Fake, **options: Any) -> Any:
    told = {"port": fake.port, "ca_file": str(fake.authority.file)} | options
    return asking.refused("127.0.0.1", "auditor@corp.example", SECRET, USERS, **told)


def test_every_page_is_an_answer_and_the_last_one_lists_them(asking: Asking, fake: MakeFake) -> None:
    ask(asking, fake(entries=PEOPLE))
    assert [b.question.arg for b in asking.brought] == ["1", "2", "3", "*"]
    assert [len(asking.found(n)) for n in "123"] == [10, 10, 5]
    assert [e.dn for e in asking.found()] == [dn for dn, _ in PEOPLE]
    assert asking.end.reply is not None
    assert (asking.end.reply.stdout, asking.end.reply.code, asking.end.reply.stderr) == (b"1\n2\n3\n", 0, b"")


def test_attributes_and_values_are_in_an_order_of_their_own_but_object_classes(asking: Asking, fake: MakeFake) -> None:
    odd: Entry = (f"CN=я,{BASE}", {"objectClass": [b"top", b"person", b"a"], "zip": [b"2", b"10"], "Cn": [b"x"]})
    ask(asking, fake(entries=[odd]))
    assert asking.brought[0].reply is not None
    dn = base64.b64encode(f"CN=я,{BASE}".encode()).decode()
    assert asking.brought[0].reply.stdout.decode() == (
        f"dn:: {dn}\nCn: x\nobjectClass: top\nobjectClass: person\nobjectClass: a\nzip: 10\nzip: 2\n\n"
    )


def test_nothing_found_is_a_whole_answer_without_pages(asking: Asking, fake: MakeFake) -> None:
    ask(asking, fake())
    assert [b.question.arg for b in asking.brought] == ["*"]
    assert USERS.listing(asking.brought[0].reply)[1].__class__.__name__ == "Found"  # type: ignore[arg-type]


@pytest.mark.parametrize("code", [3, 4, 11, 51, 52])
def test_a_search_that_was_cut_off_by_a_limit_is_unknown_and_its_pages_stay(asking: Asking, fake: MakeFake, code: int) -> None:
    ask(asking, fake(entries=PEOPLE, end=(code, "limit")))
    assert len(asking.found()) == 25
    assert asking.end.reply is not None
    outcome = USERS.listing(asking.end.reply)[1]
    assert isinstance(outcome, Unknown)
    assert outcome.why.startswith(f"LDAP result {code}: ")


def test_smaller_pages_are_asked_where_the_server_takes_no_larger_ones(asking: Asking, fake: MakeFake) -> None:
    server = fake(entries=PEOPLE, page_limit=50)
    ask(asking, server, page=1000)
    assert [a["size"] for a in server.asked if a["base"]] == [1000, 250, 50]
    assert len(asking.found()) == 25


def test_values_handed_out_in_ranges_are_made_whole_under_the_plain_name(asking: Asking, fake: MakeFake) -> None:
    members = [f"CN=m{n:04d},{BASE}".encode() for n in range(40)]
    group: Entry = (f"CN=all,{BASE}", {"cn": [b"all"], "member": members})
    ask(asking, fake(entries=[group], values=15))
    (entry,) = asking.found()
    assert entry.all("member") == members
    assert set(entry.values) == {"cn", "member"}
    assert [s.what for s in asking.journal][-2:] == [
        f"ldap search base CN=all,{BASE} (objectClass=*) [member;range={n}-*]" for n in (15, 30)
    ]


def test_a_range_that_is_not_given_to_its_end_makes_the_page_truncated(asking: Asking, fake: MakeFake) -> None:
    group: Entry = (f"CN=all,{BASE}", {"member": [b"%d" % n for n in range(40)]})
    ask(asking, fake(entries=[group], values=15, gap=True))
    page = asking.brought[0]
    assert page.reply is not None
    assert page.reply.truncated
    assert page.trouble is not None
    assert (page.trouble.cause, f"member of CN=all,{BASE}" in page.trouble.why) == ("truncated", True)


def test_a_page_that_grows_beyond_the_cap_is_handed_on_in_parts(asking: Asking, fake: MakeFake) -> None:
    big: list[Entry] = [(f"CN=u{n},{BASE}", {"photo": [b"x" * 1000]}) for n in range(10)]
    server = fake(entries=big)
    asking.ask(
        "127.0.0.1", "a@b", SECRET, USERS, port=server.port, ca_file=str(server.authority.file), reply_bytes=3000
    )  # fmt: skip
    assert max(len(b.reply.stdout) for b in asking.brought if b.reply) < 5000
    assert len(asking.found()) == 10


def test_a_server_that_dies_half_way_costs_that_search_alone(asking: Asking, fake: MakeFake) -> None:
    other = searching(Search("", scope="base"), "directory.root")
    server = fake(entries=PEOPLE, die_after=13)
    ask(asking, server, USERS, other)
    assert [(b.question.probe[10:], b.question.arg) for b in asking.brought] == [
        ("users", "1"), ("users", "2"), ("users", "*"), ("root", "1"), ("root", "*"),
    ]  # fmt: skip
    assert len(asking.found()) == 13 + 1
    cut = asking.brought[2].trouble
    assert cut is not None
    assert cut.cause == "truncated"
    assert asking.brought[1].reply is not None
    assert asking.brought[1].reply.truncated
    assert server.connections == 2


def test_a_search_that_is_not_answered_in_time_is_unknown(asking: Asking, fake: MakeFake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.transports.ldapsession.GRACE", 0.2)
    ask(asking, fake(silent=True), searching(Search("{domain}", seconds=0.1)))
    assert asking.end.trouble is not None
    assert asking.end.trouble.cause == "timed_out"


def test_bytes_that_are_no_ldap_are_not_understood(asking: Asking, fake: MakeFake) -> None:
    ask(asking, fake(noise=b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert asking.end.trouble is not None
    assert asking.end.trouble.cause == "not_understood"


def test_a_naming_context_that_the_server_does_not_name_is_not_guessed(asking: Asking, fake: MakeFake) -> None:
    server = fake()
    ask(asking, server, searching(Search("CN=Sites,{configuration}")))
    assert asking.end.reply is None
    assert [a["base"] for a in server.asked] == [""]


def test_the_base_can_be_given(asking: Asking, fake: MakeFake) -> None:
    server = fake()
    ask(asking, server, base="DC=other,DC=example")
    assert server.asked[-1]["base"] == "DC=other,DC=example"


def test_security_and_deleted_objects_are_asked_by_controls(asking: Asking, fake: MakeFake) -> None:
    server = fake()
    ask(asking, server, searching(Search("{domain}", security=True, deleted=True)))
    assert server.asked[-1]["types"] == ["1.2.840.113556.1.4.319", "1.2.840.113556.1.4.801", "1.2.840.113556.1.4.2064"]


def test_every_search_is_in_the_journal_before_it_is_sent(asking: Asking, fake: MakeFake) -> None:
    server = fake(entries=PEOPLE)
    ask(asking, server)
    said = [s.what for s in asking.journal]
    assert said[0] == f"ldap connect 127.0.0.1 port {server.port} (ldaps)"
    assert said[1].startswith("ldap search base (root DSE)")
    assert said[2] == "ldap bind as auditor@corp.example (simple, inside TLS)"
    assert said[3:] == [f"ldap search subtree {BASE} (objectClass=person) [cn]"]


def test_a_bare_login_gets_the_domain(asking: Asking, fake: MakeFake) -> None:
    server = fake()
    asking.ask("127.0.0.1", "Аудитор", SECRET, USERS, port=server.port, ca_file=str(server.authority.file))
    assert server.binds == ["Аудитор@corp.example"]


def test_an_empty_password_is_not_sent(asking: Asking, fake: MakeFake) -> None:
    server = fake()
    e = asking.refused("127.0.0.1", "auditor", "", USERS, port=server.port, ca_file=str(server.authority.file))
    assert (e.cause, server.binds) == ("bad_credential", [])


@pytest.mark.parametrize(
    ("told", "options", "said"),
    [
        ({}, {"ca_file": ""}, "authority of its certificate is not known"),
        ({}, {"server_name": "other.example"}, "certificate is for another name"),
        ({"days": (-30, -1)}, {}, "certificate has expired"),
    ],
    ids=["authority", "name", "expired"],
)
def test_a_certificate_that_is_not_verified_stops_everything_before_the_login(
    asking: Asking, fake: MakeFake, told: dict[str, Any], options: dict[str, str], said: str
) -> None:
    server = fake(**told)
    e = refused(asking, server, **options)
    assert e.cause == "refused"
    assert said in str(e)
    assert "no login was tried" in str(e)
    assert (bytes(server.received), server.binds) == (b"", [])
    plain = fake(starttls=True, **told)
    for auth in ("simple", "ntlm"):
        e = refused(asking, plain, security="starttls", auth=auth, **options)
        assert (e.cause, said in str(e), plain.binds) == ("refused", True, [])
    assert len(plain.received) < 100  # two wishes for TLS, and nothing else
    assert b"auditor" not in plain.received


def test_a_changed_certificate_stops_everything_before_the_login(asking: Asking, fake: MakeFake) -> None:
    server = fake()
    tls.pin(tls.store_of(asking.known_hosts), "127.0.0.1", server.port, "SHA256:" + "A" * 43)
    e = refused(asking, server)
    assert e.cause == "host_key_changed"
    assert (bytes(server.received), server.binds) == (b"", [])


def test_a_pinned_certificate_needs_no_authority(asking: Asking, fake: MakeFake) -> None:
    server = fake(entries=PEOPLE, days=(-30, -1))
    tls.pin(tls.store_of(asking.known_hosts), "127.0.0.1", server.port, tls.fingerprint(tls.look("127.0.0.1", server.port, 5)))
    ask(asking, server, ca_file="")
    assert len(asking.found()) == 25


def test_with_starttls_nothing_but_the_wish_for_tls_is_sent_in_clear(asking: Asking, fake: MakeFake) -> None:
    server = fake(entries=PEOPLE, starttls=True)
    ask(asking, server, security="starttls")
    assert len(asking.found()) == 25
    again = fake(starttls=True, days=(-30, -1))
    e = refused(asking, again, security="starttls")
    assert "certificate has expired" in str(e)
    assert SECRET.encode() not in again.received


@pytest.mark.parametrize(
    ("sub", "said"),
    [
        ("52e", "the login or the password is wrong"), ("525", "there is no such user"), ("530", "may not log in at this hour"),
        ("531", "may not log in from this machine"), ("532", "the password has expired"), ("533", "the account is disabled"),
        ("701", "the account has expired"), ("773", "must be changed"), ("775", "the account is locked"),
    ],
)  # fmt: skip
def test_why_a_login_is_refused_is_said(asking: Asking, fake: MakeFake, sub: str, said: str) -> None:
    message = f"80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data {sub}, v4563"
    e = refused(asking, fake(bind=(49, message)))
    assert e.cause == "bad_credential"
    assert said in str(e)
    assert SECRET not in str(e)


def test_a_server_that_wants_a_stronger_login_is_no_wrong_password(asking: Asking, fake: MakeFake) -> None:
    assert refused(asking, fake(bind=(8, "BindSimple: Transport encryption required."))).cause == "refused"


def test_kerberos_without_its_package_says_what_to_install(
    asking: Asking, fake: MakeFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    e = refused(asking, fake(), auth="kerberos")
    assert "gssapi" in str(e)


def test_no_warning_of_a_library_reaches_the_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import auditkit.transports.ldapsession"], capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_a_connection_does_not_know_the_password(asking: Asking, fake: MakeFake, monkeypatch: pytest.MonkeyPatch) -> None:
    wires: list[Wire] = []
    close = Wire.close

    def kept(wire: Wire) -> None:
        wires.append(wire)
        close(wire)

    monkeypatch.setattr(Wire, "close", kept)
    ask(asking, fake(entries=PEOPLE))
    (wire,) = wires
    assert SECRET not in repr(vars(wire)) + repr(vars(wire._ldap)) + repr(vars(wire._ldap.strategy))


def test_a_server_that_gives_a_byte_now_and_then_is_not_waited_for(asking: Asking, fake: MakeFake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditkit.transports.ldapsession.GRACE", 0.4)
    server = fake(drip=b"\x30\x82\x10\x00" + b"\x00" * 400)
    began = time.monotonic()
    ask(asking, server, searching(Search("{domain}", seconds=0.1)))
    assert asking.end.trouble is not None
    assert asking.end.trouble.cause == "timed_out"
    assert time.monotonic() - began < 5


def test_a_message_that_is_larger_than_any_directory_sends_is_not_taken_in(asking: Asking, fake: MakeFake) -> None:
    ask(asking, fake(noise=b"\x30\x84\x7f\xff\xff\xff"))
    assert asking.end.trouble is not None
    assert (asking.end.trouble.cause, "2047 MB" in asking.end.trouble.why) == ("truncated", True)
