"""One page for the director: six questions, at most seven findings, at most three decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditkit.assessment import Finding
from auditkit.checking import CheckVerdict
from auditkit.model import Text
from auditkit.reporting.document import Answer, Block, Cell, Column, Para, Section, Table, Tone, Verdicts, label, plain, say
from auditkit.reporting.evidence import Draft

MOST_FINDINGS = 7
MOST_DECISIONS = 3


def build(draft: Draft) -> Iterator[Section]:
    """One section."""
    answers = (_data(draft), _downtime(), _access(draft), _old(draft), _person(), _unseen(draft))
    blocks: list[Block] = [Verdicts(answers)]
    worst = [f for f in draft.a.findings if f.severity >= 2][:MOST_FINDINGS]
    blocks.append(_worst(worst) if worst else Para(_nothing(draft)))
    urgent = [f for f in worst if f.severity == 4 or f.item.deadline == "two_weeks"][:MOST_DECISIONS]
    if urgent:
        columns = (Column("column.number", weight=0.4), Column("column.what", weight=4), Column("column.deadline"), Column("column.hours"))
        blocks.append(Table("decisions", columns, tuple(_decision(f) for f in urgent), label("summary.decisions")))
    yield Section("summary", label("section.summary"), tuple(blocks), new_page=True)


def of(draft: Draft, *items: str) -> list[CheckVerdict]:
    """Verdicts of these items."""
    return [v for v in draft.a.verdicts if v.item.id in items]


def refs_of(verdicts: Sequence[CheckVerdict]) -> tuple[str, ...]:
    """What verdicts rest on, together."""
    return tuple(dict.fromkeys(r for v in verdicts for r in v.rests_on))


def _answer(question: str, answer: str, because: Cell, tone: Tone, refs: tuple[str, ...] = ()) -> Answer:
    return Answer(label(f"ask.{question}"), say(f"answer.{answer}", refs), because, tone)


def _data(draft: Draft) -> Answer:
    """Copies themselves are not tested by this version, so the best that can be said is "we do not know"."""
    verdicts = of(draft, "LIN-18")
    broken = [v for v in verdicts if v.state == "alarm"]
    if broken:
        refs = refs_of(broken)
        return _answer("data", "yes", say("because.data.broken", refs, n=len(broken)), "bad", refs)
    traces = draft.a.book.table("backup_trace")
    hosts = {r["asset"] for r in traces}
    refs = tuple(r["id"] for r in traces[:50])
    return _answer("data", "unknown", say("because.data.traces", refs, n=len(hosts), all=len(draft.a.book.resolution.own)), "unknown", refs)


def _downtime() -> Answer:
    return _answer("downtime", "unknown", say("because.downtime"), "unknown")


def _access(draft: Draft) -> Answer:
    verdicts = of(draft, "LIN-05", "LIN-06", "LIN-07", "LIN-09")
    refs = refs_of(verdicts)
    alarms = [v for v in verdicts if v.state == "alarm"]
    unknown = [v for v in verdicts if v.state == "unknown"]
    if alarms:
        titles = Text(ru=_titles(alarms, "ru"), en=_titles(alarms, "en"))
        return _answer("access", "no", say("because.access.alarm", refs, what=titles), "bad", refs)
    unknown += [v for v in verdicts if v.state == "accepted" or v.gaps]
    left = _unjudged(draft, verdicts)
    if unknown or left or not verdicts:
        refs = (*refs, *_targets_of(draft, left))
        return _answer("access", "unknown", say("because.access.unknown", refs, n=len({v.asset for v in unknown} | left)), "unknown", refs)
    return _answer("access", "yes", say("because.access.ok", refs), "good", refs)


def _unjudged(draft: Draft, verdicts: Sequence[CheckVerdict]) -> set[str]:
    """Things that were asked and of which these rules say nothing: "all of them are fine" would be said of them as well."""
    return {a.id for a in draft.a.book.assets if a.targets} - {v.asset for v in verdicts}


def _targets_of(draft: Draft, assets: set[str]) -> tuple[str, ...]:
    return tuple(f"target:{t}" for a in draft.a.book.assets if a.id in assets for t in a.targets)


def _titles(verdicts: Sequence[CheckVerdict], lang: str) -> str:
    return "; ".join(dict.fromkeys(v.item.title.ru if lang == "ru" else v.item.title.en for v in verdicts))


def _old(draft: Draft) -> Answer:
    verdicts = of(draft, "LIN-01", "WIN-01")
    refs = refs_of(verdicts)
    old = [v for v in verdicts if v.state in ("alarm", "accepted")]
    unknown = [v for v in verdicts if v.state == "unknown"]
    if old:
        return _answer("old", "yes", say("because.old.alarm", refs, n=len(old), names=", ".join(v.asset for v in old[:8])), "bad", refs)
    left = _unjudged(draft, verdicts)
    if unknown or left or not verdicts:
        refs = (*refs, *_targets_of(draft, left))
        return _answer("old", "unknown", say("because.old.unknown", refs, n=len({v.asset for v in unknown} | left)), "unknown", refs)
    return _answer("old", "no", say("because.old.ok", refs), "good", refs)


def _person() -> Answer:
    return _answer("person", "unknown", say("because.person"), "unknown")


def _unseen(draft: Draft) -> Answer:
    states = draft.a.targets
    bad = [s for s in states if s.state != "complete"]
    refs = tuple(f"target:{s.id}" for s in states)
    because = say("because.unseen", refs, targets=len(bad), questions=draft.a.coverage.unknown, seen=len(draft.a.book.resolution.seen))
    return _answer("unseen", "yes", because, "warning", refs)


def _nothing(draft: Draft) -> Cell:
    refs = refs_of([v for v in draft.a.verdicts if v.state == "unknown"])[:200]
    unknown = sum(v.state == "unknown" for v in draft.a.verdicts)
    return say("summary.nothing", refs, ok=sum(v.state == "ok" for v in draft.a.verdicts), unknown=unknown)


def _worst(findings: Sequence[Finding]) -> Table:
    columns = (
        Column("column.number", weight=0.5),
        Column("column.severity", "state"),
        Column("column.finding", weight=3.2),
        Column("column.where", weight=2.4),
    )
    rows = tuple((plain(f"{f.number}"), say(f"severity.{f.severity}", refs_of(f.verdicts)[:40]), _title(f), _where(f)) for f in findings)
    return Table("worst", columns, rows, label("table.worst"))


def _title(f: Finding) -> Cell:
    return say("cell.text", refs_of(f.verdicts)[:40], value=Text(ru=f.item.title.ru, en=f.item.title.en))


def _where(f: Finding) -> Cell:
    return say("summary.where", refs_of(f.verdicts)[:40], n=len(f.assets), names=", ".join(f.assets[:5]), more=max(0, len(f.assets) - 5))


def _decision(f: Finding) -> tuple[Cell, ...]:
    refs = refs_of(f.verdicts)[:40]
    low, high = f.item.effort_h or (0.0, 0.0)
    hours = (
        say("recommendations.hours", refs, low=low * len(f.assets), high=high * len(f.assets))
        if high
        else label("recommendations.hours_open")
    )
    what = say("cell.text", refs, value=Text(ru=f.item.remedy.ru, en=f.item.remedy.en))
    return (plain(str(f.number)), what, say("deadline.short", refs, when=f.item.deadline), hours)
