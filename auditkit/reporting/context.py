"""A document as the plain data that templates get: dicts, lists, texts and numbers; words are made, nothing can be called."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from auditkit import i18n
from auditkit.i18n import Lang
from auditkit.model import Statement
from auditkit.reporting import document as d
from auditkit.reporting.tones import COLOURS, INK, severity_tone, tone_of
from auditkit.reporting.words import Said, shown, title_of, words

_LABELS = (
    "contents", "page", "of", "number", "version", "state", "client", "auditor", "as_of", "snapshot", "checklists", "tool", "signatures",
    "role", "name", "signature", "date", "severity", "evidence", "recommendation", "effort", "deadline", "declared", "draft_mark",
)
PART = 150  # rows: a longer table is several in Word, for the time to lay out one table grows with the square of its rows
_LETTERS = {"ru": "АБВГДЕЖИКЛМНПРСТУФХЦШЩЭЮЯ", "en": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def context(document: d.Document, lang: Lang) -> dict[str, Any]:
    """The names a template may use: title, subtitle, lang, meta, label, sections, signers (report_templates/README.md lists them)."""
    return {
        "title": said(document.title, lang), "subtitle": said(document.subtitle, lang), "lang": lang, "meta": _meta(document.meta, lang),
        "label": {name: i18n.text(lang, f"doc.{name}") for name in _LABELS},
        "sections": [
            {"id": s.id, "number": n, "title": said(s.title, lang), "level": s.level, "appendix": s.appendix, "new_page": s.new_page,
             "blocks": [block(b, lang, words(s.title, lang)) for b in s.blocks]}
            for s, n in zip(document.sections, numbers(document, lang), strict=True)
        ],
        "signers": [{"role": said(s.role, lang), "name": shown(s.name)} for s in document.signers],
    }


def said(cell: d.Cell, lang: Lang) -> str:
    """Words that remember their statement (a label's are plain)."""
    text = words(cell, lang)
    return Said(text, d.ident(cell)) if isinstance(cell, Statement) else text


def _maybe(cell: d.Cell | None, lang: Lang) -> str:
    return "" if cell is None else said(cell, lang)


def _meta(meta: d.Meta, lang: Lang) -> dict[str, Any]:
    issue = meta.version or i18n.text(lang, "doc.version.none")
    return {
        "client": shown(meta.client), "auditor": shown(meta.auditor), "number": shown(meta.number), "version": issue,
        "state": i18n.text(lang, f"doc.state.{meta.state}"), "draft": meta.state == "draft",
        "as_of": i18n.when(lang, meta.as_of.isoformat(), "long_date"),
        "snapshot": shown(meta.snapshot), "checklists": shown(meta.checklists), "tool": shown(meta.tool),
    }


def numbers(document: d.Document, lang: Lang) -> Iterator[str]:
    """1, 1.1, 2, ...; appendices take letters (the Russian ones without Ё, З, Й, О, Ч, Ъ, Ы, Ь: GOST R 2.105-2019)."""
    counts, lettered = [0, 0, 0], False
    for section in document.sections:
        if section.appendix and not lettered:
            counts, lettered = [0, 0, 0], True
        counts = [n + (i == section.level - 1) if i < section.level else 0 for i, n in enumerate(counts)]
        number = ".".join(str(n) for n in (_letter(counts[0], lang) if lettered else counts[0], *counts[1 : section.level]))
        yield i18n.text(lang, "doc.appendix", {"letter": number}) if lettered and section.level == 1 else number


def _letter(n: int, lang: Lang) -> str:
    return _LETTERS[lang][n - 1] if n <= len(_LETTERS[lang]) else str(n)


def block(b: d.Block, lang: Lang, above: str = "") -> dict[str, Any]:
    """One block; `kind` names what else it holds. above: the heading it stands under, which a table's own title does not repeat."""
    match b:
        case d.Para():
            return {"kind": "para", "text": said(b.text, lang), "style": b.style}
        case d.Bullets():
            return {"kind": "bullets", "points": [said(i, lang) for i in b.items], "numbered": b.numbered}
        case d.Note():
            return {"kind": "note", "text": said(b.text, lang), "tone": b.tone}
        case d.Table():
            return _table(b, lang, above)
        case d.Picture():
            return _picture(b, lang)
        case d.Finding():
            return _finding(b, lang)
        case d.KeyFigures():
            return {"kind": "figures", "figures": [
                {"number": said(f.number, lang), "caption": said(f.caption, lang), "tone": f.tone} for f in b.figures]}
        case d.Verdicts():
            return {"kind": "verdicts", "answers": [
                {"question": said(a.question, lang), "answer": said(a.answer, lang), "because": said(a.because, lang), "tone": a.tone}
                for a in b.answers]}


def _table(b: d.Table, lang: Lang, above: str) -> dict[str, Any]:
    shown_rows = b.rows if b.limit is None else b.rows[: b.limit]
    sheet = title_of(b.title, lang) if b.title else b.id
    counted: dict[str, str | int | float] = {"shown": len(shown_rows), "all": len(b.rows), "sheet": sheet}
    return {
        "kind": "table", "id": b.id, "title": "" if b.title and words(b.title, lang) == above else _maybe(b.title, lang),
        "empty": _maybe(b.empty if not b.rows else None, lang),
        "columns": [{"title": title_of(c.title, lang), "kind": c.kind, "weight": c.weight or 0.0} for c in b.columns],
        "rows": [[_cell(c, lang) for c in row] for row in shown_rows],
        "parts": _parts(len(shown_rows), lang),
        "cut": "" if len(shown_rows) == len(b.rows) else i18n.text(lang, "doc.cut", counted),
    }


def _parts(rows: int, lang: Lang) -> list[str]:
    """Captions of the parts of a long table; the first needs none."""
    starts = range(PART, rows, PART)
    return ["", *(i18n.text(lang, "doc.part", {"first": n + 1, "last": min(n + PART, rows), "all": rows}) for n in starts)]


def _cell(c: d.Cell, lang: Lang) -> dict[str, Any]:
    text = said(c, lang)
    return {"text": text, "tone": tone_of(c), "long": len(text) > 32 and max(map(len, text.split()), default=0) > 32}


def _picture(b: d.Picture, lang: Lang) -> dict[str, Any]:
    best, form = (b.svg, "svg+xml") if b.svg else (b.png, "png")
    return {
        "kind": "picture", "alt": str(words(b.alt, lang)), "caption": _maybe(b.caption, lang), "width_cm": b.width_cm, "png": b.png,
        "uri": f"data:image/{form};base64,{base64.b64encode(best).decode()}",
    }


def _finding(b: d.Finding, lang: Lang) -> dict[str, Any]:
    tone = severity_tone(b.severity)
    return {
        "kind": "finding", "number": shown(b.number), "check": shown(b.check), "tone": tone, "ink": INK[tone],
        "severity": b.severity, "severity_name": i18n.text(lang, f"severity.{b.severity}"), "colour": COLOURS[f"severity{b.severity}"],
        "title": said(b.title, lang), "text": said(b.declared or b.text, lang),
        "declared": b.declared is not None, "recommendation": _maybe(b.recommendation, lang), "effort": _maybe(b.effort, lang),
        "deadline": _maybe(b.deadline, lang), "evidence": [said(e, lang) for e in b.evidence],
    }
