"""The director's page: "all of them" is said only where the rules looked at all of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from auditkit.assessment import Assessment
from auditkit.book import AssetRow
from auditkit.checking import CheckVerdict, load_checklists
from auditkit.reporting.evidence import Draft
from auditkit.reporting.sections import summary
from auditkit.reporting.words import words

ITEMS = {i.id: i for c in load_checklists() for i in c.items}
SRV = AssetRow("srv", ("srv",), "srv", (), ("linux",))
PC = AssetRow("pc", ("pc",), "pc", (), ("windows",))


def draft(*assets: AssetRow, ok: tuple[tuple[str, str], ...]) -> Draft:
    verdicts = [CheckVerdict(ITEMS[item], asset, "ok", "", 0, (), (), (f"target:{asset}",)) for item, asset in ok]
    return Draft(cast(Assessment, SimpleNamespace(book=SimpleNamespace(assets=assets), verdicts=verdicts)))


def said(answer: Any) -> tuple[str, str]:
    return answer.tone, str(words(answer.because, "en"))


def test_support_of_systems_counts_windows_too_and_says_unknown_of_what_no_rule_looked_at() -> None:
    assert said(summary._old(draft(SRV, ok=(("LIN-01", "srv"),))))[0] == "good"
    assert said(summary._old(draft(SRV, PC, ok=(("LIN-01", "srv"), ("WIN-01", "pc")))))[0] == "good"
    assert said(summary._old(draft(SRV, PC, ok=(("LIN-01", "srv"),)))) == ("unknown", "Support end not known, hosts: 1.")


def test_who_has_access_is_not_known_where_some_hosts_accounts_were_not_judged() -> None:
    rules = ("LIN-05", "LIN-06", "LIN-07", "LIN-09")
    assert said(summary._access(draft(SRV, ok=tuple((r, "srv") for r in rules))))[0] == "good"
    assert said(summary._access(draft(SRV, PC, ok=tuple((r, "srv") for r in rules))))[0] == "unknown"
