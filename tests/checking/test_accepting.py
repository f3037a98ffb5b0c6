"""Accepted risks: in force by day and by word; they hide neither new alarms nor what was not seen."""

from __future__ import annotations

from datetime import UTC, date, datetime

from auditkit.checking.run import _accepted, _decision
from auditkit.model import Decision


def said(kind: str, subject: str, day: int, until: date | None = None) -> Decision:
    return Decision(kind, subject, "director", "because", datetime(2026, 11, day, tzinfo=UTC), until)


TODAY = date(2026, 11, 20)


def state(*decisions: Decision, asset: str = "h1") -> bool:
    return _decision(_accepted(decisions, TODAY), "LIN-05", asset) is not None


def test_an_acceptance_holds_for_its_asset_until_its_day() -> None:
    assert state(said("accepted", "LIN-05/h1", 1))
    assert not state(said("accepted", "LIN-05/h2", 1))
    assert state(said("accepted", "LIN-05/h1", 1, date(2026, 11, 20)))
    assert not state(said("accepted", "LIN-05/h1", 1, date(2026, 11, 19)))


def test_a_later_shorter_acceptance_replaces_an_earlier_one() -> None:
    assert not state(said("accepted", "LIN-05/h1", 1), said("accepted", "LIN-05/h1", 2, date(2026, 11, 3)))


def test_what_is_decided_later_is_not_in_force_yet() -> None:
    assert not state(said("accepted", "LIN-05/h1", 25))


def test_a_revocation_for_one_asset_takes_it_out_of_all() -> None:
    everybody = said("accepted", "LIN-05", 1)
    assert state(everybody)
    assert not state(everybody, said("revoked", "LIN-05/h1", 2))
    assert state(everybody, said("revoked", "LIN-05/h1", 2), asset="h2")
    assert state(everybody, said("revoked", "LIN-05/h1", 2), said("accepted", "LIN-05/h1", 3))
