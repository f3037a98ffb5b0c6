"""Certificates agree with OpenSSL's own reading; nothing but public blocks is sent; silence of a port proves nothing."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

from auditkit.model import Absent, Unknown
from auditkit.probing import Shell
from auditkit.registry import registry
from tests.collectors.linux.asking import facts, outcome

ALERT = (
    "4057:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../ssl/record/rec_layer_s3.c:1602:SSL alert number 40\n"
)
NOTHING = "CONNECTED(00000003)\n---\nno peer certificate available\n---\n"


def made(folder: Path) -> tuple[Path, Path]:
    key, pem = folder / "k.pem", folder / "c.pem"
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=a.test -addext subjectAltName=DNS:A.test,IP:10.0.0.1"
    subprocess.run([*words.split(), "-keyout", key, "-out", pem], check=True, capture_output=True)
    return key, pem


def openssl(pem: Path, *what: str) -> str:
    words = ["openssl", "x509", "-in", str(pem), "-noout", *what]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip().partition("=")[2]


def test_the_reading_is_that_of_openssl(tmp_path: Path) -> None:
    _, pem = made(tmp_path)
    (read,) = facts("certificates", pem.read_bytes(), arg=str(pem))
    assert read.fingerprint_sha256 == openssl(pem, "-fingerprint", "-sha256").replace(":", "").lower()
    assert int(read.serial_number, 16) == int(openssl(pem, "-serial"), 16)
    assert read.not_after == datetime.strptime(openssl(pem, "-enddate"), "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    assert (read.names, read.key_bits, read.self_signed, read.in_use) == (("a.test", "10.0.0.1"), 2048, True, None)


def test_a_private_key_in_the_same_file_is_not_sent(tmp_path: Path) -> None:
    key, pem = made(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(key.read_bytes() + pem.read_bytes() + key.read_bytes())
    command = registry().probes["linux.certificates"].command
    assert isinstance(command, Shell)
    sent = subprocess.run(["sh", "-c", command.line, "ask", str(both)], capture_output=True, text=True, check=False)
    assert "PRIVATE" not in sent.stdout
    assert sent.stdout.strip() == pem.read_text().strip()


def test_a_damaged_or_unfinished_certificate_is_refused(tmp_path: Path) -> None:
    _, pem = made(tmp_path)
    text = pem.read_text()
    for bad in (text[: len(text) // 2], text.replace("\nMII", "\nAAA", 1)):
        assert isinstance(outcome("certificates", bad, arg="/x"), Unknown)


def test_a_file_in_another_form_is_not_taken_for_one_without_certificates() -> None:
    assert isinstance(outcome("certificates", "/etc/ssl/x.cer\n", arg="/etc/ssl/x.cer"), Unknown)
    assert facts("certificates", "", arg="/etc/ssl/key.pem") == []


def test_a_plain_port_has_no_certificate_and_one_that_refuses_the_greeting_may_have_one() -> None:
    plain = "140:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record/ssl3_record.c:354:\n"
    assert isinstance(outcome("certificate_ports", NOTHING, err=plain, code=1, arg="127.0.0.1:8080"), Absent)
    assert isinstance(outcome("certificate_ports", NOTHING, err=ALERT, code=1, arg="127.0.0.1:5666"), Unknown)
    assert isinstance(outcome("certificate_ports", "", err="connect:errno=111\n", code=1, arg="127.0.0.1:1"), Unknown)


def test_what_openssl_says_of_an_expired_certificate_does_not_hide_it(tmp_path: Path) -> None:
    _, pem = made(tmp_path)
    said = "depth=0 CN = a.test\nverify error:num=10:certificate has expired\nnotAfter=Mar  1 00:00:00 2024 GMT\nverify return:1\nDONE\n"
    (read,) = facts("certificate_ports", f"CONNECTED\n{pem.read_text()}", err=said, arg="[::1]:443")
    assert (read.source, read.in_use) == ("[::1]:443", True)


def test_without_openssl_nobody_has_looked() -> None:
    assert isinstance(outcome("certificate_ports", "", err="sh: openssl: not found\n", code=127, arg="127.0.0.1:443"), Unknown)
