"""Findings by severity: statement, evidence, recommendation, effort, deadline. What was accepted, and what was fine, is said too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditkit.assessment import Finding
from auditkit.checking import CheckVerdict, ObjectRow, Part
from auditkit.checking import Text as Rule
from auditkit.model import Decision, Statement, Text, VerdictState
from auditkit.reporting import document as d
from auditkit.reporting.document import Block, Cell, Column, Para, Section, Table, label, plain, say, value
from auditkit.reporting.evidence import Draft, cited
from auditkit.reporting.sections.summary import refs_of

MOST_REFS = 80
SHOWN_HOSTS = 6
SHOWN_OBJECTS = 4
STATES: tuple[VerdictState, ...] = ("ok", "alarm", "accepted", "unknown", "not_applicable")


def build(draft: Draft) -> Iterator[Section]:
    """One section, and one of what was checked and is fine or accepted."""
    blocks: list[Block] = [Para(_lead(draft))]
    blocks += [_card(draft, f) for f in draft.a.findings if f.severity >= 2]
    hygiene = [f for f in draft.a.findings if f.severity == 1]
    if hygiene:
        blocks += [Para(label("findings.hardening")), _hygiene(hygiene)]
    yield Section("findings", label("section.findings"), tuple(blocks))
    yield Section("verdicts", label("section.verdicts"), (_accepted(draft), _matrix(draft), *_unasked(draft)), level=2)


def text_of(rule: Rule) -> Text:
    """A checklist's text as a statement's value."""
    return Text(ru=rule.ru, en=rule.en)


def _lead(draft: Draft) -> Cell:
    states = [v.state for v in draft.a.verdicts]
    counts = {s: states.count(s) for s in STATES}
    refs = refs_of([v for v in draft.a.verdicts if v.state == "alarm"])[:MOST_REFS]
    return say("findings.lead", refs, n=len(draft.a.findings), **counts)


def _card(draft: Draft, f: Finding) -> d.Finding:
    refs = refs_of(f.verdicts)[:MOST_REFS]
    declared = draft.wording(f.item.id, "")
    return d.Finding(
        number=str(f.number),
        severity=f.item.severity,
        title=say("cell.text", refs, value=text_of(f.item.title)),
        text=_statement(f, refs),
        recommendation=say("cell.text", refs, value=text_of(f.item.remedy)),
        effort=_effort(f, refs),
        deadline=say("deadline", refs, when=f.item.deadline),
        evidence=(say("findings.evidence", refs, numbers=cited(draft.cite(refs))),),
        declared=_declared(declared) if declared else None,
        check=f"{f.item.id} v{f.item.version}",
    )


def _declared(decision: Decision) -> Statement:
    return say(
        "findings.declared", (f"decision:{decision.kind}/{decision.subject}",), text=decision.text, who=decision.who, at=decision.at.date()
    )


def _effort(f: Finding, refs: tuple[str, ...]) -> Cell:
    low, high = f.item.effort_h or (0.0, 0.0)
    if not high:
        return say("findings.effort_open", refs)
    return say("findings.effort", refs, low=low * len(f.verdicts), high=high * len(f.verdicts))


def _statement(f: Finding, refs: tuple[str, ...]) -> Statement:
    what = Text(ru=_where(f, "ru"), en=_where(f, "en"))
    gaps = sum(bool(v.gaps) for v in f.verdicts)
    message = "findings.text_gaps" if gaps else "findings.text"
    return say(message, refs, why=text_of(f.item.why), n=len(f.verdicts), total=f.total, where=what, gaps=gaps)


def _where(f: Finding, lang: str) -> str:
    told = [f"{v.asset} — {objects(v, lang)}" if objects(v, lang) else v.asset for v in f.verdicts[:SHOWN_HOSTS]]
    more = len(f.verdicts) - SHOWN_HOSTS
    rest = "" if more <= 0 else f" … (+{more})"
    return "; ".join(told) + rest


def objects(v: CheckVerdict, lang: str) -> str:
    """The alarmed rows of a verdict in words: the first few, and how many there are."""
    said = list(dict.fromkeys(t for o in v.objects[: SHOWN_OBJECTS * 3] if (t := in_words(v.item.parts[o.part], o, lang))))[:SHOWN_OBJECTS]
    more = v.total - len(said)
    return ", ".join(said) + (f" … (+{more})" if said and more > 0 else "")


def in_words(part: Part, o: ObjectRow, lang: str) -> str:
    """One alarmed row by the rule's own `says`; a value that was not seen says so."""
    if part.says is None:
        return ""
    template = part.says.ru if lang == "ru" else part.says.en
    return template.format_map(_Row(o.row, "не видно" if lang == "ru" else "not seen"))


class _Row(dict[str, Any]):
    """Columns for `says`: None reads as "not seen"; a column that is not there is named (lint refuses it before)."""

    def __init__(self, row: Mapping[str, Any], unseen: str) -> None:
        super().__init__({k: unseen if v is None else _plain(v) for k, v in row.items()})


_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}\S*")


def _plain(value: Any) -> Any:
    """A cell of the book as people write it: lists with commas, instants as days."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and value[:1] == "[" and value[-1:] == "]":
        try:
            listed = json.loads(value)
        except ValueError:
            return value  # a text that only looks like a list
        return ", ".join(map(str, listed)) if isinstance(listed, list) else value
    if isinstance(value, str) and (m := _INSTANT.fullmatch(value)):
        return m[1]
    return value


def _hygiene(findings: list[Finding]) -> Table:
    columns = (
        Column("column.number", weight=0.5), Column("column.finding", weight=2.4), Column("column.where", weight=3),
        Column("column.remedy", weight=3),
    )  # fmt: skip
    rows = tuple(
        (
            plain(str(f.number)),
            say("cell.text", refs_of(f.verdicts)[:MOST_REFS], value=text_of(f.item.title)),
            say("cell.text", refs_of(f.verdicts)[:MOST_REFS], value=Text(ru=_where(f, "ru"), en=_where(f, "en"))),
            say("cell.text", refs_of(f.verdicts)[:MOST_REFS], value=text_of(f.item.remedy)),
        )
        for f in findings
    )
    return Table("hardening", columns, rows, label("table.hardening"))


def _accepted(draft: Draft) -> Table:
    columns = (
        Column("column.check", "code"), Column("column.asset"), Column("column.risk", weight=2), Column("column.who"),
        Column("column.why", weight=2), Column("column.until", "date"),
    )  # fmt: skip
    rows = tuple(_acceptance(v, v.decision) for v in draft.a.verdicts if v.decision is not None)
    return Table("accepted", columns, rows, label("table.accepted"), say("findings.none_accepted"))


def _acceptance(v: CheckVerdict, decision: Decision) -> tuple[Cell, ...]:
    ref = (*v.rests_on[:20], f"decision:{decision.kind}/{decision.subject}")
    until = say("cell.date", ref, value=decision.until) if decision.until else say("cell.nothing", ref)
    risk = say("cell.text", ref, value=text_of(v.item.title))
    return (plain(v.item.id), value(v.asset, ref), risk, value(decision.who, ref), value(decision.why, ref), until)


def _matrix(draft: Draft) -> Table:
    """Every item that was asked of something, with its counts: what was checked and is fine can be seen, and what was not."""
    columns = (Column("column.check", "code"), Column("column.title", weight=3), *(Column(f"verdict.{s}", "number", 0.8) for s in STATES))
    rows: list[tuple[Cell, ...]] = []
    for item in draft.a.items:
        verdicts = [v for v in draft.a.verdicts if v.item.id == item.id]
        if not verdicts:
            continue
        refs = refs_of(verdicts)[:MOST_REFS]
        counts = [sum(v.state == s for v in verdicts) for s in STATES]
        rows.append(
            (plain(f"{item.id}"), say("cell.text", (), value=text_of(item.title)), *(say("cell.number", refs, value=n) for n in counts))
        )
    return Table("checks", columns, tuple(rows), label("table.checks"), say("findings.no_checks"))


def _unasked(draft: Draft) -> Iterator[Para]:
    """Rules for what nobody asked: pages of zeros would only hide the others, and no word of them would be a lie."""
    asked = {v.item.id for v in draft.a.verdicts}
    left = [i for i in draft.a.items if i.id not in asked]
    if left:
        platforms = sorted({p for i in left for p in i.on})
        refs = tuple(f"target:{s.id}" for s in draft.a.targets)
        yield Para(say("findings.unasked", refs, n=len(left), platforms=", ".join(platforms)), "small")
