"""`transport: redfish`: against a real emulator, and against controllers that cut, lie, drip, loop and lead astray."""

from __future__ import annotations

import json
import re
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from auditkit.errors import TransportError
from auditkit.model import Found, Unknown
from auditkit.registry import registry
from auditkit.transports import load, tls
from auditkit.transports.base import Brought, Context, Credential, Masked, Sent, Target
from auditkit.transports.redfish import RedfishOptions
from tests.lab import redfish
from tests.lab.need import need
from tests.lab.redfish import Controller
from tests.transports.test_tls import certificate

CANARY = "-".join(("canary", "78"))  # so that this file's own lines in a traceback do not hold it
PROBES = registry().probes_on("redfish")
Pages = dict[str, Any]
ROOT = {"RedfishVersion": "1.6.0", "Systems": {"@odata.id": "/redfish/v1/Systems"}, "Chassis": {"@odata.id": "/redfish/v1/Chassis"}}


def ask(
    port: int, folder: Path, password: str = CANARY, said: list[Sent] | None = None, pin: bool = True, **caps: Any
) -> dict[str, Brought]:
    """Every probe's answer. pin: the certificate shown now is pinned before."""
    known = folder / "known_hosts"
    if pin:
        tls.pin(tls.store_of(known), "127.0.0.1", port, tls.fingerprint(tls.look("127.0.0.1", port, 5)), replace=True)
    told: list[Sent] = [] if said is None else said
    options = RedfishOptions(port=port, connect_seconds=3, host_seconds=caps.pop("host_seconds", 30))
    context = Context(b"k", known, told.append, lambda ref: Credential(""), **caps)
    target = Target("bmc", "redfish", "redfish", "127.0.0.1", options)
    return {b.question.probe: b for b in load("redfish").collect(target, PROBES, Credential("audit", Masked(password)), context)}


def outcome(brought: Brought) -> Any:
    assert brought.reply is not None
    return brought.trouble or registry().probes[brought.question.probe].outcome(brought.reply)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    why = redfish.why_not()
    need(not why, why)
    folder = tmp_path_factory.mktemp("redfish")
    file, key, _ = certificate(folder, "bmc")
    with redfish.running(folder, file, key) as made:
        yield made


@pytest.mark.lab
def test_a_real_service_tells_its_system_controller_and_temperatures(emulator: Controller, tmp_path: Path) -> None:
    said: list[Sent] = []
    brought = ask(emulator.port, tmp_path, emulator.password, said)
    (system,) = outcome(brought["redfish.systems"]).facts
    assert (system.name, system.vendor, system.health, system.power) == ("fake", "Sushy Emulator", "ok", "off")
    parts = outcome(brought["redfish.thermal"]).facts
    assert [(p.kind, p.name, p.reading) for p in parts] == [
        ("fan", "BaseBoard System Fan", 2100), ("fan", "BaseBoard System Fan Backup", 2050),
        ("temperature", "CPU Temp", 41), ("temperature", "Chassis Intake Temp", 25),
    ]  # fmt: skip
    power = outcome(brought["redfish.power"])
    assert power == Unknown("this controller does not tell Chassis/Power or Chassis/PowerSubsystem/PowerSupplies")
    assert {s.what for s in said} >= {"redfish GET Systems", "redfish GET Chassis/Power"}
    methods = re.findall(r"\b(GET|HEAD|POST|PUT|PATCH|DELETE) /", emulator.log.read_text())
    assert set(methods) == {"GET"}


@pytest.mark.lab
def test_a_wrong_password_is_said_once_and_stands_in_no_traceback(emulator: Controller, tmp_path: Path) -> None:
    with pytest.raises(TransportError) as caught:
        ask(emulator.port, tmp_path)
    assert caught.value.cause == "bad_credential"
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.lab
def test_an_unknown_certificate_gets_no_login(emulator: Controller, tmp_path: Path) -> None:
    before = emulator.log.read_text()
    with pytest.raises(TransportError, match="self-signed"):
        ask(emulator.port, tmp_path, emulator.password, pin=False)
    assert emulator.log.read_text() == before, "not even a request was made"


@contextmanager
def serving(folder: Path, pages: Pages | Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[int, list[str]]]:
    """A controller that answers these pages: a value = JSON, bytes = as they are, an int = that status. -> port, what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            if callable(pages):
                pages(self)
                return
            page = pages.get(self.path, 404)
            body = page if isinstance(page, bytes) else b"" if isinstance(page, int) else json.dumps(page).encode()
            self.send_response(page if isinstance(page, int) else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silent."""

    file, key, _ = certificate(folder, "own")
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trusted.load_cert_chain(file, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = trusted.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def members(*at: str, following: str = "") -> dict[str, Any]:
    return {"Members": [{"@odata.id": a} for a in at], **({"Members@odata.nextLink": following} if following else {})}


SYSTEM = {"Id": "1", "Name": "one", "Manufacturer": "HPE", "Model": "DL360", "SerialNumber": "CZJ1", "Status": {"Health": "OK"}}
ONE: Pages = {
    "/redfish/v1/": ROOT, "/redfish/v1/Systems": members("/redfish/v1/Systems/1"), "/redfish/v1/Systems/1": SYSTEM,
    "/redfish/v1/Chassis": members(),
}  # fmt: skip


def test_pages_of_a_collection_are_followed(tmp_path: Path) -> None:
    more = "/redfish/v1/Systems?$skip=1"
    pages = {**ONE, "/redfish/v1/Systems": members("/redfish/v1/Systems/1", following=more), more: members("/redfish/v1/Systems/2"),
             "/redfish/v1/Systems/2": {**SYSTEM, "Name": "two"}}  # fmt: skip
    with serving(tmp_path, pages) as (port, _):
        found = outcome(ask(port, tmp_path)["redfish.systems"])
    assert [f.name for f in found.facts] == ["one", "two"]


def test_a_resource_is_asked_once_a_session(tmp_path: Path) -> None:
    with serving(tmp_path, ONE) as (port, asked):
        ask(port, tmp_path)
    assert len(asked) == len(set(asked))


def test_an_empty_collection_is_a_known_nothing_and_a_missing_link_is_not(tmp_path: Path) -> None:
    storage = {**SYSTEM, "Storage": {"@odata.id": "/redfish/v1/Systems/1/Storage"}}
    with serving(tmp_path, {**ONE, "/redfish/v1/Systems/1": storage, "/redfish/v1/Systems/1/Storage": members()}) as (port, _):
        empty = outcome(ask(port, tmp_path)["redfish.drives"])
    with serving(tmp_path, ONE) as (port, _):
        untold = outcome(ask(port, tmp_path)["redfish.drives"])
    assert empty == Found(())
    assert untold == Unknown("this controller does not tell Systems/Storage/Drives")


@pytest.mark.parametrize(("status", "words"), [(403, "HTTP status 403"), (500, "HTTP status 500"), (404, "HTTP status 404")])
def test_a_member_that_is_not_given_makes_the_answer_unknown_beside_those_that_are(tmp_path: Path, status: int, words: str) -> None:
    pages = {**ONE, "/redfish/v1/Systems": members("/redfish/v1/Systems/1", "/redfish/v1/Systems/2"), "/redfish/v1/Systems/2": status}
    with serving(tmp_path, pages) as (port, _):
        found = outcome(ask(port, tmp_path)["redfish.systems"])
    assert isinstance(found, Unknown)
    assert words in found.why
    assert [getattr(f, "name", "") for f in found.seen] == ["one"]


@pytest.mark.parametrize(
    "link", ["http://evil.example/", "//evil.example/x", "/redfish/v1/../../etc/passwd", "/redfish/v1/Systems/1\r\nX: y", "/ui/login"]
)
def test_a_link_that_leads_out_of_the_service_is_not_followed(tmp_path: Path, link: str) -> None:
    pages = {**ONE, "/redfish/v1/Systems": members(link)}
    with serving(tmp_path, pages) as (port, asked), pytest.raises(TransportError, match="leads out"):
        ask(port, tmp_path)
    assert asked == ["/redfish/v1/", "/redfish/v1/Systems"]


def test_a_collection_whose_pages_never_end_is_cut_and_said_to_be(tmp_path: Path) -> None:
    pages = {**ONE, "/redfish/v1/Systems": members("/redfish/v1/Systems/1", following="/redfish/v1/Systems")}
    with serving(tmp_path, pages) as (port, _):
        brought = ask(port, tmp_path)["redfish.systems"]
    assert brought.trouble is not None
    assert brought.trouble.cause == "truncated"


def test_more_bytes_than_a_reply_may_have_are_truncated(tmp_path: Path) -> None:
    pages = {**ONE, "/redfish/v1/Systems/1": {**SYSTEM, "Oem": "x" * (3 << 20)}}
    with serving(tmp_path, pages) as (port, _):
        brought = ask(port, tmp_path, reply_bytes=2 << 20)["redfish.systems"]
    assert brought.trouble is not None
    assert brought.trouble.cause == "truncated"


@pytest.mark.parametrize("page", [b"{", b"<html>", b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_ends_the_conversation_in_words(tmp_path: Path, page: bytes) -> None:
    with serving(tmp_path, {**ONE, "/redfish/v1/Systems/1": page}) as (port, _), pytest.raises(TransportError) as caught:
        ask(port, tmp_path)
    assert caught.value.cause == "not_understood"
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("pages", "cause"),
    [
        ({}, "not_understood"),
        ({"/redfish/v1/": {"ui": 1}}, "not_understood"),
        ({"/redfish/v1/": ROOT, "/redfish/v1/Systems": 401}, "bad_credential"),
    ],
)
def test_a_server_without_redfish_is_told_apart_from_a_wrong_password(tmp_path: Path, pages: Pages, cause: str) -> None:
    with serving(tmp_path, pages) as (port, _), pytest.raises(TransportError) as caught:
        ask(port, tmp_path)
    assert caught.value.cause == cause


def test_a_body_that_is_cut_is_an_error_and_no_shorter_answer(tmp_path: Path) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "5000")
        handler.end_headers()
        handler.wfile.write(b'{"RedfishVersion": "1.6.0"}')
        handler.close_connection = True

    with serving(tmp_path, cut) as (port, _), pytest.raises(TransportError, match="broke off"):
        ask(port, tmp_path)


def test_a_body_that_drips_ends_with_the_time_for_the_host(tmp_path: Path) -> None:
    release = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "5000")
        handler.end_headers()
        try:
            while not release.wait(0.1):
                handler.wfile.write(b" ")
        except OSError:
            handler.close_connection = True

    with serving(tmp_path, drip) as (port, _):
        with pytest.raises(TransportError, match="cut off"):
            ask(port, tmp_path, host_seconds=1)
        release.set()
