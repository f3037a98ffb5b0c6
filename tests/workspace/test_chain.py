"""Lines that carry the hash of the line before."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditkit.workspace.chain import START, hash_of, lines, seal


def test_a_line_is_json_with_the_hash_of_the_one_before(tmp_path: Path) -> None:
    first = seal(START, {"a": "ё\n"})
    second = seal(hash_of(first), {"b": 1})
    assert first == b'{"prev":"' + b"0" * 64 + '","a":"ё\\n"}\n'.encode()
    assert json.loads(second)["prev"] == hashlib.sha256(first[:-1]).hexdigest()
    place = tmp_path / "x"
    place.write_bytes(first + second)
    assert [(line.number, line.data, line.broken, line.ended) for line in lines(place)] == [
        (1, {"a": "ё\n"}, False, True),
        (2, {"b": 1}, False, True),
    ]


@given(st.dictionaries(st.text(max_size=5).filter(lambda k: k != "prev"), st.text(max_size=20) | st.integers(), max_size=4))
def test_any_fields_make_one_line(fields: dict[str, Any]) -> None:
    made = seal(START, fields)
    assert made.count(b"\n") == 1
    assert made.endswith(b"\n")


def test_no_file_has_no_lines(tmp_path: Path) -> None:
    assert list(lines(tmp_path / "no")) == []
