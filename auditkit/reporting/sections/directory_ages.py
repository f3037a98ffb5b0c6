"""Age pyramids of a domain: when accounts and computers were last seen, and how old their passwords are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from auditkit.i18n import text
from auditkit.reporting.document import Cell, Picture, Tone, label, say
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections.counting import Row, gaps

_TABLES = ("directory_user", "computer_account")
# Upper end of a class in days, its tone. Passwords are rarely changed every month: they have limits of their own.
LOGON: tuple[tuple[int, Tone], ...] = ((30, "good"), (90, "good"), (180, "warning"), (365, "warning"), (10**6, "bad"))
PASSWORD: tuple[tuple[int, Tone], ...] = ((90, "good"), (365, "good"), (730, "warning"), (1825, "bad"), (10**6, "bad"))


def pictures(draft: Draft, asset: str) -> Iterator[Picture | Cell]:
    """Two pyramids of enabled accounts, or the sentence that says why there is none. Labels on a picture are in both languages."""
    held = [[r for r in draft.a.book.table(t, asset) if r["enabled"] is None or r["enabled"]] for t in _TABLES]
    missing = gaps(draft, asset, *_TABLES)
    holes = tuple(dict.fromkeys(f"gap:{g.question}" for g in missing))[:5]
    if not any(held):
        yield say("directory.no_ages", holes or tuple(f"none:{asset}/{t}" for t in _TABLES))
        return
    for name, limits, age in (("logon", LOGON, _logon), ("password", PASSWORD, _password)):
        yield _pyramid(draft, asset, name, limits, age, held, holes)


def _pyramid(
    draft: Draft, asset: str, name: str, limits: tuple[tuple[int, Tone], ...], age: Callable[[Row, date], int | None],
    held: list[list[Row]], holes: tuple[str, ...],
) -> Picture:  # fmt: skip
    from auditkit.reporting.pictures import Step, pyramid

    counts = [[_class(age(r, draft.a.as_of), limits) for r in rows] for rows in held]
    tones: list[Tone] = [*(tone for _, tone in limits), "warning", "unknown"]
    said = [*_bounds(limits), _both("never"), _both("unseen")]
    steps = [Step(w, counts[0].count(n), counts[1].count(n), t) for n, (w, t) in enumerate(zip(said, tones, strict=True))]
    png = pyramid(steps, _both("users"), _both("computers"))
    refs = (*(f"all:{asset}/{t}" for t in _TABLES), *holes)
    old = [side.count(len(limits) - 1) for side in counts]
    message = f"directory.ages.{name}.partial" if holes else f"directory.ages.{name}"
    caption = say(message, refs, users=len(held[0]), computers=len(held[1]), old_users=old[0], old_computers=old[1])
    return Picture(png, label(f"directory.ages.{name}_alt"), caption, width_cm=14.0)


def _both(word: str) -> str:
    return " / ".join(text(lang, f"directory.ages.word.{word}", {}) for lang in ("ru", "en"))


def _bounds(limits: tuple[tuple[int, Tone], ...]) -> list[str]:
    ends = [end for end, _ in limits]
    ranges = [f"{low + 1 if low else 0}–{high}" for low, high in zip([0, *ends[:-2]], ends[:-1], strict=True)]
    return [*(f"{r} {_both('days')}" for r in ranges), f"> {ends[-2]} {_both('days')}"]


def _class(days: int | None, limits: tuple[tuple[int, Tone], ...]) -> int:
    """-1 = never, None = not seen; the number of a class."""
    if days is None:
        return len(limits) + 1
    return len(limits) if days < 0 else next(n for n, (end, _) in enumerate(limits) if days <= end)


def _days(at: str, as_of: date) -> int:
    return max(0, (as_of - datetime.fromisoformat(at).date()).days)


def _logon(row: Row, as_of: date) -> int | None:
    if row["last_logon"]:
        return _days(row["last_logon"], as_of)
    return -1 if row["never_logged_on"] else None


def _password(row: Row, as_of: date) -> int | None:
    """pwdLastSet is 0 where the password must be changed at the next logon: it counts as never set by its owner."""
    if row["password_set"]:
        return _days(row["password_set"], as_of)
    return -1 if row.get("must_change") else None
