"""Colours can be read, and none but "good" is green."""

from __future__ import annotations

import pytest

from auditkit.reporting.cells import label, say
from auditkit.reporting.tones import COLOURS, INK, tone_of


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("tone", INK)
def test_ink_can_be_read_on_its_paper(tone: str) -> None:
    low, high = sorted((luminance(COLOURS[tone]), luminance(INK[tone])))
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize("tone", [t for t in INK if t != "good"])
def test_only_good_is_green(tone: str) -> None:
    r, g, b = (int(INK[tone][i : i + 2], 16) for i in (0, 2, 4))
    assert not g > max(r, b)


@pytest.mark.parametrize(
    ("message", "tone"),
    [
        ("verdict.ok", "good"),
        ("verdict.alarm", "bad"),
        ("verdict.unknown", "unknown"),
        ("verdict.not_applicable", "plain"),
        ("verdict.accepted", "warning"),
        ("state.failed", "unknown"),
        ("cell.unseen", "unknown"),
        ("failure.good", "good"),
        ("failure.unknown", "unknown"),
        ("cell.text", "plain"),
        ("severity.4", "bad"),
    ],
)
def test_the_message_says_the_tone(message: str, tone: str) -> None:
    assert tone_of(label(message)) == tone == tone_of(say(message))
