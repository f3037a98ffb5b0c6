"""Columns are as wide as what stands in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from auditkit.reporting.docx_widths import EDGE, LETTER, needs, wide, widths

PAGE = 9638  # 17 cm


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=200)), min_size=1, max_size=15))
def test_they_fill_the_page_and_none_vanishes(columns: list[tuple[str, str]]) -> None:
    found = widths(needs([h for h, _ in columns], [[t for _, t in columns]]), [0.0] * len(columns), PAGE)
    assert sum(found) == PAGE
    assert min(found) > 100


def test_nobody_is_squeezed_below_his_longest_word_while_there_is_room() -> None:
    rows = [["1", "Windows Server 2012 R2 Standard, снята с поддержки и не обновляется с 2023 года", "srv-buh-01.romashka.local"]] * 20
    number, text, host = widths(needs(["№", "Операционная система", "Узел"], rows), (0, 0, 0), PAGE)
    assert host >= len("srv-buh-01.romashka.local") * LETTER + EDGE
    assert text > host > number


def test_weights_go_before_what_is_found() -> None:
    assert widths(needs(["a", "b"], [["x", "y"]]), (1.0, 3.0), 4000) == [1000, 3000]


def test_a_sum_of_money_is_one_word() -> None:
    assert widths(needs(["₽", "Что"], [["12\u00a0780\u00a0000", "x " * 200]]), (0, 0), 3000)[0] >= 10 * LETTER + EDGE


def test_many_columns_want_a_page_turned_sideways() -> None:
    assert wide(needs(["x"] * 9, []), 8, PAGE)
    assert not wide(needs(["x"] * 9, []), 7, PAGE)
    assert wide(needs(["Продолжительность"] * 6, []), 1, PAGE)
    assert not wide(needs(["Узел", "Роль"], []), 500, PAGE)


def test_a_weight_squeezes_nobody_below_his_longest_word() -> None:
    number, what, who = widths(needs(["Количество", "Что", "Исполнитель"], []), (0.1, 9.0, 0.1), PAGE)
    assert number >= len("Количество") * LETTER + EDGE
    assert who >= len("Исполнитель") * LETTER + EDGE
    assert what > number + who
