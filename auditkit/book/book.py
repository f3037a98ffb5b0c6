"""The book as its readers hold it."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditkit.assets import Resolution
from auditkit.model import Evidence, about

MOST_AT_ONCE = 500  # values in one question to SQLite
NEVER_ASKED = "seen by others, never asked"


@dataclass(frozen=True, slots=True)
class GapRow:
    """A table that is not whole for an asset (None: for every asset). question "<target>/<probe>", probe "-" = nothing asks."""

    table: str
    question: str
    asset: str | None
    why: str


@dataclass(frozen=True, slots=True)
class AssetRow:
    """targets () = seen by others, never asked. platforms: of its targets, sorted."""

    id: str
    targets: tuple[str, ...]
    name: str
    addresses: tuple[str, ...]
    platforms: tuple[str, ...] = ()


@dataclass(slots=True)
class Book:
    """db: the tables. evidence: question "<target>/<probe>/<arg>" -> where its answer comes from.

    asked: (asset, table) -> the questions that fill it.
    """

    db: sqlite3.Connection
    types: Mapping[str, type]
    resolution: Resolution
    assets: tuple[AssetRow, ...]
    gaps: tuple[GapRow, ...]
    evidence: Mapping[str, Evidence]
    asked: Mapping[tuple[str, str], tuple[str, ...]]
    _bases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _by_table: dict[str, dict[str | None, list[GapRow]]] = field(default_factory=dict)
    _sorted_from: tuple[GapRow, ...] | None = None
    _indexed: set[str] = field(default_factory=set)
    _questions: list[str] = field(default_factory=list)
    _by_question: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    _asked_from: Mapping[tuple[str, str], tuple[str, ...]] | None = None
    _walked: dict[int, tuple[Evidence, ...]] = field(default_factory=dict)
    _seen: frozenset[str] | None = None

    def close(self) -> None:
        """Let the tables go; what was read from them stays."""
        self.db.close()

    def __del__(self) -> None:
        # A book is thrown away with its last reader; sqlite3 warns of connections that nobody closed (Python 3.13).
        self.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The program's own question (trusted text): rows as dicts. `main.x` = rows only, never gaps."""
        cursor = self.db.execute(sql, values)
        names = [d[0] for d in cursor.description]
        return [dict(zip(names, r, strict=True)) for r in cursor]

    def table(self, table: str, asset: str | None = None, order: str = "") -> list[dict[str, Any]]:
        """All rows of a table (of one asset), without gaps."""
        if table not in self.types:
            return []
        where, values = (" where asset = ?", [asset]) if asset is not None else ("", [])
        by = f"{order}, id" if order else "id"
        return self.rows(f"select * from main.{table}{where} order by {by}", values)

    def gaps_of(self, table: str, asset: str | None) -> list[GapRow]:
        """What keeps a table from being whole for an asset (gaps for everybody included)."""
        if self._sorted_from is not self.gaps:  # asked once a row of a check: 5,000 computers that were only seen make a million gaps
            self._by_table, self._sorted_from = {}, self.gaps
            for g in self.gaps:
                self._by_table.setdefault(g.table, {}).setdefault(g.asset, []).append(g)
        found = self._by_table.get(table, {})
        if asset is None:
            return [g for gaps in found.values() for g in gaps]
        mine = found.get(asset) or self._never_asked(table, asset)
        return [*found.get(None, ()), *mine]

    def _never_asked(self, table: str, asset: str) -> list[GapRow]:
        """What was only seen has a gap in every table about itself. Only the first such asset has them as rows: a million say no more."""
        if self._seen is None:
            self._seen = frozenset(self.resolution.seen)
        if asset not in self._seen or table not in self.types or about(self.types[table]) != "self":
            return []
        return [GapRow(table, f"{asset}/-", asset, NEVER_ASKED)]

    def questions_for(self, asset: str, table: str) -> list[str]:
        """Questions that fill a table for an asset ("*": for all), derived tables through what they read."""
        if self._asked_from is not self.asked:  # asked once a ref of a statement: 200 hosts make 60,000 pairs
            self._by_question, self._asked_from = {}, self.asked
            for (a, t), questions in self.asked.items():
                self._by_question.setdefault(t, {})[a] = questions
        of = self._by_question.get(table, {})
        return sorted({q for qs in (of.values() if asset == "*" else [of.get(asset, ())]) for q in qs})

    def note_basis(self, ref: str, basis: Iterable[str]) -> None:
        """Remember that a derived row rests on these rows."""
        self._bases[ref] = tuple(basis)

    def origins(self, ref: str) -> Iterator[Evidence]:
        """Evidence behind a ref ("listener:ab12…"), through derived rows down to replies. Gaps lead to the reply that failed."""
        kind, _, rest = ref.partition(":")
        if kind in ("gap", "target"):
            yield from self._under(rest)
            return
        if kind in ("all", "none"):
            asset, _, table = rest.partition("/")
            yield from (self.evidence[q] for q in self.questions_for(asset, table) if q in self.evidence)
            return
        if ref in self._bases:
            yield from self._below(self._bases[ref])
            return
        if kind in self.types:
            self._index(kind)
            for (question,) in self.db.execute(f"select question from main.{kind} where id = ?", (ref,)):
                if question in self.evidence:
                    yield self.evidence[question]

    def _under(self, question: str) -> Iterator[Evidence]:
        """Evidence of a question and of all whose name begins with it: of a target, of a probe there."""
        if len(self._questions) != len(self.evidence):
            self._questions = sorted(self.evidence)
        if question in self.evidence:
            yield self.evidence[question]
        start = bisect_left(self._questions, f"{question}/")
        while start < len(self._questions) and self._questions[start].startswith(f"{question}/"):
            yield self.evidence[self._questions[start]]
            start += 1

    def _below(self, basis: tuple[str, ...]) -> tuple[Evidence, ...]:
        """Evidence behind what a derived row rests on, each once. All rows of one derivation share one basis, which is walked once."""
        known = self._walked.get(id(basis))
        if known is None:
            found: dict[Evidence, None] = {}
            plain: dict[str, list[str]] = {}
            for ref in basis:
                kind = ref.partition(":")[0]
                if ref in self._bases or kind not in self.types:
                    found.update(dict.fromkeys(self.origins(ref)))
                else:
                    plain.setdefault(kind, []).append(ref)
            for kind, refs in plain.items():
                found.update(dict.fromkeys(self._answers(kind, refs)))
            known = self._walked[id(basis)] = tuple(found)
        return known

    def _answers(self, table: str, refs: list[str]) -> Iterator[Evidence]:
        """The answers that rows of one table came with."""
        self._index(table)
        for start in range(0, len(refs), MOST_AT_ONCE):
            some = refs[start : start + MOST_AT_ONCE]
            marks = ",".join("?" * len(some))
            for (question,) in self.db.execute(f"select distinct question from main.{table} where id in ({marks}) order by 1", some):
                if question in self.evidence:
                    yield self.evidence[question]

    def _index(self, table: str) -> None:
        """By id, when the first row is looked up: 20,000 accounts with evidence each are 20,000 look-ups."""
        if table not in self._indexed:
            self._indexed.add(table)
            self.db.execute(f"create index if not exists main.{table}_by_id on {table}__all(id)")
