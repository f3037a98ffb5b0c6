"""Fragments: SQL expressions of a small grammar that cannot lose an unknown.

Kleene's strong three-valued logic is what SQL's AND, OR, NOT and comparisons already are; everything that can turn a NULL into
a yes or a no (EXISTS, IS, CASE, COALESCE, COUNT, WHERE, JOIN, listing sub-selects) is refused. Rows are asked about by
``(select some(p) from t)``, ``every(p)``, ``at_least(n, p)``, which become plain SQL that keeps NULL where a gap decides.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from auditkit.errors import ChecklistError

TOKEN = re.compile(
    r"'(?:[^']|'')*'|(?P<word>[^\W\d]\w*)(?P<call>\s*\()?|\d+(?:\.\d+)?"
    r"|<>|<=|>=|!=|\|\||[-+*/%=<>(),.]|\s+|(?P<bad>.)",
    re.S,
)
KEYWORDS = frozenset({"and", "or", "not", "in", "between", "like", "select", "from", "null", "true", "false"})
_REFUSED = """exists is isnull notnull case when then else end where join left inner outer cross natural using on group having order by
    limit offset union except intersect distinct filter over window with as values collate cast escape regexp match glob current_date
    current_time current_timestamp pragma attach insert update delete create drop raise all"""
RESERVED = frozenset(_REFUSED.split())
FUNCTIONS = frozenset({"some", "every", "at_least", "today", "lower", "upper", "abs", "length", "julianday", "date", "substr", "round"})
FROM = re.compile(r"\bfrom\s+(\w+)(?:\s+(\w+))?\s*\)", re.I)
_SOURCE = re.compile(r"\s*from\s+(\w+)(?:\s+(\w+))?\s*\)", re.I)
_NO_LIST = re.compile(r"(?i)\bin\s*\(\s*\)")
_QUANTIFIER = re.compile(r"(?i)\(\s*select\s+(?:some|every|at_least)\s*\(")
# Kleene's or, and, "n of them" over rows and gaps in plain SQL (a Python aggregate gives NULL over no rows at all).
KLEENE = {
    "some": "case when max(({p})<>0) then 1 when count(*)>count({p}) then null else 0 end",
    "every": "case when min(({p})<>0)=0 then 0 when count(*)>count({p}) then null else 1 end",
    "at_least": "case when total(({p})<>0)>={n} then 1 when count(*)>count({p}) then null else 0 end",
}


class Source(NamedTuple):
    """A table that a sub-select asks about."""

    table: str
    alias: str


def lint_fragment(fragment: str) -> None:
    """Raises ChecklistError where the fragment is outside the grammar: what, where in it, and the cure."""
    for m in TOKEN.finditer(fragment):
        word = (m["word"] or "").lower()
        if m["bad"]:
            raise ChecklistError(f"{m['bad']!r} at {m.start()} has no place in an expression (text goes in '…')")
        if word in RESERVED or (m["call"] and word not in FUNCTIONS | KEYWORDS):
            name = f"{word}()" if m["call"] else word
            raise ChecklistError(
                f"{name} at {m.start()} can turn an unknown into a yes or a no: put conditions inside some(…), every(…) or at_least(n, …)"
            )
    selects, froms = len(re.findall(r"(?i)\bselect\b", _bare(fragment))), len(re.findall(r"(?i)\bfrom\b", _bare(fragment)))
    if selects != len(_QUANTIFIER.findall(fragment)) or froms != len(FROM.findall(fragment)) or selects != froms:
        raise ChecklistError("a sub-select has one form: (select some|every|at_least(…) from table alias)")
    if _NO_LIST.search(_bare(fragment)):
        raise ChecklistError("in () of nothing is a yes or a no whatever the value: name at least one")
    _balanced(fragment)


def _bare(fragment: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", fragment)


def _balanced(fragment: str) -> None:
    depth = 0
    for c in _bare(fragment):
        depth += {"(": 1, ")": -1}.get(c, 0)
        if depth < 0:
            break
    if depth:
        raise ChecklistError("brackets do not match")


def sources(fragment: str) -> list[Source]:
    """The tables of its sub-selects."""
    return [Source(m[1].lower(), m[2] or m[1]) for m in FROM.finditer(fragment)]


def kleene(text: str) -> str:
    """some/every/at_least as plain SQL."""
    m = re.search(r"'(?:[^']|'')*'|\b(some|every|at_least)\s*\(", text, re.I)
    if not m:
        return text
    if m[1] is None:
        return text[: m.end()] + kleene(text[m.end() :])
    end = _closing(text, m.end())
    inner = text[m.end() : end - 1]
    n, p = inner.split(",", 1) if m[1].lower() == "at_least" else ("", inner)
    source = _SOURCE.match(text, end)
    # A gap is a row of NULLs: also a predicate that looks at none of its columns (1 = 1) must not hold for it.
    guarded = f"case when {source[2] or source[1]}.id is null then null else ({kleene(p.strip())}) end" if source else kleene(p.strip())
    made = KLEENE[m[1].lower()].format(p=guarded, n=n.strip())
    return text[: m.start()] + made + kleene(text[end:])


def _closing(text: str, start: int) -> int:
    """Index after the bracket that closes the one before `start`, text in quotes skipped."""
    depth = 1
    for m in re.compile(r"'(?:[^']|'')*'|[()]").finditer(text, start):
        depth += {"(": 1, ")": -1}.get(m[0], 0)
        if depth == 0:
            return m.end()
    raise ChecklistError("brackets do not match")


def compiled(fragment: str, own: str, client: bool) -> str:
    """A linted fragment as SQL: each sub-select asks about the asset of the row and the gaps of everybody, or of all in `client`."""
    scope = "" if client else f" where ({{a}}.asset = {own}.asset or {{a}}.asset is null)"
    return FROM.sub(lambda m: f"from {m[1]} {m[2] or m[1]}{scope.format(a=m[2] or m[1])})", kleene(fragment))
