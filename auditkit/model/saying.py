"""What people and the program say: decisions, statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

VerdictState = Literal["ok", "alarm", "not_applicable", "unknown", "accepted"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text that data brings in both languages (the title of a check); as a value it prints in the document's language."""

    ru: str
    en: str


Value = str | int | float | Text


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person settled; one append-only journal holds all kinds.

    kind: "accepted" (a risk), "approved" / "edited" (the wording of a finding), "apart" (two assets are two), "together".
    subject: what it is about, e.g. "LIN-09/srv1" or "asset:srv1"; until: None = without end.
    """

    kind: str
    subject: str
    who: str
    why: str
    at: datetime
    until: date | None = None
    text: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or cell: a message id, its values, the refs it rests on. The words come last, in any language.

    rests_on: refs of the form "listener:ab12…" (a fact), "gap:<target>/<probe>", "none:<asset>/<table>" (looked, none there),
    "all:<asset>/<table>" (a whole table), "target:<id>", "decision:<number>".
    """

    message: str
    values: tuple[tuple[str, Value], ...] = ()
    rests_on: tuple[str, ...] = ()
