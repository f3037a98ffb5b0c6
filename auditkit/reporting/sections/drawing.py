"""Pictures of the estate section."""

from __future__ import annotations

from auditkit.reporting.document import Cell, Picture, label, say
from auditkit.reporting.evidence import Draft

MOST_BARS = 24


def disk_picture(draft: Draft) -> Picture | Cell:
    """How full file systems are, fullest first; or the sentence that says why there is no picture."""
    from auditkit.reporting.pictures import Bar, bars

    rows = [r for r in draft.a.book.table("volume") if r.get("used_pct") is not None and not r.get("pseudo")]
    if not rows:
        gaps = draft.a.book.gaps_of("volume", None)
        return say("estate.no_volumes", tuple(f"gap:{g.question}" for g in gaps[:5]))
    rows.sort(key=lambda r: (-float(r["used_pct"]), r["asset"], r["mount"]))
    shown = rows[:MOST_BARS]
    png = bars([Bar(f"{r['asset']}: {r['mount']}", float(r["used_pct"])) for r in shown])
    caption = say("estate.disks", tuple(r["id"] for r in shown), n=len(shown), all=len(rows))
    return Picture(png, label("estate.disks_alt"), caption)
