"""Appendix: everything that could not be looked at, by reason."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from auditkit.model import Statement, Text
from auditkit.reporting.document import Cell, Column, Section, Table, label, say, value
from auditkit.reporting.evidence import Draft
from auditkit.reporting.reasons import reason

SHOWN = 8


def build(draft: Draft) -> Iterator[Section]:
    """One section: probe, reason, on which targets; then the verdicts that stayed unknown."""
    yield Section("unknown", label("section.unknown"), (_questions(draft), _verdicts(draft)), appendix=True)


def _questions(draft: Draft) -> Table:
    by_reason: dict[tuple[str, str], set[str]] = defaultdict(set)
    failed = {s.id for s in draft.a.targets if s.state == "failed"}  # each stands in the coverage once, with its reason
    for g in draft.a.book.gaps:
        target, _, probe = g.question.partition("/")
        if probe and probe != "-" and target not in failed:
            by_reason[probe, _alike(g.why)].add(target)
    columns = (
        Column("column.question", "code", 1.4),
        Column("column.why", weight=2.6),
        Column("column.targets", "number", 0.6),
        Column("column.which", weight=2),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            value(probe, _refs(probe, targets)),
            say("cell.text", _refs(probe, targets), value=reason(why)),
            value(len(targets), _refs(probe, targets)),
            value(", ".join(sorted(targets)[:SHOWN]) + (" …" if len(targets) > SHOWN else ""), _refs(probe, targets)),
        )
        for (probe, why), targets in sorted(by_reason.items(), key=lambda i: (-len(i[1]), i[0]))
    )
    return Table(
        "unanswered", columns, rows, label("table.unanswered"), _nothing(draft, "unknown.none"), 120
    )


def _alike(why: str) -> str:
    """Numbers that differ from run to run (threads of OpenSSL) would make many rows of one reason.

    >>> _alike("warned: 800EB72E3457F0000:error:8000006F:system library")
    'warned: error:8000006F:system library'
    """
    return re.sub(r"\b[0-9A-F]{12,}:(?=error:)", "", why)


def _refs(probe: str, targets: set[str]) -> tuple[str, ...]:
    return tuple(f"gap:{t}/{probe}" for t in sorted(targets)[:20])


def _verdicts(draft: Draft) -> Table:
    columns = (
        Column("column.check", "code", 0.8),
        Column("column.asset"),
        Column("column.title", weight=2),
        Column("column.why", weight=2.6),
    )
    failed = {s.id for s in draft.a.targets if s.state == "failed"}
    unreached = {a.id for a in draft.a.book.assets if a.targets and failed >= set(a.targets)}
    unknown = [v for v in draft.a.verdicts if v.state == "unknown" and v.asset not in unreached]
    rows = tuple(
        (
            value(v.item.id, v.rests_on[:20]),
            value(v.asset, v.rests_on[:20]),
            say("cell.text", v.rests_on[:20], value=Text(ru=v.item.title.ru, en=v.item.title.en)),
            say("cell.text", v.rests_on[:20], value=_reasons(v.why)),
        )
        for v in unknown
    )
    return Table("unknown-verdicts", columns, rows, label("table.unknown_verdicts"), _nothing(draft, "unknown.no_verdicts"), 120)


def _reasons(why: str) -> Text:
    texts = [reason(w) for w in why.split("; ")[:3]]
    return Text(ru="; ".join(t.ru for t in texts), en="; ".join(t.en for t in texts))


def _nothing(draft: Draft, message: str) -> Statement:
    """Nothing to list, unless what was not reached at all stands elsewhere."""
    refs = tuple(f"target:{t.id}" for t in draft.a.targets)
    failed = sum(t.state == "failed" for t in draft.a.targets)
    return say("unknown.only_failed", refs, n=failed) if failed else say(message, refs)
