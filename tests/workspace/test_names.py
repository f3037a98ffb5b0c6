"""Names: what may name a file, and what they probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditkit.workspace.names import is_slug, near, slug


@pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "../etc", "a b", "-a", "a.", "a..b", "сервер", "a\n", "x" * 64, "a\x00"])
def test_no_slugs(bad: str) -> None:
    assert not is_slug(bad)


@pytest.mark.parametrize("good", ["a", "srv-1", "SRV_1.corp", "1c", "x" * 63])
def test_slugs(good: str) -> None:
    assert is_slug(good)


def test_russian_names_become_readable_ones() -> None:
    assert slug("ЗАО «Щука и Ёж» №1") == "zao-shchuka-i-ezh-1"
    assert slug("…") == "client"


@given(st.text(max_size=200))
def test_any_text_has_a_slug(text: str) -> None:
    assert is_slug(slug(text))


def test_near_names() -> None:
    assert near("sevices", ["services", "groups"]) == " (did you mean services?)"
    assert near("x", ["services"]) == ""
    assert near("С1", ["C1"]).startswith(" (did you mean C1? One of the two holds a Cyrillic letter")  # the first С is Cyrillic
