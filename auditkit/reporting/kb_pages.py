"""Pages of the knowledge base as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_type_hints

from auditkit.assessment import Assessment
from auditkit.book import AssetRow
from auditkit.checking import CheckVerdict
from auditkit.i18n import Lang, catalogue, text
from auditkit.model import Secret
from auditkit.reporting.reasons import reason
from auditkit.reporting.sections.findings import objects
from auditkit.text import one_line
from auditkit.workspace.names import slug

MOST_ROWS = 400  # of one table on one page; the workbook and `auditkit query` have all
LONGEST = 300
TONES = {"ok": "good", "alarm": "bad", "unknown": "unknown", "accepted": "warning", "not_applicable": ""}
HEAD = (
    ("os_release", "pretty"),
    ("kernel", "release"),
    ("hardware", "model"),
    ("hardware", "serial"),
    ("cpu", "model"),
    ("virtualisation", "kind"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """One file. asset: it is about one asset."""

    href: str
    title: str
    blocks: tuple[dict[str, Any], ...]
    asset: bool = False

    def searched(self) -> str:
        """All words of the page."""
        return " ".join(_words(self.blocks))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (w for k, v in value.items() if k not in ("kind", "tone", "href") for w in _words(v))
    elif isinstance(value, list | tuple):
        yield from (w for v in value for w in _words(v))


def pages(a: Assessment, lang: Lang) -> Iterator[Page]:
    """The start page, what is not known, findings, devices only seen, then a page an asset."""
    hrefs = {asset.id: href_of(asset.id) for asset in a.book.assets if asset.targets}
    yield _start(a, lang, hrefs)
    yield _findings(a, lang, hrefs)
    yield _unknown(a, lang)
    yield _seen(a, lang)
    for asset in a.book.assets:
        if asset.targets:
            yield _asset(a, lang, asset, hrefs[asset.id])


def href_of(asset: str) -> str:
    """A file name that no hostile asset id can lead out of the folder."""
    return f"asset-{slug(asset)[:40]}-{hashlib.sha256(asset.encode()).hexdigest()[:8]}.html"


def _cell(value: object, tone: str = "", href: str = "") -> dict[str, str]:
    return {"text": one_line(str(value), LONGEST), "tone": tone, "href": href}


def _table(title: str, columns: list[str], rows: list[list[dict[str, str]]], note: str = "", opened: bool = False) -> dict[str, Any]:
    return {"kind": "table", "title": title, "columns": columns, "rows": rows[:MOST_ROWS], "count": len(rows), "note": note, "open": opened}


def _heading(said: str) -> dict[str, str]:
    return {"kind": "heading", "text": said}


def _start(a: Assessment, lang: Lang, hrefs: dict[str, str]) -> Page:
    c = a.coverage
    facts = [
        {"name": text(lang, f"kb.fact.{k}"), "value": str(v), "tone": tone}
        for k, v, tone in (
            ("assets", len(a.book.resolution.own), ""),
            ("seen", len(a.book.resolution.seen), "unknown" if a.book.resolution.seen else ""),
            ("findings", len(a.findings), "bad" if a.findings else ""),
            ("found", c.found, ""), ("absent", c.absent, ""), ("unknown", c.unknown, "unknown"),
        )
    ]  # fmt: skip
    rows = [_start_row(a, lang, asset, hrefs) for asset in a.book.assets if asset.targets]
    columns = [text(lang, f"kb.column.{k}") for k in ("asset", "addresses", "os", "alarms", "unknown")]
    return Page(
        "index.html",
        text(lang, "kb.title"),
        ({"kind": "facts", "facts": facts}, _table(text(lang, "kb.assets"), columns, rows, opened=True)),
    )


def _start_row(a: Assessment, lang: Lang, asset: AssetRow, hrefs: dict[str, str]) -> list[dict[str, str]]:
    verdicts = a.verdicts_of(asset.id)
    count = {s: sum(v.state == s for v in verdicts) for s in ("alarm", "unknown")}
    system = _cell(*_one(a, lang, "os_release", asset.id, "pretty"))
    head = [_cell(asset.id, href=hrefs[asset.id]), _cell(", ".join(asset.addresses)), system]
    if not verdicts:  # two zeros would look clean
        none = _cell(text(lang, "kb.no_rules"), "unknown")
        return [*head, none, none]
    return [
        *head,
        _cell(count["alarm"], "bad" if count["alarm"] else ""),
        _cell(count["unknown"], "unknown" if count["unknown"] else ""),
    ]


def _one(a: Assessment, lang: Lang, table: str, asset: str, column: str) -> tuple[str, str]:
    """(words, tone) of a value: what was not seen says so."""
    rows = a.book.table(table, asset)
    if rows and rows[0].get(column) is not None:
        return (str(rows[0][column]) or text(lang, "cell.nothing"), "")
    whole = not rows and not a.book.gaps_of(table, asset)
    return (text(lang, "cell.nothing"), "") if whole else (text(lang, "cell.unseen"), "unknown")


def _findings(a: Assessment, lang: Lang, hrefs: dict[str, str]) -> Page:
    rows = [
        [
            _cell(f.item.id), _cell(text(lang, f"severity.{f.severity}"), "bad" if f.severity >= 3 else "warning"),
            _cell(_of(f.item.title, lang)), _cell(v.asset, href=hrefs.get(v.asset, "")),
            _cell(objects(v, lang)), _cell(_of(f.item.remedy, lang)),
        ]
        for f in a.findings
        for v in f.verdicts
    ]  # fmt: skip
    columns = [text(lang, f"kb.column.{k}") for k in ("check", "severity", "title", "asset", "what", "remedy")]
    empty = ({"kind": "text", "text": text(lang, "kb.no_findings"), "tone": ""},)
    told: list[dict[str, str | int | float]] = [
        {"platform": p, "n": len(names), "names": ", ".join(names[:10])} for p, names in a.unruled.items()
    ]
    unruled = tuple({"kind": "text", "text": text(lang, "cli.no_rules", values), "tone": "unknown"} for values in told)
    shown = (_table(text(lang, "kb.findings"), columns, rows, opened=True),) if rows else empty
    return Page("findings.html", text(lang, "kb.findings"), (*shown, *unruled))


def _of(said: Any, lang: Lang) -> str:
    return str(said.ru if lang == "ru" else said.en)


def _unknown(a: Assessment, lang: Lang) -> Page:
    gaps = [g for g in a.book.gaps if not g.question.endswith("/-")]
    rows = [[_cell(g.question), _cell(g.table), _cell(_of(reason(g.why), lang), "unknown")] for g in gaps]
    columns = [text(lang, f"kb.column.{k}") for k in ("question", "table", "why")]
    lead = {"kind": "text", "text": text(lang, "kb.unknown_lead"), "tone": ""}
    return Page("unknown.html", text(lang, "kb.unknown"), (lead, _table(text(lang, "kb.unknown"), columns, rows, opened=True)))


def _seen(a: Assessment, lang: Lang) -> Page:
    rows = [[_cell(x.name), _cell(", ".join(x.addresses))] for x in a.book.assets if not x.targets]
    columns = [text(lang, f"kb.column.{k}") for k in ("asset", "addresses")]
    lead = {"kind": "text", "text": text(lang, "kb.seen_lead"), "tone": ""}
    return Page("seen.html", text(lang, "kb.seen"), (lead, _table(text(lang, "kb.seen"), columns, rows, opened=True)))


def _asset(a: Assessment, lang: Lang, asset: AssetRow, href: str) -> Page:
    facts = [{"name": text(lang, "kb.column.addresses"), "value": ", ".join(asset.addresses), "tone": ""}]
    for table, column in HEAD:
        if table in a.book.types:
            said, tone = _one(a, lang, table, asset.id, column)
            facts.append({"name": text(lang, f"host.{table}.{column}"), "value": one_line(said), "tone": tone})
    blocks: list[dict[str, Any]] = [{"kind": "facts", "facts": facts}, _heading(text(lang, "kb.checks")), _verdicts(a, lang, asset)]
    blocks.append(_heading(text(lang, "kb.facts")))
    silent: list[str] = []
    for table in a.book.types:
        made = _facts(a, lang, asset.id, table)
        if made is None:
            silent.append(_title(table, lang))
        else:
            blocks.append(made)
    if silent:
        blocks.append({"kind": "text", "text": text(lang, "kb.none", {"names": ", ".join(silent)}), "tone": ""})
    return Page(href, asset.id, tuple(blocks), asset=True)


def _verdicts(a: Assessment, lang: Lang, asset: AssetRow) -> dict[str, Any]:
    columns = [text(lang, f"kb.column.{k}") for k in ("check", "verdict", "title", "what")]
    order = ("alarm", "unknown", "accepted", "ok", "not_applicable")
    found = sorted(a.verdicts_of(asset.id), key=lambda v: (order.index(v.state), v.item.id))
    rows = [
        [_cell(v.item.id), _cell(text(lang, f"verdict.{v.state}"), TONES[v.state]), _cell(_of(v.item.title, lang)), _cell(_why(v, lang))]
        for v in found
    ]
    return _table(text(lang, "kb.checks"), columns, rows, opened=True)


def _why(v: CheckVerdict, lang: Lang) -> str:
    if v.state in ("alarm", "accepted"):
        return objects(v, lang)
    return "; ".join(_of(reason(w), lang) for w in v.why.split("; ")[:3]) if v.why else ""


def _facts(a: Assessment, lang: Lang, asset: str, table: str) -> dict[str, Any] | None:
    """A table of the asset, with what keeps it from being whole; None = looked, none there."""
    rows = a.book.table(table, asset)
    gaps = a.book.gaps_of(table, asset)
    if not rows and not gaps:
        return None
    note = "; ".join(dict.fromkeys(_of(reason(g.why), lang) for g in gaps[:3]))
    said = text(lang, "kb.gap", {"why": note}) if note else ""
    columns = [c for c in (rows[0] if rows else {}) if c not in ("id", "question", "asset", "why")]
    secret = {name for name, hint in get_type_hints(a.book.types[table]).items() if Secret in _options(hint)}
    shown = [[_value(r[c], lang) if c not in secret else _cell("‹secret›") for c in columns] for r in rows]
    return _table(_title(table, lang), columns, shown, said)


def _options(hint: Any) -> tuple[Any, ...]:
    from typing import get_args

    return (hint, *get_args(hint))


def _value(value: object, lang: Lang) -> dict[str, str]:
    if value is None:
        return _cell(text(lang, "cell.unseen"), "unknown")
    if isinstance(value, str) and value[:1] == "[":
        try:
            listed = json.loads(value)
        except ValueError:
            return _cell(value)
        return _cell(", ".join(map(str, listed)) if isinstance(listed, list) else value)
    return _cell(value)


def _title(table: str, lang: Lang) -> str:
    """The name of a table in words; a third party's table goes by its own name."""
    key = f"table.{table}"
    return text(lang, key) if key in catalogue(lang) else table.replace("_", " ")
