"""What is sent for a search is, byte for byte, what ldapsearch sends for it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from ldap3.utils.asn1 import encode

from auditkit.probing import Search
from auditkit.registry import registry
from auditkit.transports.ldaprequest import Asked, FilterError, search
from tests.lab.adtls import Authority
from tests.lab.need import need

BASE = "DC=corp,DC=example"
SEARCHES = sorted({p.command.filter for p in registry().probes.values() if isinstance(p.command, Search)})
FILTERS = [
    "(cn=Все сотрудники)", "(|(a=1)(b=2)(!(c=3)))", "(&(a=1)(|(b=2)(c=3)))", "(userAccountControl:1.2.840.113556.1.4.803:=2)",
    "(cn=a*)", "(cn=*a)", "(cn=*a*b*)", "(cn=a*b*c)", "(n>=5)", "(n<=5)", "(cn~=x)", r"(cn=a\2ab)", r"(sid=\01\02\ff)", "(cn=)", "(cn=*)",
    "(member:1.2.840.113556.1.4.1941:=CN=a,DC=b)", "(2.5.4.3=a)", "(cn:dn:=x)", r"(cn=\28x\29\5c*y)",
    *SEARCHES,
]  # fmt: skip


BOUND, DONE = (bytes.fromhex(f"300c0201{number:02x}{tag}070a010004000400") for number, tag in ((1, "61"), (2, "65")))  # success


@dataclass
class Listener:
    """Takes a login and a search over TLS, answers both with success, and keeps the search."""

    port: int
    authority: Authority
    searches: list[bytes]


def _message(sock: ssl.SSLSocket) -> bytes:
    raw = sock.recv(2)
    if raw[1:] > b"\x80":
        raw += sock.recv(raw[1] & 127)
    size = int.from_bytes(raw[2:], "big") if len(raw) > 2 else raw[1]
    body = b""
    while len(body) < size:
        body += sock.recv(size - len(body))
    return body


def _serve(listening: socket.socket, context: ssl.SSLContext, searches: list[bytes]) -> None:
    while True:
        try:
            peer, _ = listening.accept()
        except OSError:
            return
        with context.wrap_socket(peer, server_side=True) as inside:
            _message(inside)
            inside.sendall(BOUND)
            searches.append(_message(inside)[3:])  # without the number of the message
            inside.sendall(DONE)
            inside.recv(100)


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    need(shutil.which("ldapsearch") is not None, "ldapsearch is missing: apt-get install ldap-utils")
    folder = tmp_path_factory.mktemp("listener")
    authority = Authority(folder / "ca")
    authority.issue(folder, "localhost", "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Listener(listening.getsockname()[1], authority, [])
        threading.Thread(target=_serve, args=(listening, context, made.searches), daemon=True).start()
        yield made


def theirs(listener: Listener, *words: str) -> bytes:
    """The SearchRequest that ldapsearch sends."""
    subprocess.run(
        ["ldapsearch", "-x", "-LLL", "-H", f"ldaps://127.0.0.1:{listener.port}", "-D", "a@b", "-w", "x", "-b", BASE, *words],
        env={"PATH": "/usr/bin:/bin", "LDAPTLS_CACERT": str(listener.authority.file), "LC_ALL": "C.UTF-8"}, check=True,
        capture_output=True, timeout=20,
    )  # fmt: skip
    return listener.searches[-1]


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_is_sent_as_ldapsearch_sends_it(listener: Listener, text: str) -> None:
    request, controls = search(Asked(BASE, text, ("cn", "member")))
    assert (bytes(encode(request)), controls) == (theirs(listener, text, "cn", "member"), [])


@pytest.mark.parametrize("scope", ["base", "one", "subtree"])
def test_scope_limits_and_attributes_too(listener: Listener, scope: str) -> None:
    asked = Asked(BASE, "(cn=a)", ("*", "member;range=1500-*"), scope, seconds=7)  # type: ignore[arg-type]
    said = theirs(listener, "-s", scope.removesuffix("tree"), "-l", "7", "(cn=a)", "*", "member;range=1500-*")
    assert bytes(encode(search(asked)[0])) == said


@pytest.mark.parametrize(
    "text",
    ["", "cn=a", "(cn=a", "(cn=a))", "((cn=a))", "(&(a=1)", "(!(a=1)(b=2))", "(=a)", r"(cn=\zz)", "(" * 99, "(a=1)(b=2)", "(&)", "(a)",
     "(&(a=1)(=b))", "(:=a)", r"(cn=a\2)"],
)  # fmt: skip
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        search(Asked(BASE, text, ("cn",)))
