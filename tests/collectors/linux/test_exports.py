"""Folders given to everybody, however that was written."""

from __future__ import annotations

from typing import Any

import pytest

from auditkit.model import Found
from auditkit.probing import Reply
from auditkit.registry import registry


def rows(found: object) -> tuple[Any, ...]:
    assert isinstance(found, Found), found
    return found.facts


@pytest.mark.parametrize(
    ("line", "everybody"),
    [
        ("/srv 10.0.0.0/8(rw)", False),
        ("/srv *(ro)", True),
        ("/srv", True),
        ("/srv 10.0.0.5 (rw)", True),  # the blank gives rw to the world
        ("/srv 0.0.0.0/0(ro)", True),
        ("/srv ::/0(ro)", True),
        ('"/srv/my docs" host(rw)', False),
        ("/srv *.example.lan(rw)", False),
    ],
)
def test_who_is_everybody(line: str, everybody: bool) -> None:
    found = registry().probes["linux.exports"].outcome(Reply(f"==> /etc/exports <==\n{line}\n".encode()))
    assert any("*" in e.clients for e in rows(found)) is everybody


def test_lines_go_on_after_a_backslash_and_end_at_a_hash() -> None:
    text = b"==> /etc/exports <==\n/a 10.0.0.1(rw) \\\n  10.0.0.2(rw)  # not *\n"
    found = registry().probes["linux.exports"].outcome(Reply(text))
    assert [e.clients for e in rows(found)] == [("10.0.0.1", "10.0.0.2")]
