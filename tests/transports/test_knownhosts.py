"""The file of pinned host keys: OpenSSH's own tools write it and read it; what is not understood is refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from auditkit.errors import ConfigError, UsageError
from auditkit.transports import knownhosts
from auditkit.transports.knownhosts import HostKey, Line

# 51 bytes: the kind, then 32 bytes of key (RFC 8709, 4)
TEXT = "AAAAC3NzaC1lZDI1NTE5AAAAIOuyrs7W1eDMM29tfnrNlnpFBiIBwGlHGJ10lQGxHdMd"


def test_a_line_of_openssh(tmp_path: Path) -> None:
    place = tmp_path / "known_hosts"
    place.write_text(f"# ours\n\nsrv.example,10.0.0.5 ssh-ed25519 {TEXT} root@srv\n")
    *_, line = knownhosts.read(place)
    assert line.names == ("srv.example", "10.0.0.5")
    assert line.key is not None
    assert (line.key.kind, len(line.key.blob)) == ("ssh-ed25519", 51)
    assert line.speaks_of("10.0.0.5")
    assert not line.speaks_of("10.0.0.50")


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_fingerprints_and_hashed_names_are_those_of_ssh_keygen(tmp_path: Path) -> None:
    place = tmp_path / "known_hosts"
    place.write_text(f"srv.example ssh-ed25519 {TEXT}\n[srv.example]:2222 ssh-ed25519 {TEXT}\n")
    shown = subprocess.run(["ssh-keygen", "-lf", str(place)], capture_output=True, text=True, check=True).stdout
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(place)], check=True, capture_output=True)
    lines = knownhosts.read(place)
    assert all(line.names[0].startswith("|1|") for line in lines)
    assert [line.speaks_of("srv.example") for line in lines] == [True, False]
    assert [line.speaks_of("[srv.example]:2222") for line in lines] == [False, True]
    assert lines[0].key is not None
    assert lines[0].key.fingerprint == shown.split()[1]


def test_no_file_means_nobody_is_known(tmp_path: Path) -> None:
    assert knownhosts.read(tmp_path / "known_hosts") == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("srv ssh-ed25519", "must be: names, kind, key"),
        (f"srv ssh-rsa {TEXT}", "not of the kind 'ssh-rsa'"),
        ("srv ssh-ed25519 AAAA", "or is cut off"),
        ("srv ssh-ed25519 ?", "no base64"),
        (f"@revoked srv ssh-ed25519 {TEXT}", "the marker @revoked is not supported"),
        (f"*.example ssh-ed25519 {TEXT}", "would trust more than one host"),
        (f"!srv,srv ssh-ed25519 {TEXT}", "would trust more than one host"),
        (f"|1|x|y ssh-ed25519 {TEXT}", "hashed name is damaged"),
        ("\xff\xfe\x00", "must be"),
    ],
)
def test_a_line_that_is_not_understood_is_named_and_nothing_is_trusted(tmp_path: Path, line: str, words: str) -> None:
    place = tmp_path / "known_hosts"
    place.write_bytes(f"# one\n{line}\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"known_hosts:2: ") as e:
        knownhosts.read(place)
    assert words in str(e.value)


def test_writing_keeps_what_others_wrote_and_shows_it_to_nobody(tmp_path: Path) -> None:
    place = tmp_path / "known_hosts"
    raw = f"# caf\xe9\n\nsrv ssh-ed25519 {TEXT} a comment\n".encode("latin-1")
    place.write_bytes(raw)
    knownhosts.write(place, knownhosts.read(place))
    assert place.read_bytes() == raw
    assert place.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["known_hosts"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    place = tmp_path / "gone" / "known_hosts"
    with pytest.raises(UsageError, match="cannot be written"):
        knownhosts.write(place, [Line.of("srv", HostKey("x", b""))])
    with pytest.raises(UsageError, match="cannot be written"), knownhosts.alone(place):
        pass
