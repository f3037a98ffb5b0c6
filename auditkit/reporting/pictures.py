"""Charts as PNG files. No state is shared (no pyplot): documents can be made in several threads."""

from __future__ import annotations

import atexit
import io
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from auditkit.reporting.document import Tone
from auditkit.reporting.words import shown

LONGEST = 46       # letters of a label
_COLOURS = {"good": "#4C8C5A", "warning": "#E0A526", "bad": "#B3261E", "unknown": "#9AA3AF", "plain": "#3B73A8"}
_INK, _GRID = "#1F2A3A", "#D8DEE6"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, its value, its tone (None: by the limits), and words behind it (None: the value). A value None was not seen."""

    label: str
    value: float | None
    tone: Tone | None = None
    words: str | None = None


def bars(
    rows: Sequence[Bar], *, unit: str = "%", most: float | None = 100.0, warn: float | None = 80.0, alarm: float | None = 90.0
) -> bytes:
    """Horizontal bars, the first on top, as a PNG of 16 cm at 200 dpi.

    most: end of the axis (None = by the values); warn, alarm: limits in the unit, drawn as lines and as colours.
    Raises ValueError for no bar at all: then there is nothing to draw, and the text has to say why.
    """
    if not rows:
        raise ValueError("no bars: say in the text why there is nothing to draw")
    _cache_folder()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(6.3, 0.55 + 0.27 * len(rows)), dpi=200, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    values = [row.value or 0.0 for row in rows]
    end = most or max(values) * 1.18 or 1.0
    axes.barh(range(len(rows)), values, height=0.62, color=[_COLOURS[_tone(row, warn, alarm)] for row in rows], zorder=2)
    axes.set_xlim(0, end)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    labels = [_label(row.label) for row in rows]
    axes.set_yticks(range(len(rows)), labels=labels, fontsize=7.5, color=_INK, parse_math=False, fontfamily="DejaVu Sans")
    for y, row in enumerate(rows):
        _beside(axes, y, row, end, unit)
    for limit, colour in ((warn, _COLOURS["warning"]), (alarm, _COLOURS["bad"])):
        if limit is not None:
            axes.axvline(limit, color=colour, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    axes.tick_params(axis="x", labelsize=7, colors=_INK, length=0)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=_GRID, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set_visible(False)
    made = io.BytesIO()
    figure.savefig(made, format="png", metadata={"Software": None})
    return made.getvalue()


def ages(rows: Sequence[Bar], *, unit: str, warn: float | None = 5.0, alarm: float | None = 7.0) -> bytes:
    """Ages in years as bars; unit: the word for years behind each value. Raises ValueError for no bar."""
    return bars(rows, unit=unit, most=None, warn=warn, alarm=alarm)


@dataclass(frozen=True, slots=True)
class Step:
    """One class: its label, how many there are on either side, and its tone."""

    label: str
    left: int
    right: int
    tone: Tone = "plain"


def pyramid(steps: Sequence[Step], left: str, right: str) -> bytes:
    """The first step on top, as a PNG of 16 cm at 200 dpi. Raises ValueError where there is nothing to count."""
    if not any(s.left or s.right for s in steps):
        raise ValueError("nothing to count: say in the text why there is no picture")
    _cache_folder()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(6.3, 0.7 + 0.27 * len(steps)), dpi=200, layout="constrained")
    FigureCanvasAgg(figure)
    one, other = figure.subplots(1, 2)
    _side(one, [(s.left, s.tone) for s in steps], left, flipped=True)
    _side(other, [(s.right, s.tone) for s in steps], right, flipped=False)
    one.set_yticks([])
    other.set_yticks(range(len(steps)), labels=[_label(s.label) for s in steps], fontsize=7.5, color=_INK, fontfamily="DejaVu Sans")
    made = io.BytesIO()
    figure.savefig(made, format="png", metadata={"Software": None})
    return made.getvalue()


def _side(axes: Any, bars: list[tuple[int, Tone]], title: str, *, flipped: bool) -> None:
    most = max(n for n, _ in bars) or 1
    axes.barh(range(len(bars)), [n for n, _ in bars], height=0.66, color=[_COLOURS[tone] for _, tone in bars])
    axes.set_xlim((most * 1.25, 0) if flipped else (0, most * 1.25))
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_title(_label(title), fontsize=8, color=_INK, fontfamily="DejaVu Sans")
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    for y, (n, _) in enumerate(bars):
        axes.text(n + most * 0.03, y, str(n), va="center", ha="right" if flipped else "left", fontsize=7, color=_INK)
    for side in axes.spines.values():
        side.set_visible(False)


@cache
def _cache_folder() -> None:
    """matplotlib wants a folder for its list of fonts, and complains on stderr where this user has no home."""
    if "MPLCONFIGDIR" not in os.environ and not os.access(Path("~").expanduser(), os.W_OK):
        os.environ["MPLCONFIGDIR"] = tempfile.mkdtemp(prefix="auditkit-fonts-")
        atexit.register(shutil.rmtree, os.environ["MPLCONFIGDIR"], ignore_errors=True)


def _tone(row: Bar, warn: float | None, alarm: float | None) -> Tone:
    if row.tone is not None or row.value is None:
        return row.tone or "unknown"
    if alarm is not None and row.value >= alarm:
        return "bad"
    return "warning" if warn is not None and row.value >= warn else "plain"


def _beside(axes: Any, y: int, row: Bar, end: float, unit: str) -> None:
    text = row.words if row.words is not None else "?" if row.value is None else f"{row.value:.0f}\u00a0{unit}"
    value = row.value or 0.0
    inside = value > end * 0.86
    axes.text(
        value - end * 0.008 if inside else value + end * 0.008, y, _label(text), va="center", ha="right" if inside else "left", fontsize=7,
        color="white" if inside else _INK, parse_math=False, zorder=3, fontfamily="DejaVu Sans",
    )


def _label(text: str) -> str:
    """One line of letters that the font has: others would print as boxes and raise a warning each."""
    line = "".join(c if ord(c) in _letters() else "\ufffd" for c in " ".join(shown(text).split()))
    most = LONGEST if all(ord(c) < 0x2000 for c in line) else LONGEST // 2  # signs and pictographs are twice as wide
    return line if len(line) <= most else line[: most // 2] + "…" + line[-(most - most // 2 - 1) :]


@cache
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import findfont
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(findfont("DejaVu Sans")).get_charmap())
