"""`transport: replay`: what comes out of a file is what went in, and what was cut short stays cut short."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from auditkit.errors import TransportError
from auditkit.model import Unknown
from auditkit.probing import Probe, Reply
from auditkit.registry import registry
from auditkit.transports import load
from auditkit.transports.base import Brought, Context, Credential, Target
from auditkit.transports.replay import Kept, ReplayOptions

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
SMART: Probe[object] = registry().probes["linux.smart"]


def brought(tmp_path: Path, *lines: bytes) -> list[Brought]:
    file = tmp_path / "replies"
    file.write_bytes(b"".join(s + b"\n" for s in lines))
    target = Target("srv", "linux", "replay", "srv", ReplayOptions(file=str(file)))
    return list(load("replay").collect(target, [SMART], None, Context(b"k", None, lambda s: None, lambda r: Credential(""))))


def test_a_reply_comes_back_byte_for_byte(tmp_path: Path) -> None:
    reply = Reply(b"\x00\xff{}", b"warned", 4, AT, "root", "/dev/sda", 0, False, True, b"k")
    (b,) = brought(tmp_path, msgspec.json.encode(Kept.of("linux.smart", "smartctl", reply)))
    assert (b.reply, b.trouble, b.question.arg) == (reply, None, "/dev/sda")


def test_a_command_that_a_deadline_ended_is_not_taken_at_its_exit_code(tmp_path: Path) -> None:
    """smartctl's exit codes are bits, so 124 is one of them: only the kept cause tells that `timeout` said it."""
    cut = Unknown("timed out after 30 s", cause="timed_out")
    reply = Reply(b"{}", b"", 124, AT, "root", "/dev/sda", 0, False, True, b"k")
    (b,) = brought(tmp_path, msgspec.json.encode(Kept.of("linux.smart", "smartctl", reply, cut)))
    assert b.trouble == cut


def test_a_file_written_before_causes_were_kept_is_read(tmp_path: Path) -> None:
    line = {
        "probe": "linux.smart", "arg": "/dev/sda", "command": "smartctl", "way": 0, "code": 0, "root": True, "truncated": False,
        "account": "root", "at": AT.isoformat(), "stdout": "e30=", "stderr": "",
    }  # fmt: skip
    (b,) = brought(tmp_path, msgspec.json.encode(line))
    assert b.reply is not None
    assert (b.reply.stdout, b.trouble) == (b"{}", None)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(TransportError, match=r"replies:1: is no recorded reply"):
        brought(tmp_path, b"{}")
