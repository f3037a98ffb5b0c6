"""Every recorded reply is read into exactly the facts that lie beside it; every probe has its cases."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from auditkit.registry import registry
from tests.lab import cases

PROBES = registry().probes


def _name(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


@pytest.mark.parametrize("folder", cases.folders(), ids=_name)
def test_a_case_is_read_into_exactly_its_facts(folder: Path) -> None:
    case = cases.load(folder)
    assert case.probe in PROBES, f"no probe is called {case.probe}: was it renamed? its cases go with it"
    assert case.meta.get("sha256") == case.sums, "the bytes are not those that were recorded (new: tests/lab/record.py --seal)"
    outcome = PROBES[case.probe].outcome(case.reply)
    assert cases.said(outcome) == (case.meta["outcome"], case.meta.get("why", ""))
    assert cases.facts_of(outcome) == case.facts


@pytest.mark.parametrize("folder", cases.folders(), ids=_name)
def test_a_case_says_where_it_comes_from(folder: Path) -> None:
    meta = cases.load(folder).meta
    assert set(meta) <= set(cases.ORDER), "an unknown word in meta.yaml"
    assert meta["product"]
    assert bool(meta.get("source")) != meta["recorded"], "recorded: true has a host; recorded: false names the page or the damage"
    ways = [str(c) for c in PROBES[folder.parent.name].commands]
    # a changed command must be recorded anew; only what was written after a manual may follow the command by hand
    assert meta["command"] == ways[meta["way"]]


@pytest.mark.parametrize("probe", sorted(PROBES))
def test_every_probe_has_a_case_and_one_that_its_reader_refuses(probe: str) -> None:
    mine = list(cases.every(probe))
    assert mine, f"record one: python tests/lab/record.py {probe} --local --case NAME"
    refused = [c for c in mine if c.unreadable]
    assert refused, f"damage one: python tests/lab/record.py {probe} --damage {mine[0].name} --cut 60"
    for case in refused:
        outcome = PROBES[probe].outcome(case.reply)
        assert cases.said(outcome)[0] == "unknown", case.name
        # the bytes are what is refused: not an exit code, not a warning beside bytes that read well
        assert "not understood" in cases.said(outcome)[1], case.name


def test_no_folder_of_cases_is_an_orphan() -> None:
    assert {f.name for f in cases.REPLIES.iterdir()} <= set(PROBES)
    assert all((f / "meta.yaml").is_file() for p in cases.REPLIES.iterdir() for f in p.iterdir())


def test_there_are_enough_probes_and_enough_of_their_cases_were_really_recorded() -> None:
    recorded = Counter(c.meta["recorded"] for c in cases.every())
    assert len(PROBES) >= 60
    assert recorded[True] >= 50
