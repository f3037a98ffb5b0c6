"""TLS and HTTP as real servers speak them, old ones too."""

from __future__ import annotations

import base64
import hashlib
import http.server
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from auditkit.probing import Sweep
from tests.transports.sweepkit import free_ports, sweep
from tests.transports.sweepnet import listening, need, run

ADDRESS = f"127.{190 + os.getpid() % 60}.{os.getpid() // 60 % 256}.1"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A key and a certificate that nobody would trust: self-signed, for another name."""
    need("openssl", root=False)
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate),
        "-subj", "/CN=srv.romashka.local", "-days", "1")  # fmt: skip
    return key, certificate


def fingerprint(certificate: Path) -> str:
    """SHA-256 as openssl makes it."""
    said = run("openssl", "x509", "-in", str(certificate), "-noout", "-fingerprint", "-sha256")
    return said.partition("=")[2].strip().replace(":", "").lower()


@contextmanager
def openssl(pair: tuple[Path, Path], port: int, *more: str) -> Iterator[None]:
    command = ["openssl", "s_server", "-accept", f"{ADDRESS}:{port}", "-key", str(pair[0]), "-cert", str(pair[1]), "-quiet", *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            listening(ADDRESS, port)
            yield
        finally:
            child.kill()


@pytest.mark.parametrize(
    ("more", "version"),
    [
        (["-tls1_3"], "TLSv1.3"),
        (["-tls1_2"], "TLSv1.2"),
        (["-tls1", "-cipher", "ALL:@SECLEVEL=0"], "TLSv1"),  # an old device
        (["-tls1_2", "-Verify", "1"], "TLSv1.2"),  # wants a certificate of ours, which it does not get
    ],
)
def test_the_certificate_is_kept_whatever_speaks(pair: tuple[Path, Path], more: list[str], version: str) -> None:
    (port,) = free_ports(ADDRESS, 1)
    with openssl(pair, port, *more):
        told = sweep(ADDRESS, Sweep((port,), tls=frozenset({port}))).port(ADDRESS, port)["tls"]
    if "-Verify" in more:
        assert told["failed"]  # this server ends the handshake; nothing is made up instead
        return
    assert told["version"] == version
    assert hashlib.sha256(base64.b64decode(told["certificate"])).hexdigest() == fingerprint(pair[1])


class _Web(http.server.BaseHTTPRequestHandler):
    asked: list[tuple[str, str]] = []  # noqa: RUF012 one server, one test at a time

    def do_HEAD(self) -> None:
        self.asked.append((self.command, self.path))
        self.send_response(200)
        self.send_header("X-Device", "RB951")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("inside_tls", [False, True])
def test_a_web_server_is_asked_for_its_headers_and_nothing_else(pair: tuple[Path, Path], inside_tls: bool) -> None:
    _Web.asked.clear()
    with http.server.HTTPServer((ADDRESS, 0), _Web) as server:
        port = server.server_port
        if inside_tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair[1], pair[0])
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            command = Sweep((port,), tls=frozenset({port}) if inside_tls else frozenset(), http=frozenset({port}))
            told = sweep(ADDRESS, command).port(ADDRESS, port)
        finally:
            server.shutdown()
            thread.join()
    assert b"\r\nX-Device: RB951\r\n" in base64.b64decode(told["http"])
    assert _Web.asked == [("HEAD", "/")]
    assert ("certificate" in told.get("tls", {})) is inside_tls
