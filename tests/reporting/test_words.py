"""Statements in words."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from auditkit.model import Text
from auditkit.reporting.cells import label, say
from auditkit.reporting.words import LONGEST, Said, shown, title_of, words


def test_a_text_of_data_prints_in_the_language_of_the_document() -> None:
    said = say("cell.text", value=Text(ru="ОС снята с поддержки", en="OS past end of support"))
    assert (words(said, "ru"), words(said, "en")) == ("ОС снята с поддержки", "OS past end of support")


def test_marks_controls_and_directions_do_not_reach_a_file() -> None:
    assert words(say("cell.text", value="a\x00b\x1b[31m\u202ec\ue000d\ue002"), "ru") == "a\ufffdb\ufffd[31mcd"


def test_a_title_is_one_line() -> None:
    assert title_of(label("cell.text", value=" a\n b\t"), "en") == "a b"


@given(st.text(max_size=200) | st.text(alphabet="😀aя", min_size=1, max_size=9).map(lambda t: t * (LONGEST // len(t))))
def test_no_text_overflows_a_cell_of_a_sheet_or_holds_what_xml_cannot(text: str) -> None:
    made = shown(text)
    assert len(made.encode("utf-16-le")) // 2 <= LONGEST
    assert not any(ord(c) < 32 and c not in "\t\n" for c in made)
    assert shown(made) == made


def test_words_that_remember_their_statement_travel_to_another_process() -> None:
    there = pickle.loads(pickle.dumps(Said("слово", "ak_1")))
    assert (there, there.ident) == ("слово", "ak_1")
