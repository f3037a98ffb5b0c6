"""YAML of people: strict, safe, and every error says where."""

from __future__ import annotations

import string
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditkit.errors import ConfigError
from auditkit.workspace.yamlfile import LARGEST, Problem, load, parse, path


def errors(text: str | bytes) -> list[str]:
    raw = text.encode() if isinstance(text, str) else text
    with pytest.raises(ConfigError) as caught:
        parse("t.yaml", raw)
    return str(caught.value).split("\n")


def data(text: str) -> Any:
    return parse("t.yaml", text.encode()).data


# what plain values mean


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("10", 10),
        ("-3", -3),
        ("022", "022"),
        ("9:00", "9:00"),
        ("1.10", "1.10"),
        ("1.5", 1.5),
        ("+74951234567", "+74951234567"),
        ("2026-12-31", "2026-12-31"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("10.0.0.1", "10.0.0.1"),
        (".inf", ".inf"),
        ("1e3", "1e3"),
        ("'10'", "10"),
        ('"true"', "true"),
        ("9" * 5000, "9" * 5000),
        ("пн-пт 9-18", "пн-пт 9-18"),
    ],
)
def test_nothing_written_without_quotes_is_lost(plain: str, value: Any) -> None:
    found = data(f"a: {plain}")["a"]
    assert found == value
    assert type(found) is type(value)


def test_lists_mappings_anchors_and_block_texts() -> None:
    assert data("a: &x [1, {b: c}]\nd: *x\ne: |\n  two\n  lines\n") == {"a": [1, {"b": "c"}], "d": [1, {"b": "c"}], "e": "two\nlines\n"}


def test_where_values_and_keys_stand() -> None:
    document = parse("t.yaml", b"targets:\n  - id: a\n    port: x\n")
    assert document.spot(("targets", 0, "port")) == (3, 11)
    assert document.spot(("targets", 0, "port"), on_key=True) == (3, 5)
    assert document.spot(("targets", 0, "missing")) == (2, 5)  # its parent


def test_all_problems_in_the_order_of_the_file() -> None:
    document = parse("targets.yaml", b"a: 1\nb:\n  - c: 2\n")
    error = document.error([Problem(("b", 0, "c"), "second"), Problem(("a",), "first"), Problem((), "whole")])
    assert str(error) == "targets.yaml:1:1: whole\ntargets.yaml:1:4: a: first\ntargets.yaml:3:8: b[0].c: second"


def test_path_of_a_hostile_key_is_one_line() -> None:
    assert path(("a\n\x1b[31m", 0)) == "a \ufffd[31m[0]"


# encodings


def test_byte_order_mark_and_utf16_of_notepad_are_read() -> None:
    assert parse("t.yaml", "имя: Ромашка".encode("utf-8-sig")).data == {"имя": "Ромашка"}
    assert parse("t.yaml", "имя: Ромашка".encode("utf-16")).data == {"имя": "Ромашка"}


def test_windows_1251_is_named_with_its_line_and_the_cure() -> None:
    assert errors("version: 1\nclient: ООО «Ромашка» № 5\n".encode("cp1251")) == [
        "t.yaml:2:9: is not UTF-8: this is Windows-1251, as Notepad saves it by the name of ANSI; "
        "save the file again with the encoding UTF-8"
    ]


def test_other_bytes_are_not_called_windows_1251() -> None:
    assert errors(b"a: \x80\x81\x8d\xff") == ["t.yaml:1:4: is not UTF-8: save the file again with the encoding UTF-8"]


def test_broken_utf16() -> None:
    assert errors(b"\xff\xfea\x00b") == ["t.yaml: is broken UTF-16 at byte 4; save it as UTF-8"]


# what is no YAML, or no YAML of ours


@pytest.mark.parametrize(
    ("text", "start", "says"),
    [
        ("a: 1\n\tb: 2\n", "t.yaml:2:1: ", "indent with spaces"),
        ("a: [1, 2\n", "t.yaml:2:1: ", "not closed"),
        ("a: 'x\n", "t.yaml:2:1: ", "quote that is not closed"),
        ("a: b: c\n", "t.yaml:1:5: ", "put it in quotes"),
        ("a: 1\nb 2\nc: 3\n", "t.yaml:3:1: ", "without a colon"),
        ("a: @x\n", "t.yaml:1:4: ", "must stand in quotes"),
        ("a: 1\n\u00a0 b: 2\n", "t.yaml:2:1: ", "no-break space"),
        ("a: x\x00y\n", "t.yaml:1:5: ", "control character"),
        ("a: 1\n---\nb: 2\n", "t.yaml:2:1: ", "a second document"),
        ("a: !!python/object/apply:os.system [id]\n", "t.yaml:1:4: a: ", "tags are not read"),
        ("a: *nobody\n", "t.yaml:1:4: a: ", "an alias"),
        ("a: &x [1, *x]\n", "t.yaml:1:11: a[1]: ", "an alias"),
        ("b: &b {x: 1}\na:\n  <<: *b\n", "t.yaml:3:3: a: ", "merge key"),
        ("{a: 1}: 2\n", "t.yaml:1:1: ", "a key must be a text"),
        ("", "t.yaml: ", "is empty"),
        ("\n \n", "t.yaml: ", "is empty"),
        ("# only words\n", "t.yaml: ", "nothing but comments"),
    ],
)
def test_refused_in_one_line_with_place_and_cure(text: str, start: str, says: str) -> None:
    found = errors(text)
    assert len(found) == 1, found
    assert found[0].startswith(start)
    assert says in found[0]


def test_every_double_key_is_named_with_its_first_line() -> None:
    assert errors("a: 1\nb: {c: 1, c: 2}\na: 3\n") == [
        "t.yaml:2:11: b.c: a double key; the first stands in line 2: keep one",
        "t.yaml:3:1: a: a double key; the first stands in line 1: keep one",
    ]


def test_nesting_without_end() -> None:
    for text in ("- " * 500 + "x", "[" * 100_000, "{a: " * 900):
        found = errors(text)
        assert len(found) == 1
        assert "32 deep" in found[0]


def test_an_alias_bomb_costs_nothing() -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
    start = time.process_time()
    found = errors(bomb)
    assert time.process_time() - start < 2
    assert "aliases (*…) that stand for more than 10,000 values" in found[-1]


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    place = tmp_path / "targets.yaml"
    with place.open("wb") as f:
        f.truncate(LARGEST + 1)
    with pytest.raises(Exception, match=r"targets\.yaml: is larger than 5,000,000 bytes"):
        load(place)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"targets\.yaml: there is no such file; `auditkit init` writes one"):
        load(tmp_path / "targets.yaml")


@pytest.mark.parametrize(
    "text", ["a: 'Hunter2\n", "a: *Hunter2\n", "a: !Hunter2 x\n", "password: Hunter2: x\n", "a: @Hunter2", "a: [Hunter2\n"]
)
def test_errors_of_syntax_do_not_repeat_the_line_it_may_hold_a_password(text: str) -> None:
    assert "Hunter2" not in "\n".join(errors(text))


# any bytes, any data


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_data_or_a_config_error(raw: bytes) -> None:
    try:
        parse("t.yaml", raw)
    except ConfigError as e:
        lines = str(e).split("\n")
    else:
        return
    assert [line for line in lines if not line.startswith("t.yaml:")] == []


@settings(max_examples=60)
@given(st.text(alphabet=string.ascii_letters + " \n\t-:[]{}&*!|>'\"%@`#,?0123456789яё", max_size=200))
def test_any_text_is_data_or_a_config_error(text: str) -> None:
    try:
        parse("t.yaml", text.encode())
    except ConfigError as e:
        lines = str(e).split("\n")
    else:
        return
    assert [line for line in lines if not line.startswith("t.yaml:")] == []


_TEXTS = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=30)
_SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _TEXTS
_DATA = st.dictionaries(
    _TEXTS, st.recursive(_SCALARS, lambda d: st.lists(d, max_size=4) | st.dictionaries(_TEXTS, d, max_size=4), max_leaves=20)
)


@settings(max_examples=60)
@given(_DATA)
def test_what_another_writer_writes_is_read_as_it_was(value: dict[str, Any]) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, width=10_000)
    if "&id" in text or "!!" in text:
        return
    assert parse("t.yaml", text.encode()).data == value
