"""Expressions: what can lose an unknown is refused with its place and a cure; what is left is Kleene's logic."""

from __future__ import annotations

import pytest

from auditkit.checking import lint_fragment
from auditkit.checking.grammar import compiled, kleene
from auditkit.errors import ChecklistError


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("coalesce(age, 0) < 48", r"coalesce\(\) at 0"),
        ("not exists (select 1 from t)", r"exists\(\) at 4"),
        ("age is not null", "is at 4"),
        ('"prot" = 1', "'\"' at 0 has no place"),
        ("(select count(*) from t) = 0", r"count\(\) at 8"),
        ("(select every(p <> 23) from t where q = 'x')", "where at"),
        ("case when a then b end", "case at 0"),
        ("a = 1; drop table t", "';' at 5"),
        ("(select a from t)", "one form"),
        ("(select some(a) from t) + (select b from t)", "one form"),
        ("a in (select b from t)", "one form"),
        ("ifnull(a, 1)", r"ifnull\(\) at 0"),
        ("a = 1 -- comment\n", None),
        ("max(a, b) > 1", r"max\(\) at 0"),
        ("(a = 1", "brackets"),
        ("a = 1)", "brackets"),
        ("a glob '*'", "glob at 2"),
        ("a = ?", r"'\?' at 4"),
    ],
)
def test_refused(fragment: str, said: str | None) -> None:
    if said is None:
        lint_fragment(fragment)  # a comment cannot hide anything: what is after it on the line is not read as SQL
        return
    with pytest.raises(ChecklistError, match=said):
        lint_fragment(fragment)


@pytest.mark.parametrize(
    "fragment",
    [
        "used_pct < 90",
        "name = 'root' or uid <> 0",
        "value in ('no', 'prohibit-password')",
        "(select some(age <= 48 and points > 0) from job b)",
        "(select at_least(2, role = 'dc') from host) and not (select every(a.x = 1) from t a)",
        "text like '%(select%' and x = 'where'",
        "julianday(not_after) - julianday(today()) >= 30",
    ],
)
def test_accepted(fragment: str) -> None:
    lint_fragment(fragment)


def test_words_in_quotes_are_text() -> None:
    assert kleene("a = 'some(x)'") == "a = 'some(x)'"


def test_a_sub_select_asks_about_the_own_asset_and_the_gaps_of_everybody() -> None:
    sql = compiled("(select some(b.ok = 1) from job b)", "host", client=False)
    assert sql.endswith("from job b where (b.asset = host.asset or b.asset is null))")
    assert compiled("(select some(b.ok = 1) from job b)", "client", client=True).endswith("from job b)")


@pytest.mark.parametrize("predicate", ["1 = 1", "true", "j.asset like '%'", "not (j.s = 'x' and 1 = 2)"])
def test_a_gap_satisfies_no_predicate(predicate: str) -> None:
    import sqlite3

    db = sqlite3.connect(":memory:")
    db.execute("create table job(id, asset, s)")
    db.execute("create table host(id, asset)")
    db.execute("insert into job values (null, 'a', null)")
    db.execute("insert into host values ('host:1', 'a')")
    for quantifier in ("some", "every"):
        sql = compiled(f"(select {quantifier}({predicate}) from job j)", "host", client=False)
        assert db.execute(f"select {sql} from host").fetchone() == (None,)
    db.close()


def test_in_nothing_is_refused() -> None:
    with pytest.raises(ChecklistError, match="name at least one"):
        lint_fragment("s not in ( )")
