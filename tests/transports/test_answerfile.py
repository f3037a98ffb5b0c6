"""Answer files: opened by the one key, whole or not at all, in bounded memory; the cryptography agrees with the commands of openssl."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.transports import answerfile
from auditkit.transports.answercrypt import Closed, loaded, new_key, public
from auditkit.transports.answerfile import LARGEST, Opener, Refused
from tests.lab.answers import Writer

PEM = new_key()
KEY = loaded(PEM)
PUBLIC = public(KEY)
ITEMS = "windows.os=0123456789ab,windows.services=ba9876543210"
WRITER = Writer("acme", KEY.public_key(), ITEMS)
OPENER = Opener("acme", KEY, PUBLIC.fingerprint)
PART = b"<<<AUDITKIT1 ...>>>\n" * 50


def refused(place: Path, body: bytes, opener: Opener = OPENER) -> Refused:
    place.write_bytes(body)
    with pytest.raises(Refused) as caught:
        opener.open(place)
    return caught.value


def openssl(*words: str, data: bytes) -> bytes:
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(WRITER.write(PART, host="БУХ-1"))
    found = OPENER.open(tmp_path / "a")
    assert found.stdout == PART
    assert (found.head.host, found.head.account) == ("БУХ-1", "NT AUTHORITY\\SYSTEM")
    assert found.head.at.isoformat() == "2026-11-22T06:30:00+00:00"
    assert found.head.asked == {"windows.os": "0123456789ab", "windows.services": "ba9876543210"}
    assert found.sha256 == hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest()


def test_the_form_of_windows_is_opened_by_openssl_alone(tmp_path: Path) -> None:
    """Independent of this project's code: key, cipher and end, each by a command."""
    key = tmp_path / "key.pem"
    key.write_text(PEM)
    raw = WRITER.write(PART)
    lines = raw.split(b"\n")
    secret = openssl("pkeyutl", "-decrypt", "-inkey", str(key), "-pkeyopt", "rsa_padding_mode:oaep", data=base64.b64decode(lines[2]))
    assert len(secret) == 64
    body = base64.b64decode(b"".join(lines[4:-2]))
    opened = openssl("enc", "-d", "-aes-256-cbc", "-K", secret[:32].hex(), "-iv", body[:16].hex(), data=body[16:])
    assert opened == PART
    whole = raw[: raw.rindex(b"END ")]
    said = openssl("dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{secret[32:].hex()}", data=whole).decode()
    assert said.split()[-1] == lines[-2].removeprefix(b"END ").decode()


def test_what_dotnet_classes_wrote_is_opened_here() -> None:
    """The classes that the script uses, as Mono has them, called as the script does: see answers/README.md."""
    place = Path(__file__).parent / "answers"
    key = loaded((place / "mono-6.8.pem").read_text())
    found = Opener("acme", key, public(key).fingerprint).open(place / "mono-6.8.answer")
    assert found.stdout == b"<<<AUDITKIT1 written by .NET classes>>>\n" * 3


def test_the_form_of_openssl_is_opened_here(tmp_path: Path) -> None:
    key = tmp_path / "public.pem"
    key.write_text(PUBLIC.pem)
    first, second = os.urandom(32).hex(), os.urandom(32).hex()
    wrap = ("pkeyutl", "-encrypt", "-pubin", "-inkey", str(key), "-pkeyopt", "rsa_padding_mode:oaep")
    wrapped = base64.b64encode(openssl(*wrap, data=(first + second).encode()))
    said = {"stdout": b"out" * 999, "stderr": b""}
    close = ("enc", "-aes-256-cbc", "-md", "sha256", "-a", "-pass", f"pass:{first}")
    parts = [b"PART %s\n%s" % (name.encode(), openssl(*close, data=gzip.compress(text))) for name, text in said.items()]
    head = json.loads(WRITER.write(PART).split(b"\n")[1]) | {"system": "linux", "form": "rsa openssl", "packed": True}
    whole = b"AUDITKIT-ANSWER 1\n" + json.dumps(head).encode() + b"\n" + wrapped + b"\n" + b"".join(parts)
    tag = openssl("dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{second}", data=whole).decode().split()[-1]
    (tmp_path / "a").write_bytes(whole + f"END {tag}\n".encode())
    found = OPENER.open(tmp_path / "a")
    assert (found.stdout, found.stderr) == (said["stdout"], b"")


def test_dotnet_gets_the_same_numbers_as_openssl(tmp_path: Path) -> None:
    (tmp_path / "public.pem").write_text(PUBLIC.pem)
    said = openssl("rsa", "-pubin", "-in", str(tmp_path / "public.pem"), "-noout", "-modulus", data=b"").decode()
    modulus = base64.b64encode(bytes.fromhex(said.strip().removeprefix("Modulus="))).decode()
    assert PUBLIC.xml == f"<RSAKeyValue><Modulus>{modulus}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>"


@given(st.data())
def test_cut_anywhere_it_is_refused(data: st.DataObject) -> None:
    """Never fewer rows: a part of a file is no file."""
    raw = WRITER.write(PART)
    at = data.draw(st.integers(0, len(raw) - 1))
    place = Path(os.environ.get("TMPDIR", "/tmp")) / f"auditkit-test-{os.getpid()}.answer"
    try:
        assert refused(place, raw[:at]).why in ("cut", "no_answer", "edited")
    finally:
        place.unlink()


@given(st.data())
def test_one_byte_changed_anywhere_it_is_refused(data: st.DataObject) -> None:
    raw = WRITER.write(PART)
    at = data.draw(st.integers(0, len(raw) - 1))
    place = Path(os.environ.get("TMPDIR", "/tmp")) / f"auditkit-test-{os.getpid()}.answer"
    try:
        assert refused(place, raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]).why in answerfile.WHYS
    finally:
        place.unlink()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no_answer"),
        (b"MZ\x90\x00", "no_answer"),
        (b"AUDITKIT-ANSWER 2\n{}\n-\nEND x\n", "no_answer"),
        (b"AUDITKIT-ANSWER 1\n", "cut"),
        (b"AUDITKIT-ANSWER 1\n{}\n-\nEND " + b"0" * 64 + b"\n", "edited"),
        (b"AUDITKIT-ANSWER 1\n" + b"[" * 100_000 + b"\n-\nEND x\n", "edited"),
        (WRITER.write(PART).replace(b"\n", b"\r\n"), "edited"),
        (WRITER.write(PART) + b"more\n", "edited"),
        (WRITER.write(PART) + WRITER.write(PART), "edited"),
        (WRITER.write(PART, at="2026-11-22T06:30:00"), "edited"),
        (WRITER.write(PART, host=""), "edited"),
        (WRITER.write(PART, form="plain"), "plain"),
        (WRITER.write(PART, more="x"), "edited"),
        (Writer("other", KEY.public_key(), ITEMS).write(PART), "other_client"),
        (Writer("acme", loaded(new_key()).public_key(), ITEMS).write(PART), "other_key"),
        (Writer("acme", loaded(new_key()).public_key(), ITEMS, fields={"key": PUBLIC.fingerprint}).write(PART), "edited"),
        (Writer("acme", None, ITEMS).write(PART), "plain"),
        (WRITER.write(PART, system="linux"), "damaged"),
        (WRITER.write(PART, packed=True), "damaged"),
    ],
)
def test_what_is_refused_and_why(tmp_path: Path, body: bytes, why: str) -> None:
    assert refused(tmp_path / "a", body).why == why


def test_a_plain_file_is_taken_of_a_bundle_that_was_made_so(tmp_path: Path) -> None:
    plain = Writer("acme", None, ITEMS)
    (tmp_path / "a").write_bytes(plain.write(PART))
    opener = Opener("acme", None, "", frozenset({plain.bundle}))
    assert opener.open(tmp_path / "a").stdout == PART
    assert refused(tmp_path / "b", plain.write(PART).replace(b"SRV1", b"SRV2"), opener).why == "edited"


def test_a_file_of_ten_gigabytes_is_not_read(tmp_path: Path) -> None:
    place = tmp_path / "a"
    with place.open("wb") as f:
        f.write(WRITER.write(PART))
        f.truncate(10 << 30)
    with pytest.raises(Refused, match=f"too_large: {LARGEST >> 20} MB"):
        OPENER.open(place)


def test_what_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(80 << 20), 9)
    assert refused(tmp_path / "a", WRITER.write(bomb, packed=True)).why == "too_large"


def test_neither_links_nor_folders_nor_pipes_are_opened(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(WRITER.write(PART))
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "folder", "pipe"):
        with pytest.raises(Refused, match="no_file"):
            OPENER.open(tmp_path / name)
    with pytest.raises(Refused, match="unreadable"):
        OPENER.open(tmp_path / "gone")


@pytest.mark.parametrize("pem", ["", "x", PUBLIC.pem, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_private_key_is_said(pem: str) -> None:
    with pytest.raises(Closed, match="no private key"):
        loaded(pem)
