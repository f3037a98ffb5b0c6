"""Charts: labels of strangers are labels, letters the font lacks do no harm, nothing is shared between threads."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest

from auditkit.reporting.document import Picture, label
from auditkit.reporting.pictures import Bar, ages, bars
from tests.reporting.strange import HOSTILE


def size(png: bytes) -> tuple[int, int]:
    """Width and height in the header of a PNG (PNG specification, 11.2.2)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_a_chart_is_a_picture_of_a_document() -> None:
    png = bars([Bar("srv1: /", 93.0), Bar("srv2: C:", None)])
    assert size(png)[0] == 1260
    assert Picture(png, label("doc.picture")).png == png


def test_more_bars_are_taller() -> None:
    assert size(bars([Bar(str(n), n) for n in range(20)]))[1] > 3 * size(bars([Bar("1", 1.0)]))[1]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_labels_of_strangers_are_labels(text: str) -> None:
    assert size(bars([Bar(text, 50.0, words=text[:20]), Bar(r"$\frac{1}{", 1.0)]))


def test_the_colour_says_which_limit_is_passed() -> None:
    import matplotlib.image

    def colours(value: float | None) -> set[tuple[int, ...]]:
        image = matplotlib.image.imread(BytesIO(bars([Bar("x", value)])))
        return {tuple(round(c * 255) for c in pixel[:3]) for row in image[::6] for pixel in row[::6]}

    red, amber, blue = (0xB3, 0x26, 0x1E), (0xE0, 0xA5, 0x26), (0x3B, 0x73, 0xA8)
    assert red in colours(95.0)
    assert amber in colours(85.0)
    assert blue in colours(40.0)
    assert not {red, blue} & colours(None) - {red}


def test_no_bars_are_an_error() -> None:
    with pytest.raises(ValueError, match="no bars: say in the text why"):
        bars([])


def test_ages_of_zero_years() -> None:
    assert size(ages([Bar("new", 0.0)], unit="y"))


def test_threads_do_not_meet_and_pyplot_is_not_used() -> None:
    rows = [Bar(f"srv{n}", float(n)) for n in range(10)]
    with ThreadPoolExecutor(4) as crew:
        made = set(crew.map(lambda _: bars(rows), range(8)))
    assert len(made) == 1
    assert "matplotlib.pyplot" not in sys.modules
