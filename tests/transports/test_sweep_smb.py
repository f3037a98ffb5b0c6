"""What an SMB server says before anybody logs in, asked of a real Samba; and that nothing of a login is sent."""

from __future__ import annotations

import base64
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from auditkit.probing import Sweep
from auditkit.transports import sweep_smb
from tests.transports.sweepkit import free_ports, sweep
from tests.transports.sweepnet import listening, need, samba

ADDRESS = "127.0.0.1"  # Samba binds to what an interface really has
Serve = Callable[..., AbstractContextManager[int]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    need("smbd")

    @contextmanager
    def started(more: str = "") -> Iterator[int]:
        (port,) = free_ports(ADDRESS, 1)
        with (tmp_path / "out").open("wb") as out:
            command = samba(tmp_path, port, more)
            child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out, start_new_session=True)
            try:
                listening(ADDRESS, port)
                yield port
            finally:
                child.terminate()
                child.wait(10)
                assert child.stdin is not None
                child.stdin.close()

    return started


def asked(port: int) -> dict[str, Any]:
    made: dict[str, Any] = sweep(ADDRESS, Sweep((port,), smb=frozenset({port})), greeting_seconds=5.0).port(ADDRESS, port)["smb"]
    return made


def test_samba_tells_its_dialect_and_challenges(serve: Serve) -> None:
    with serve() as port:
        told = asked(port)
    negotiate, challenge = (base64.b64decode(told[name]) for name in ("negotiate", "challenge"))
    assert struct.unpack_from("<I", negotiate, 8)[0] == 0  # STATUS_SUCCESS
    assert struct.unpack_from("<H", negotiate, 68)[0] == 0x0311
    assert struct.unpack_from("<I", challenge, 8)[0] == 0xC0000016  # STATUS_MORE_PROCESSING_REQUIRED
    assert b"NTLMSSP\0\x02\0\0\0" in challenge
    assert "SRV-FILE".encode("utf-16-le") in challenge
    assert base64.b64decode(told["smb1"])[33:35] == b"\xff\xff"  # off by default since Samba 4.11: it picks no dialect
    assert "failed" not in told


def test_samba_that_speaks_the_old_dialect_is_found_out(serve: Serve) -> None:
    with serve("server min protocol = NT1") as port:
        old = base64.b64decode(asked(port)["smb1"])
    assert old[:5] == b"\xffSMBr"
    assert old[33:35] == b"\0\0"  # it picked the one dialect offered


def test_an_older_dialect_and_demanded_signing_are_told(serve: Serve) -> None:
    with serve("server min protocol = SMB2_10\n server max protocol = SMB2_10\n server signing = mandatory") as port:
        negotiate = base64.b64decode(asked(port)["negotiate"])
    assert struct.unpack_from("<H", negotiate, 68)[0] == 0x0210
    assert struct.unpack_from("<H", negotiate, 66)[0] & 2  # signing required


def test_no_name_and_no_proof_is_sent() -> None:
    message = sweep_smb.ntlm_negotiate()
    kind, _, domain, workstation = struct.unpack_from("<II8s8s", message, 8)
    assert (kind, domain, workstation, len(message)) == (1, bytes(8), bytes(8), 40)  # the first message of three, with both names empty
    assert message in sweep_smb.session_setup()


def test_the_offsets_in_our_messages_lead_where_they_say() -> None:
    negotiate, setup = sweep_smb.negotiate(), sweep_smb.session_setup()
    offset, count = struct.unpack_from("<IH", negotiate, 64 + 28)
    assert (offset % 8, count) == (0, 1)
    assert struct.unpack_from("<HH", negotiate, offset) == (1, 38)  # SMB2_PREAUTH_INTEGRITY_CAPABILITIES
    assert len(negotiate) == offset + 8 + 38
    offset, size = struct.unpack_from("<HH", setup, 64 + 12)
    assert setup[offset] == 0x60  # the token of RFC 4178
    assert offset + size == len(setup)
