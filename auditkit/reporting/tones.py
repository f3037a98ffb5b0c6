"""Colours, the same in every format.

A colour never speaks alone: the word stands beside it, for black-and-white paper and for colour-blind readers.
"""

from __future__ import annotations

from collections.abc import Mapping

from auditkit.reporting.document import Cell, Severity, Tone

# Background and ink (RRGGBB); every pair has a contrast of at least 4.5 : 1 (WCAG 2.1, 1.4.3; a test computes it).
COLOURS: Mapping[str, str] = {
    "good": "E3F1E5", "bad": "FBE3E1", "warning": "FDF0D5", "unknown": "E9EBEF", "plain": "F3F5F8",
    "severity4": "B3261E", "severity3": "D9622B", "severity2": "E0A526", "severity1": "7C93AD",
}
INK: Mapping[str, str] = {"good": "1E5A2B", "bad": "8C1D18", "warning": "6B4700", "unknown": "434A57", "plain": "1F2A3A"}
ACCENT = "1F4E79"

_BY_MESSAGE: Mapping[str, Tone] = {
    "severity.4": "bad", "severity.3": "bad", "severity.2": "warning", "severity.1": "plain",
    "verdict.ok": "good", "verdict.alarm": "bad", "verdict.unknown": "unknown", "verdict.accepted": "warning",
    "verdict.not_applicable": "plain",
    "state.complete": "good", "state.partial": "warning", "state.failed": "unknown", "cell.unseen": "unknown",
    "answer.partly": "warning",
}
_BY_LAST: Mapping[str, Tone] = {"good": "good", "bad": "bad", "warning": "warning", "unknown": "unknown"}


def tone_of(cell: Cell) -> Tone:
    """The tone a cell's own message has; "plain" for most. A family of messages sets it by its last part: `failure.good`."""
    return _BY_MESSAGE.get(cell.message) or _BY_LAST.get(cell.message.rsplit(".", 1)[-1], "plain")


def severity_tone(severity: Severity) -> Tone:
    """4 and 3 are bad, 2 is a warning, 1 is plain."""
    return _BY_MESSAGE[f"severity.{severity}"]
