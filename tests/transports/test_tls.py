"""TLS: a server is verified, or pinned, before anything secret is sent; every refusal names what is wrong and the cure."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from auditkit.errors import ConfigError, TransportError, UsageError
from auditkit.transports import tls

NOW = dt.datetime.now(dt.UTC)


def certificate(folder: Path, name: str, address: str = "127.0.0.1", days: tuple[int, int] = (-1, 30)) -> tuple[Path, Path, str]:
    """A self-signed certificate for an address: -> (file, key file, fingerprint)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(7)
        .not_valid_before(NOW + dt.timedelta(days=days[0])).not_valid_after(NOW + dt.timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file, private = folder / f"{name}.pem", folder / f"{name}.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return file, private, tls.fingerprint(made.public_bytes(serialization.Encoding.DER))


@contextmanager
def server(file: Path, key: Path) -> Iterator[tuple[int, list[bytes]]]:
    """A TLS server that keeps what it is told."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(sock, server_side=True) as made:
                    made.settimeout(5)
                    heard.append(made.recv(1000))
            except OSError as e:
                heard.append(f"refused: {e.__class__.__name__}".encode())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def connect(port: int, ca_file: str, known_hosts: Path, address: str = "127.0.0.1") -> None:
    trusted = tls.verified_socket(address, port, ca_file, "", 5, known_hosts, "srv")
    with tls.shake(tls.dial(address, port, 5), trusted, address, "srv", "srv") as sock:
        sock.sendall(b"password")


def test_a_known_authority_and_the_right_name_are_trusted(tmp_path: Path) -> None:
    file, key, _ = certificate(tmp_path, "good")
    with server(file, key) as (port, heard):
        connect(port, str(file), tmp_path / "known_hosts")
    assert b"password" in heard


@pytest.mark.parametrize(("made", "said"), [
    ({"name": "own"}, "self-signed"),
    ({"name": "old", "days": (-30, -1)}, "expired"),
    ({"name": "other", "address": "127.0.0.9"}, "another address"),
])  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_sent(tmp_path: Path, made: dict[str, object], said: str) -> None:
    file, key, shown = certificate(tmp_path, **made)  # type: ignore[arg-type]
    with server(file, key) as (port, heard), pytest.raises(TransportError, match=said) as e:
        connect(port, "" if said == "self-signed" else str(file), tmp_path / "known_hosts")
    assert e.value.cause == "refused"
    assert shown in str(e.value)
    assert b"password" not in b"".join(heard)


def test_a_pin_trusts_that_certificate_alone_expired_or_not(tmp_path: Path) -> None:
    file, key, shown = certificate(tmp_path, "old", days=(-30, -1))
    known = tmp_path / "known_hosts"
    with server(file, key) as (port, heard):
        tls.pin(tls.store_of(known), "127.0.0.1", port, shown)
        connect(port, "", known)
    assert b"password" in heard
    new, new_key, new_shown = certificate(tmp_path, "new")
    with server(new, new_key) as (port, heard):
        tls.pin(tls.store_of(known), "127.0.0.1", port, shown)
        with pytest.raises(TransportError, match="changed") as e:
            connect(port, str(new), known)
    assert (e.value.cause, new_shown in str(e.value)) == ("host_key_changed", True)
    assert b"password" not in b"".join(heard)


def test_a_pin_is_not_written_over_another_by_accident(tmp_path: Path) -> None:
    one, two = ("SHA256:" + c * 43 for c in "ab")
    path = tmp_path / tls.FILE
    tls.pin(path, "DC1", 636, one)
    tls.pin(path, "dc1", 636, one)
    with pytest.raises(UsageError, match="--replace"):
        tls.pin(path, "dc1", 636, two)
    tls.pin(path, "dc1", 636, two, replace=True)
    assert tls.pinned(path, "Dc1", 636) == two
    assert tls.pinned(path, "dc1", 443) is None


def test_a_damaged_line_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / tls.FILE).write_text("# pins\n[dc1]:636 SHA256:short\n")
    with pytest.raises(ConfigError, match=r"known_certificates:2"):
        tls.pinned(tmp_path / tls.FILE, "dc1", 636)


def test_no_tls_on_the_port_and_nobody_there_are_told_apart(tmp_path: Path) -> None:
    plain = socket.create_server(("127.0.0.1", 0))

    def hello() -> None:
        sock, _ = plain.accept()
        with sock:
            sock.recv(100)
            sock.sendall(b"220 smtp ready\r\n")

    threading.Thread(target=hello, daemon=True).start()
    port = plain.getsockname()[1]
    with pytest.raises(TransportError, match="no TLS on this port"):
        tls.look("127.0.0.1", port, 5)
    plain.close()
    with pytest.raises(TransportError) as e:
        tls.look("127.0.0.1", port, 5)
    assert e.value.cause == "refused"


def test_a_file_that_is_no_authority_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("hello")
    with pytest.raises(ConfigError, match=r"ca\.pem"):
        tls.context_for("dc1", 636, str(tmp_path / "ca.pem"), None, "dc1")
